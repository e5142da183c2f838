"""The part of Go's text/template that pipelines use: fields, pipes, if, and a few functions.

What is not here is refused by name when the configuration is read.
Source: https://pkg.go.dev/text/template, and Promtail's template stage for the functions.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Callable, Mapping, Sequence
from typing import Any

from whiteroom_monitoring.logs.shipper.entry import text_of
from whiteroom_monitoring.logs.shipper.errors import StageError
from whiteroom_monitoring.logs.shipper.expressions import compiled, expanded

Fields = Mapping[str, Any]
Value = Callable[[Fields], Any]
Node = Callable[[Fields], str]

_ACTION = re.compile(r"\{\{(-?)\s*(.*?)\s*(-?)\}\}", re.DOTALL)
_WORD = re.compile(r'\s*("(?:\\.|[^"\\])*"|`[^`]*`|\||\(|\)|-?\d+(?:\.\d+)?|\.?[A-Za-z_][\w.]*|\.)')


def _regex_replace(pattern: str, text: str, replacement: str) -> str:
    return _substituted(pattern, text, lambda match: expanded(replacement, match))


def _substituted(pattern: str, text: str, replacement: Callable[[Any], str]) -> str:
    made, at = [], 0
    for match in compiled(pattern).finditer(text):
        made += [text[at : match.start()], replacement(match)]
        at = match.end()
    return "".join([*made, text[at:]])


FUNCTIONS: dict[str, Callable[..., Any]] = {
    "ToLower": str.lower,
    "ToUpper": str.upper,
    "Replace": lambda text, old, new, count: text.replace(old, new, int(count)),
    "Trim": lambda text, cut: text.strip(cut),
    "TrimLeft": lambda text, cut: text.lstrip(cut),
    "TrimRight": lambda text, cut: text.rstrip(cut),
    "TrimPrefix": lambda text, prefix: text.removeprefix(prefix),
    "TrimSuffix": lambda text, suffix: text.removesuffix(suffix),
    "TrimSpace": str.strip,
    "regexReplaceAll": _regex_replace,
    "regexReplaceAllLiteral": lambda pattern, text, new: _substituted(
        pattern, text, lambda _: str(new)
    ),
    "Hash": lambda salt, text: hashlib.sha3_256((salt + text).encode()).hexdigest(),
    "Sha2Hash": lambda salt, text: hashlib.sha256((salt + text).encode()).hexdigest(),
    "lower": str.lower,
    "upper": str.upper,
    "trim": str.strip,
    "default": lambda default, value: value or default,
    "eq": lambda first, *others: any(first == other for other in others),
    "ne": lambda first, other: first != other,
    "and": lambda *values: next((v for v in values if not v), values[-1]),
    "or": lambda *values: next((v for v in values if v), values[-1]),
    "not": lambda value: not value,
    "printf": lambda layout, *values: layout.replace("%v", "%s") % values,
    "len": len,
}


def template(text: str) -> Node:
    """Return a template that fields fill in. Raises StageError for what is not supported.

    >>> template("{{ ToUpper .level }}{{ if eq .a \\"1\\" }}!{{ else }}?{{ end }}")(
    ...     {"level": "warn", "a": "1"})
    'WARN!'
    """
    nodes, _, end = _nodes(_parts(text), 0)
    if end:
        raise StageError(f"template: {{{{ {end} }}}} without if")
    return _joined(nodes)


def _joined(nodes: Sequence[Node]) -> Node:
    return lambda fields: "".join(node(fields) for node in nodes)


def _parts(text: str) -> list[tuple[bool, str]]:
    """Return texts, and actions (True), with the space around those that trim it removed."""
    parts: list[tuple[bool, str]] = []
    at, trimmed = 0, False
    for match in _ACTION.finditer(text):
        before = text[at : match.start()]
        before = before.lstrip() if trimmed else before
        parts.append((False, before.rstrip() if match[1] else before))
        parts.append((True, match[2]))
        at, trimmed = match.end(), bool(match[3])
    rest = text[at:]
    return [*parts, (False, rest.lstrip() if trimmed else rest)]


def _nodes(parts: Sequence[tuple[bool, str]], at: int) -> tuple[list[Node], int, str]:
    """Return nodes until an ``else`` or ``end``, the place after it, and which one it was."""
    nodes: list[Node] = []
    while at < len(parts):
        is_action, text = parts[at]
        at += 1
        if not is_action:
            nodes.append(_constant(text))
        elif text == "end" or text.split(maxsplit=1)[:1] == ["else"]:
            return nodes, at, text
        elif text.startswith("if "):
            node, at = _condition(parts, at, text[3:])
            nodes.append(node)
        elif text.split(maxsplit=1)[:1] and text.split(maxsplit=1)[0] in _UNSUPPORTED:
            raise StageError(f"template: {text.split()[0]} is not supported by this shipper")
        elif not text.startswith("/*"):
            nodes.append(_shown(_expression(text)))
    return nodes, at, ""


_UNSUPPORTED = ("range", "with", "define", "template", "block", "break", "continue")


def _condition(parts: Sequence[tuple[bool, str]], at: int, text: str) -> tuple[Node, int]:
    condition = _expression(text)
    first, at, end = _nodes(parts, at)
    otherwise: list[Node] = []
    if end.startswith("else if "):
        node, at = _condition(parts, at, end[8:])
        otherwise = [node]
    elif end == "else":
        otherwise, at, end = _nodes(parts, at)
    if not end:
        raise StageError("template: if without end")
    yes, no = _joined(first), _joined(otherwise)
    return (lambda fields: yes(fields) if condition(fields) else no(fields)), at


def _constant(text: str) -> Node:
    return lambda fields: text


def _shown(value: Value) -> Node:
    return lambda fields: text_of(value(fields))


def _expression(text: str) -> Value:
    words, at = [], 0
    while at < len(text.rstrip()):
        match = _WORD.match(text, at)
        if match is None:
            raise StageError(f"template: {text[at:]!r} in {text!r} is not supported")
        words.append(match[1])
        at = match.end()
    value, rest = _pipe(words)
    if rest:
        raise StageError(f"template: {' '.join(rest)!r} in {text!r} is not supported")
    return value


def _pipe(words: list[str]) -> tuple[Value, list[str]]:
    value, rest = _command(words, None)
    while rest and rest[0] == "|":
        value, rest = _command(rest[1:], value)
    return value, rest


def _command(words: list[str], last: Value | None) -> tuple[Value, list[str]]:
    """Return a function with its arguments, the last of which may come through a pipe."""
    if not words:
        raise StageError("template: an empty command")
    name, rest = words[0], words[1:]
    if not (name[0].isalpha() or name[0] == "_"):
        return _operand(words)
    if name not in FUNCTIONS:
        raise StageError(f"template: the function {name} is not supported by this shipper")
    arguments: list[Value] = []
    while rest and rest[0] not in ("|", ")"):
        argument, rest = _operand(rest)
        arguments.append(argument)
    if last is not None:
        arguments.append(last)
    function = FUNCTIONS[name]

    def call(fields: Fields) -> Any:
        values = [argument(fields) for argument in arguments]
        return function(*(text_of(v) if not isinstance(v, bool | int) else v for v in values))

    return call, rest


def _operand(words: list[str]) -> tuple[Value, list[str]]:
    word, rest = words[0], words[1:]
    if word == "(":
        value, rest = _pipe(rest)
        if not rest or rest[0] != ")":
            raise StageError("template: ( without )")
        return value, rest[1:]
    constant: Any
    if word.startswith("."):
        name = word[1:]
        return (lambda fields: fields.get(name, "")), rest
    if word.startswith('"'):
        constant = word[1:-1].encode().decode("unicode_escape")
    elif word.startswith("`"):
        constant = word[1:-1]
    elif word in ("true", "false"):
        constant = word == "true"
    elif word.lstrip("-").isdigit():
        constant = int(word)
    else:
        raise StageError(f"template: {word!r} is not supported by this shipper")
    return (lambda fields: constant), rest
