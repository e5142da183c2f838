"""The range of time that a panel looks at where it has its own: `timeFrom` and `timeShift`.

As in Grafana, `timeFrom` counts where the dashboard's range is relative, not where it was zoomed.
Source: public/app/features/dashboard/utils/panel.ts of Grafana.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass

from whiteroom_monitoring.datasources.errors import RequestError
from whiteroom_monitoring.grafana.evaluation.time_range import (
    UTC_CALENDAR,
    Calendar,
    TimeRange,
    bounded,
    moment,
)
from whiteroom_monitoring.grafana.model.grid import seconds
from whiteroom_monitoring.grafana.model.panel import Panel

# The years 1 to 9999, in seconds since 1970: what a date can name.
_FIRST_S, _LAST_S = -62_135_596_800, 253_402_300_799


@dataclass(frozen=True)
class ViewTime:
    """The range of a dashboard; an absolute one, as a zoom makes it, has fixed ends."""

    time_range: TimeRange
    is_relative: bool = True
    calendar: Calendar = UTC_CALENDAR
    longest_s: float = math.inf


def of(panel: Panel, view: ViewTime, filled: Callable[[str], str]) -> TimeRange:
    """Return the range of a panel within a dashboard's. Raises RequestError."""
    own, shift = filled(panel.time_from).strip(), filled(panel.time_shift).strip()
    when = view.time_range
    if own and view.is_relative:
        when = _last(own, view)
    if shift:
        when = TimeRange(*(_shifted(end, shift, view.calendar) for end in (when.start, when.end)))
    if when == view.time_range:
        return when
    name = f"of the panel, {described(panel, view, filled)},"
    if not _FIRST_S <= when.start <= when.end <= _LAST_S:
        raise RequestError(f"the time range {name} is in no year from 1 to 9999")
    return bounded(when, name, view.longest_s)


def _last(own: str, view: ViewTime) -> TimeRange:
    text, now = own if own.startswith("now") else f"now-{own}", view.time_range.end
    start = moment(text, now, view.calendar)
    end = moment(text, now, view.calendar, round_up=True) if "/" in text else now
    return TimeRange(start, min(end, now) if end > start else now)


def _shifted(time: float, shift: str, calendar: Calendar) -> float:
    """Return a moment so long before another: by a calendar's days, months and years."""
    text = shift.lstrip("-+")
    try:
        return moment(f"now-{text}", time, calendar)
    except RequestError:
        # Several units, such as 1h30m.
        return time - seconds(text)


def described(panel: Panel, view: ViewTime, filled: Callable[[str], str] = str) -> str:
    """Return the words about its own range that stand beside a panel's title.

    >>> view = ViewTime(TimeRange(0, 60))
    >>> described(Panel(1, "stat", time_from="2h", time_shift="1d"), view)
    'last 2h, 1d before'
    """
    own, shift = filled(panel.time_from).strip(), filled(panel.time_shift).strip()
    parts = []
    if own and view.is_relative:
        parts.append(own if own.startswith("now") else f"last {own}")
    if shift:
        parts.append(f"{shift} before")
    return ", ".join(parts)
