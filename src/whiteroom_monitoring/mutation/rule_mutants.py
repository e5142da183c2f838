"""Rules with one thing changed that their unit tests should notice."""

from __future__ import annotations

import copy
import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from whiteroom_monitoring.covering.clauses import MARK
from whiteroom_monitoring.covering.rules import RECORDED
from whiteroom_monitoring.mutation.promql_tokens import Token, tokens
from whiteroom_monitoring.promql.parse import ParseError, parse
from whiteroom_monitoring.promql.rule_files import Rule

KINDS = ("threshold", "comparison", "label", "duration", "function", "window")

# What a comparison becomes: with and without its limit, and turned round.
_COMPARISONS = {
    ">": (">=", "<"),
    "<": ("<=", ">"),
    ">=": (">", "<"),
    "<=": ("<", ">"),
    "==": ("!=",),
    "!=": ("==",),
}
_MATCHERS = {"=": "!=", "!=": "=", "=~": "!~", "!~": "=~"}
_FUNCTIONS = {
    "rate": "increase",
    "increase": "rate",
    "sum": "max",
    "max": "min",
    "min": "max",
    "avg": "max",
    "count": "sum",
    "min_over_time": "max_over_time",
    "max_over_time": "min_over_time",
    "last_over_time": "count_over_time",
    "sum_over_time": "max_over_time",
    "avg_over_time": "max_over_time",
    "absent": "count",
    "round": "ceil",
}
_KIND_OF_ROLE = {
    "comparison": "comparison",
    "number": "threshold",
    "matcher": "label",
    "grouping": "label",
    "function": "function",
    "window": "window",
}
_PARTS_OF_DURATION = re.compile(r"(\d+)([a-z]+)")
# How much a threshold moves. Less than a tenth is within what a rule's reason leaves open.
SHIFT = 0.1


@dataclass(frozen=True)
class Mutant:
    """``rule`` with ``old`` replaced by ``new`` in its part ``key``; ``body`` is the whole rule."""

    rule: Rule
    kind: str
    key: str
    old: str
    new: str
    offset: int
    body: dict[str, Any]

    def __str__(self) -> str:
        line, column = self.place
        place = f"{self.rule.document.path}:{line}:{column}"
        return f"{place}: {self.rule.name}: {self.kind}: {self.old} → {self.new or '(nothing)'}"

    @property
    def place(self) -> tuple[int, int]:
        """Line and column of what is changed."""
        document = self.rule.document
        line, column = document.place((*self.rule.pointer, self.key))
        written = str(self.rule_body[self.key])[: self.offset]
        return line + written.count("\n") + ("\n" in str(self.rule_body[self.key])), column

    @property
    def rule_body(self) -> dict[str, Any]:
        """The rule as it is in its file."""
        return body_of(self.rule)


def body_of(rule: Rule) -> dict[str, Any]:
    """Return the rule as plain data."""
    data: Any = rule.document.data
    for step in rule.pointer:
        data = data[step]
    body: dict[str, Any] = data
    return body


def mutants(rule: Rule) -> Iterator[Mutant]:
    """Yield every mutant of ``rule`` that is valid and not the rule itself.

    What the table of covering generates is left alone: a test goes through its pairs.
    """
    if rule.name == RECORDED:
        return
    body = body_of(rule)
    expression = str(body["expr"])
    for kind, start, end, new in _exchanges(expression.partition(MARK)[0]):
        changed = expression[:start] + new + expression[end:]
        if _parses(changed):
            old = expression[start:end]
            yield Mutant(
                rule, kind, "expr", old, new, start, {**copy.deepcopy(body), "expr": changed}
            )
    if rule.is_alert:
        yield from _of_alert(rule, body)


def _of_alert(rule: Rule, body: dict[str, Any]) -> Iterator[Mutant]:
    duration = str(body.get("for", "0s"))
    for new in ("0s", _scaled(duration, 2)) if "for" in body else ("1m",):
        yield Mutant(
            rule,
            "duration",
            "for" if "for" in body else "alert",
            duration,
            new,
            0,
            {**copy.deepcopy(body), "for": new},
        )
    for name in rule.labels:
        changed = copy.deepcopy(body)
        del changed["labels"][name]
        yield Mutant(rule, "label", "labels", f"{name}: {rule.labels[name]}", "", 0, changed)


def _exchanges(expression: str) -> Iterator[tuple[str, int, int, str]]:
    """Yield kind, start, end and new text of every exchange in ``expression``."""
    words = list(tokens(expression))
    # A quantile does not change with the scale of its buckets: rate and increase are one to it.
    scaleless = any(token.text == "histogram_quantile" for token in words)
    for token in words:
        kind = _KIND_OF_ROLE.get(token.role)
        if kind is not None and not (scaleless and token.text == "rate"):
            for new in _exchanged(token):
                yield kind, token.start, token.end, new


def _exchanged(token: Token) -> Iterator[str]:
    match token.role:
        case "comparison":
            yield from _COMPARISONS[token.text]
        case "number":
            yield from _shifted(float(token.text))
        case "matcher":
            yield _MATCHERS[token.text]
        case "grouping":
            yield f"not_{token.text}"
        case "function" if token.text in _FUNCTIONS:
            yield _FUNCTIONS[token.text]
        case "window":
            yield _scaled(token.text, 2)


def _shifted(number: float) -> Iterator[str]:
    for changed in (number * (1 - SHIFT), number * (1 + SHIFT)) if number else (-1.0, 1.0):
        yield f"{changed:.6g}"


def _scaled(duration: str, factor: int) -> str:
    return _PARTS_OF_DURATION.sub(lambda part: f"{int(part[1]) * factor}{part[2]}", duration)


def _parses(expression: str) -> bool:
    try:
        parse(expression)
    except ParseError:
        return False
    return True
