"""Takes the labels of many lines at once, natively, where that is the same.

A line that is answered has all its labels, each of which costs Python as much as a whole line costs
the native parser. What that is not sure to read as the parsers of `stages` do, it leaves to them.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from itertools import islice

from whiteroom_monitoring.logs import _native
from whiteroom_monitoring.logs.logql import field_scan
from whiteroom_monitoring.logs.logql.field_scan import FieldScan
from whiteroom_monitoring.logs.logql.golang.quoting import to_bytes
from whiteroom_monitoring.logs.logql.stages.build import Process, checks, through
from whiteroom_monitoring.logs.logql.stages.row import ERROR, NO_CHECKS, Row
from whiteroom_monitoring.logs.logql.syntax import (
    Both,
    Condition,
    Json,
    Stage,
    StringCondition,
)
from whiteroom_monitoring.logs.metadata import fields

# Rows that are parsed at once, in the order of the answer, which may end before the last of them.
BATCH = 64
# Streams whose names are kept.
_KEPT = 100


class NativeParser:
    """The stages of a query, each with what it does, of which the first one is a parser."""

    def __init__(self, stages: Sequence[tuple[Stage, Process]]) -> None:
        self._is_json = stages[0][0] == Json()
        self._steps = [process for _, process in stages]
        behind = [stage for stage, _ in stages[1:]]
        filters = list(field_scan.filters(behind))
        tests = field_scan.conditions(filters) or []
        self._scan = FieldScan(stages[0][0], tests) if tests else None
        self._after_filters = self._steps[1 + len(filters) :]
        self._checks = checks(behind)
        self._parsers: dict[str, _native.LabelParser] = {}

    def outputs(
        self, labels: str, row: Row, rows: _native.Rows, numbers: Iterable[int]
    ) -> Iterator[tuple[int, bytes]]:
        """Yield number and output of each line that the stages leave; ``row`` has its labels."""
        parser = self._parser(labels, row)
        scan = self._scan if self._scan is not None and self._scan.is_for(row.base) else None
        numbers = iter(numbers)
        while batch := list(islice(numbers, BATCH)):
            met = set(scan.met(rows, batch)) if scan is not None else ()
            for number, found in zip(batch, parser.labels(rows, batch), strict=True):
                time_ns, line, meta, level = rows[number]
                row.reset(time_ns, fields(meta, level))
                output = self._through(line, row, found, number in met)
                if output is not None:
                    yield number, output

    def _through(
        self, line: bytes, row: Row, labels: dict[str, str] | None, is_met: bool
    ) -> bytes | None:
        if labels is None:
            return through(self._steps, line, row)
        row.checks = NO_CHECKS if is_met else self._checks
        is_left = not row.take_all(labels)
        row.checks = NO_CHECKS
        if is_left:
            return None
        return through(self._after_filters if is_met else self._steps[1:], line, row)

    def _parser(self, labels: str, row: Row) -> _native.LabelParser:
        parser = self._parsers.get(labels)
        if parser is None:
            if len(self._parsers) >= _KEPT:
                self._parsers.clear()
            names = [to_bytes(name) for name in row.base]
            parser = self._parsers[labels] = _native.LabelParser(self._is_json, names)
        return parser


def native_parser(stages: Sequence[tuple[Stage, Process]]) -> NativeParser | None:
    """Return what takes labels natively, where the first of the stages is such a parser.

    A parser of Python asks for a condition as soon as it has found a label. Of two that may tell an
    error, the one that is asked first tells it: then nothing is done natively.
    """
    if not stages or not field_scan.is_parser(stages[0][0]):
        return None
    behind = field_scan.filters([stage for stage, _ in stages[1:]])
    return NativeParser(stages) if sum(_may_fail(one.condition) for one in behind) <= 1 else None


def _may_fail(condition: Condition) -> bool:
    """Tell whether a condition that is asked while a line is parsed may tell an error, or ask."""
    if isinstance(condition, Both):
        return False
    return not isinstance(condition, StringCondition) or condition.matcher.name == ERROR
