"""Evaluates a query for numbers at one moment, or at many."""

from __future__ import annotations

from array import array
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass

from whiteroom_monitoring.logs.errors import QueryError
from whiteroom_monitoring.logs.logql.evaluate import binary, vectors
from whiteroom_monitoring.logs.logql.evaluate.extract import SUMMED, Extractor
from whiteroom_monitoring.logs.logql.evaluate.ranges import Counts, Samples, function
from whiteroom_monitoring.logs.logql.evaluate.vectors import Vector
from whiteroom_monitoring.logs.logql.golang.durations import SECOND_NS
from whiteroom_monitoring.logs.logql.golang.quoting import quote, to_bytes
from whiteroom_monitoring.logs.logql.regex import compile_regex, expand
from whiteroom_monitoring.logs.logql.stages.row import ERROR, PRESERVE, Labels
from whiteroom_monitoring.logs.logql.syntax import (
    Binary,
    Grouping,
    LabelReplace,
    Literal,
    LogRange,
    Metric,
    RangeAggregation,
    VectorAggregation,
    VectorLiteral,
)

MOST_SERIES = 500


@dataclass(frozen=True)
class Times:
    """The moments of an evaluation: from ``start_ns`` to ``end_ns``; a step of 0 is the first."""

    start_ns: int
    end_ns: int
    step_ns: int = 0

    @property
    def is_instant(self) -> bool:
        """Whether it is one moment alone."""
        return self.step_ns == 0

    def moments(self) -> range:
        """Return the moments."""
        if self.is_instant:
            return range(self.start_ns, self.start_ns + 1)
        return range(self.start_ns, self.end_ns + 1, self.step_ns)

    def bounds(self, lines: LogRange) -> array[int]:
        """Return where the windows of a range begin and end."""
        ends = [moment - lines.offset_ns for moment in self.moments()]
        return array("q", sorted({*ends, *(end - lines.interval_ns for end in ends)}))


# Reads what an extractor makes of the lines after a start and up to an end, by series.
Read = Callable[[Extractor, int, int], Mapping[Labels, Samples | Counts]]
Series = dict[Labels, list[tuple[int, float]]]


class PipelineError(QueryError):
    """A line of a query for numbers could not be read as it asks."""

    def __init__(self, labels: Labels) -> None:
        values = dict(labels)
        error = values.get(ERROR, "")
        series = ", ".join(f"{name}={quote(value)}" for name, value in labels)
        super().__init__(
            f"pipeline error: '{error}' for series: '{{{series}}}'.\n"
            f"A filter leaves such lines out: | __error__!={quote(error)}, or "
            '| __error__="" for those of any error; it may also stand behind unwrap.\n'
        )


@dataclass
class SeriesLimit:
    """How many series an answer may have. What is beyond is refused, or left out if it ``cuts``."""

    most: int = MOST_SERIES
    cuts: bool = False
    is_reached: bool = False

    def has_room(self, count: int) -> bool:
        """Tell whether there may be one more than so many. Raises QueryError."""
        if count < self.most:
            return True
        if not self.cuts:
            raise QueryError(
                f"maximum number of series ({self.most}) reached for a single query; consider "
                "reducing query cardinality by adding more specific stream selectors, reducing the "
                "time range, or aggregating results with functions like sum(), count() or topk()"
            )
        self.is_reached = True
        return False

    @property
    def warnings(self) -> tuple[str, ...]:
        """What the client is told of an answer that is not whole."""
        text = f"maximum number of series ({self.most}) reached for a single query"
        return (f"{text}; returning partial results",) if self.is_reached else ()


def evaluate(
    metric: Metric,
    times: Times,
    read: Read,
    limit: SeriesLimit | None = None,
    check: Callable[[], None] = lambda: None,
) -> Series:
    """Return each series with its points, in the order of the answer. Raises QueryError.

    ``check`` is called again and again, and may raise to end the evaluation.
    """
    result: Series = {}
    limit = limit or SeriesLimit()
    steps = _Evaluation(times, read, check).steps(metric)
    for moment, vector in zip(times.moments(), steps, strict=True):
        for labels, value in vector:
            if labels in result or limit.has_room(len(result)):
                result.setdefault(labels, []).append((moment, value))
        if limit.is_reached:
            break
    if times.is_instant and _is_sorted(metric):
        return result
    return dict(sorted(result.items()))


def _is_sorted(metric: Metric) -> bool:
    match metric:
        case VectorAggregation(operation="sort" | "sort_desc"):
            return True
        case VectorAggregation(inner=inner) | LabelReplace(inner=inner):
            return _is_sorted(inner)
        case Binary(left=left, right=right):
            return _is_sorted(left) or _is_sorted(right)
    return False


class _Evaluation:
    """Gives the vectors of the moments one by one, so that no more than one is held of each part.

    The samples of a range are read once, for all moments.
    """

    def __init__(self, times: Times, read: Read, check: Callable[[], None]) -> None:
        self._times, self._read, self._check = times, read, check
        self._moments = times.moments()

    def steps(self, metric: Metric) -> Iterator[Vector]:
        """Return the vector of each moment."""
        match metric:
            case Literal(value=value) | VectorLiteral(value=value):
                return ([((), value)] for _ in self._moments)
            case RangeAggregation():
                return self._range(metric, None)
            case VectorAggregation():
                return self._aggregation(metric)
            case LabelReplace():
                return self._label_replace(metric)
        return self._binary(metric)

    def _aggregation(self, metric: VectorAggregation) -> Iterator[Vector]:
        if metric.operation == "approx_topk" and not self._times.is_instant:
            raise QueryError("count min sketch are only supported on instant queries")
        inner = metric.inner
        if (
            metric.operation == "sum"
            and isinstance(inner, RangeAggregation)
            and inner.operation in SUMMED
        ):
            below = self._range(inner, metric.grouping)
        else:
            below = self.steps(inner)
        return (vectors.aggregate(metric, vector) for vector in below)

    def _binary(self, metric: Binary) -> Iterator[Vector]:
        if isinstance(metric.left, Literal):
            number, below = metric.left.value, self.steps(metric.right)
            return (binary.with_number(metric, v, number, is_left=True) for v in below)
        if isinstance(metric.right, Literal):
            number, below = metric.right.value, self.steps(metric.left)
            return (binary.with_number(metric, v, number, is_left=False) for v in below)
        left, right = self.steps(metric.left), self.steps(metric.right)
        return (binary.combine(metric, *pair) for pair in zip(left, right, strict=True))

    def _range(self, metric: RangeAggregation, outer: Grouping | None) -> Iterator[Vector]:
        vectors_of_range = self._range_vectors(metric, outer)
        if metric.operation != "absent_over_time":
            return vectors_of_range
        absent = _absent_labels(metric)
        return ([] if vector else [(absent, 1.0)] for vector in vectors_of_range)

    def _range_vectors(self, metric: RangeAggregation, outer: Grouping | None) -> Iterator[Vector]:
        moments, lines = self._moments, metric.range
        start = moments[0] - lines.interval_ns - lines.offset_ns
        series = self._read(Extractor(metric, outer), start, moments[-1] - lines.offset_ns)
        for samples in series.values():
            samples.sort()
        for moment in moments:
            yield self._range_vector(metric, series, moment - lines.offset_ns)

    def _range_vector(
        self, metric: RangeAggregation, series: Mapping[Labels, Samples | Counts], end_ns: int
    ) -> Vector:
        compute, scale = function(metric), _scale(metric)
        vector: Vector = []
        for labels, samples in series.items():
            self._check()
            first, last = samples.window(end_ns - metric.range.interval_ns, end_ns)
            if first == last:
                continue
            if _is_wrong(labels):
                raise PipelineError(labels)
            if isinstance(samples, Counts) or (samples.are_ones and scale is not None):
                assert scale is not None
                value = (last - first) / scale
            else:
                value = compute(samples.values[first:last], samples.times[first:last], end_ns)
            vector.append((labels, value))
        return vector

    def _label_replace(self, metric: LabelReplace) -> Iterator[Vector]:
        regex = compile_regex(f"^(?:{metric.regex})$")
        known: dict[Labels, Labels] = {}

        def replaced(labels: Labels) -> Labels:
            values = dict(labels)
            match = regex.search(to_bytes(values.get(metric.source, "")))
            if match is None:
                return labels
            values[metric.target] = expand(metric.replacement, match)
            return tuple(sorted((name, value) for name, value in values.items() if value))

        for vector in self.steps(metric.inner):
            for labels, _ in vector:
                if labels not in known:
                    known[labels] = replaced(labels)
            yield [(known[labels], value) for labels, value in vector]


def _scale(metric: RangeAggregation) -> float | None:
    """Return by what a number of lines is divided; None of what is no number of lines."""
    if metric.range.unwrap is None and metric.operation in ("count_over_time", "rate"):
        return metric.range.interval_ns / SECOND_NS if metric.operation == "rate" else 1.0
    return None


def _is_wrong(labels: Labels) -> bool:
    values = dict(labels)
    return ERROR in values and values.get(PRESERVE) != "true"


def _absent_labels(metric: RangeAggregation) -> Labels:
    """Return the labels that the selector says exactly, once."""
    values: dict[str, str] = {}
    removed: set[str] = set()
    for matcher in metric.range.query.matchers:
        if matcher.operator == "=" and matcher.name not in values:
            values[matcher.name] = matcher.value
        else:
            removed.add(matcher.name)
    return tuple(sorted((n, v) for n, v in values.items() if v and n not in removed))
