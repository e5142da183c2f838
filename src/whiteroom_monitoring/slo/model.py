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
        found = re.fullmatch(r"(\d+)([mhd])", self.text)
        assert found is not None, self.text
        return int(found[1]) * _UNITS_S[found[2]]

    def __str__(self) -> str:
        return self.text


@dataclass(frozen=True)
class Burn:
    """How fast the budget may not burn: ``rate`` times as fast as it lasts, over both ranges."""

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
    fewest: int
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
    """All promises, for the same ``period``, watched in the same ``burns``."""

    period: Range
    burns: tuple[Burn, ...]
    objectives: tuple[Objective, ...]

    @property
    def ranges(self) -> tuple[Range, ...]:
        """Every range that a burn looks at, from the shortest to the longest."""
        found = {burn.long for burn in self.burns} | {burn.short for burn in self.burns}
        return tuple(sorted(found, key=lambda each: each.seconds))


NONE = Objectives(Range("30d"), (), ())
