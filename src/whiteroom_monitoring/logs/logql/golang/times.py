"""Moments, and the layouts by which Go writes and reads them.

Source: https://pkg.go.dev/time#pkg-constants
"""

from __future__ import annotations

import functools
import re
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta, timezone, tzinfo
from zoneinfo import ZoneInfo

SECOND_NS = 10**9
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_MONTHS = (
    "January February March April May June July August September October November December".split()
)
_DAYS = "Monday Tuesday Wednesday Thursday Friday Saturday Sunday".split()
_CHUNK = re.compile(
    r"January|Jan|Monday|Mon|MST|2006|__2|002|Z070000|Z07:00:00|Z0700|Z07:00|Z07"
    r"|-070000|-07:00:00|-0700|-07:00|-07|_2006|_2|01|02|03|04|05|06|15|PM|pm"
    r"|[.,]0+(?![0-9])|[.,]9+(?![0-9])|1|2|3|4|5"
)
# Go's zero: the first of January of the year 1.
ZERO_NS = -62135596800 * SECOND_NS


@dataclass(frozen=True)
class Moment:
    """Nanoseconds since 1970, shown in a zone."""

    ns: int
    zone: tzinfo = UTC

    @property
    def date(self) -> datetime:
        """The moment without its nanoseconds."""
        seconds = self.ns // SECOND_NS
        return (_EPOCH + timedelta(seconds=seconds)).astimezone(self.zone)

    def __str__(self) -> str:
        return self.format("2006-01-02 15:04:05.999999999 -0700 MST")

    def format(self, layout: str) -> str:
        """Return the moment by a layout.

        >>> Moment(0).format("Mon Jan _2 15:04:05.000 2006 Z07:00")
        'Thu Jan  1 00:00:00.000 1970 Z'
        """
        date = self.date
        return _CHUNK.sub(lambda chunk: self._chunk(chunk[0], date), layout)

    def _chunk(self, chunk: str, date: datetime) -> str:
        if chunk[0] in ".,":
            digits = f"{self.ns % SECOND_NS:09}"[: len(chunk) - 1]
            if chunk[1] == "9":
                digits = digits.rstrip("0")
            return chunk[0] + digits if digits else ""
        if chunk[0] in "Z-" and chunk[1] == "0":
            return _offset(date, chunk)
        return _SHOWN[chunk](date)


_SHOWN: dict[str, Callable[[datetime], str]] = {
    "January": lambda d: _MONTHS[d.month - 1],
    "Jan": lambda d: _MONTHS[d.month - 1][:3],
    "Monday": lambda d: _DAYS[d.weekday()],
    "Mon": lambda d: _DAYS[d.weekday()][:3],
    "MST": lambda d: d.tzname() or "",
    "2006": lambda d: f"{d.year:04}",
    "_2006": lambda d: f"_{d.year:04}",
    "06": lambda d: f"{d.year % 100:02}",
    "1": lambda d: str(d.month),
    "01": lambda d: f"{d.month:02}",
    "2": lambda d: str(d.day),
    "_2": lambda d: f"{d.day:2}",
    "02": lambda d: f"{d.day:02}",
    "002": lambda d: f"{d.timetuple().tm_yday:03}",
    "__2": lambda d: f"{d.timetuple().tm_yday:3}",
    "15": lambda d: f"{d.hour:02}",
    "3": lambda d: str((d.hour + 11) % 12 + 1),
    "03": lambda d: f"{(d.hour + 11) % 12 + 1:02}",
    "4": lambda d: str(d.minute),
    "04": lambda d: f"{d.minute:02}",
    "5": lambda d: str(d.second),
    "05": lambda d: f"{d.second:02}",
    "PM": lambda d: "PM" if d.hour >= 12 else "AM",
    "pm": lambda d: "pm" if d.hour >= 12 else "am",
}


def _offset(date: datetime, chunk: str) -> str:
    delta = date.utcoffset() or timedelta()
    seconds = int(delta.total_seconds())
    if chunk[0] == "Z" and not seconds:
        return "Z"
    sign, seconds = ("-", -seconds) if seconds < 0 else ("+", seconds)
    parts = [f"{seconds // 3600:02}", f"{seconds // 60 % 60:02}", f"{seconds % 60:02}"]
    count = (len(chunk.replace(":", "")) - 1) // 2
    return sign + (":" if ":" in chunk else "").join(parts[:count])


def zone(name: str) -> tzinfo | None:
    """Return a zone by its name; None where there is none."""
    if name in ("", "UTC", "Local"):
        return UTC
    try:
        return ZoneInfo(name)
    except (LookupError, ValueError, OSError):
        return None


_DIGITS = {
    "2006": r"(\d{4})", "06": r"(\d{2})", "1": r"(\d{1,2})", "01": r"(\d{2})", "2": r"(\d{1,2})",
    "_2": r" ?(\d{1,2})", "02": r"(\d{2})", "002": r"(\d{3})", "__2": r" {0,2}(\d{1,3})",
    "15": r"(\d{2})", "3": r"(\d{1,2})", "03": r"(\d{2})", "4": r"(\d{1,2})", "04": r"(\d{2})",
    "5": r"(\d{1,2})", "05": r"(\d{2})", "PM": "(AM|PM)", "pm": "(am|pm)",
    "MST": r"([A-Z]{3,5}|[+-]\d{2})",
    "January": f"({'|'.join(_MONTHS)})", "Jan": f"({'|'.join(m[:3] for m in _MONTHS)})",
    "Monday": f"({'|'.join(_DAYS)})", "Mon": f"({'|'.join(d[:3] for d in _DAYS)})",
}  # fmt: skip


class Layout:
    """A layout that texts are read by: what stands where, and whether it tells a year."""

    def __init__(self, layout: str) -> None:
        self.text = layout
        self._chunks: list[str] = []
        pattern, at = "", 0
        for chunk in _CHUNK.finditer(layout):
            pattern += re.escape(layout[at : chunk.start()]) + _expression(
                chunk[0], layout[chunk.end() :]
            )
            at = chunk.end()
            self._chunks.append(chunk[0])
            if chunk[0] in ("5", "05") and layout[at : at + 2] not in (".0", ",0", ".9", ",9"):
                self._chunks.append("fraction")
        self._regex = re.compile(pattern + re.escape(layout[at:]), re.ASCII)
        self.has_year = not {"2006", "_2006", "06"}.isdisjoint(self._chunks)
        self.has_hour = not {"15", "3", "03"}.isdisjoint(self._chunks)
        self._fraction = next(
            (n for n, c in enumerate(self._chunks, 1) if c[0] in ".," or c == "fraction"), 0
        )

    def match(self, text: str) -> re.Match[str] | None:
        """Return what a text tells, or None where it is not of this layout."""
        return self._regex.fullmatch(text)

    def fraction(self, match: re.Match[str]) -> tuple[int, int]:
        """Return where the digits of the fraction of a second are; (-1, -1) without one."""
        return match.span(self._fraction) if self._fraction else (-1, -1)

    def moment(self, match: re.Match[str], local: tzinfo = UTC, year: int = 1) -> Moment:
        """Return the moment that a text tells, in ``year`` if it tells none. Raises ValueError."""
        return _moment(dict(zip(self._chunks, match.groups(), strict=True)), local, year)


_layout = functools.lru_cache(256)(Layout)


def parse(layout: str, text: str, local: tzinfo = UTC) -> Moment:
    """Return the moment that a text is by a layout. Raises ValueError.

    >>> str(parse("2006-01-02T15:04:05Z07:00", "2021-11-02T10:00:00.5+01:00"))
    '2021-11-02 10:00:00.5 +0100 +0100'
    """
    reader = _layout(layout)
    match = reader.match(text)
    if match is None:
        raise ValueError(f'parsing time "{text}" as "{layout}": cannot parse "{text}"')
    return reader.moment(match, local)


def _expression(chunk: str, after: str) -> str:
    if chunk[0] in ".,":
        return rf"[.,](\d{{{len(chunk) - 1}}})" if chunk[1] == "0" else r"(?:[.,](\d+))?"
    if chunk[0] in "Z-" and chunk[1] == "0":
        signed = r"[+-]\d{2}" + (":" if ":" in chunk else "") + r"\d{2}"
        if len(chunk) == 3:
            signed = r"[+-]\d{2}"
        return f"(Z|{signed})" if chunk[0] == "Z" else f"({signed})"
    expression = _DIGITS.get(chunk, "()")
    if chunk in ("5", "05") and after[:2] not in (".0", ",0", ".9", ",9"):
        expression += r"(?:[.,](\d+))?"
    return expression


def _moment(parts: dict[str, str | None], local: tzinfo, default_year: int) -> Moment:
    def number(*names: str) -> int | None:
        return next((int(t) for n in names if (t := parts.get(n))), None)

    year = number("2006", "_2006")
    short = number("06")
    if year is None and short is not None:
        year = short + (1900 if short >= 69 else 2000)
    # Without a year it is the year 0 in Go, which Python does not have.
    month = number("1", "01") or 1
    for names, size in (("January", 99), ("Jan", 3)):
        if parts.get(names):
            month = [m[:size] for m in _MONTHS].index(str(parts[names])) + 1
    hour = number("15", "3", "03") or 0
    half = (parts.get("PM") or parts.get("pm") or "").upper()
    if half:
        hour = hour % 12 + (12 if half == "PM" else 0)
    fraction = next((t for n, t in parts.items() if t and (n[0] in ".," or n == "fraction")), "")
    zone = _zone(parts, local)
    date = datetime(
        max(year or default_year, 1), month, number("2", "_2", "02") or 1, hour,
        number("4", "04") or 0, number("5", "05") or 0, tzinfo=zone,
    )  # fmt: skip
    day = number("002", "__2")
    if day:
        date = date.replace(month=1, day=1) + timedelta(days=day - 1)
    seconds = (date - _EPOCH) // timedelta(seconds=1)
    return Moment(seconds * SECOND_NS + int((fraction + "0" * 9)[:9]), zone)


def _zone(parts: dict[str, str | None], local: tzinfo) -> tzinfo:
    for name, text in parts.items():
        if len(name) > 1 and name[0] in "Z-" and name[1] == "0" and text:
            if text == "Z":
                return UTC
            digits = text[1:].replace(":", "")
            delta = timedelta(hours=int(digits[:2]), minutes=int(digits[2:4] or 0))
            delta = -delta if text[0] == "-" else delta
            return timezone(delta, text.replace(":", "")) if delta else UTC
    return UTC if parts.get("MST") in ("UTC", "GMT") else local
