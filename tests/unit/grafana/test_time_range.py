"""The laws of Grafana's grammar of times, over calendars and changes of summer time."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from whiteroom_monitoring.datasources.errors import RequestError
from whiteroom_monitoring.grafana.evaluation.time_range import (
    Calendar,
    TimeRange,
    moment,
    time_range,
    timezone_of,
)

# A Wednesday.
NOW = "2026-11-25T14:35:27.500+00:00"
BERLIN = Calendar("Europe/Berlin")
# Its offset is five hours and three quarters.
KATHMANDU = Calendar("Asia/Kathmandu")


def at(text: str) -> float:
    """Return the time of an ISO date with its offset."""
    return datetime.fromisoformat(text).timestamp()


def named(text: str, now: str = NOW, calendar: Calendar | None = None, **more: bool) -> str:
    """Return the UTC time that a text names, as ISO."""
    time = moment(text, at(now), calendar or Calendar(), **more)
    return datetime.fromtimestamp(time, UTC).isoformat().removesuffix("+00:00")


@pytest.mark.parametrize(
    ("text", "start", "end"),
    [
        ("now", "2026-11-25T14:35:27.500000", "2026-11-25T14:35:27.500000"),
        ("now-5m", "2026-11-25T14:30:27.500000", "2026-11-25T14:30:27.500000"),
        ("now+1h", "2026-11-25T15:35:27.500000", "2026-11-25T15:35:27.500000"),
        ("now-0d", "2026-11-25T14:35:27.500000", "2026-11-25T14:35:27.500000"),
        ("now/s", "2026-11-25T14:35:27", "2026-11-25T14:35:27.999000"),
        ("now/m", "2026-11-25T14:35:00", "2026-11-25T14:35:59.999000"),
        ("now/h", "2026-11-25T14:00:00", "2026-11-25T14:59:59.999000"),
        ("now/d", "2026-11-25T00:00:00", "2026-11-25T23:59:59.999000"),
        ("now-1d/d", "2026-11-24T00:00:00", "2026-11-24T23:59:59.999000"),
        ("now-1d/d+8h", "2026-11-24T08:00:00", "2026-11-25T07:59:59.999000"),
        ("now/w", "2026-11-23T00:00:00", "2026-11-29T23:59:59.999000"),
        ("now-1w/w", "2026-11-16T00:00:00", "2026-11-22T23:59:59.999000"),
        ("now/M", "2026-11-01T00:00:00", "2026-11-30T23:59:59.999000"),
        ("now-9M/M", "2026-02-01T00:00:00", "2026-02-28T23:59:59.999000"),
        ("now/Q", "2026-10-01T00:00:00", "2026-12-31T23:59:59.999000"),
        ("now-1Q/Q", "2026-07-01T00:00:00", "2026-09-30T23:59:59.999000"),
        ("now/y", "2026-01-01T00:00:00", "2026-12-31T23:59:59.999000"),
        ("now-1y/y", "2025-01-01T00:00:00", "2025-12-31T23:59:59.999000"),
    ],
)
def test_relative_times(text: str, start: str, end: str) -> None:
    """A rounded time is the unit's first moment where a range starts, its last where it ends."""
    assert (named(text), named(text, round_up=True)) == (start, end)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("1767225600000", "2026-01-01T00:00:00"),
        ("1767225600", "2026-01-01T00:00:00"),
        ("999999999", "2001-09-09T01:46:39"),
        ("99999999999", "5138-11-16T09:46:39"),
        ("100000000000", "1973-03-03T09:46:40"),
        ("2026-01-01T00:00:00.000Z", "2026-01-01T00:00:00"),
        ("2026-01-01T00:00:00+01:00", "2025-12-31T23:00:00"),
        ("2026-01-01 10:30:00", "2026-01-01T09:30:00"),
        ("2026-07-01", "2026-06-30T22:00:00"),
        ("20260701", "2026-06-30T22:00:00"),
        ("20260701T103000", "2026-07-01T08:30:00"),
    ],
)
def test_absolute_times(text: str, expected: str) -> None:
    """Numbers count from 1970; dates without an offset are those of the time zone."""
    assert named(text, calendar=BERLIN) == expected


@pytest.mark.parametrize(
    ("text", "now", "expected"),
    [
        # Summer time began on 29 March 2026 at 01:00 UTC: that day has 23 hours.
        ("now/d", "2026-03-29T12:00+02:00", "2026-03-28T23:00:00"),
        ("now-1d", "2026-03-29T12:00+02:00", "2026-03-28T11:00:00"),
        ("now-24h", "2026-03-29T12:00+02:00", "2026-03-28T10:00:00"),
        ("now-1w/w", "2026-03-30T12:00+02:00", "2026-03-22T23:00:00"),
        # There is no half past two on that day: it counts as half past three.
        ("now-1d", "2026-03-30T02:30+02:00", "2026-03-29T01:30:00"),
        # It ended on 25 October at 01:00 UTC: that day has 25 hours, and 02:30 is there twice.
        ("now/d", "2026-10-25T12:00+01:00", "2026-10-24T22:00:00"),
        ("now-1d/d", "2026-10-26T00:30+01:00", "2026-10-24T22:00:00"),
        ("now-1d", "2026-10-26T02:30+01:00", "2026-10-25T00:30:00"),
        ("now/h", "2026-10-25T02:30+02:00", "2026-10-25T00:00:00"),
        ("now/h", "2026-10-25T02:30+01:00", "2026-10-25T01:00:00"),
        ("now-1h", "2026-10-25T02:30+01:00", "2026-10-25T00:30:00"),
        ("now/M", "2026-10-31T12:00+01:00", "2026-09-30T22:00:00"),
        ("now/y", "2026-07-01T12:00+02:00", "2025-12-31T23:00:00"),
    ],
)
def test_changes_of_summer_time(text: str, now: str, expected: str) -> None:
    """Days are those of the calendar, hours have their length, whatever the clock does."""
    assert named(text, now, BERLIN) == expected


def test_the_day_of_a_change_is_as_long_as_it_is() -> None:
    """The range of a day is 23 or 25 hours long when summer time begins or ends."""
    for now, hours in (("2026-03-29T12:00+02:00", 23), ("2026-10-25T12:00+01:00", 25)):
        day = time_range("now/d", "now/d", at(now), 1e9, BERLIN)
        assert round(day.seconds) == hours * 3600


@pytest.mark.parametrize(
    ("text", "calendar", "expected"),
    [
        ("now/w", Calendar(week_start="sunday"), "2026-11-22T00:00:00"),
        ("now/w", Calendar(week_start="saturday"), "2026-11-21T00:00:00"),
        ("now/w", Calendar(week_start="moonday"), "2026-11-23T00:00:00"),
        ("now/fQ", Calendar(fiscal_start=2), "2026-11-01T00:00:00"),
        ("now-1Q/fQ", Calendar(fiscal_start=2), "2026-08-01T00:00:00"),
        ("now/fQ", Calendar(fiscal_start=12), "2026-09-01T00:00:00"),
        ("now/fQ", Calendar(), "2026-10-01T00:00:00"),
        ("now/fy", Calendar(fiscal_start=4), "2026-04-01T00:00:00"),
        ("now/fy", Calendar(fiscal_start=12), "2025-12-01T00:00:00"),
        ("now/h", KATHMANDU, "2026-11-25T14:15:00"),
        ("now/d", KATHMANDU, "2026-11-24T18:15:00"),
    ],
)
def test_calendars(text: str, calendar: Calendar, expected: str) -> None:
    """Weeks and fiscal years begin where the calendar says, hours and days in its zone."""
    assert named(text, calendar=calendar) == expected


@pytest.mark.parametrize(
    ("text", "now", "expected"),
    [
        ("now-1M", "2026-03-31T12:00+00:00", "2026-02-28T12:00:00"),
        ("now-1y", "2024-02-29T12:00+00:00", "2023-02-28T12:00:00"),
        ("now+1M", "2026-12-31T12:00+00:00", "2027-01-31T12:00:00"),
        ("now-13M", "2026-01-15T12:00+00:00", "2024-12-15T12:00:00"),
        ("now-2024y/y", "2025-06-01T12:00+00:00", "0001-01-01T00:00:00"),
        ("now+7974y", "2025-06-01T12:00+00:00", "9999-06-01T12:00:00"),
    ],
)
def test_months_have_their_last_day(text: str, now: str, expected: str) -> None:
    """A day that a month does not have is its last."""
    assert named(text, now) == expected


@pytest.mark.parametrize(
    "text",
    [
        *("", "now-", "12", "now-1x", "yesterday", "now-99999999h", "now/x", "now 5m", "Now"),
        *(
            "2026-13-01",
            "2026-02-30",
            "2026-01-01T25:00",
            "now-999999y",
            "+1h",
            "now-1fQ",
            "٣" * 12,
        ),
    ],
)
def test_times_without_meaning(text: str) -> None:
    """What is no time is refused, and what was found is said."""
    with pytest.raises(RequestError, match="expected milliseconds"):
        moment(text, 0.0)


@pytest.mark.parametrize("zone", ["Europe/Nowhere", "../etc/passwd", "/etc/localtime", "a" * 300])
def test_an_unknown_time_zone_is_refused(zone: str) -> None:
    """A time zone is a name of the time zone database."""
    with pytest.raises(RequestError, match="time zone"):
        moment("now/d", 0.0, Calendar(zone))


@pytest.mark.parametrize(
    ("dashboard", "viewer", "expected"),
    [
        ("", "Europe/Berlin", "Europe/Berlin"),
        ("browser", "Europe/Berlin", "Europe/Berlin"),
        ("utc", "Europe/Berlin", "utc"),
        ("Asia/Tokyo", "Europe/Berlin", "Asia/Tokyo"),
        ("browser", "", ""),
    ],
)
def test_the_dashboard_decides_about_the_time_zone(
    dashboard: str, viewer: str, expected: str
) -> None:
    """The dashboard's time zone counts, unless it leaves it to the viewer."""
    assert timezone_of(dashboard, viewer) == expected


@pytest.mark.parametrize("name", ["", "browser", "utc", "UTC"])
def test_without_a_time_zone_it_is_utc(name: str) -> None:
    """A viewer whose time zone is not known has days of UTC."""
    assert named("now/d", calendar=Calendar(name)) == "2026-11-25T00:00:00"


def test_ranges_have_a_length_within_the_limit() -> None:
    """A range is at least a second long, and no longer than the limit."""
    assert time_range("now-1h", "now", 7200.0, 3600.0) == TimeRange(3600.0, 7200.0)
    assert time_range("now-1s", "now", 7200.0, 3600.0).seconds == 1
    for start, end in (("now", "now-1h"), ("now", "now"), ("1700000000000", "1700000000999")):
        with pytest.raises(RequestError, match=f"from {start} to {end} is empty"):
            time_range(start, end, 7200.0, 1e9)
    with pytest.raises(RequestError, match="from now-25h to now is longer than 1 days"):
        time_range("now-25h", "now", 1e9, 86_400.0)
    assert time_range("now-24h", "now", 1e9, 86_400.0).seconds == 86_400


def test_a_number_of_twelve_digits_counts_milliseconds() -> None:
    """Eleven digits are seconds, until the year 5138; twelve are milliseconds."""
    assert moment("99999999999", 0.0) == 99_999_999_999
    assert moment("100000000000", 0.0) == 100_000_000


def test_years_end_where_dates_end() -> None:
    """The first and the last year that a date has are reached, and nothing beyond."""
    first = datetime(2, 1, 15, tzinfo=UTC).timestamp()
    last = datetime(9998, 1, 15, tzinfo=UTC).timestamp()
    assert moment("now-1y", first) == datetime(1, 1, 15, tzinfo=UTC).timestamp()
    assert moment("now+1y", last) == datetime(9999, 1, 15, tzinfo=UTC).timestamp()
    for text, now in (("now-2y", first), ("now+2y", last)):
        with pytest.raises(RequestError, match="is out of range"):
            moment(text, now)


def test_a_range_has_a_second_at_least() -> None:
    """A range of one second is one, a shorter one is empty, and messages stay short."""
    assert time_range("1000000000000", "1000000001000", 0.0, 60).seconds == 1
    with pytest.raises(RequestError, match="is empty"):
        time_range("1000000000000", "1000000000999", 0.0, 60)
    with pytest.raises(RequestError, match=r"time 'x{40}': expected"):
        moment("x" * 50, 0.0)
    with pytest.raises(RequestError, match=r"time zone 'x{40}': expected"):
        Calendar(timezone="x" * 50).zone  # noqa: B018 - it is what is refused


def test_the_time_zone_is_the_dashboards_unless_it_is_left_open() -> None:
    """A dashboard that says `browser`, or nothing, takes the viewer's time zone."""
    assert timezone_of("browser", "Asia/Tokyo") == "Asia/Tokyo"
    assert timezone_of("", "Asia/Tokyo") == "Asia/Tokyo"
    assert timezone_of("Europe/Berlin", "Asia/Tokyo") == "Europe/Berlin"
