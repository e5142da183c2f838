"""Times by layouts of Go, to the nanosecond, and how fine the text tells them.

Source: https://pkg.go.dev/time#pkg-constants
"""

from __future__ import annotations

import calendar
import re
import time
from collections.abc import Callable
from datetime import UTC, datetime, timedelta, tzinfo
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from whiteroom_monitoring.logs.shipper.entry import SECOND_NS
from whiteroom_monitoring.logs.shipper.errors import StageError

# A time in nanoseconds, and the step in which its text tells it.
Told = tuple[int, int]
Parser = Callable[[str], Told | None]

_NAMED = {
    "ANSIC": "Mon Jan _2 15:04:05 2006",
    "UnixDate": "Mon Jan _2 15:04:05 MST 2006",
    "RubyDate": "Mon Jan 02 15:04:05 -0700 2006",
    "RFC822": "02 Jan 06 15:04 MST",
    "RFC822Z": "02 Jan 06 15:04 -0700",
    "RFC850": "Monday, 02-Jan-06 15:04:05 MST",
    "RFC1123": "Mon, 02 Jan 2006 15:04:05 MST",
    "RFC1123Z": "Mon, 02 Jan 2006 15:04:05 -0700",
    "RFC3339": "2006-01-02T15:04:05Z07:00",
    "RFC3339Nano": "2006-01-02T15:04:05.999999999Z07:00",
}
_UNIX = {"Unix": SECOND_NS, "UnixMs": 10**6, "UnixUs": 1000, "UnixNs": 1}
_MONTHS = {name.lower(): i for i, name in enumerate(calendar.month_abbr) if name}
_TOKENS = {
    "January": r"(?P<monthname>[A-Za-z]+)", "Jan": r"(?P<monthname>[A-Za-z]{3})",
    "Monday": r"[A-Za-z]+", "Mon": r"[A-Za-z]{3}", "MST": r"(?P<zone>[A-Z]{3,4}|[+-]\d\d)",
    "2006": r"(?P<year>\d{4})", "01": r"(?P<month>\d\d)", "02": r"(?P<day>\d\d)",
    "_2": r"(?P<day>[ \d]\d)", "15": r"(?P<hour>\d\d)", "03": r"(?P<hour>\d\d)",
    "04": r"(?P<minute>\d\d)", "05": r"(?P<second>\d\d)(?:[.,](?P<fraction>\d+))?",
    "06": r"(?P<shortyear>\d\d)", "PM": r"(?P<half>[AP]M)", "pm": r"(?P<half>[ap]m)",
    "Z07:00": r"(?P<offset>Z|[+-]\d\d:\d\d)", "Z0700": r"(?P<offset>Z|[+-]\d{4})",
    "-07:00": r"(?P<offset>[+-]\d\d:\d\d)", "-0700": r"(?P<offset>[+-]\d{4})",
    "-07": r"(?P<offset>[+-]\d\d)", "002": r"(?P<yearday>\d{3})",
    "1": r"(?P<month>\d\d?)", "2": r"(?P<day>\d\d?)", "3": r"(?P<hour>\d\d?)",
    "4": r"(?P<minute>\d\d?)", "5": r"(?P<second>\d\d?)(?:[.,](?P<fraction>\d+))?",
}  # fmt: skip
_SPLIT = re.compile(
    r"([.,](?:0+|9+)(?!\d))|(" + "|".join(sorted(map(re.escape, _TOKENS), key=len, reverse=True))
    + ")"
)  # fmt: skip
_CACHED = 4096


def parser(layout: str, location: str = "UTC") -> Parser:
    """Return what reads times of a layout, or of a name such as RFC3339. Raises StageError.

    >>> parser("RFC3339Nano")("1970-01-01T00:00:01.5Z")
    (1500000000, 100000000)
    """
    if layout in _UNIX:
        unit = _UNIX[layout]
        return lambda text: _unix(text, unit)
    try:
        zone = UTC if location in ("", "UTC") else ZoneInfo(location)
    except (ZoneInfoNotFoundError, ValueError) as error:
        raise StageError(f"location: found {location!r}, expected a name such as UTC") from error
    return _Layout(_NAMED.get(layout, layout), zone).parse


def _unix(text: str, unit_ns: int) -> Told | None:
    whole, _, fraction = text.strip().partition(".")
    if not whole.lstrip("-").isdigit() or (fraction and not fraction.isdigit()):
        return None
    digits = fraction[:9]
    step = unit_ns // 10 ** len(digits) or 1
    return int(whole) * unit_ns + (int(digits) * unit_ns // 10 ** len(digits) if digits else 0), (
        step
    )


class _Layout:
    def __init__(self, layout: str, zone: tzinfo) -> None:
        self._zone = zone
        self._regex = re.compile(_pattern(layout))
        names = self._regex.groupindex
        if not names or "hour" not in names:
            raise StageError(f"format: found {layout!r}, expected a layout of Go or its name")
        # What is before and after the fraction is the same for many lines.
        self._seconds: dict[tuple[str, str], int] = {}

    def parse(self, text: str) -> Told | None:
        match = self._regex.fullmatch(text)
        if match is None:
            return None
        fraction = match["fraction"] if "fraction" in self._regex.groupindex else None
        if fraction:
            key = (text[: match.start("fraction")], text[match.end("fraction") :])
        else:
            key = (text, "")
        whole = self._seconds.get(key)
        if whole is None:
            try:
                whole = self._whole(match.groupdict())
            except (ValueError, OverflowError):
                return None
            if len(self._seconds) >= _CACHED:
                self._seconds.clear()
            self._seconds[key] = whole
        if not fraction:
            return whole * SECOND_NS, SECOND_NS
        digits = fraction[:9]
        return whole * SECOND_NS + int(digits.ljust(9, "0")), 10 ** (9 - len(digits))

    def _whole(self, parts: dict[str, str | None]) -> int:
        year = _year(parts)
        month = int(parts.get("month") or _MONTHS[(parts.get("monthname") or "jan")[:3].lower()])
        hour = int(parts.get("hour") or 0)
        if half := parts.get("half"):
            hour = hour % 12 + (12 if half.lower() == "pm" else 0)
        moment = datetime(
            year or 1972, month, int((parts.get("day") or "1").strip()), hour,
            int(parts.get("minute") or 0), int(parts.get("second") or 0),
            tzinfo=_offset(parts) or self._zone,
        )  # fmt: skip
        if yearday := parts.get("yearday"):
            moment = moment.replace(month=1, day=1) + timedelta(days=int(yearday) - 1)
        return int((moment if year else _recent(moment)).timestamp())


def _pattern(layout: str) -> str:
    made, at = "", 0
    for match in _SPLIT.finditer(layout):
        made += re.escape(layout[at : match.start()])
        # Go reads a fraction after the seconds, whether the layout has one or not.
        made += "" if match[1] else _TOKENS[match[2]]
        at = match.end()
    try:
        return re.compile(made + re.escape(layout[at:])).pattern
    except re.error as error:
        raise StageError(f"format: found {layout!r}, which tells something twice") from error


def _year(parts: dict[str, str | None]) -> int:
    if year := parts.get("year"):
        return int(year)
    short = parts.get("shortyear")
    return 0 if short is None else int(short) + (1900 if int(short) >= 69 else 2000)


def _recent(moment: datetime) -> datetime:
    """Return a time whose text has no year, in the latest year in which it is not to come."""
    today = datetime.fromtimestamp(time.time() + 86400, moment.tzinfo)
    try:
        this_year = moment.replace(year=today.year)
    except ValueError:
        return moment.replace(year=today.year - today.year % 4)
    return this_year if this_year <= today else moment.replace(year=today.year - 1)


def _offset(parts: dict[str, str | None]) -> tzinfo | None:
    text = parts.get("offset") or ""
    zone = parts.get("zone") or ""
    if text == "Z" or zone in ("UTC", "GMT"):
        return UTC
    if not text:
        return None
    found = datetime.strptime(text if len(text) > 3 else f"{text}00", "%z").tzinfo
    assert found is not None
    return found
