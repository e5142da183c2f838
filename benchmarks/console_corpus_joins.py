"""What expressions ask of metrics: labels by which they can be joined, values to compare with."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator

from whiteroom_monitoring.promql.parse import (
    AggModifierType,
    AggregateExpr,
    BinaryExpr,
    BinModifier,
    Expr,
    LabelModifierType,
    NumberLiteral,
    ParenExpr,
    VectorMatchCardinality,
    VectorSelector,
    children,
    descendants,
)

# Tells of a label whether it may have several values.
May = Callable[[str], bool]
# Aggregations that choose series and leave their labels.
_CHOOSING = ("topk", "bottomk", "limitk", "limit_ratio")


def free_labels(expressions: Iterable[Expr]) -> dict[str, May]:
    """Return, for each metric that is joined with another, which of its labels may differ."""
    bounds: dict[str, list[May]] = defaultdict(list)
    for expression in expressions:
        for part in descendants(expression):
            if isinstance(part, BinaryExpr) and part.modifier is not None:
                for name, may in _bounds(part, part.modifier):
                    bounds[name].append(may)
    return {name: _all(mays) for name, mays in bounds.items()}


def _all(mays: list[May]) -> May:
    return lambda label: all(may(label) for may in mays)


def _bounds(part: BinaryExpr, modifier: BinModifier) -> Iterator[tuple[str, May]]:
    matched = _matched(modifier)
    for side in _sides_of_one(part, modifier):
        for name, remains in _metrics(side, lambda label: True):
            yield name, _either(remains, matched)
    if added := set(modifier.group_labels or ()):
        # What a side of many has of these labels is replaced, and must not tell its series apart.
        is_left = modifier.card == VectorMatchCardinality.ManyToOne
        for name, remains in _metrics(part.lhs if is_left else part.rhs, lambda label: True):
            yield name, _either(remains, lambda label: label not in added)


def _either(remains: May, matched: May) -> May:
    return lambda label: matched(label) or not remains(label)


def _matched(modifier: BinModifier) -> May:
    matching = modifier.matching
    if matching is None:
        return lambda label: True
    labels = set(matching.labels)
    if matching.type == LabelModifierType.Include:
        return lambda label: label in labels
    return lambda label: label not in labels


def _sides_of_one(part: BinaryExpr, modifier: BinModifier) -> list[Expr]:
    card = modifier.card
    if card == VectorMatchCardinality.ManyToOne:
        return [part.rhs]
    if card == VectorMatchCardinality.OneToMany:
        return [part.lhs]
    return [part.lhs, part.rhs] if card == VectorMatchCardinality.OneToOne else []


def _metrics(part: Expr, remains: May) -> Iterator[tuple[str, May]]:
    """Yield the metrics below a part, with which of their labels remain above it."""
    if isinstance(part, VectorSelector) and part.name:
        yield part.name, remains
    if isinstance(part, AggregateExpr) and str(part.op) not in _CHOOSING:
        remains = _remaining(part, remains)
    for child in children(part):
        yield from _metrics(child, remains)


def _remaining(part: AggregateExpr, remains: May) -> May:
    labels = set(part.modifier.labels) if part.modifier else set()
    if part.modifier and part.modifier.type != AggModifierType.By:
        return lambda label: label not in labels and remains(label)
    return lambda label: label in labels and remains(label)


# How far from a number a value is that a comparison with it lets through.
_BESIDE = {"==": 0.0, ">=": 0.0, "<=": 0.0, ">": 1.0, "!=": 1.0, "<": -1.0}


def required_values(expressions: Iterable[Expr]) -> dict[str, float]:
    """Return, for each metric that is itself compared with a number, a value that passes."""
    values: dict[str, float] = {}
    for expression in expressions:
        for part in descendants(expression):
            if isinstance(part, BinaryExpr) and str(part.op) in _BESIDE:
                metric, bound = _plain(part.lhs), _plain(part.rhs)
                if isinstance(metric, VectorSelector) and isinstance(bound, NumberLiteral):
                    name, value = metric.name or "", bound.val + _BESIDE[str(part.op)]
                    values[name] = max(value, values.get(name, value))
    return values


def _plain(part: Expr) -> Expr:
    return _plain(part.expr) if isinstance(part, ParenExpr) else part
