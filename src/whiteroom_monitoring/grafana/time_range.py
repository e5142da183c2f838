"""Time ranges as people and links name them, and the steps at which they are looked at."""

from __future__ import annotations

import math
import re
from dataclasses import dataclass

from whiteroom_monitoring.datasources.errors import RequestError

_UNITS_S = {"s": 1, "m": 60, "h": 3600, "d": 86400, "w": 604800, "M": 2_592_000, "y": 31_536_000}
_RELATIVE = re.compile(r"now(?:-(\d{1,6})([smhdwMy]))?(?:/([hdw]))?")
_DURATION_PART = re.compile(r"(\d+)(ms|[smhdwy])")
_EPOCH_MS = re.compile(r"\d{10,14}")
# What a step may be, so that neighbouring ranges share their steps.
_STEPS_S = (
    *(1, 2, 5, 10, 15, 20, 30, 60, 120, 300, 600, 900, 1200, 1800, 3600),
    *(7200, 10_800, 21_600, 43_200, 86_400, 604_800, 2_592_000),
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
class Grid:
    """The moments at which a range is looked at: ``count`` of them, ``step`` seconds apart."""

    start: float
    step: float
    count: int

    @property
    def end(self) -> float:
        """The last moment."""
        return self.start + self.step * (self.count - 1)

    def times(self) -> list[float]:
        """Return every moment."""
        return [self.start + self.step * index for index in range(self.count)]


def moment(text: str, now: float) -> float:
    """Return the time that ``text`` names: milliseconds since 1970, or such as ``now-30m``.

    >>> moment("now-30m", 3600.0), moment("1700000000000", 0.0)
    (1800.0, 1700000000.0)

    Raises RequestError.
    """
    if _EPOCH_MS.fullmatch(text):
        return int(text) / 1000
    found = _RELATIVE.fullmatch(text)
    if found is None:
        expected = "expected milliseconds since 1970, or such as now, now-30m, now-7d, now/d"
        raise RequestError(f"time {text[:40]!r}: {expected}")
    count, unit, whole = found.groups()
    time = now - int(count or 0) * _UNITS_S[unit or "s"]
    return time - time % _UNITS_S[whole] if whole else time


def time_range(start: str, end: str, now: float, longest_s: float) -> TimeRange:
    """Return the range between two named times. Raises RequestError."""
    found = TimeRange(moment(start, now), moment(end, now))
    if found.seconds < 1:
        raise RequestError(f"the time range from {start} to {end} is empty")
    if found.seconds > longest_s:
        most = duration(longest_s)
        raise RequestError(f"the time range from {start} to {end} is longer than {most}")
    return found


def grid(chosen: TimeRange, points: int, least_step_s: float) -> Grid:
    """Return at most about ``points`` moments of a range, aligned as Grafana aligns them."""
    wanted = max(chosen.seconds / max(points, 1), least_step_s, 1)
    step = next((step for step in _STEPS_S if step >= wanted * 0.999), math.ceil(wanted))
    start, end = math.floor(chosen.start / step) * step, math.floor(chosen.end / step) * step
    return Grid(start, step, int((end - start) / step) + 1)


def seconds(text: str) -> float:
    """Return the length that a duration such as ``1h30m`` has. Raises RequestError.

    >>> seconds("1h30m"), seconds("500ms")
    (5400.0, 0.5)
    """
    parts = _DURATION_PART.findall(text)
    if not parts or "".join(number + unit for number, unit in parts) != text:
        raise RequestError(f"duration {text[:40]!r}: expected such as 30s, 5m, 1h30m")
    return float(sum(int(n) * (0.001 if u == "ms" else _UNITS_S[u]) for n, u in parts))


def duration(length_s: float) -> str:
    """Return a length as PromQL writes it, in its largest whole unit.

    >>> duration(90), duration(3600)
    ('90s', '1h')
    """
    if length_s != int(length_s):
        return f"{math.ceil(length_s * 1000)}ms"
    for unit in ("d", "h", "m"):
        if length_s >= _UNITS_S[unit] and length_s % _UNITS_S[unit] == 0:
            return f"{int(length_s // _UNITS_S[unit])}{unit}"
    return f"{int(length_s)}s"
