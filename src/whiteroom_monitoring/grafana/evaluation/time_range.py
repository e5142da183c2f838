"""Time ranges as people and links name them: Grafana's grammar of times.

A time is ``now`` with steps behind it, such as ``now-1d/d+8h``; a date of ISO 8601; or a time since
1970 in seconds (up to 11 digits) or milliseconds. ``/d`` rounds to the day: down where a range
starts, up where it ends. Days, weeks, months, quarters and years are those of a calendar in a time
zone, so that a day may have 23 or 25 hours; hours, minutes and seconds always have their length.
Source: https://grafana.com/docs/grafana/latest/dashboards/use-dashboards/#time-units-and-relative-ranges
"""

from __future__ import annotations

import calendar as months
import re
import zoneinfo
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta, tzinfo
from functools import lru_cache

from whiteroom_monitoring.datasources.errors import RequestError

_NOW = re.compile(r"now((?:[-+][0-9]{1,6}[smhdwMQy]|/(?:[smhdwMQy]|fQ|fy))*)")
_STEP = re.compile(r"(?:([-+])([0-9]{1,6})|/)(f?[smhdwMQy])")
_EPOCH = re.compile(r"[0-9]{9,14}")
# From 12 digits on, a number counts milliseconds: as seconds it would be the year 5138 or later.
_MS_DIGITS = 12
_DATE = re.compile(r"[0-9]{4}-?[0-9]{2}-?[0-9]{2}.*")
_FIXED_S = {"s": 1, "m": 60, "h": 3600}
_MONTHS = {"M": 1, "Q": 3, "fQ": 3, "y": 12, "fy": 12}
_DAYS = {"d": 1, "w": 7}
WEEK_STARTS = {"monday": 0, "saturday": 5, "sunday": 6}
# Metrics have no shorter range: it would lie between two of their samples.
LEAST_S = 1.0
# What Grafana calls the viewer's own time zone.
_OF_VIEWER = ("", "browser")
_EXPECTED = (
    "expected milliseconds since 1970, a date such as 2026-01-31T12:00, or such as now, now-30m, "
    "now-1d/d, now+1h"
)


@dataclass(frozen=True)
class TimeRange:
    """From ``start`` to ``end``, in seconds since 1970."""

    start: float
    end: float

    @property
    def seconds(self) -> float:
        """How long it is."""
        return self.end - self.start


@dataclass(frozen=True)
class Calendar:
    """Where days, weeks and years begin.

    ``timezone`` is a name such as Europe/Berlin, ``week_start`` one of WEEK_STARTS, and
    ``fiscal_start`` the month, from 1, with which a fiscal year begins.
    """

    timezone: str = "UTC"
    week_start: str = "monday"
    fiscal_start: int = 1

    @property
    def zone(self) -> tzinfo:
        """The time zone. Raises RequestError when it is not known."""
        return _zone(self.timezone)


UTC_CALENDAR = Calendar()


@lru_cache(maxsize=64)
def _zone(name: str) -> tzinfo:
    if name.lower() in (*_OF_VIEWER, "utc"):
        return UTC
    try:
        return zoneinfo.ZoneInfo(name)
    except (zoneinfo.ZoneInfoNotFoundError, ValueError, OSError) as error:
        raise RequestError(f"time zone {name[:40]!r}: expected such as Europe/Berlin") from error


def timezone_of(dashboard: str, viewer: str) -> str:
    """Return the time zone that counts: the dashboard's, unless it leaves it to the viewer.

    >>> timezone_of("browser", "Europe/Berlin"), timezone_of("utc", "Europe/Berlin")
    ('Europe/Berlin', 'utc')
    """
    return viewer if dashboard in _OF_VIEWER else dashboard


def moment(
    text: str, now: float, calendar: Calendar = UTC_CALENDAR, *, round_up: bool = False
) -> float:
    """Return the time that ``text`` names, in seconds since 1970. Raises RequestError.

    >>> moment("now-30m", 3600.0), moment("1700000000000", 0.0), moment("1970-01-02", 0.0)
    (1800.0, 1700000000.0, 86400.0)
    """
    try:
        if _EPOCH.fullmatch(text):
            return int(text) / 1000 if len(text) >= _MS_DIGITS else float(text)
        if _DATE.fullmatch(text):
            return _date(text, calendar)
        if match := _NOW.fullmatch(text):
            return _stepped(match[1], now, calendar, round_up)
    except (ValueError, OverflowError, OSError) as error:
        raise RequestError(f"time {text[:40]!r}: {error}; {_EXPECTED}") from error
    raise RequestError(f"time {text[:40]!r}: {_EXPECTED}")


def time_range(
    start: str,
    end: str,
    now: float,
    longest_s: float,
    calendar: Calendar = UTC_CALENDAR,
    *,
    least_s: float = LEAST_S,
) -> TimeRange:
    """Return the range between two named times. Raises RequestError."""
    named = TimeRange(moment(start, now, calendar), moment(end, now, calendar, round_up=True))
    return bounded(named, f"from {start[:40]} to {end[:40]}", longest_s, least_s)


def bounded(when: TimeRange, name: str, longest_s: float, least_s: float = LEAST_S) -> TimeRange:
    """Return a range that is neither empty nor too long. Raises RequestError."""
    if when.seconds < least_s:
        raise RequestError(f"the time range {name} is empty")
    if when.seconds > longest_s:
        raise RequestError(f"the time range {name} is longer than {longest_s / 86_400:g} days")
    return when


def is_relative(text: str) -> bool:
    """Tell whether a time moves on, as ``now-1h`` does.

    >>> is_relative("now-1h/h"), is_relative("1700000000000")
    (True, False)
    """
    return text.startswith("now")


def _date(text: str, calendar: Calendar) -> float:
    parsed = datetime.fromisoformat(text)
    return (parsed if parsed.tzinfo else parsed.replace(tzinfo=calendar.zone)).timestamp()


def _stepped(steps: str, now: float, calendar: Calendar, round_up: bool) -> float:
    time = now
    for sign, count, unit in _STEP.findall(steps):
        if sign:
            time = _shifted(time, int(sign + count), unit, calendar.zone)
        elif round_up:
            # The last millisecond of the unit, as Grafana has it.
            time = _start_of_next(time, unit, calendar) - 0.001
        else:
            time = _start_of(time, unit, calendar)
    return time


def _shifted(time: float, count: int, unit: str, zone: tzinfo) -> float:
    if unit in _FIXED_S:
        return time + count * _FIXED_S[unit]
    local = datetime.fromtimestamp(time, zone)
    if unit in _DAYS:
        return _timestamp(local + timedelta(days=count * _DAYS[unit]))
    return _timestamp(_months_later(local, count * _MONTHS[unit]))


def _months_later(local: datetime, count: int) -> datetime:
    """Return the same day some months later; the last of the month where it has no such day."""
    year, month = divmod(local.year * 12 + local.month - 1 + count, 12)
    if not 1 <= year <= 9999:
        raise OverflowError(f"the year {year} is out of range")
    day = min(local.day, months.monthrange(year, month + 1)[1])
    return local.replace(year=year, month=month + 1, day=day)


def _start_of(time: float, unit: str, calendar: Calendar) -> float:
    local = datetime.fromtimestamp(time, calendar.zone)
    if unit in _FIXED_S:
        within_s = local.minute * 60 + local.second + local.microsecond / 1e6
        return time - within_s % _FIXED_S[unit]
    return _timestamp(_first_day(local, unit, calendar))


def _start_of_next(time: float, unit: str, calendar: Calendar) -> float:
    if unit in _FIXED_S:
        return _start_of(time, unit, calendar) + _FIXED_S[unit]
    first = _first_day(datetime.fromtimestamp(time, calendar.zone), unit, calendar)
    if unit in _DAYS:
        return _timestamp(first + timedelta(days=_DAYS[unit]))
    return _timestamp(_months_later(first, _MONTHS[unit]))


def _first_day(local: datetime, unit: str, calendar: Calendar) -> datetime:
    """Return midnight of the first day of the unit in which a local time lies."""
    midnight = local.replace(hour=0, minute=0, second=0, microsecond=0, fold=0)
    if unit == "d":
        return midnight
    if unit == "w":
        first = WEEK_STARTS.get(calendar.week_start, 0)
        return midnight - timedelta(days=(midnight.weekday() - first) % 7)
    start = calendar.fiscal_start if unit.startswith("f") else 1
    within = (midnight.month - start) % _MONTHS[unit]
    return _months_later(midnight.replace(day=1), -within)


def _timestamp(local: datetime) -> float:
    return local.replace(fold=0).timestamp()
