"""The range of time that a panel looks at where it has its own: `timeFrom` and `timeShift`.

Source: public/app/features/dashboard/utils/panel.ts of Grafana.
"""

from __future__ import annotations

from collections.abc import Callable

from whiteroom_monitoring.datasources.errors import RequestError
from whiteroom_monitoring.grafana.evaluation.time_range import TimeRange, moment
from whiteroom_monitoring.grafana.model.grid import seconds
from whiteroom_monitoring.grafana.model.panel import Panel


def of(panel: Panel, when: TimeRange, filled: Callable[[str], str]) -> TimeRange:
    """Return the range of a panel within a dashboard's. Raises RequestError."""
    own, shift = filled(panel.time_from).strip(), filled(panel.time_shift).strip()
    if own:
        text = own if own.startswith("now") else f"now-{own}"
        start = moment(text, when.end)
        end = moment(text, when.end, round_up=True) if "/" in text else when.end
        when = TimeRange(start, min(end, when.end) if end > start else when.end)
    if shift:
        length = _length(shift)
        when = TimeRange(when.start - length, when.end - length)
    return when


def _length(shift: str) -> float:
    text = shift.lstrip("-+")
    try:
        return seconds(text)
    except RequestError:
        # Months and years are those of a calendar.
        return -moment(f"now-{text}", 0.0)


def described(panel: Panel) -> str:
    """Return what is said beside a panel's title of its range.

    >>> described(Panel(1, "stat", time_from="2h", time_shift="1d"))
    'last 2h, 1d before'
    """
    last = panel.time_from if panel.time_from.startswith("now") else f"last {panel.time_from}"
    parts = [last if panel.time_from else ""]
    parts.append(f"{panel.time_shift} before" if panel.time_shift else "")
    return ", ".join(filter(None, parts))
