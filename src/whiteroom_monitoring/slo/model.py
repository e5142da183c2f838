"""Service-level objectives as they are loaded: immutable values."""

from __future__ import annotations

import re
from dataclasses import dataclass

_UNITS_S = {"m": 60, "h": 3600, "d": 86400}


@dataclass(frozen=True)
class Range:
    """A length of time as Prometheus writes it, such as ``30m`` or ``3d``."""

    text: str

    @property
    def seconds(self) -> int:
        """The length in seconds.

        >>> Range("6h").seconds
        21600
        """
        match = re.fullmatch(r"(\d+)([mhd])", self.text)
        assert match is not None, self.text
        return int(match[1]) * _UNITS_S[match[2]]

    def __str__(self) -> str:
        return self.text


@dataclass(frozen=True)
class BurnRateWindow:
    """Two ranges over which the budget may not burn ``rate`` times as fast as it lasts."""

    long: Range
    short: Range
    rate: float
    priority: str


@dataclass(frozen=True)
class Objective:
    """One promise. ``goal`` is the share of good events; ``events`` and ``failures`` are PromQL."""

    name: str
    alert: str
    rules: str
    goal: float
    min_failures: int
    events: str
    failures: str
    team: str
    symptom: str
    incident: str
    failure: str
    consequence: str

    @property
    def budget(self) -> float:
        """The share of events that may fail."""
        return round(1 - self.goal, 9)


@dataclass(frozen=True)
class Objectives:
    """All promises, for the same ``period``, watched in the same ``burn_rate_windows``.

    ``dashboard`` is the page to which their alerts lead.
    """

    period: Range
    burn_rate_windows: tuple[BurnRateWindow, ...]
    objectives: tuple[Objective, ...]
    dashboard: str = ""

    @property
    def ranges(self) -> tuple[Range, ...]:
        """Every range that a window looks at, from the shortest to the longest."""
        windows = self.burn_rate_windows
        ranges = {range for window in windows for range in (window.long, window.short)}
        return tuple(sorted(ranges, key=lambda range: range.seconds))


NONE = Objectives(Range("30d"), (), ())
