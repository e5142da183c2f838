"""What a panel shows is held against what it promises."""

from __future__ import annotations

import math

import pytest

from tests.support.projects import WHITE_ROOM
from whiteroom_monitoring.dashboards.expectation import Expectation, Expected
from whiteroom_monitoring.dashboards.load import load
from whiteroom_monitoring.grafana.evaluation.evaluate import Evaluated
from whiteroom_monitoring.grafana.evaluation.frames import Column, Lines, Series, Table
from whiteroom_monitoring.grafana.model.panel import Panel
from whiteroom_monitoring.probes import panels
from whiteroom_monitoring.probes.registry import probes

JUDGED = [
    (Expected.DATA, [1.0], None),
    (Expected.DATA, [0.0], None),
    (Expected.DATA, [], "found no data"),
    (Expected.ZERO, [0.0, 0.0], None),
    (Expected.ZERO, [0.0, 3.0], "found 3, expected 0"),
    (Expected.ZERO, [-1.0], "found -1, expected 0"),
    (Expected.ZERO, [], "found no data"),
    (Expected.EMPTY, [], None),
    (Expected.EMPTY, [0.0], "found 1 series, expected none"),
]


@pytest.mark.parametrize(("expected", "values", "problem"), JUDGED)
def test_values_are_held_against_the_promise(expected, values, problem) -> None:
    """Data needs a value, zero needs zeros, and empty needs nothing at all."""
    assert panels.mismatch(expected, values) == problem


def test_only_numbers_count() -> None:
    """The newest number of each series counts; a series without a number is none."""
    series = (
        Series("A", "old", {}, [1.0, 2.0, None]),
        Series("A", "nothing", {}, [None, math.nan]),
        Series("B", "other", {}, [7.0]),
    )
    lines = Lines([0, 1, 2], series)
    assert panels.numbers(lines, "A") == [2.0]
    assert panels.numbers(lines, "B") == [7.0]
    assert panels.numbers(lines, "C") == []


def test_table_counts_by_numbers_or_rows() -> None:
    """A table gives what its query put into it; one of labels alone gives a 1 for each row."""
    labels = Column("Version", "string", ["1", "2"])
    assert panels.numbers(Table((labels,)), "A") == [1.0, 1.0]
    table = Table((labels, Column("Value #A", "number", [3.0, None], "A")))
    assert panels.numbers(table, "A") == [3.0]
    assert panels.numbers(table, "B") == []


def test_every_query_of_a_panel_is_judged() -> None:
    """A panel of which one query is empty shows less than it promises."""
    lines = Lines([0], (Series("A", "a", {}, [1.0]),))
    shown = Evaluated(Panel(1, "stat"), lines, {"A": "up", "B": "down"})
    promise = Expectation(Expected.DATA)
    assert list(panels.panel_mismatches(shown, promise)) == ["query B: found no data"]


@pytest.mark.parametrize("words", [{"notice": "not supported"}, {"problem": "not reached"}])
def test_panel_that_shows_words_is_a_mismatch(words) -> None:
    """A notice or an error in a panel's place is no data, whatever it promises."""
    shown = Evaluated(Panel(1, "stat"), None, {}, **words)
    for promise in (None, Expectation(Expected.EMPTY)):
        assert list(panels.panel_mismatches(shown, promise)) == list(words.values())


def test_every_dashboard_is_verified() -> None:
    """`verify` has a check for each dashboard of the set."""
    ids = {probe.id for probe in probes(WHITE_ROOM)}
    assert {f"panels.{board.slug}" for board in load(WHITE_ROOM.files.boards)} <= ids
