"""Finds the rows of a stream that a query means: native scans first, then what needs Python."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from whiteroom_monitoring.logs import _native
from whiteroom_monitoring.logs.logql.parser import parse_labels
from whiteroom_monitoring.logs.logql.regex import (
    Needles,
    compile_regex,
    is_for_many_lines,
    required,
)
from whiteroom_monitoring.logs.logql.syntax import LabelFilter, LineFilter, LogQuery
from whiteroom_monitoring.logs.metadata import DETECTED_LEVEL, fields
from whiteroom_monitoring.logs.store.segment import Segment

ALL_BLOCKS = 0xFFFFFFFF


class _Regex:
    """A line filter with expressions, searched in one text of many lines where that is the same."""

    def __init__(self, filter_: LineFilter) -> None:
        self.negated = filter_.negated
        pattern = "|".join(f"(?:{value})" for value in filter_.values)
        whole = "|".join(f"(?:{value})" for value in filter_.values if value)
        self._line = compile_regex(pattern)
        many = all(is_for_many_lines(value) for value in filter_.values) and "" not in (
            filter_.values
        )
        self._many = compile_regex(whole, many_lines=True) if many else None

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


class Pipeline:
    """A query, prepared to be asked of many blocks. Raises QueryError for a bad expression."""

    def __init__(self, query: LogQuery) -> None:
        self.query = query
        self._selected: dict[str, bool] = {}
        stages = query.stages
        self._literals: list[_native.Filter] = [
            (s.negated, [value.encode() for value in s.values])
            for s in stages
            if isinstance(s, LineFilter) and not s.is_regex
        ]
        # A text that leads is searched in all lines at once.
        self._literals.sort(key=lambda one: (one[0], len(one[1]), -len(one[1][0])))
        regexes = [s for s in stages if isinstance(s, LineFilter) and s.is_regex]
        self._regexes = [_Regex(stage) for stage in regexes]
        self._labels = [stage.matcher for stage in stages if isinstance(stage, LabelFilter)]
        self._needles = [needles for s in stages if (needles := _needles(s))]

    def selects(self, labels: str) -> bool:
        """Tell whether a stream is selected by its labels."""
        known = self._selected.get(labels)
        if known is None:
            known = self._selected[labels] = self.query.selects(parse_labels(labels))
        return known

    def blocks(self, segment: Segment) -> int:
        """Return the blocks that may have such lines, as a mask."""
        mask = ALL_BLOCKS
        for options in self._needles:
            any_of = 0
            for needles in options:
                all_of = ALL_BLOCKS
                for needle, any_case in needles:
                    all_of &= segment.blocks_with(needle, any_case)
                any_of |= all_of
            mask &= any_of
        return mask

    def find(
        self, labels: str, rows: _native.Rows, span: tuple[int, int], times: tuple[int, int]
    ) -> list[int]:
        """Return the rows of one stream that are meant.

        ``span`` are the first and the one after the last of them, ``times`` the start, which is
        included, and the end, which is not.
        """
        first, last = span
        if first >= last:
            return []
        found = rows.find(first, last, *times, self._literals)
        for regex in self._regexes:
            if not found:
                return []
            found = _filtered(regex, rows, found, first, last)
        if self._labels and found:
            stream = parse_labels(labels)
            found = [row for row in found if self._has_labels(stream, rows, row)]
        return found

    def _has_labels(self, stream: Mapping[str, str], rows: _native.Rows, row: int) -> bool:
        _, _, meta, level = rows[row]
        values: dict[str, Any] = {**dict(fields(meta, level)), **stream}
        return all(m.matches(values.get(m.name, "")) for m in self._labels)


def _filtered(
    regex: _Regex, rows: _native.Rows, found: list[int], first: int, last: int
) -> list[int]:
    # One search through the text costs less than one for each line, where most are to be looked at.
    if len(found) * 4 > last - first:
        matching = regex.all_in(rows, first, last)
        if matching is not None:
            return [row for row in found if (row in matching) != regex.negated]
    return [row for row in found if regex.matches(rows[row][1])]


def _needles(stage: object) -> Needles:
    """Return what a stage requires of a block; empty where it requires nothing."""
    options: Needles = []
    match stage:
        case LineFilter(operator="|="):
            options = [[(value.encode(), False)] for value in stage.values]
        case LineFilter(operator="|~"):
            options = [needles for value in stage.values for needles in required(value)]
        case LabelFilter() if stage.matcher.operator == "=":
            # A label of the stream may meet it, too, which is in no bitmap: see `select_runs`.
            options = []
    return options if all(options) else []


def needles_of_labels(query: LogQuery) -> Iterator[tuple[str, bytes]]:
    """Yield name and value of what structured metadata has to have, unless the stream has it."""
    for stage in query.stages:
        if not isinstance(stage, LabelFilter) or stage.matcher.operator != "=":
            continue
        if len(stage.matcher.value) >= 4 and stage.matcher.name != DETECTED_LEVEL:
            yield stage.matcher.name, stage.matcher.value.encode()
