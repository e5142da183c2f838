"""The laws of a panel's own range of time."""

from __future__ import annotations

import pytest

from whiteroom_monitoring.datasources.errors import RequestError
from whiteroom_monitoring.grafana.evaluation import panel_time
from whiteroom_monitoring.grafana.evaluation.time_range import TimeRange
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
    assert panel_time.of(panel, HOUR, str) == expected


def test_what_is_no_length_is_named() -> None:
    """A panel whose range can't be read says so."""
    with pytest.raises(RequestError):
        panel_time.of(Panel(1, "stat", time_shift="soon"), HOUR, str)
