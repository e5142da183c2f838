"""Times of lines by layouts of Go, to the nanosecond, and how fine the text tells them.

Source: https://pkg.go.dev/time#pkg-constants
"""

from __future__ import annotations

import re
import time
from collections.abc import Callable
from datetime import datetime, tzinfo

from whiteroom_monitoring.logs.logql.golang.times import Layout, zone
from whiteroom_monitoring.logs.shipper.entry import SECOND_NS
from whiteroom_monitoring.logs.shipper.errors import StageError

# A time in nanoseconds, and the step in which its text tells it.
Timestamp = tuple[int, int]
Parser = Callable[[str], Timestamp | None]

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
# Go reads a fraction after the seconds where the layout has none; here, with any number of digits.
_FRACTION = re.compile(r"(?<=5)[.,](?:0+|9+)(?!\d)")
_CACHED = 4096
# Of what tells no year, such as the 29th of February.
_LEAP_YEAR = 1972


def parser(layout: str, location: str = "UTC") -> Parser:
    """Return what reads times of a layout, or of a name such as RFC3339. Raises StageError.

    >>> parser("RFC3339Nano")("1970-01-01T00:00:01.5Z")
    (1500000000, 100000000)
    """
    if layout in _UNIX:
        unit = _UNIX[layout]
        return lambda text: _unix(text, unit)
    local = zone(location)
    if local is None:
        raise StageError(f"location: found {location!r}, expected a name such as UTC")
    return _Layout(_NAMED.get(layout, layout), local).parse


def _unix(text: str, unit_ns: int) -> Timestamp | None:
    whole, _, fraction = text.strip().partition(".")
    if not whole.lstrip("-").isdecimal() or (fraction and not fraction.isdecimal()):
        return None
    digits = fraction[:9]
    step = unit_ns // 10 ** len(digits) or 1
    return int(whole) * unit_ns + (int(digits) * unit_ns // 10 ** len(digits) if digits else 0), (
        step
    )


class _Layout:
    def __init__(self, layout: str, zone: tzinfo) -> None:
        self._zone = zone
        try:
            self._layout = Layout(_FRACTION.sub("", layout))
        except re.error as error:
            raise StageError(f"format: found {layout!r}, which can't be read") from error
        if not self._layout.has_hour:
            raise StageError(f"format: found {layout!r}, expected a layout of Go or its name")
        # What is before and after the fraction is the same for many lines.
        self._seconds: dict[tuple[str, str], int] = {}

    def parse(self, text: str) -> Timestamp | None:
        match = self._layout.match(text)
        if match is None:
            return None
        start, end = self._layout.fraction(match)
        fraction = text[start:end] if start >= 0 else ""
        key = (text[:start], text[end:]) if fraction else (text, "")
        whole = self._seconds.get(key)
        if whole is None:
            try:
                whole = self._whole(match)
            except (ValueError, OverflowError):
                return None
            if len(self._seconds) >= _CACHED:
                self._seconds.clear()
            self._seconds[key] = whole
        if not fraction:
            return whole * SECOND_NS, SECOND_NS
        digits = fraction[:9]
        return whole * SECOND_NS + int(digits.ljust(9, "0")), 10 ** (9 - len(digits))

    def _whole(self, match: re.Match[str]) -> int:
        moment = self._layout.moment(match, self._zone, _LEAP_YEAR)
        if self._layout.has_year:
            return moment.ns // SECOND_NS
        return int(_recent(moment.date).timestamp())


def _recent(moment: datetime) -> datetime:
    """Return a time whose text has no year, in the latest year in which it is not to come."""
    today = datetime.fromtimestamp(time.time() + 86400, moment.tzinfo)
    try:
        this_year = moment.replace(year=today.year)
    except ValueError:
        return moment.replace(year=today.year - today.year % 4)
    return this_year if this_year <= today else moment.replace(year=today.year - 1)
