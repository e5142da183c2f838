"""A slow, plain evaluator of LogQL, from its documentation alone, to hold the real one to.

It shares the parser with the real one, and nothing else: every line is read anew for each moment,
and each function is what a textbook says. https://grafana.com/docs/loki/latest/query/
"""

from __future__ import annotations

import json
import math
import re
import statistics
from collections.abc import Callable, Sequence
from typing import Any

from tests.support.logql import SECOND_NS, Line
from whiteroom_monitoring.logs.logql import syntax

Labels = frozenset[tuple[str, str]]
Vector = dict[Labels, float]
_UNITS = {"ms": 1e-3, "s": 1.0, "m": 60.0, "h": 3600.0}
_SIZES = {"B": 1, "KB": 1000, "KiB": 1024, "MB": 10**6}


class PlainError(Exception):
    """A line can't be read as a query asks."""


def _seconds(text: str) -> float:
    parts = re.findall(r"([0-9.]+)(ms|s|m|h)", text)
    if not parts or "".join(n + u for n, u in parts) != text:
        raise ValueError(text)
    return sum(float(number) * _UNITS[unit] for number, unit in parts)


def _size(text: str) -> float:
    parts = re.fullmatch(r"([0-9.]+)(B|KB|KiB|MB)", text)
    if not parts:
        raise ValueError(text)
    return float(parts[1]) * _SIZES[parts[2]]


_READ: dict[str, Callable[[str], float]] = {
    "number": float, "": float, "duration": _seconds, "bytes": _size,
}  # fmt: skip
_COMPARE: dict[str, Callable[[float, float], bool]] = {
    "==": lambda a, b: a == b, "!=": lambda a, b: a != b, ">": lambda a, b: a > b,
    ">=": lambda a, b: a >= b, "<": lambda a, b: a < b, "<=": lambda a, b: a <= b,
}  # fmt: skip


def _matches(matcher: syntax.Matcher, value: str) -> bool:
    if matcher.operator in ("=", "!="):
        return (value == matcher.value) == (matcher.operator == "=")
    return bool(re.fullmatch(matcher.value, value)) == (matcher.operator == "=~")


class _State:
    """A line on its way."""

    def __init__(self, line: Line) -> None:
        self.stream, _, self.line, self.meta = dict(line[0]), line[1], line[2], dict(line[3])
        self.labels = {**self.meta, **self.stream}
        self.error = ""
        self.found: set[str] = set()

    def find(self, name: str, value: str) -> None:
        own = name + "_extracted" if name in self.stream or name in self.meta else name
        # What was found once is not found again, even where it was dropped.
        if own not in self.found:
            self.found.add(own)
            self.labels[own] = value

    def condition(self, condition: syntax.Condition) -> bool:
        match condition:
            case syntax.Both(left=left, right=right, is_and=is_and):
                first = self.condition(left)
                if first and not is_and:
                    return True
                second = self.condition(right)
                return first and second if is_and else second
            case syntax.StringCondition(matcher=matcher):
                told = self.error if matcher.name == "__error__" else self.labels.get(matcher.name)
                return _matches(matcher, told or "")
            case syntax.NumberCondition(name=name):
                return self._number(condition, self.labels.get(name))
        raise NotImplementedError(condition)

    def _number(self, condition: syntax.NumberCondition, text: str | None) -> bool:
        if text is None:
            return False
        try:
            value = _READ[condition.kind](text)
        except ValueError:
            self.error = self.error or "LabelFilterErr"
            return True
        scale = SECOND_NS if condition.kind == "duration" else 1
        return _COMPARE[condition.operator](value, condition.value / scale)

    def run(self, stages: Sequence[syntax.Stage]) -> bool:
        return all(self._stage(stage) for stage in stages)

    def _stage(self, stage: syntax.Stage) -> bool:
        match stage:
            case syntax.LineFilter(operator=operator, values=values):
                found = any(
                    bool(re.search(str(value), self.line)) if "~" in operator
                    else str(value) in self.line
                    for value in values
                )  # fmt: skip
                return found == operator.startswith("|")
            case syntax.LabelFilter(condition=condition):
                return self.condition(condition)
            case syntax.Json():
                self._json()
            case syntax.Logfmt():
                for pair in self.line.split():
                    name, _, value = pair.partition("=")
                    if re.fullmatch(r"\w+", name) and re.fullmatch(r"[^=\"]+", value):
                        self.find(name, value)
            case syntax.Selection(name="drop", labels=labels):
                for name in labels:
                    if name == "__error__":
                        self.error = ""
                    self.labels.pop(str(name), None)
                    self.meta.pop(str(name), None)
            case syntax.Selection(labels=labels):
                self.labels = {n: v for n, v in self.labels.items() if n in labels}
                self.meta = {n: v for n, v in self.meta.items() if n in labels}
            case _:
                raise NotImplementedError(stage)
        return True

    def _json(self) -> None:
        try:
            content = json.loads(self.line)
        except ValueError:
            content = None
        if not isinstance(content, dict):
            self.error = "JSONParserErr"
            return
        for name, value in content.items():
            if value is not None:
                self.find(name, value if isinstance(value, str) else json.dumps(value))


def _value(aggregation: syntax.RangeAggregation, state: _State) -> float | None:
    unwrap = aggregation.range.unwrap
    if unwrap is None:
        is_size = aggregation.operation.startswith("bytes")
        return float(len(state.line.encode())) if is_size else 1.0
    text = state.labels.get(unwrap.label)
    if not text:
        return None
    value = 0.0
    try:
        value = _READ[unwrap.conversion.removesuffix("_seconds")](text)
    except ValueError:
        state.error = "SampleExtractionErr"
    met = [state.condition(one) for one in unwrap.filters]
    if not all(met):
        return None
    state.labels.pop(unwrap.label, None)
    return value


def _grouped(grouping: syntax.Grouping | None, labels: dict[str, str]) -> Labels:
    if grouping is None:
        return frozenset(labels.items())
    return frozenset(
        (n, v) for n, v in labels.items() if (n in grouping.labels) != grouping.without
    )


def _range(aggregation: syntax.RangeAggregation, lines: Sequence[Line], moment_s: float) -> Vector:
    lines_of = aggregation.range
    end = moment_s - lines_of.offset_ns / SECOND_NS
    begin = end - lines_of.interval_ns / SECOND_NS
    series: dict[Labels, list[float]] = {}
    for line in sorted(lines, key=lambda one: one[1]):
        matchers = lines_of.query.matchers
        if not begin < line[1] <= end or not all(
            _matches(m, line[0].get(m.name, "")) for m in matchers
        ):
            continue
        state = _State(line)
        if not state.run(lines_of.query.stages):
            continue
        value = _value(aggregation, state)
        if value is None:
            continue
        if state.error:
            raise PlainError(state.error)
        series.setdefault(_grouped(aggregation.grouping, state.labels), []).append(value)
    seconds = lines_of.interval_ns / SECOND_NS
    return {k: _function(aggregation, values, seconds) for k, values in series.items()}


def _function(  # noqa: PLR0911 - one a function
    aggregation: syntax.RangeAggregation, values: list[float], seconds: float
) -> float:
    match aggregation.operation.removesuffix("_over_time"):
        case "count":
            return len(values)
        case "rate" | "bytes_rate":
            return sum(values) / seconds
        case "sum" | "bytes":
            return sum(values)
        case "avg":
            return statistics.fmean(values)
        case "min":
            return min(values)
        case "max":
            return max(values)
        case "first":
            return values[0]
        case "last":
            return values[-1]
        case "stddev":
            return statistics.pstdev(values)
        case "stdvar":
            return statistics.pvariance(values)
        case "quantile":
            assert aggregation.parameter is not None
            rank = aggregation.parameter * (len(values) - 1)
            ranked = sorted(values)
            low = math.floor(rank)
            high = min(low + 1, len(values) - 1)
            return ranked[low] + (ranked[high] - ranked[low]) * (rank - low)
    raise NotImplementedError(aggregation.operation)


_VECTOR: dict[str, Callable[[list[float]], float]] = {
    "sum": sum, "min": min, "max": max, "count": len, "avg": statistics.fmean,
    "stddev": statistics.pstdev, "stdvar": statistics.pvariance,
}  # fmt: skip


def at(metric: syntax.Metric, lines: Sequence[Line], moment_s: float) -> Vector:
    """Return each series with its value at a moment."""
    match metric:
        case syntax.RangeAggregation():
            return _range(metric, lines, moment_s)
        case syntax.Literal(value=value) | syntax.VectorLiteral(value=value):
            return {frozenset(): value}
        case syntax.VectorAggregation(operation=operation, grouping=grouping):
            groups: dict[Labels, list[tuple[float, Labels]]] = {}
            for labels, value in at(metric.inner, lines, moment_s).items():
                groups.setdefault(_grouped(grouping, dict(labels)), []).append((value, labels))
            if operation in ("topk", "bottomk"):
                sign = -1 if operation == "topk" else 1
                ranked = [sorted(g, key=lambda p: sign * p[0]) for g in groups.values()]
                return {k: v for g in ranked for v, k in g[: metric.parameter]}
            return {k: _VECTOR[operation]([v for v, _ in g]) for k, g in groups.items()}
        case syntax.Binary():
            return _binary(metric, lines, moment_s)
    raise NotImplementedError(metric)


def _binary(metric: syntax.Binary, lines: Sequence[Line], moment_s: float) -> Vector:
    left, right = at(metric.left, lines, moment_s), at(metric.right, lines, moment_s)
    operator = metric.operator
    match operator:
        case "and":
            return {k: v for k, v in left.items() if k in right}
        case "or":
            return {**right, **left}
        case "unless":
            return {k: v for k, v in left.items() if k not in right}
    if isinstance(metric.right, syntax.Literal):
        right = dict.fromkeys(left, metric.right.value)
    elif isinstance(metric.left, syntax.Literal):
        left = dict.fromkeys(right, metric.left.value)
    kept = right if isinstance(metric.left, syntax.Literal) else left
    result: Vector = {}
    for labels in left.keys() & right.keys():
        first, second = left[labels], right[labels]
        if operator in _COMPARE:
            is_met = _COMPARE[operator](first, second)
            if metric.matching.is_bool:
                result[labels] = float(is_met)
            elif is_met:
                result[labels] = kept[labels]
            continue
        result[labels] = _arithmetic(operator, first, second)
    return result


def _arithmetic(operator: str, first: float, second: float) -> float:
    operations: dict[str, Callable[[Any, Any], float]] = {
        "+": lambda a, b: a + b, "-": lambda a, b: a - b, "*": lambda a, b: a * b,
        "/": lambda a, b: a / b if b else math.nan,
    }  # fmt: skip
    return operations[operator](first, second)
