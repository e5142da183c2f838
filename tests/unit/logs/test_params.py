"""The laws of parameters: they are read, and refused, as Loki does."""

from __future__ import annotations

import pytest

from whiteroom_monitoring.logs.errors import QueryError
from whiteroom_monitoring.logs.http import params
from whiteroom_monitoring.logs.http.params import Parameters

SECOND_NS = 10**9
NOW_NS = 1_800_000_000 * SECOND_NS


@pytest.fixture(autouse=True)
def now(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(params.time, "time_ns", lambda: NOW_NS)


@pytest.mark.parametrize(
    ("text", "moment_ns"),
    [
        ("1700000000", 1_700_000_000 * SECOND_NS),
        ("+170000000", 170_000_000 * SECOND_NS),
        ("1700000000123456789", 1_700_000_000_123_456_789),
        ("1700000000.25", 1_700_000_000_250_000_000),
        ("1.7e9", 1_700_000_000 * SECOND_NS),
        (".5", SECOND_NS // 2),
        ("-1.5", -3 * SECOND_NS // 2),
        ("2023-11-14T22:13:20,5Z", 1_700_000_000_500_000_000),
        ("2023-11-14T23:13:20.000000001+01:00", 1_700_000_000_000_000_001),
    ],
)
def test_a_time_is_a_number_or_rfc_3339(text: str, moment_ns: int) -> None:
    """Numbers are seconds up to ten digits or with a point, and nanoseconds beyond."""
    assert params.time_ns("start", text) == moment_ns


@pytest.mark.parametrize(
    "text", ["we", "2023-11-14", "2023-11-14 22:13:20Z", "20231114T221320Z", "1e9", "1.5e999", ""]
)
def test_another_time_is_refused_by_its_name(text: str) -> None:
    """What Python reads beyond RFC 3339 is none."""
    with pytest.raises(QueryError, match=r"could not parse 'end' parameter: "):
        params.time_ns("end", text)


def test_a_length_of_time_is_seconds_or_prometheus() -> None:
    """A step may have a fraction of a second; units are whole and in their order."""
    lengths = [
        params.duration_ns("step", text) for text in ("5", "5.5", "1d12h", "50ms", "0", "1_0")
    ]
    assert lengths == [5e9, 5.5e9, 129_600e9, 5e7, 0, 10e9]
    for text in ("h", "1.5h", "1m1h", "5ns", "1__0", "_1", "1_", "nan", "inf"):
        with pytest.raises(QueryError, match="cannot parse"):
            params.duration_ns("step", text)


@pytest.mark.parametrize(
    ("told", "start_s", "end_s"),
    [
        ({}, -3600, 0),
        ({"since": "1d"}, -86_400, 0),
        ({"end": "1799996400", "since": "1h"}, -7200, -3600),
        ({"end": "1800007200"}, -3600, 7200),
    ],
)
def test_a_range_ends_now_and_begins_before_it(
    told: dict[str, str], start_s: int, end_s: int
) -> None:
    """An end in the future does not take the past away."""
    times = params.time_range(Parameters(told))
    assert tuple((time - NOW_NS) // SECOND_NS for time in times) == (start_s, end_s)


@pytest.mark.parametrize("since", ["HI!", "60", "1.5h"])
def test_since_has_a_unit(since: str) -> None:
    """Seconds alone are none."""
    with pytest.raises(QueryError, match="could not parse 'since' parameter: "):
        params.time_range(Parameters({"since": since}))


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("h", "limit: "),
        ("-1", "limit must be a positive value"),
        ("4294967296", r"limit value 4294967296 is out of range \[0, 4294967295\]"),
        ("5001", "max entries limit per query exceeded"),
    ],
)
def test_a_limit_is_positive_and_bounded(text: str, reason: str) -> None:
    """The reason says which bound."""
    with pytest.raises(QueryError, match=reason):
        params.limit(Parameters({"limit": text}), 100, 5000)
