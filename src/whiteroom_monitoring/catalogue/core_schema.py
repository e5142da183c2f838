"""The scalars of YAML by the core schema of YAML 1.2.2, section 10.3, as editors read them.

PyYAML reads YAML 1.1, where `on` is a boolean, `12:30` a number and `1e-3` text.
"""

from __future__ import annotations

import math
import re
from typing import Any

import yaml

_TAG = "tag:yaml.org,2002:"
_CHARACTERS = list("-+.0123456789")

# Tag, pattern of its plain scalars, their first characters.
_PLAIN = (
    ("null", r"~|null|Null|NULL|", ["~", "n", "N", ""]),
    ("bool", r"true|True|TRUE|false|False|FALSE", list("tTfF")),
    ("int", r"[-+]?[0-9]+", _CHARACTERS),
    ("float", r"[-+]?(\.[0-9]+|[0-9]+(\.[0-9]*)?)([eE][-+]?[0-9]+)?", _CHARACTERS),
    ("float", r"[-+]?\.(inf|Inf|INF)|\.(nan|NaN|NAN)", _CHARACTERS),
)


class Loader(yaml.SafeLoader):
    """PyYAML's parser, with these scalars."""

    yaml_implicit_resolvers: dict[str, Any] = {}  # noqa: RUF012 (PyYAML's own interface)


for _name, _pattern, _first in _PLAIN:
    Loader.add_implicit_resolver(_TAG + _name, re.compile(f"^(?:{_pattern})$"), _first)


def scalar(node: yaml.ScalarNode) -> str | int | float | bool | None:
    """Return the value of ``node``. Raises ValueError when its text doesn't fit its tag."""
    text = str(node.value)
    match node.tag.removeprefix(_TAG):
        case "str":
            return text
        case "null":
            return None
        case "bool" if text.lower() in ("true", "false"):
            return text.lower() == "true"
        case "int":
            return int(text)
        case "float":
            return _float(text.lower())
    raise ValueError(f"{text!r} does not fit the tag {node.tag}")


def _float(text: str) -> float:
    return math.nan if text == ".nan" else float(text.replace(".inf", "inf"))
