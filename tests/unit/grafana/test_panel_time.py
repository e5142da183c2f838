"""The laws of a panel's own range of time."""

from __future__ import annotations

import pytest

from tests.support.dashboards import graph, read, shown
from whiteroom_monitoring.datasources.errors import RequestError
from whiteroom_monitoring.grafana.evaluation import panel_time
from whiteroom_monitoring.grafana.evaluation.panel_time import ViewTime
from whiteroom_monitoring.grafana.evaluation.time_range import Calendar, TimeRange
from whiteroom_monitoring.grafana.model.panel import Panel

NOW = 1_000_000.0
HOUR = TimeRange(NOW - 3600, NOW)


@pytest.mark.parametrize(
    ("last", "shift", "expected"),
    [
        ("", "", HOUR),
        ("2h", "", TimeRange(NOW - 7200, NOW)),
        ("", "1d", TimeRange(NOW - 90_000, NOW - 86_400)),
        ("30m", "1h", TimeRange(NOW - 5400, NOW - 3600)),
        ("now/d", "", TimeRange(950_400.0, NOW)),
    ],
)
def test_ranges(last: str, shift: str, expected: TimeRange) -> None:
    """`timeFrom` is the length before the dashboard's end, `timeShift` moves both ends back."""
    panel = Panel(1, "stat", time_from=last, time_shift=shift)
    assert panel_time.of(panel, ViewTime(HOUR), str) == expected


def test_what_is_no_length_is_named() -> None:
    """A panel whose range can't be read says so."""
    with pytest.raises(RequestError):
        panel_time.of(Panel(1, "stat", time_shift="soon"), ViewTime(HOUR), str)


def test_a_range_that_was_zoomed_into_stays() -> None:
    """`timeFrom` counts for a range that moves on alone; `timeShift` counts for all."""
    zoomed = ViewTime(HOUR, is_relative=False)
    panel = Panel(1, "stat", time_from="2h", time_shift="1h")
    assert panel_time.of(panel, zoomed, str) == TimeRange(NOW - 7200, NOW - 3600)
    assert panel_time.described(panel, zoomed) == "1h before"


def test_days_are_those_of_the_views_calendar() -> None:
    """A panel's day begins at midnight of the dashboard's time zone, and may have 23 hours."""
    berlin = Calendar("Europe/Berlin")
    view = ViewTime(HOUR, calendar=berlin)
    assert panel_time.of(Panel(1, "stat", time_from="now/d"), view, str).start == 946_800.0
    noon_after_change = 1_774_778_400.0  # 2026-03-29, noon of summer time
    summer = ViewTime(TimeRange(noon_after_change - 3600, noon_after_change), calendar=berlin)
    shifted = panel_time.of(Panel(1, "stat", time_shift="1d"), summer, str)
    assert shifted.end == noon_after_change - 23 * 3600


@pytest.mark.parametrize(
    ("last", "shift", "said"),
    [
        ("401d", "", "of the panel, last 401d, is longer than 400 days"),
        ("$long", "", "last 401d, is longer"),
        ("", "999999999999y", "is in no year"),
        ("", "999999y", "is in no year"),
        ("999999y", "", "out of range"),
    ],
)
def test_a_panels_range_is_bounded(last: str, shift: str, said: str) -> None:
    """No panel looks at more than a dashboard may, nor at years that are none."""
    view = ViewTime(HOUR, longest_s=400 * 86_400.0)
    panel = Panel(1, "stat", time_from=last, time_shift=shift)
    with pytest.raises(RequestError, match=said):
        panel_time.of(panel, view, lambda text: text.replace("$long", "401d"))


def test_the_title_tells_the_range() -> None:
    """The range beside a title has its variables filled in, and may be unwanted."""
    variable = {"type": "custom", "name": "last", "query": "2h", "current": {"value": "2h"}}
    panels = [graph(timeFrom="$last"), graph(id=2, timeFrom="2h", hideTimeOverride=True)]
    dashboard = read(title="T", templating={"list": [variable]}, panels=panels)
    assert [panel["timeInfo"] for panel in shown(dashboard)] == ["last 2h", ""]


def test_a_view_bounds_the_ranges_of_its_panels() -> None:
    """The bound of dashboards is also that of a panel whose variable asks for more."""
    variable = {"type": "textbox", "name": "last", "query": "1h"}
    dashboard = read(title="T", templating={"list": [variable]}, panels=[graph(timeFrom="$last")])
    [panel] = shown(dashboard, last=["99999d"])
    assert "is longer than 400 days" in panel["problem"]
