"""Writes a parsed expression as text again, with the changes that a caller wants in it.

The text parses to the same tree where nothing is changed; spaces and comments are lost.
"""

from __future__ import annotations

import datetime
import re
from collections.abc import Callable, Iterable
from typing import Any, Literal

from whiteroom_monitoring.promql.build import quoted
from whiteroom_monitoring.promql.durations import duration
from whiteroom_monitoring.promql.parse import (
    AggModifierType,
    AggregateExpr,
    BinaryExpr,
    BinModifier,
    Call,
    Expr,
    LabelModifierType,
    Matcher,
    MatchOp,
    MatrixSelector,
    NumberLiteral,
    ParenExpr,
    StringLiteral,
    SubqueryExpr,
    UnaryExpr,
    VectorMatchCardinality,
    VectorSelector,
)

Role = Literal["range", "step", "offset"]
# What a duration in the role becomes, in seconds.
Durations = Callable[[float, Role], float]
# The text in place of an expression, or None where it is written as it is.
Replacement = Callable[[Expr], str | None]

# Lists of pairs, because the parser's values can be compared and not hashed.
_MATCHES = (
    (MatchOp.Equal, "="),
    (MatchOp.NotEqual, "!="),
    (MatchOp.Re, "=~"),
    (MatchOp.NotRe, "!~"),
)
_GROUPS = (
    (VectorMatchCardinality.ManyToOne, "group_left"),
    (VectorMatchCardinality.OneToMany, "group_right"),
)
# What is written without quotation marks; a metric may have colons in addition.
_LABEL = re.compile(r"[a-zA-Z_]\w*", re.ASCII)


def render(
    expression: Expr,
    durations: Durations = lambda seconds, role: seconds,
    replacement: Replacement = lambda part: None,
) -> str:
    """Return ``expression`` as PromQL, with its ``durations`` and parts of it changed.

    >>> from whiteroom_monitoring.promql.parse import parse
    >>> render(parse('sum by (a) (rate(b{c="d"}[5m] offset 1h))'), lambda s, role: s / 10)
    'sum by (a) (rate(b{c="d"}[30s] offset 6m))'
    """
    return _Writer(durations, replacement).text(expression)


class _Writer:
    """Writes one expression. Raises TypeError for a kind of expression that it does not know."""

    def __init__(self, durations: Durations, replacement: Replacement) -> None:
        self._durations = durations
        self._replacement = replacement

    def text(self, part: Any) -> str:
        replaced = self._replacement(part)
        if replaced is not None:
            return replaced
        match part:
            case NumberLiteral():
                text = number(part.val)
            case StringLiteral():
                text = quoted(part.val)
            case VectorSelector() | MatrixSelector() | SubqueryExpr():
                text = self._series(part)
            case ParenExpr():
                text = f"({self.text(part.expr)})"
            case UnaryExpr():
                text = f"-{self.text(part.expr)}"
            case Call():
                text = f"{part.func.name}({', '.join(self.text(a) for a in part.args)})"
            case AggregateExpr():
                text = self._aggregation(part)
            case BinaryExpr():
                modifier = _matching(part.modifier)
                text = f"{self.text(part.lhs)} {part.op}{modifier} {self.text(part.rhs)}"
            case _:
                raise TypeError(f"no text for {type(part).__name__}")
        return text

    def _series(self, part: Any) -> str:
        match part:
            case MatrixSelector():
                vector = part.vector_selector
                return f"{selector(vector)}[{self._duration(part.range)}]{self._time(vector)}"
            case SubqueryExpr():
                step = self._duration(part.step, "step") if part.step else ""
                window = f"[{self._duration(part.range)}:{step}]"
                return f"{self.text(part.expr)}{window}{self._time(part)}"
        return selector(part) + self._time(part)

    def _aggregation(self, part: AggregateExpr) -> str:
        modifier = ""
        if part.modifier is not None:
            word = "by" if part.modifier.type == AggModifierType.By else "without"
            modifier = f" {word} ({_labels(part.modifier.labels)})"
        inside = [] if part.param is None else [self.text(part.param)]
        return f"{part.op}{modifier} ({', '.join([*inside, self.text(part.expr)])})"

    def _time(self, part: Any) -> str:
        at = f" {part.at}" if part.at is not None else ""
        if part.offset is None:
            return at
        return f"{at} offset {self._duration(part.offset, 'offset')}"

    def _duration(self, length: datetime.timedelta | None, role: Role = "range") -> str:
        assert length is not None
        return duration(self._durations(length.total_seconds(), role))


def number(value: float) -> str:
    """Return a number, a whole one without decimals.

    >>> number(60.0), number(0.5)
    ('60', '0.5')
    """
    return str(int(value)) if value.is_integer() and abs(value) < 1e15 else repr(value)


def selector(part: VectorSelector, *further: str) -> str:
    """Return the selector without its time, with ``further`` matchers. Raises TypeError for `or`.

    >>> from whiteroom_monitoring.promql.parse import parse
    >>> selector(parse('a{b="c"} offset 5m'), 'd="e"')
    'a{b="c", d="e"}'
    """
    if part.matchers.or_matchers:
        raise TypeError("no text for matchers with `or`")
    matchers = ", ".join([*(_matcher(m) for m in part.matchers.matchers), *further])
    return (part.name or "") + (f"{{{matchers}}}" if matchers else "")


def _matcher(matcher: Matcher) -> str:
    sign = next(sign for match, sign in _MATCHES if match == matcher.op)
    return f"{_label(matcher.name)}{sign}{quoted(matcher.value)}"


def _label(name: str) -> str:
    return name if _LABEL.fullmatch(name) else quoted(name)


def _labels(names: Iterable[str]) -> str:
    return ", ".join(map(_label, names))


def _matching(modifier: BinModifier | None) -> str:
    if modifier is None:
        return ""
    words = " bool" if modifier.return_bool else ""
    if modifier.matching is not None:
        is_on = modifier.matching.type == LabelModifierType.Include
        words += f" {'on' if is_on else 'ignoring'} ({_labels(modifier.matching.labels)})"
    for card, word in _GROUPS:
        if modifier.card == card:
            words += f" {word} ({_labels(modifier.group_labels or [])})"
    return words
