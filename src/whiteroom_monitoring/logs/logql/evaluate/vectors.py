"""Functions of the values that several series have at one moment."""

from __future__ import annotations

import math
from collections.abc import Sequence

from whiteroom_monitoring.logs.logql.evaluate.ranges import largest, smallest, variance
from whiteroom_monitoring.logs.logql.stages.row import Labels
from whiteroom_monitoring.logs.logql.syntax import Grouping, VectorAggregation

Sample = tuple[Labels, float]
Vector = list[Sample]
_RANKED = ("topk", "bottomk", "approx_topk", "sort", "sort_desc")


def aggregate(aggregation: VectorAggregation, vector: Vector) -> Vector:
    """Return one sample a group; of those that rank, the samples themselves."""
    groups: dict[Labels, Vector] = {}
    for sample in vector:
        groups.setdefault(group(aggregation.grouping, sample[0]), []).append(sample)
    operation = aggregation.operation
    if operation not in _RANKED:
        return [(labels, _value(operation, [v for _, v in one])) for labels, one in groups.items()]
    ranked = []
    for samples in groups.values():
        in_order = _ranked(operation, samples)
        ranked += in_order if operation.startswith("sort") else in_order[: aggregation.parameter]
    return ranked


def group(grouping: Grouping, labels: Labels) -> Labels:
    """Return the labels of the group that a series belongs to."""
    if grouping.without:
        return tuple((n, v) for n, v in labels if v and n not in grouping.labels)
    return tuple((n, v) for n, v in labels if n in grouping.labels)


def _ranked(operation: str, samples: Vector) -> Vector:
    sign = -1 if operation in ("topk", "approx_topk", "sort_desc") else 1
    return sorted(samples, key=lambda one: (math.isnan(one[1]), sign * one[1]))


def _value(operation: str, values: Sequence[float]) -> float:
    match operation:
        case "sum":
            total = values[0]
            for value in values[1:]:
                total += value
            return total
        case "avg":
            return _mean(values)
        case "max":
            return largest(values)
        case "min":
            return smallest(values)
        case "count":
            return float(len(values))
    spread = _spread(values)
    return math.sqrt(spread) if operation == "stddev" and spread >= 0 else spread


def _spread(values: Sequence[float]) -> float:
    return 0.0 if len(values) == 1 else variance(values)


def _mean(values: Sequence[float]) -> float:
    result = values[0]
    for count, value in enumerate(values[1:], 2):
        if math.isinf(result):
            if math.isinf(value) and (result > 0) == (value > 0):
                continue
            if math.isfinite(value):
                continue
        result += (value - result) / count
    return result
