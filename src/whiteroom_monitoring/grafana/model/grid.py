"""The moments at which a time range is looked at, and lengths of time as PromQL writes them."""

from __future__ import annotations

import math
import re
from dataclasses import dataclass

from whiteroom_monitoring.datasources.errors import RequestError
from whiteroom_monitoring.grafana.evaluation.time_range import TimeRange

_UNITS_S = {"s": 1, "m": 60, "h": 3600, "d": 86400, "w": 604_800, "y": 31_536_000}
_DURATION_PART = re.compile(r"([0-9]{1,12})(ms|[smhdwy])")
# What a step may be, so that neighbouring ranges share their steps.
_STEPS_S = (
    *(1, 2, 5, 10, 15, 20, 30, 60, 120, 300, 600, 900, 1200, 1800, 3600),
    *(7200, 10_800, 21_600, 43_200, 86_400, 604_800, 2_592_000),
)


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


def grid(time_range: TimeRange, points: int, min_step_s: float) -> Grid:
    """Return at most about ``points`` moments of a range, aligned as Grafana aligns them."""
    least = max(time_range.seconds / max(points, 1), min_step_s, 1)
    step = next((step for step in _STEPS_S if step >= least * 0.999), math.ceil(least))
    start = math.floor(time_range.start / step) * step
    end = math.floor(time_range.end / step) * step
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
