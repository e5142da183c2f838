"""The scalars of YAML by the core schema of YAML 1.2.2, section 10.3, as editors read them.

PyYAML reads YAML 1.1, where `on` is a boolean, `12:30` a number and `1e-3` text.
"""

from __future__ import annotations

import math
import re
from collections.abc import Callable
from typing import Any

import yaml

_TAG = "tag:yaml.org,2002:"
_CHARACTERS = list("-+.0123456789")

_NUMBER = r"[-+]?(\.[0-9]+|[0-9]+(\.[0-9]*)?)([eE][-+]?[0-9]+)?"
_MOST_DIGITS = 19

# Pattern of each kind's plain scalars, and their first characters.
_PLAIN = {
    "null": (r"~|null|Null|NULL|", ["~", "n", "N", ""]),
    "bool": (r"true|True|TRUE|false|False|FALSE", list("tTfF")),
    "int": (r"[-+]?[0-9]+", _CHARACTERS),
    "float": (rf"{_NUMBER}|[-+]?\.(inf|Inf|INF)|\.(nan|NaN|NAN)", _CHARACTERS),
}
_PATTERNS = {kind: re.compile(pattern) for kind, (pattern, _) in _PLAIN.items()}


class Loader(yaml.SafeLoader):
    """PyYAML's parser in Python, with these scalars; its errors say more than libyaml's."""

    yaml_implicit_resolvers: dict[str, Any] = {}  # noqa: RUF012 (PyYAML's own interface)


for _kind, (_pattern, _first) in _PLAIN.items():
    Loader.add_implicit_resolver(_TAG + _kind, re.compile(rf"(?:{_pattern})\Z"), _first)


class FastLoader(yaml.CSafeLoader):
    """libyaml, eight times as fast; it ends the process where nesting is deep."""

    yaml_implicit_resolvers = Loader.yaml_implicit_resolvers


def is_nested_deeper(text: str, limit: int) -> bool:
    """Return whether lists and mappings are nested deeper than ``limit``. Raises yaml.YAMLError."""
    depth = 0
    for event in yaml.parse(text, FastLoader):
        if isinstance(event, yaml.CollectionStartEvent):
            depth += 1
            if depth > limit:
                return True
        elif isinstance(event, yaml.CollectionEndEvent):
            depth -= 1
    return False


def scalar(node: yaml.ScalarNode) -> str | int | float | bool | None:
    """Return the value of ``node``. Raises ValueError when its text doesn't fit its tag."""
    text = str(node.value)
    kind = node.tag.removeprefix(_TAG)
    pattern = _PATTERNS.get(kind)
    if kind == "str":
        return text
    if pattern is None or not pattern.fullmatch(text):
        raise ValueError(f"{text!r} does not fit the tag {node.tag}")
    if kind == "int" and len(text) > _MOST_DIGITS:
        raise ValueError(f"a number of {len(text)} digits does not fit 64 bits")
    return _READ[kind](text.lower())


def _float(text: str) -> float:
    return math.nan if text == ".nan" else float(text.replace(".inf", "inf"))


_READ: dict[str, Callable[[str], int | float | bool | None]] = {
    "null": lambda _: None,
    "bool": lambda text: text == "true",
    "int": int,
    "float": _float,
}
