"""Which series exist: what the catalogue, the exporters, Prometheus and our rules provide."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Literal

from whiteroom_monitoring.catalogue.model import Catalogue, Metric
from whiteroom_monitoring.catalogue.suggestions import did_you_mean
from whiteroom_monitoring.promql.vocabulary import Family

# "part" is the sum or count of a histogram or summary; "untyped" may be anything.
Kind = Literal["counter", "gauge", "info", "bucket", "part", "recorded", "untyped"]

# The values that a label may have, or None when that is not known beforehand.
Values = frozenset[str] | None
Labels = Mapping[str, Values]

# What Prometheus adds to each target: https://prometheus.io/docs/concepts/jobs_instances/
_OF_EACH_TARGET = (
    "up",
    "scrape_duration_seconds",
    "scrape_samples_scraped",
    "scrape_samples_post_metric_relabeling",
    "scrape_series_added",
)
# What Prometheus writes for alerts; it carries whatever labels they have.
_OF_ALERTS = ("ALERTS", "ALERTS_FOR_STATE")


@dataclass(frozen=True)
class Series:
    """The series of one name. ``labels`` is None when any label may be there."""

    name: str
    kind: Kind
    labels: Labels | None
    source: str


class SeriesIndex:
    """The series that an expression may name, and why it may not name others.

    It is ``complete`` unless there may be others, of programs that nobody has described; what is
    asked for and not found is then ``unknown``, not wrong.
    """

    def __init__(
        self, series: Iterable[Series], reasons: Mapping[str, str], *, complete: bool = True
    ) -> None:
        self._series: dict[str, Series] = {}
        self._reasons = reasons
        self.complete = complete
        self.unknown: set[str] = set()
        for item in series:
            self.add(item)

    def add(self, series: Series) -> None:
        """Add ``series``; what several programs expose under one name has the labels of all."""
        before = self._series.get(series.name, series)
        if before.labels is not None and series.labels is not None:
            labels = {**before.labels, **series.labels}
            series = Series(series.name, series.kind, labels, before.source)
        self._series[series.name] = series

    def replace(self, series: Series) -> None:
        """Put ``series`` in the place of what has its name."""
        self._series[series.name] = series

    def find(self, name: str) -> Series | None:
        """Return the series ``name``, or None when there are none."""
        return self._series.get(name)

    def is_wrong(self, name: str) -> bool:
        """Tell whether ``name`` can't exist; where it may, it is noted as unknown."""
        if self.complete or name in self._reasons:
            return True
        self.unknown.add(name)
        return False

    def why_not(self, name: str) -> str:
        """Return what to do about ``name``, which does not exist."""
        return self._reasons.get(name) or did_you_mean(name, self._series)


def build_index(
    catalogue: Catalogue,
    vocabulary: Mapping[str, Iterable[Family]],
    target_labels: Labels,
    *,
    complete: bool = True,
) -> SeriesIndex:
    """Return what exists before any recording rule. ``target_labels`` are on every series.

    Without ``complete``, there may be others beside.
    """
    series = [
        *(item for metric in catalogue for item in _of_metric(metric)),
        *(
            item
            for program, families in vocabulary.items()
            for family in families
            for item in _of_family(family, program)
        ),
        *(Series(name, "gauge", {}, "prometheus") for name in _OF_EACH_TARGET),
    ]
    index = SeriesIndex(
        (_with(item, target_labels) for item in series), _reasons(catalogue), complete=complete
    )
    for name in _OF_ALERTS:
        index.add(Series(name, "gauge", None, "prometheus"))
    return index


def _with(series: Series, target_labels: Labels) -> Series:
    labels = {**target_labels, **(series.labels or {})}
    return Series(series.name, series.kind, labels, series.source)


def _of_metric(metric: Metric) -> Iterator[Series]:
    labels = {
        label.name: None if label.values is None else frozenset(label.values)
        for label in metric.labels
    }
    bounds = frozenset(f"{bound:.15g}" for bound in metric.buckets) | {"+Inf"}
    yield from _parts(metric.name, metric.type, labels, bounds, "the catalogue")


def _of_family(family: Family, program: str) -> Iterator[Series]:
    labels: dict[str, Values] = dict.fromkeys(family.labels)
    yield from _parts(family.name, family.type, labels, None, program)
    if family.type == "summary":
        yield Series(family.name, "gauge", {**labels, "quantile": None}, program)


def _parts(name: str, kind: str, labels: Labels, bounds: Values, source: str) -> Iterator[Series]:
    if kind == "histogram":
        yield Series(f"{name}_bucket", "bucket", {**labels, "le": bounds}, source)
    if kind in ("histogram", "summary"):
        yield Series(f"{name}_sum", "part", labels, source)
        yield Series(f"{name}_count", "part", labels, source)
    elif kind in ("counter", "gauge", "info", "untyped"):
        yield Series(name, kind, labels, source)  # type: ignore[arg-type]


def _reasons(catalogue: Catalogue) -> dict[str, str]:
    reasons: dict[str, str] = {}
    for metric in catalogue:
        for old in metric.replaces:
            reasons[old] = f"it is now {metric.name}"
        if metric.type in ("histogram", "summary"):
            bucket = f"{metric.name}_bucket, " if metric.type == "histogram" else ""
            reasons[metric.name] = f"a {metric.type} has {bucket}{metric.name}_sum and _count"
    return reasons
