"""Families, series and exemplars as values, for bridges and tests."""

from __future__ import annotations

from dataclasses import dataclass

from whiteroom_monitoring.client import _native


@dataclass(frozen=True)
class Exemplar:
    """The trace of one observation; ``span_id`` may be empty, ``time_s`` is Unix time."""

    trace_id: str
    span_id: str
    value: float
    time_s: float


@dataclass(frozen=True)
class Series:
    """One series of a family.

    ``values`` is one number; or count and sum of a summary; or the buckets of a histogram, +Inf
    included and not cumulative, and their sum. ``exemplars`` are one, or one for each bucket.
    """

    labels: tuple[tuple[str, str], ...]
    values: tuple[float, ...]
    exemplars: tuple[Exemplar | None, ...] = ()


@dataclass(frozen=True)
class Family:
    """A metric of the catalogue and its series; ``bounds`` are a histogram's, without +Inf."""

    name: str
    type: str
    help: str
    unit: str
    bounds: tuple[float, ...]
    series: tuple[Series, ...]

    @classmethod
    def of(cls, values: _native.FamilyValues) -> Family:
        """Return the family of what the core has read."""
        name, kind, text, unit, labels, bounds, series = values
        return cls(
            name,
            kind,
            text,
            unit,
            bounds,
            tuple(
                Series(
                    tuple(zip(labels, chosen, strict=True)),
                    numbers,
                    tuple(Exemplar(*fields) if fields else None for fields in exemplars),
                )
                for chosen, numbers, exemplars in series
            ),
        )

    def sample_names(self) -> frozenset[str]:
        """Return every name under which a sample of it may be exposed.

        >>> songs = Family("songs_created_total", "counter", "", "", (), ())
        >>> sorted(songs.sample_names())
        ['songs_created', 'songs_created_created', 'songs_created_total']
        """
        suffix = {"counter": "_total", "info": "_info"}.get(self.type, "")
        base = self.name.removesuffix(suffix)
        parts = {"histogram": ("_bucket", "_sum", "_count"), "summary": ("_sum", "_count")}
        created = () if self.type in ("gauge", "info") else ("_created",)
        return frozenset(
            [self.name, base, *(base + part for part in (*parts.get(self.type, ()), *created))]
        )
