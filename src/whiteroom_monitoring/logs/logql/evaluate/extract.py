"""Makes samples of lines: which series a line belongs to, and its value."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace

from whiteroom_monitoring.logs import _native
from whiteroom_monitoring.logs.logql import field_scan
from whiteroom_monitoring.logs.logql.field_scan import FieldScan
from whiteroom_monitoring.logs.logql.golang import durations, numbers
from whiteroom_monitoring.logs.logql.stages import conditions
from whiteroom_monitoring.logs.logql.stages.build import (
    Process,
    label_names,
    ordered,
    processes,
    split,
    through,
)
from whiteroom_monitoring.logs.logql.stages.row import (
    ERROR,
    EXTRACTION_ERROR,
    SUFFIX,
    Hints,
    Labels,
    Row,
    by,
    without,
)
from whiteroom_monitoring.logs.logql.syntax import (
    PARSERS,
    Grouping,
    LabelFilter,
    LabelFormat,
    LineFilter,
    LineFormat,
    RangeAggregation,
    Selection,
    Stage,
    Unwrap,
)
from whiteroom_monitoring.logs.logql.template.execute import LINE

# What the native scan takes as a value that is no field.
ONE, LINE_BYTES = -1, -2
_CONVERTED = {
    "": field_scan.NUMBER, "bytes": field_scan.BYTES, "duration": field_scan.DURATION,
    "duration_seconds": field_scan.DURATION,
}  # fmt: skip
OF_BYTES = ("bytes_over_time", "bytes_rate")
# Whose series a sum may put together before they are added up.
SUMMED = ("bytes_over_time", "bytes_rate", "sum_over_time", "rate", "count_over_time")
Line = tuple[int, bytes, Sequence[tuple[str, str]]]


@dataclass(frozen=True)
class Groups:
    """By which labels lines are put into series; ``none`` makes one series of all."""

    names: tuple[str, ...]
    without: bool
    none: bool


@dataclass(frozen=True)
class NativeSampling:
    """How the lines of a stream become samples by a native scan.

    ``groups`` are names of the series, each with its value in all lines of the stream, or None
    where it is a field of the lines.
    """

    scan: FieldScan
    value: tuple[int, int]
    groups: tuple[tuple[str, str | None], ...]

    def samples(
        self, rows: _native.Rows, numbers: Sequence[int]
    ) -> tuple[list[tuple[Labels, list[int], list[float]]], list[int]]:
        """Return series with times and values, and the rows that the general way has to read."""
        names = [name for name, value in self.groups if value is None]
        parts, unsure = self.scan.samples(rows, numbers, self.value, names)
        return [(self._labels(texts), times, values) for texts, times, values in parts], unsure

    def _labels(self, texts: Sequence[str | None]) -> Labels:
        of_line = iter(texts)
        pairs = ((name, next(of_line) if v is None else v) for name, v in self.groups)
        return tuple((name, value) for name, value in pairs if value is not None)

    @property
    def are_ones(self) -> bool:
        """Whether each line is a sample of 1."""
        return self.value[0] == ONE


class Extractor:
    """A range aggregation, prepared; with ``outer``, what a sum around it groups by.

    Raises ParseError for a stage that can't be.
    """

    def __init__(self, aggregation: RangeAggregation, outer: Grouping | None = None) -> None:
        self.aggregation = aggregation
        self._of_bytes = aggregation.operation in OF_BYTES
        lines = aggregation.range
        stages = lines.query.stages if self._of_bytes else without_formats(lines.query.stages)
        self.stages = ordered(stages)
        # A condition behind unwrap follows the last stage, too.
        after = [LabelFilter(c) for c in lines.unwrap.filters[:1]] if lines.unwrap else []
        self._steps = _processes(self.stages, after)
        # What chooses the lines; what is left where they were chosen by stored text and labels.
        self.query = replace(lines.query, stages=tuple(self.stages))
        self._late = split(self.stages)[1]
        self._late_steps = _processes(self._late, after)
        self._unwrap = lines.unwrap
        self._groups = _groups(aggregation, outer)
        self._hints = self._made_hints()
        self._filters = (
            [conditions.unchecked(c) for c in lines.unwrap.filters] if lines.unwrap else []
        )

    def _made_hints(self) -> Hints:
        unwrap, groups = self._unwrap, self._groups
        looked_at = label_names(self.stages)
        if looked_at is None:
            return Hints()
        names = {*looked_at, *groups.names}
        if unwrap is not None:
            names.add(unwrap.label)
            for condition in unwrap.filters:
                names.update(conditions.names(condition))
        required = {part for name in names for part in (name, name.removesuffix(SUFFIX)) if part}
        if groups.none:
            return Hints(required) if required else Hints(none=True)
        if groups.without or not groups.names:
            return Hints()
        return Hints(required)

    @property
    def counts_windows(self) -> bool:
        """Whether nothing but the number of lines in each window is needed."""
        return self.counts and self.aggregation.operation in ("count_over_time", "rate")

    @property
    def counts(self) -> bool:
        """Whether each line is a sample of 1, whose series its stream and metadata tell."""
        return (
            self._unwrap is None
            and not self._of_bytes
            and all(isinstance(stage, LabelFilter | Selection) for stage in self._late)
        )

    def only_series(self, labels: Mapping[str, str]) -> Labels | None:
        """Return the series of all lines of a stream that are counted; None where there are more.

        What a stream has of names is its own, whatever structured metadata says.
        """
        groups = self._groups
        is_bare = all(stage == Selection("drop", (ERROR,)) for stage in self._late)
        if not self.counts or not is_bare or groups.without or not (groups.none or groups.names):
            return None
        if groups.none:
            return ()
        if any(name not in labels for name in groups.names):
            return None
        return tuple((name, labels[name]) for name in groups.names)

    def series_by_metadata(
        self, labels: Mapping[str, str]
    ) -> Callable[[Sequence[tuple[str, str]]], Labels | None]:
        """Return what tells the series of structured metadata; None where it is left out."""
        row, series_of = Row(labels, self._hints), self._series(labels)
        steps = [process for _, process in processes(self._late)]

        def of(meta: Sequence[tuple[str, str]]) -> Labels | None:
            row.reset(0, meta)
            return None if through(steps, b"", row) is None else series_of(row)

        return of

    def native(self, labels: Mapping[str, str]) -> NativeSampling | None:
        """Return how the chosen lines of a stream are sampled natively; None where they can't."""
        late, names, unwrap = self._late, self._groups.names, self._unwrap
        is_grouped = self._groups.none or (bool(names) and not self._groups.without)
        if not (late and field_scan.is_parser(late[0]) and is_grouped and self._hints.required):
            return None
        filters = [LabelFilter(one) for one in unwrap.filters] if unwrap else []
        tests = field_scan.conditions([*late[1:], *filters])
        groups = () if self._groups.none else tuple((n, labels.get(n)) for n in names)
        fields = [name for name, value in groups if value is None]
        fields += [unwrap.label] if unwrap else []
        if tests is None or not all(field_scan.is_field(name) for name in fields):
            return None
        scan = FieldScan(late[0], tests, fields, self._hints.required)
        if not scan.is_for(labels):
            return None
        return NativeSampling(scan, self._native_value(scan), groups)

    def _native_value(self, scan: FieldScan) -> tuple[int, int]:
        if self._unwrap is None:
            return LINE_BYTES if self._of_bytes else ONE, field_scan.NUMBER
        return scan.names.index(self._unwrap.label), _CONVERTED[self._unwrap.conversion]

    def samples(
        self, labels: Mapping[str, str], lines: Iterator[Line], *, are_chosen: bool = False
    ) -> Iterator[tuple[int, Labels, float]]:
        """Yield time, series and value of lines of one stream.

        Those that ``are_chosen`` by what is stored go through the rest of the stages alone.
        """
        row = Row(labels, self._hints)
        steps = self._late_steps if are_chosen else self._steps
        value_of, series_of = self._value(), self._series(labels)
        for time_ns, line, meta in lines:
            row.reset(time_ns, meta)
            output = through(steps, line, row)
            value = None if output is None else value_of(output, row)
            if value is not None:
                yield time_ns, series_of(row), value

    def _value(self) -> Callable[[bytes, Row], float | None]:
        if self._unwrap is not None:
            return _unwrapped(self._unwrap, self._filters)
        if self._of_bytes:
            return lambda line, _: float(len(line))
        return lambda _, __: 1.0

    def _series(self, base: Mapping[str, str]) -> Callable[[Row], Labels]:
        groups = self._groups
        plain = tuple(sorted(base.items()))

        def of(row: Row) -> Labels:
            if row.error:
                return tuple(sorted(row.all().items()))
            if groups.none:
                return ()
            if not groups.names:
                return plain if row.is_plain else tuple(sorted(row.all().items()))
            return without(groups.names, row) if groups.without else by(groups.names, row)

        return of


def _processes(stages: Sequence[Stage], after: Sequence[Stage]) -> list[Process]:
    return [process for _, process in processes(stages, after)]


def without_formats(stages: Sequence[Stage]) -> list[Stage]:
    """Return stages without line_format where nobody reads the line afterwards."""
    kept: list[Stage] = []
    is_read = False
    for stage in reversed(stages):
        if isinstance(stage, LineFormat) and not is_read:
            continue
        is_read = is_read or _reads_line(stage)
        kept.append(stage)
    return kept[::-1]


def _reads_line(stage: Stage) -> bool:
    match stage:
        case LabelFormat(formats=formats):
            return any(LINE in text for _, text, renames in formats if not renames)
    return isinstance(stage, (*PARSERS, LineFilter))


def _groups(aggregation: RangeAggregation, outer: Grouping | None) -> Groups:
    grouping = outer or aggregation.grouping
    names = tuple(sorted(grouping.labels)) if grouping else ()
    is_without = grouping.without if grouping else False
    none = bool(grouping and grouping.is_single) or aggregation.operation == "absent_over_time"
    unwrap = aggregation.range.unwrap
    if unwrap is not None and (not names or is_without):
        return Groups(tuple(sorted((*names, unwrap.label))), True, none)
    return Groups(names, is_without, none)


_CONVERSIONS: dict[str, Callable[[str], float]] = {
    "": numbers.parse_float,
    "bytes": lambda text: float(numbers.parse_bytes(text)),
    "duration": lambda text: durations.parse_go(text) / durations.SECOND_NS,
    "duration_seconds": lambda text: durations.parse_go(text) / durations.SECOND_NS,
}


def _unwrapped(
    unwrap: Unwrap, filters: Sequence[Callable[[Row], bool]]
) -> Callable[[bytes, Row], float | None]:
    convert, name = _CONVERSIONS[unwrap.conversion], unwrap.label

    def value(_: bytes, row: Row) -> float | None:
        text = row.get(name)
        if not text:
            return None
        number = 0.0
        try:
            number = convert(text)
        except ValueError as error:
            row.fail(EXTRACTION_ERROR, str(error))
        # Every condition is asked, because each may tell an error.
        met = [is_met(row) for is_met in filters]
        return number if all(met) else None

    return value
