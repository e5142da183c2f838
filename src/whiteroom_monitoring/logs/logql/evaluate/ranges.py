"""Functions of the samples of a range. A range is open at its begin and closed at its end."""

from __future__ import annotations

import math
import operator
from array import array
from bisect import bisect_right
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from itertools import accumulate, islice

from whiteroom_monitoring.logs import _native
from whiteroom_monitoring.logs.logql.golang.durations import SECOND_NS
from whiteroom_monitoring.logs.logql.syntax import RangeAggregation


@dataclass
class Samples:
    """Times and values of one series. Where ``are_ones`` holds, every value is 1."""

    times: list[int]
    values: list[float]
    are_ones: bool = False

    def add(self, time_ns: int, value: float) -> None:
        """Add a sample."""
        self.times.append(time_ns)
        self.values.append(value)

    def extend(self, other: Samples) -> None:
        """Add the samples of another part."""
        self.are_ones = other.are_ones and (self.are_ones or not self.values)
        self.times += other.times
        self.values += other.values

    def sort(self) -> None:
        """Put the samples in the order of their times; of equal times, as they came."""
        if self.are_ones:
            self.times.sort()
            return
        if all(map(operator.le, self.times, islice(self.times, 1, None))):
            return
        order = sorted(range(len(self.times)), key=self.times.__getitem__)
        self.times = [self.times[i] for i in order]
        self.values = [self.values[i] for i in order]

    def window(self, start_ns: int, end_ns: int) -> tuple[int, int]:
        """Return the first sample after a start, and the one after the last of an end."""
        return bisect_right(self.times, start_ns), bisect_right(self.times, end_ns)


@dataclass
class Counts:
    """How many lines one series has between the ends of all windows, not when each of them is.

    ``lines[i]`` are those after ``bounds[i - 1]`` and up to ``bounds[i]``.
    """

    bounds: array[int]
    lines: array[int] = field(init=False)
    _until: list[int] = field(init=False)

    def __post_init__(self) -> None:
        self.lines = array("q", bytes(8 * (len(self.bounds) + 1)))
        self._until = []

    def add(self, rows: _native.Rows, numbers: Sequence[int]) -> None:
        """Add rows."""
        rows.count(numbers, self.bounds, self.lines)

    def add_between(
        self, rows: _native.Rows, span: tuple[int, int], times: tuple[int, int]
    ) -> None:
        """Add all rows of a span that are in a time."""
        rows.count_between(*span, *times, self.bounds, self.lines)

    def sort(self) -> None:
        """Add the lines up, when all are there."""
        self._until = list(accumulate(self.lines, initial=0))

    def window(self, start_ns: int, end_ns: int) -> tuple[int, int]:
        """Return how many lines there are up to a start, and up to an end; both are bounds."""
        first, last = bisect_right(self.bounds, start_ns), bisect_right(self.bounds, end_ns)
        return self._until[first], self._until[last]


# Values and times of a range, and its end.
Function = Callable[[Sequence[float], Sequence[int], int], float]


def function(aggregation: RangeAggregation) -> Function:
    """Return the function of an aggregation."""
    seconds = aggregation.range.interval_ns / SECOND_NS
    match aggregation.operation:
        case "rate" if aggregation.range.unwrap is None:
            return lambda values, _, __: len(values) / seconds
        case "rate" | "bytes_rate":
            return lambda values, _, __: _sum(values) / seconds
        case "rate_counter":
            interval = aggregation.range.interval_ns
            return lambda values, times, end: _counter_rate(values, times, end, interval)
        case "quantile_over_time":
            assert aggregation.parameter is not None
            q = aggregation.parameter
            return lambda values, _, __: quantile(q, values)
    simple = _SIMPLE[aggregation.operation]
    return lambda values, _, __: simple(values)


def _sum(values: Sequence[float]) -> float:
    total = 0.0
    for value in values:
        total += value
    return total


def mean(values: Sequence[float]) -> float:
    """Return the mean; once infinite, it stays so but for the other infinity."""
    result, count = 0.0, 0
    for value in values:
        count += 1
        if math.isinf(result):
            if math.isinf(value) and (result > 0) == (value > 0):
                continue
            if math.isfinite(value):
                continue
        result += value / count - result / count
    return result


def variance(values: Sequence[float]) -> float:
    """Return the variance of all of a population."""
    result = centre = 0.0
    count = 0
    for value in values:
        count += 1
        delta = value - centre
        centre += delta / count
        result += delta * (value - centre)
    return result / count


def _deviation(values: Sequence[float]) -> float:
    result = variance(values)
    return math.sqrt(result) if result >= 0 else math.nan


def largest(values: Sequence[float]) -> float:
    """Return the largest that is a number, or none of them is."""
    return max((v for v in values if not math.isnan(v)), default=math.nan)


def smallest(values: Sequence[float]) -> float:
    """Return the smallest that is a number, or none of them is."""
    return min((v for v in values if not math.isnan(v)), default=math.nan)


_SIMPLE: dict[str, Callable[[Sequence[float]], float]] = {
    "count_over_time": lambda values: float(len(values)),
    "bytes_over_time": _sum,
    "sum_over_time": _sum,
    "avg_over_time": mean,
    "max_over_time": largest,
    "min_over_time": smallest,
    "stdvar_over_time": variance,
    "stddev_over_time": _deviation,
    "first_over_time": lambda values: values[0],
    "last_over_time": lambda values: values[-1],
    "absent_over_time": lambda _: 1.0,
}


def quantile(q: float, values: Sequence[float]) -> float:
    """Return a quantile, interpolated between two values. What is no number comes first."""
    if not values or math.isnan(q):
        return math.nan
    if q < 0 or q > 1:
        return math.inf if q > 1 else -math.inf
    return _native.quantile(q, values)


def _counter_rate(
    values: Sequence[float], times: Sequence[int], end_ns: int, interval_ns: int
) -> float:
    """Return the increase a second of a counter that may begin anew, as Prometheus guesses it."""
    if len(values) < 2:
        return 0.0
    increase, before = values[-1] - values[0], 0.0
    for value in values:
        if value < before:
            increase += before
        before = value
    to_start = (times[0] - (end_ns - interval_ns)) / 1e9
    to_end = (end_ns - times[-1]) / 1e9
    sampled = (times[-1] - times[0]) / 1e9
    average = sampled / (len(values) - 1)
    threshold = average * 1.1
    if to_start >= threshold:
        to_start = average / 2
    if increase > 0 and values[0] >= 0:
        to_start = min(to_start, sampled * (values[0] / increase))
    if to_end >= threshold:
        to_end = average / 2
    if not sampled:
        return math.nan
    return increase * ((sampled + to_start + to_end) / sampled) / (interval_ns / SECOND_NS)
