"""The words of a PromQL expression, each with what it is there for.

The expressions are known to parse; this only has to find what can be exchanged in them.
Source: https://prometheus.io/docs/prometheus/latest/querying/basics/
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Literal

Role = Literal[
    "comparison", "number", "function", "window", "matcher", "value", "grouping", "other"
]

_WORDS = re.compile(
    r"""(?P<space>\s+|\#[^\n]*)
    |(?P<text>"(?:[^"\\]|\\.)*"|'(?:[^'\\]|\\.)*')
    |(?P<duration>(?:\d+(?:ms|[smhdwy]))+)
    |(?P<number>\d+(?:\.\d+)?(?:e[+-]?\d+)?)
    |(?P<name>[a-zA-Z_:][\w:]*)
    |(?P<operator>[=!]~|[=!<>]=|[-+*/%^<>=(){}\[\],:])""",
    re.VERBOSE,
)
_COMPARISONS = frozenset({"==", "!=", ">", "<", ">=", "<="})
# What a list of labels in parentheses may follow.
_GROUPINGS = frozenset({"by", "without", "on", "ignoring", "group_left", "group_right"})


@dataclass(frozen=True)
class Token:
    """A word of an expression: where it begins and ends, and what it is there for."""

    text: str
    start: int
    end: int
    role: Role


def tokens(expression: str) -> Iterator[Token]:
    """Yield the words of ``expression`` that have a role, in order.

    >>> [(token.text, token.role) for token in tokens('rate(a{b="c"}[1m]) > 2')]
    ... # doctest: +NORMALIZE_WHITESPACE
    [('rate', 'function'), ('=', 'matcher'), ('"c"', 'value'), ('1m', 'window'),
     ('>', 'comparison'), ('2', 'number')]
    """
    words = [word for word in _WORDS.finditer(expression) if word.lastgroup != "space"]
    open_brackets: list[str] = []
    for index, word in enumerate(words):
        text = word[0]
        before = words[index - 1][0] if index else ""
        after = words[index + 1][0] if index + 1 < len(words) else ""
        if text in ")}]":
            open_brackets.pop()
        inside = open_brackets[-1] if open_brackets else ""
        role = _role(word, before, after, inside)
        if role != "other":
            yield Token(text, word.start(), word.end(), role)
        if text in "({[":
            open_brackets.append("labels" if text == "(" and before in _GROUPINGS else text)


def _role(word: re.Match[str], before: str, after: str, inside: str) -> Role:
    if inside == "{":
        return _role_in_selector(word)
    if word.lastgroup == "duration":
        return "window" if inside == "[" or before == "offset" else "other"
    if word.lastgroup == "name":
        if inside == "labels":
            return "grouping"
        return "function" if after in ("(", "by", "without") and _is_called(word[0]) else "other"
    if word.lastgroup == "number":
        return "number"
    return "comparison" if word[0] in _COMPARISONS else "other"


def _role_in_selector(word: re.Match[str]) -> Role:
    if word.lastgroup == "text":
        return "value"
    return "matcher" if word[0] in ("=", "!=", "=~", "!~") else "other"


def _is_called(name: str) -> bool:
    return name not in _GROUPINGS | {"and", "or", "unless", "offset", "bool"}
