"""What the catalogue says, as plain frozen types between its loader and the generators."""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from typing import Literal

MetricType = Literal["counter", "gauge", "histogram", "summary", "info"]
Writers = Literal["one", "many"]
Aggregation = Literal["sum", "max", "min", "latest"]
Updates = Literal["set", "add"]
Number = Literal["u64", "i64", "f64"]
LogLevel = Literal["debug", "info", "warn", "error"]
FieldType = Literal["integer", "float", "choice", "text", "id"]

# Units that are counted in billionths, because an atomic add needs an integer.
BILLIONTHS = 1_000_000_000
FRACTIONAL_UNITS = frozenset({"seconds", "ratio"})

# The program of metrics that every program records.
ANY_PROGRAM = "any"


@dataclass(frozen=True)
class Label:
    """A label of a metric: either closed, with ``values``, or open, with at most ``max_series``.

    Values of an open label beyond ``max_series`` share the value ``other``.
    """

    name: str
    values: tuple[str, ...] | None = None
    max_series: int | None = None

    @property
    def limit(self) -> int:
        """How many values the label may have."""
        return len(self.values) if self.values is not None else self.max_series or 1


@dataclass(frozen=True)
class Metric:
    """One entry of the catalogue.

    ``unit`` is a base unit or None; ``buckets`` are a histogram's upper bounds without +Inf, in
    that unit, else empty; ``aggregation`` is set for gauges only. With
    ``exemplars``, traces of recent values are kept beside them.
    """

    name: str
    type: MetricType
    unit: str | None
    help: str
    labels: tuple[Label, ...]
    buckets: tuple[float, ...]
    writers: Writers
    program: str
    aggregation: Aggregation | None
    updates: Updates
    replaces: tuple[str, ...]
    exemplars: bool
    path: Path = field(compare=False)
    line: int = field(compare=False)

    @property
    def number(self) -> Number:
        """How the 64 bits of a value cell are read; bucket cells are always ``u64``.

        A gauge that is added to needs an integer, a gauge that is set may hold any number.
        """
        if self.type == "gauge":
            return "i64" if self.updates == "add" else "f64"
        return "u64"

    @property
    def scale(self) -> int:
        """A value cell of 1 means 1/scale of the unit."""
        return BILLIONTHS if self.number != "f64" and self.unit in FRACTIONAL_UNITS else 1

    @property
    def series_limit(self) -> int:
        """How many label combinations the metric may have; a histogram's buckets not counted."""
        return math.prod(label.limit for label in self.labels)

    @property
    def exposed_series_limit(self) -> int:
        """How many series Prometheus may store: with buckets (+Inf too), sum and count."""
        parts = {"histogram": len(self.buckets) + 3, "summary": 2}
        return self.series_limit * parts.get(self.type, 1)


@dataclass(frozen=True)
class EventField:
    """A number that is logged with an event; ``values`` are those of a choice, else empty."""

    name: str
    type: FieldType
    unit: str | None = None
    values: tuple[str, ...] = ()


@dataclass(frozen=True)
class Event:
    """Something that a program says in its log. ``message`` names fields in braces."""

    name: str
    level: LogLevel
    message: str
    help: str
    fields: tuple[EventField, ...]
    path: Path = field(compare=False)
    line: int = field(compare=False)

    @property
    def id(self) -> int:
        """The number that stands for its name in a segment: FNV-1a, 32 bits.

        >>> Event("song_loaded", "info", "", "", (), Path(), 0).id == event_id("song_loaded")
        True
        """
        return event_id(self.name)


def event_id(name: str) -> int:
    """Return FNV-1a of ``name``, 32 bits (Fowler, Noll, Vo).

    >>> hex(event_id("a"))
    '0xe40c292c'
    """
    value = 2166136261
    for byte in name.encode():
        value = (value ^ byte) * 16777619 % 2**32
    return value


@dataclass(frozen=True)
class Domain:
    """One file of the catalogue: metrics and events of one subject, owned by one program."""

    name: str
    program: str
    metrics: tuple[Metric, ...]
    path: Path = field(default=Path(), compare=False)
    events: tuple[Event, ...] = ()


@dataclass(frozen=True)
class Catalogue:
    """Every domain, sorted by name; their metrics in the order of the files."""

    domains: tuple[Domain, ...]

    def __iter__(self) -> Iterator[Metric]:
        """Yield every metric of every domain."""
        for domain in self.domains:
            yield from domain.metrics

    @cached_property
    def by_name(self) -> dict[str, Metric]:
        """The metrics by their current names."""
        return {metric.name: metric for metric in self}

    def domain(self, name: str) -> Domain:
        """Return the domain ``name``. Raises KeyError when there is none."""
        for domain in self.domains:
            if domain.name == name:
                return domain
        raise KeyError(name)
