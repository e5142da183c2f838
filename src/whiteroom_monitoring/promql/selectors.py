"""Finds the selectors of an expression by its words, without the parser that a text could crash."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

_STRING = r""""(?:[^"\\]|\\.)*"?|'(?:[^'\\]|\\.)*'?|`[^`]*`?"""
_TOKEN = re.compile(
    rf"(?P<text>{_STRING}|\#[^\r\n]*)|(?P<number>[0-9.][\w.]*)|(?P<word>[a-zA-Z_:][\w:]*)|\S",
    re.DOTALL | re.ASCII,
)
_SELECTOR = re.compile(
    rf"\s*(?P<name>[a-zA-Z_:][\w:]*)?\s*(?P<labels>\{{(?:[^{{}}\"'`]|{_STRING})*\}})?\s*",
    re.DOTALL | re.ASCII,
)
# A list of labels in parentheses may follow these.
_WITH_LABELS = ("by", "without", "on", "ignoring", "group_left", "group_right")
_KEYWORDS = (*_WITH_LABELS, "and", "or", "unless", "atan2", "bool", "offset", "inf", "nan")
_NAME_AT_END = re.compile(r"[a-zA-Z_:][\w:]*\s*$", re.ASCII)
_CLOSING = {"(": ")", "[": "]", "{": "}"}


def is_selector(expression: str) -> bool:
    """Tell whether an expression is a selector of this moment, and nothing else.

    >>> is_selector('up{job=~"a|b"}'), is_selector("up > 0"), is_selector("up offset 5m")
    (True, False, False)
    """
    match = _SELECTOR.fullmatch(expression)
    return match is not None and bool(match["name"] or match["labels"])


def with_matchers(expression: str, further: Sequence[str]) -> str:
    """Return an expression with matchers added to each selector; strings and comments stay.

    >>> with_matchers('sum by (a) (rate(b{c="}"}[5m])) / d', ['e="f"'])
    'sum by (a) (rate(b{e="f", c="}"}[5m])) / d{e="f"}'
    """
    added = ", ".join(further)
    parts: list[str] = []
    place = 0
    for start, end in _places(expression):
        has_braces = expression[start - 1] == "{"
        others = has_braces and expression[start:end].strip()
        parts.append(expression[place:start])
        parts.append(f"{added}, " if others else added if has_braces else f"{{{added}}}")
        place = start
    return "".join([*parts, expression[place:]])


def selectors(expression: str) -> list[str]:
    """Return each selector of an expression, once, as it stands there.

    >>> selectors('sum by (a) (rate(b{c="}"}[5m])) / (d + {e="f"}) + d')
    ['b{c="}"}', 'd', '{e="f"}']
    """
    found: list[str] = []
    for start, end in _places(expression):
        has_braces = expression[start - 1] == "{"
        until = start - 1 if has_braces else start
        name = _NAME_AT_END.search(expression, 0, until)
        begin = name.start() if name else until
        found.append(expression[begin : expression.index("}", end) + 1 if has_braces else end])
    return list(dict.fromkeys(found))


def _places(expression: str) -> Iterator[tuple[int, int]]:
    """Yield the inside of the braces of each selector, or where they would be."""
    found = [token for token in _TOKEN.finditer(expression) if token[0][0] != "#"]
    tokens = [token[0] for token in found]
    index = 0
    while index < len(tokens):
        token, following = tokens[index], (*tokens[index + 1 : index + 2], "")[0]
        if token in "{[":
            end = _end(tokens, index)
            if token == "{" and end <= len(tokens):
                yield found[index].end(), found[end - 1].start()
            index = end
        elif token.lower() in _WITH_LABELS and following == "(":
            index = _end(tokens, index + 1)
        else:
            is_name = found[index].lastgroup == "word" and token.lower() not in _KEYWORDS
            if is_name and following.lower() not in ("(", "{", "by", "without"):
                yield found[index].end(), found[index].end()
            index += 1


def _end(tokens: Sequence[str], index: int) -> int:
    """Return the index after the bracket that closes the one at ``index``."""
    closing = _CLOSING[tokens[index]]
    while index < len(tokens) and tokens[index] != closing:
        index += 1
    return index + 1
