"""Finds the rows of a stream that a query means: native scans first, then what needs Python."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from functools import partial
from typing import NamedTuple

from whiteroom_monitoring.logs import _native
from whiteroom_monitoring.logs.logql.field_scan import prefilter
from whiteroom_monitoring.logs.logql.golang.quoting import to_bytes
from whiteroom_monitoring.logs.logql.lexer import invalid
from whiteroom_monitoring.logs.logql.native_parser import native_parser
from whiteroom_monitoring.logs.logql.parser import parse_labels
from whiteroom_monitoring.logs.logql.regex import (
    Needles,
    compile_test,
    is_for_many_lines,
    required,
)
from whiteroom_monitoring.logs.logql.stages.build import processes, split, through, told_of
from whiteroom_monitoring.logs.logql.stages.lines import Test, line_test
from whiteroom_monitoring.logs.logql.stages.patterns import Pattern
from whiteroom_monitoring.logs.logql.stages.row import SPECIAL, SUFFIX, Hints, Row
from whiteroom_monitoring.logs.logql.syntax import (
    Ip,
    LabelFilter,
    LineFilter,
    LogQuery,
    StringCondition,
)
from whiteroom_monitoring.logs.metadata import DETECTED_LEVEL, fields
from whiteroom_monitoring.logs.store.segment import Segment

ALL_BLOCKS = 0xFFFFFFFF


class _Regex:
    """A line filter with expressions, searched in one text of many lines where that is the same."""

    def __init__(self, filter_: LineFilter) -> None:
        self.negated = filter_.negated
        values = [value for value in filter_.values if isinstance(value, str)]
        if len(values) < len(filter_.values):
            raise invalid(f"stage '{filter_}' : ip: invalid operation")
        pattern = "|".join(f"(?:{value})" for value in values)
        whole = "|".join(f"(?:{value})" for value in values if value)
        with told_of(filter_):
            for value in values:
                compile_test(value)
            self._line = compile_test(pattern)
        many = all(is_for_many_lines(value) for value in values) and "" not in values
        self._many = compile_test(whole, many_lines=True) if many else None

    def matches(self, line: bytes) -> bool:
        """Tell whether a line meets the condition."""
        return (self._line.search(line) is not None) != self.negated

    def all_in(self, rows: _native.Rows, first: int, last: int) -> set[int] | None:
        """Return the rows that match, found in their text; None where that can't be done."""
        if self._many is None or rows.is_multiline():
            return None
        text = rows.text()
        at, end = rows.line_begin(first), rows.line_begin(last)
        found: set[int] = set()
        while at < end:
            match = self._many.search(text, at, end)
            if match is None:
                break
            row = rows.row_at(min(match.start(), end - 1), first)
            found.add(row)
            at = rows.line_begin(row + 1)
        return found


class Processed(NamedTuple):
    """A row of a block after all stages: its line, and its labels by where they are from."""

    number: int
    time_ns: int
    line: bytes
    stream: dict[str, str]
    meta: dict[str, str]
    parsed: dict[str, str]


class Pipeline:
    """A query, prepared to be asked of many blocks. Raises QueryError for a bad expression.

    Filters that look at the stored line are done for many lines at once, wherever they stand; what
    is left, `stages`, is done line by line.
    """

    def __init__(self, query: LogQuery) -> None:
        self.query = query
        self._selected: dict[str, bool] = {}
        early, late = split(query.stages)
        self.stages = processes(late)
        self._prefilter = prefilter(late)
        self._native = native_parser(self.stages)
        lines = [stage for stage in early if isinstance(stage, LineFilter)]
        self._literals: list[_native.Filter] = [
            (s.negated, [to_bytes(str(value)) for value in s.values]) for s in lines if s.is_text
        ]
        # A text that leads is searched in all lines at once.
        self._literals.sort(key=lambda one: (one[0], len(one[1]), -len(one[1][0])))
        self._regexes = [_Regex(stage) for stage in lines if stage.is_regex]
        self._tests = [_test(s) for s in lines if not s.is_text and not s.is_regex]
        labels = [stage for stage in early if isinstance(stage, LabelFilter)]
        self._labels = [process for _, process in processes(labels)]
        self._needles = [(str(s), needles) for s in lines if (needles := _needles(s))]

    @property
    def reads_lines(self) -> bool:
        """Whether it takes the lines themselves to find the rows, before any of `stages`."""
        tests = (self._literals, self._regexes, self._tests, self._prefilter)
        return any(bool(test) for test in tests)

    @property
    def required(self) -> list[Sequence[bytes]]:
        """Texts of which each line has one of each list."""
        return [needles for is_negated, needles in self._literals if not is_negated]

    @property
    def chooses_rows(self) -> bool:
        """Whether there is any condition on stored lines and labels."""
        return self.reads_lines or bool(self._labels)

    @property
    def is_plain(self) -> bool:
        """Whether lines are answered as they are stored."""
        return not self.stages

    def selects(self, labels: str) -> bool:
        """Tell whether a stream is selected by its labels."""
        known = self._selected.get(labels)
        if known is None:
            known = self._selected[labels] = self.query.selects(parse_labels(labels))
        return known

    def blocks(self, segment: Segment) -> int:
        """Return the blocks that may have such lines, as a mask."""
        mask = ALL_BLOCKS
        for _, mask_of in self.masks():
            mask &= mask_of(segment)
        return mask

    def masks(self) -> Iterator[tuple[str, Callable[[Segment], int]]]:
        """Yield the filters that rule out blocks, and what says which may have such lines."""
        for stage, options in self._needles:
            yield stage, partial(_mask, options)

    def find(
        self, labels: str, rows: _native.Rows, span: tuple[int, int], times: tuple[int, int]
    ) -> Sequence[int]:
        """Return the rows of one stream that are meant.

        ``span`` are the first and the one after the last of them, ``times`` the start, which is
        included, and the end, which is not.
        """
        found = self.candidates(labels, rows, span, times)
        if self.is_plain:
            return found
        return [one.number for one in self.process(labels, rows, found)]

    def candidates(
        self, labels: str, rows: _native.Rows, span: tuple[int, int], times: tuple[int, int]
    ) -> Sequence[int]:
        """Return the rows of one stream that meet the filters of stored lines."""
        first, last = span
        if first >= last:
            return []
        found = rows.find(first, last, *times, self._literals)
        for regex in self._regexes:
            if not found:
                return []
            found = _filtered(regex, rows, found, first, last)
        for test in self._tests:
            found = [row for row in found if test(rows[row][1])]
        if self._labels and found:
            found = self._with_labels(labels, rows, found)
        if self._prefilter is not None and found and self._prefilter.is_for(parse_labels(labels)):
            found = self._prefilter.matching(rows, found)
        return found

    def _with_labels(self, labels: str, rows: _native.Rows, found: Sequence[int]) -> list[int]:
        row = Row(parse_labels(labels), Hints())
        known: dict[tuple[bytes, int], bool] = {}
        kept = []
        for number in found:
            time_ns, _, meta, level = rows[number]
            is_met = known.get((meta, level))
            if is_met is None:
                row.reset(time_ns, fields(meta, level))
                is_met = known[meta, level] = all(one(b"", row) is not None for one in self._labels)
            if is_met:
                kept.append(number)
        return kept

    def process(
        self, labels: str, rows: _native.Rows, numbers: Iterable[int]
    ) -> Iterator[Processed]:
        """Yield what the stages make of rows, in their order; without those that are left out."""
        row = Row(parse_labels(labels), Hints())
        for number, output in self._outputs(labels, row, rows, numbers):
            yield Processed(number, row.time_ns, output, *row.categories())

    def _outputs(
        self, labels: str, row: Row, rows: _native.Rows, numbers: Iterable[int]
    ) -> Iterator[tuple[int, bytes]]:
        if self._native is not None:
            yield from self._native.outputs(labels, row, rows, numbers)
            return
        steps = [process for _, process in self.stages]
        for number in numbers:
            time_ns, line, meta, level = rows[number]
            row.reset(time_ns, fields(meta, level))
            output = through(steps, line, row)
            if output is not None:
                yield number, output


def _mask(options: Needles, segment: Segment) -> int:
    any_of = 0
    for needles in options:
        all_of = ALL_BLOCKS
        for needle, any_case in needles:
            all_of &= segment.blocks_with(needle, any_case)
        any_of |= all_of
    return any_of


def _test(filter_: LineFilter) -> Test:
    with told_of(filter_):
        return line_test(filter_)


def _filtered(
    regex: _Regex, rows: _native.Rows, found: Sequence[int], first: int, last: int
) -> Sequence[int]:
    # One search through the text costs less than one for each line, where most are to be looked at.
    if len(found) * 4 > last - first:
        matching = regex.all_in(rows, first, last)
        if matching is not None:
            return [row for row in found if (row in matching) != regex.negated]
    return [row for row in found if regex.matches(rows[row][1])]


def _needles(stage: LineFilter) -> Needles:
    """Return what a filter requires of a block; empty where it requires nothing."""
    options: Needles = []
    if any(isinstance(value, Ip) for value in stage.values):
        return []
    match stage.operator:
        case "|=":
            options = [[(to_bytes(str(value)), False)] for value in stage.values]
        case "|~":
            options = [needles for value in stage.values for needles in required(str(value))]
        case "|>":
            parts = [Pattern.for_lines(str(value)).parts for value in stage.values]
            options = [[(p, False) for p in one if isinstance(p, bytes)] for one in parts]
    return options if all(options) else []


def needles_of_labels(query: LogQuery) -> Iterator[tuple[str, bytes]]:
    """Yield name and value of what structured metadata has to have, unless the stream has it."""
    for stage in split(query.stages)[0]:
        if not isinstance(stage, LabelFilter):
            continue
        assert isinstance(stage.condition, StringCondition)
        matcher = stage.condition.matcher
        if matcher.operator != "=" or len(matcher.value) < 4:
            continue
        # An error is no label that is stored, and a name that is taken gets a suffix.
        if matcher.name not in (DETECTED_LEVEL, *SPECIAL) and not matcher.name.endswith(SUFFIX):
            yield matcher.name, to_bytes(matcher.value)
