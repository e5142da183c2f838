"""Operations on two vectors of one moment, or on one and a number."""

from __future__ import annotations

from whiteroom_monitoring.logs.errors import QueryError
from whiteroom_monitoring.logs.logql.evaluate.arithmetic import operate
from whiteroom_monitoring.logs.logql.evaluate.vectors import Vector
from whiteroom_monitoring.logs.logql.stages.row import Labels
from whiteroom_monitoring.logs.logql.syntax import COMPARISONS, Binary, Matching


def with_number(operation: Binary, vector: Vector, number: float, *, is_left: bool) -> Vector:
    """Return a vector's samples with a number; a comparison keeps what meets it."""
    result: Vector = []
    operator, is_bool = operation.operator, operation.matching.is_bool
    for labels, value in vector:
        pair = (number, value) if is_left else (value, number)
        outcome = operate(operator, *pair)
        if operator not in COMPARISONS or is_bool:
            result.append((labels, outcome))
        elif outcome:
            result.append((labels, value))
    return result


def combine(operation: Binary, left: Vector, right: Vector) -> Vector:
    """Return what two vectors give. Raises QueryError when it is not clear what goes together."""
    matching = operation.matching
    match operation.operator:
        case "and":
            known = {_signature(labels, matching) for labels, _ in right}
            return [one for one in left if _signature(one[0], matching) in known]
        case "or":
            known = {_signature(labels, matching) for labels, _ in left}
            return left + [one for one in right if _signature(one[0], matching) not in known]
        case "unless":
            known = {_signature(labels, matching) for labels, _ in right}
            return [one for one in left if _signature(one[0], matching) not in known]
    return _matched(operation, left, right)


def _signature(labels: Labels, matching: Matching) -> Labels:
    names = matching.labels or ()
    if matching.on:
        return tuple((n, v) for n, v in labels if v and n in names)
    return tuple((n, v) for n, v in labels if v and n not in names)


def _matched(operation: Binary, left: Vector, right: Vector) -> Vector:
    matching = operation.matching
    swapped = matching.group == "group_right"
    many, one = (right, left) if swapped else (left, right)
    singles: dict[Labels, tuple[Labels, float]] = {}
    for sample in one:
        signature = _signature(sample[0], matching)
        if signature in singles:
            side = "left" if swapped else "right"
            raise QueryError(
                f"found duplicate series on the {side} hand-side;many-to-many matching not "
                "allowed: matching labels must be unique on one side"
            )
        singles[signature] = sample
    result: Vector = []
    known: dict[Labels, set[Labels]] = {}
    for labels, value in many:
        signature = _signature(labels, matching)
        other = singles.get(signature)
        if other is None:
            continue
        metric = _metric(labels, other[0], matching)
        _require_unique(known, signature, metric, matching)
        pair = (other[1], value) if swapped else (value, other[1])
        outcome = operate(operation.operator, *pair)
        if operation.operator not in COMPARISONS or matching.is_bool:
            result.append((metric, outcome))
        elif outcome:
            result.append((metric, pair[0]))
    return result


def _require_unique(
    known: dict[Labels, set[Labels]], signature: Labels, metric: Labels, matching: Matching
) -> None:
    taken = known.get(signature)
    if taken is None:
        known[signature] = {metric}
        return
    if not matching.group:
        raise QueryError(
            "multiple matches for labels: many-to-one matching must be explicit "
            "(group_left/group_right)"
        )
    if metric in taken:
        raise QueryError("multiple matches for labels: grouping labels must ensure unique matches")
    taken.add(metric)


def _metric(many: Labels, one: Labels, matching: Matching) -> Labels:
    labels = {n: v for n, v in many if v}
    names = matching.labels or ()
    if not matching.group:
        if matching.on:
            labels = {n: v for n, v in labels.items() if n in names}
        else:
            labels = {n: v for n, v in labels.items() if n not in names}
    others = dict(one)
    for name in matching.include or ():
        labels.pop(name, None)
        if others.get(name):
            labels[name] = others[name]
    return tuple(sorted(labels.items()))
