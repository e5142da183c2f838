"""Holds a PromQL expression against the series that exist."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Literal

from whiteroom_monitoring.catalogue.suggestions import did_you_mean
from whiteroom_monitoring.promql.functions import OF_COUNTERS, OF_GAUGES
from whiteroom_monitoring.promql.infer import LabelNames, is_scalar, result_labels
from whiteroom_monitoring.promql.parse import (
    AggregateExpr,
    BinaryExpr,
    Call,
    Expr,
    LabelModifierType,
    Matcher,
    MatchOp,
    MatrixSelector,
    SubqueryExpr,
    VectorMatchCardinality,
    VectorSelector,
    descendants,
)
from whiteroom_monitoring.promql.series import Series, SeriesIndex

Topic = Literal["metric", "label", "function"]

_COUNTER_KINDS = frozenset({"counter", "bucket", "part", "untyped"})
_PLAIN_ALTERNATIVES = re.compile(r"[\w:/ -]+(\|[\w:/ -]+)*")


@dataclass(frozen=True)
class Finding:
    """What is wrong in an expression, and the ``word`` of its text where it stands."""

    topic: Topic
    word: str
    problem: str
    remedy: str = ""


def findings(expression: Expr, index: SeriesIndex) -> Iterator[Finding]:
    """Yield every name, label and function in ``expression`` that does not fit what exists."""
    for part in descendants(expression):
        match part:
            case VectorSelector():
                yield from _selector(part, index)
            case AggregateExpr():
                yield from _aggregation(part, index)
            case BinaryExpr():
                yield from _match(part, index)
            case Call():
                yield from _call(part, index)


def _selector(selector: VectorSelector, index: SeriesIndex) -> Iterator[Finding]:
    if not selector.name:
        yield Finding("metric", "{", "a selector without a metric's name", "write the name first")
        return
    series = index.find(selector.name)
    if series is None:
        if index.is_wrong(selector.name):
            problem = f"no metric is named {selector.name}"
            yield Finding("metric", selector.name, problem, index.why_not(selector.name))
        return
    for matcher in selector.matchers.matchers:
        yield from matcher_findings(matcher, series)


def matcher_findings(matcher: Matcher, series: Series) -> Iterator[Finding]:
    """Yield what in ``matcher`` no series of ``series`` has: its label, or its values."""
    if series.labels is None:
        return
    if matcher.name not in series.labels:
        yield _no_label(matcher.name, series.name, frozenset(series.labels))
        return
    values = series.labels[matcher.name]
    if values is None or not matcher.value:
        return
    for value in _unmatched(matcher, values):
        problem = f"the label {matcher.name} of {series.name} is never {value!r}"
        remedy = did_you_mean(value, values) or f"its values: {', '.join(sorted(values))}"
        yield Finding("label", value, problem, remedy)


def _unmatched(matcher: Matcher, values: frozenset[str]) -> Iterator[str]:
    """Yield the values, or the pattern, that a matcher names and no series has."""
    if matcher.op in (MatchOp.Equal, MatchOp.NotEqual):
        candidates = [matcher.value]
    elif _PLAIN_ALTERNATIVES.fullmatch(matcher.value):
        candidates = matcher.value.split("|")
    else:
        pattern = re.compile(matcher.value)
        candidates = [] if any(map(pattern.fullmatch, values)) else [matcher.value]
    yield from (candidate for candidate in candidates if candidate not in values)


def _aggregation(aggregation: AggregateExpr, index: SeriesIndex) -> Iterator[Finding]:
    if aggregation.modifier is not None:
        labels = result_labels(aggregation.expr, index)
        yield from _missing(aggregation.modifier.labels, labels, f"{aggregation.op}(...)")


def _match(binary: BinaryExpr, index: SeriesIndex) -> Iterator[Finding]:
    operator = str(binary.op)
    if is_scalar(binary.lhs) or is_scalar(binary.rhs) or operator == "or":
        return
    left, right = result_labels(binary.lhs, index), result_labels(binary.rhs, index)
    modifier = binary.modifier
    if modifier is None or modifier.matching is None:
        if left is not None and right is not None and left != right:
            problem = f"the sides of {operator} never match: only one has {_list(left ^ right)}"
            yield Finding("label", operator, problem, "say on(...) or ignoring(...) which labels")
        return
    included = modifier.matching.type == LabelModifierType.Include
    for side, labels in (("left", left), ("right", right)):
        if included:
            yield from _missing(modifier.matching.labels, labels, f"the {side} of {operator}")
    one_side = right if modifier.card == VectorMatchCardinality.ManyToOne else left
    yield from _missing(modifier.group_labels or (), one_side, f"the one side of {operator}")


def _call(call: Call, index: SeriesIndex) -> Iterator[Finding]:
    name = call.func.name
    if name == "histogram_quantile":
        yield from _quantile(call, index)
    if name not in OF_COUNTERS | OF_GAUGES:
        return
    series = _series_of(call.args[0], index)
    if series is None:
        return
    if name in OF_COUNTERS and series.kind not in _COUNTER_KINDS:
        kind = "a rule's result" if series.kind == "recorded" else f"a {series.kind}"
        remedy = "use delta, deriv or avg_over_time for what goes up and down"
        if series.kind == "recorded":
            remedy = "take the rate in the rule, before it aggregates"
        yield Finding(
            "function", name, f"{name}() needs a counter; {series.name} is {kind}", remedy
        )
    if name in OF_GAUGES and series.kind in _COUNTER_KINDS - {"untyped"}:
        problem = f"{name}() needs a gauge; {series.name} only grows"
        yield Finding("function", name, problem, "use rate or increase")


def _quantile(call: Call, index: SeriesIndex) -> Iterator[Finding]:
    vector = call.args[1]
    labels = result_labels(vector, index)
    if labels is not None and "le" not in labels:
        problem = "histogram_quantile() needs the label le, which is lost before it"
        yield Finding("function", call.func.name, problem, "use _bucket series and keep le in by()")


def _series_of(argument: Expr, index: SeriesIndex) -> Series | None:
    """Return the series that a range is taken of, or None for a computed range."""
    inner = argument
    if isinstance(argument, MatrixSelector):
        inner = argument.vector_selector
    elif isinstance(argument, SubqueryExpr):
        inner = argument.expr
    return index.find(inner.name or "") if isinstance(inner, VectorSelector) else None


def _missing(names: Iterable[str], labels: LabelNames, subject: str) -> Iterator[Finding]:
    for name in names:
        if labels is not None and name not in labels:
            yield _no_label(name, subject, labels)


def _no_label(name: str, subject: str, labels: frozenset[str]) -> Finding:
    remedy = did_you_mean(name, labels) or f"its labels: {_list(labels) or 'none'}"
    return Finding("label", name, f"{subject} has no label {name}", remedy)


def _list(names: frozenset[str]) -> str:
    return ", ".join(sorted(names))
