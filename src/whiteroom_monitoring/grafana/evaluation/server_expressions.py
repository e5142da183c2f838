"""Queries of other queries, `__expr__` in Grafana: math, reduce, resample and threshold.

Source: https://grafana.com/docs/grafana/latest/panels-visualizations/query-transform-data/expression-queries/
"""

from __future__ import annotations

import ast
import functools
import math
import re
import statistics
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from whiteroom_monitoring.datasources.errors import RequestError
from whiteroom_monitoring.grafana.evaluation.errors import UnsupportedError, require_room
from whiteroom_monitoring.grafana.evaluation.frames import Lines, Series, Value
from whiteroom_monitoring.grafana.evaluation.transformations.records import power
from whiteroom_monitoring.grafana.model.grid import seconds
from whiteroom_monitoring.grafana.model.json_node import Node
from whiteroom_monitoring.grafana.model.query import ServerExpression

_REFERENCE = re.compile(r"\$(?:\{([^}]+)\}|(\w+))")
_MOST_CHARACTERS = 1000


@dataclass(frozen=True)
class Item:
    """Values with labels; a single ``number`` where they were reduced."""

    labels: Mapping[str, str]
    values: Sequence[Value]
    is_number: bool = False


Items = list[Item]


def evaluate(
    queries: Mapping[str, ServerExpression], lines: Lines, refs: Sequence[str]
) -> dict[str, Items]:
    """Return the result of each expression by its refId. Raises UnsupportedError."""
    results: dict[str, Items] = {ref: [] for ref in refs}
    for series in lines.series:
        results.setdefault(series.query, []).append(Item(series.labels, series.values))
    waiting = dict(queries)
    while waiting:
        ready = [r for r, q in waiting.items() if not (needed(q) & waiting.keys())]
        if not ready:
            raise UnsupportedError("expressions that need each other")
        for ref in ready:
            results[ref] = _result(waiting.pop(ref), results, lines.times)
    return {ref: results[ref] for ref in queries}


def series_of(ref: str, items: Items, lines: Lines) -> list[Series]:
    """Return the result of an expression as series over the moments of the others."""
    return [
        Series(
            ref,
            ", ".join(item.labels.values()) or ref,
            item.labels,
            _spread(item, len(lines.times)),
        )
        for item in items
    ]


def _spread(item: Item, count: int) -> Sequence[Value]:
    """Return a value for each moment; a single number is that of the last."""
    if not item.is_number:
        return item.values
    return [None] * (count - 1) + list(item.values[:1])


def needed(query: ServerExpression) -> set[str]:
    """Return the refIds of the queries that an expression is of."""
    if query.kind == "math":
        return {braced or plain for braced, plain in _REFERENCE.findall(query.expression)}
    return {query.expression.strip().strip("${}")}


def _result(query: ServerExpression, results: Mapping[str, Items], times: Sequence[float]) -> Items:
    if query.kind not in KINDS:
        raise UnsupportedError(f"expressions of the type {query.kind or 'unknown'}")
    for ref in needed(query):
        if ref not in results:
            raise UnsupportedError(f"an expression of {ref or 'nothing'}, which is no query")
    return KINDS[query.kind](query, results, times)


def _input(query: ServerExpression, results: Mapping[str, Items]) -> Items:
    return results[query.expression.strip().strip("${}")]


def _reduce(query: ServerExpression, results: Mapping[str, Items], times: Sequence[float]) -> Items:
    node = Node(query.settings, [])
    name = node["reducer"].text("mean")
    settings = node["settings"].object()
    if name not in _REDUCERS:
        raise UnsupportedError(f"expressions that reduce by {name}")
    mode = settings["mode"].text()
    other = settings["replaceWithValue"].number() or 0.0
    items = []
    for item in _input(query, results):
        values = [v for v in item.values if v is not None]
        if mode == "replaceNN":
            values = [v if v is not None else other for v in item.values]
        items.append(Item(item.labels, [_reduced(_REDUCERS[name], values)], True))
    return items


def _reduced(reduce: Callable[[list[float]], float], values: list[float]) -> Value:
    """Return one value, None of none; infinities have no sum where they differ in sign."""
    try:
        return reduce(values) if values else None
    except (ArithmeticError, ValueError):
        return None


_REDUCERS: Mapping[str, Callable[[list[float]], float]] = {
    "mean": statistics.fmean,
    "median": statistics.median,
    "sum": math.fsum,
    "min": min,
    "max": max,
    "count": lambda values: float(len(values)),
    "last": lambda values: values[-1],
}


def _threshold(
    query: ServerExpression, results: Mapping[str, Items], times: Sequence[float]
) -> Items:
    conditions = list(Node(query.settings, [])["conditions"].objects())
    evaluator = conditions[0]["evaluator"].object() if conditions else Node({}, [])
    kind = evaluator["type"].text("gt")
    params = [node.number() or 0.0 for node in evaluator["params"].items()] + [0.0, 0.0]
    if kind not in _THRESHOLDS:
        raise UnsupportedError(f"thresholds of the type {kind}")
    holds = _THRESHOLDS[kind]

    def judged(value: Value) -> Value:
        return None if value is None else float(holds(value, params[0], params[1]))

    return [replace(i, values=[judged(v) for v in i.values]) for i in _input(query, results)]


_THRESHOLDS: Mapping[str, Callable[[float, float, float], bool]] = {
    "gt": lambda value, a, b: value > a,
    "gte": lambda value, a, b: value >= a,
    "lt": lambda value, a, b: value < a,
    "lte": lambda value, a, b: value <= a,
    "eq": lambda value, a, b: value == a,
    "ne": lambda value, a, b: value != a,
    "within_range": lambda value, a, b: a < value < b,
    "outside_range": lambda value, a, b: value < a or value > b,
    "within_range_included": lambda value, a, b: a <= value <= b,
    "outside_range_included": lambda value, a, b: value <= a or value >= b,
}


def _resample(
    query: ServerExpression, results: Mapping[str, Items], times: Sequence[float]
) -> Items:
    """Make a value of each window, which stands from its beginning until the next one's."""
    node = Node(query.settings, [])
    try:
        window = max(seconds(node["window"].text("1m")), 1.0)
    except RequestError as error:
        raise UnsupportedError(f"expressions that resample: {error}") from error
    down = node["downsampler"].text("mean")
    if down not in _REDUCERS:
        raise UnsupportedError(f"expressions that resample by {down}")
    groups: dict[int, list[int]] = {}
    for at, time in enumerate(times):
        groups.setdefault(int(time // window), []).append(at)
    return [
        replace(item, values=_resampled(item.values, groups, _REDUCERS[down]))
        for item in _input(query, results)
    ]


def _resampled(
    values: Sequence[Value],
    groups: Mapping[int, Sequence[int]],
    reduce: Callable[[list[float]], float],
) -> list[Value]:
    resampled: list[Value] = [None] * len(values)
    for places in groups.values():
        known = [v for at in places if (v := values[at]) is not None]
        value = _reduced(reduce, known)
        for at in places:
            resampled[at] = value
    return resampled


def _math(query: ServerExpression, results: Mapping[str, Items], times: Sequence[float]) -> Items:
    if len(query.expression) > _MOST_CHARACTERS:
        raise UnsupportedError("expressions of more than 1000 characters")
    names: dict[str, str] = {}

    def name(reference: re.Match[str]) -> str:
        return names.setdefault(reference[1] or reference[2], f"_r{len(names)}")

    if "~" in query.expression:
        raise UnsupportedError(f"the expression {query.expression[:60]!r}")
    text = _REFERENCE.sub(name, query.expression)
    text = text.replace("||", " or ").replace("&&", " and ")
    text = re.sub(r"!(?!=)", "~", text)
    try:
        tree = ast.parse(text.strip(), mode="eval")
    except (SyntaxError, ValueError, RecursionError) as error:
        raise UnsupportedError(f"the expression {query.expression[:60]!r}") from error
    variables = {short: results[ref] for ref, short in names.items()}
    result = _value(tree.body, variables)
    if isinstance(result, float):
        return [Item({}, [result], True)]
    return [replace(item, values=[_gap(value) for value in item.values]) for item in result]


def _gap(value: Value) -> Value:
    return None if value is None or math.isnan(value) else value


_Operand = Items | float
_BINARY: Mapping[type, Callable[[float, float], float]] = {
    ast.Add: lambda a, b: a + b,
    ast.Sub: lambda a, b: a - b,
    ast.Mult: lambda a, b: a * b,
    ast.Div: lambda a, b: a / b if b else math.copysign(math.inf, a) if a else math.nan,
    ast.Mod: math.fmod,
    ast.Pow: power,
    ast.Gt: lambda a, b: float(a > b),
    ast.GtE: lambda a, b: float(a >= b),
    ast.Lt: lambda a, b: float(a < b),
    ast.LtE: lambda a, b: float(a <= b),
    ast.Eq: lambda a, b: float(a == b),
    ast.NotEq: lambda a, b: float(a != b),
    ast.And: lambda a, b: float(bool(a) and bool(b)),
    ast.Or: lambda a, b: float(bool(a) or bool(b)),
}
_UNARY: Mapping[type, Callable[[float], float]] = {
    ast.USub: lambda value: -value,
    # Written for Grafana's `!`, which binds as tightly.
    ast.Invert: lambda value: float(not value),
}
_FUNCTIONS: Mapping[str, Callable[[float], float]] = {
    "abs": abs,
    "log": lambda value: math.log(value) if value > 0 else math.nan,
    "round": lambda value: float(math.floor(value + 0.5)),
    "ceil": lambda value: float(math.ceil(value)),
    "floor": lambda value: float(math.floor(value)),
}
# What can be told of gaps, too. What is no number in Prometheus is a gap here.
_JUDGEMENTS: Mapping[str, Callable[[Value], bool]] = {
    "is_inf": lambda value: value is not None and math.isinf(value),
    "is_nan": lambda value: value is not None and math.isnan(value),
    "is_null": lambda value: value is None,
    "is_number": lambda value: value is not None and math.isfinite(value),
}


def _value(node: ast.expr, variables: Mapping[str, Items]) -> _Operand:
    match node:
        case ast.Constant(value=int() | float() as number):
            return _constant(number)
        case ast.Name(id=name) if name in variables:
            return variables[name]
        case (
            ast.BinOp(left=left, op=operator, right=right)
            | ast.Compare(left=left, ops=[operator], comparators=[right])
        ) if type(operator) in _BINARY:
            return _combined(operator, _value(left, variables), _value(right, variables))
        case ast.BoolOp(op=operator, values=values):
            parts = [_value(part, variables) for part in values]
            return functools.reduce(lambda a, b: _combined(operator, a, b), parts)
        case ast.UnaryOp(op=unary, operand=inner) if type(unary) in _UNARY:
            return _mapped(_UNARY[type(unary)], _value(inner, variables))
        case ast.Call(func=ast.Name(id=name), args=[inner]) if name in (*_FUNCTIONS, *_JUDGEMENTS):
            return _called(name, _value(inner, variables))
    raise UnsupportedError(f"the expression {ast.unparse(node)[:60]!r}")


def _constant(number: float) -> float:
    try:
        return float(number)
    except OverflowError as error:
        raise UnsupportedError("a number of more than 308 digits") from error


def _called(name: str, operand: _Operand) -> _Operand:
    if name in _JUDGEMENTS:
        return _judged(_JUDGEMENTS[name], operand)
    return _mapped(_FUNCTIONS[name], operand)


def _judged(holds: Callable[[Value], bool], operand: _Operand) -> _Operand:
    if isinstance(operand, float):
        return float(holds(operand))
    return [replace(i, values=[float(holds(v)) for v in i.values]) for i in operand]


def _mapped(apply: Callable[[float], float], operand: _Operand) -> _Operand:
    if isinstance(operand, float):
        return _number(apply, operand)
    return [replace(i, values=[_applied(apply, v) for v in i.values]) for i in operand]


def _applied(apply: Callable[..., float], *values: Value) -> Value:
    """Return what is calculated of values; what has no result is no number, as in Grafana."""
    known = [value for value in values if value is not None]
    if len(known) < len(values):
        return None
    if any(math.isnan(value) for value in known):
        return math.nan
    try:
        return apply(*known)
    except (ArithmeticError, ValueError):
        return math.nan


def _number(apply: Callable[..., float], *values: float) -> float:
    result = _applied(apply, *values)
    if result is None or math.isnan(result):
        raise UnsupportedError(f"an expression without a result for {values}")
    return result


def _combined(operator: Any, left: _Operand, right: _Operand) -> _Operand:
    apply = _BINARY[type(operator)]
    if isinstance(left, float) and isinstance(right, float):
        return _number(apply, left, right)
    if isinstance(left, float):
        return _mapped(lambda value: apply(left, value), right)
    if isinstance(right, float):
        return _mapped(lambda value: apply(value, right), left)
    require_room(len(left) * len(right), "an expression of pairs")
    pairs = [(a, b) for a in left for b in right if _match(a, b, left, right)]
    require_room(sum(max(len(a.values), len(b.values)) for a, b in pairs), "an expression")
    return [_pair(apply, a, b) for a, b in pairs]


def _match(a: Item, b: Item, left: Items, right: Items) -> bool:
    """Tell whether two items belong together: one's labels are among the other's."""
    if len(left) == len(right) == 1:
        return True
    return a.labels.items() <= b.labels.items() or b.labels.items() <= a.labels.items()


def _pair(apply: Callable[[float, float], float], a: Item, b: Item) -> Item:
    count = max(len(a.values), len(b.values))
    left = list(a.values) * count if a.is_number and not b.is_number else a.values
    right = list(b.values) * count if b.is_number and not a.is_number else b.values
    labels = a.labels if len(a.labels) >= len(b.labels) else b.labels
    values = [_applied(apply, x, y) for x, y in zip(left, right, strict=False)]
    return Item(labels, values, a.is_number and b.is_number)


KINDS: Mapping[str, Callable[[ServerExpression, Mapping[str, Items], Sequence[float]], Items]] = {
    "math": _math,
    "reduce": _reduce,
    "resample": _resample,
    "threshold": _threshold,
}
