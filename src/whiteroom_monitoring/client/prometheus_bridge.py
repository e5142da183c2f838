"""Beside ``prometheus_client``: an application moves to the catalogue metric by metric.

While it still serves its own registry, the catalogue's metrics appear there, with those of all its
processes::

    import prometheus_client
    prometheus_client.REGISTRY.register(CatalogueCollector())

Once it serves ours, what is left in the registry appears there, too::

    MetricsApp(source=with_registry(prometheus_client.REGISTRY))

A metric that both have is served once: in the first case ``register`` refuses it by name, in the
second the catalogue's is served and the other is named in the log of this module.

Needs the extra ``prometheus-client``.
"""

from __future__ import annotations

import itertools
import logging
import math
from collections.abc import Callable, Iterable, Iterator

import prometheus_client
from prometheus_client import openmetrics
from prometheus_client import samples as peer
from prometheus_client.metrics_core import Metric
from prometheus_client.registry import Collector, CollectorRegistry
from prometheus_client.utils import floatToGoString

from whiteroom_monitoring import client
from whiteroom_monitoring.client.exposition.request import Exposition, ExpositionRequest, Source
from whiteroom_monitoring.client.families import Exemplar, Family, Series

_log = logging.getLogger(__name__)
_EOF = b"# EOF\n"


class CatalogueMetric(Metric):
    """A metric of the catalogue, as ``prometheus_client`` knows metrics."""


class CatalogueCollector(Collector):
    """Shows the program's metrics, those of all its processes together, in a registry.

    ``client.prepare`` comes first: register() asks for the names, so that none is there twice.
    """

    def describe(self) -> Iterable[Metric]:
        """Return the metrics without samples. Raises PreparationError."""
        return [_metric(family) for family in client.read_families()]

    def collect(self) -> Iterable[Metric]:
        """Return the metrics of this moment. Raises PreparationError, and OSError."""
        for family in client.read_families():
            metric = _metric(family)
            metric.samples.extend(
                sample for series in family.series for sample in _samples(family, metric, series)
            )
            if metric.samples:
                yield metric


def _metric(family: Family) -> Metric:
    kind = family.type
    suffix = {"counter": "_total", "info": "_info"}.get(kind, "")
    if not family.name.endswith(suffix):
        kind, suffix = "gauge", ""
    name = family.name.removesuffix(suffix)
    unit = family.unit if name.endswith(f"_{family.unit}") else ""
    return CatalogueMetric(name, family.help, kind, unit)


def _samples(family: Family, metric: Metric, series: Series) -> Iterator[peer.Sample]:
    labels = dict(series.labels)
    if family.type == "histogram":
        *buckets, total = series.values
        counts = list(itertools.accumulate(buckets))
        for place, bound in enumerate((*family.bounds, math.inf)):
            exemplar = _exemplar(series.exemplars[place]) if series.exemplars else None
            le = floatToGoString(bound)  # type: ignore[no-untyped-call]
            within = {**labels, "le": le}
            yield peer.Sample(f"{metric.name}_bucket", within, counts[place], exemplar=exemplar)
        yield peer.Sample(f"{metric.name}_count", labels, counts[-1])
        yield peer.Sample(f"{metric.name}_sum", labels, total)
    elif family.type == "summary":
        count, total = series.values
        yield peer.Sample(f"{metric.name}_count", labels, count)
        yield peer.Sample(f"{metric.name}_sum", labels, total)
    else:
        exemplar = _exemplar(series.exemplars[0]) if series.exemplars else None
        yield peer.Sample(family.name, labels, series.values[0], exemplar=exemplar)


def _exemplar(exemplar: Exemplar | None) -> peer.Exemplar | None:
    if exemplar is None:
        return None
    span = {"span_id": exemplar.span_id} if exemplar.span_id else {}
    ids = {"trace_id": exemplar.trace_id, **span}
    return peer.Exemplar(ids, exemplar.value, exemplar.time_s)


def duplicates(registry: CollectorRegistry = prometheus_client.REGISTRY) -> list[str]:
    """Return the names of the metrics in ``registry`` that the catalogue's program has, too.

    For a test of an application's own. Raises PreparationError.
    """
    our_names = _taken()
    return sorted(metric.name for metric in registry.collect() if _is_duplicate(metric, our_names))


def with_registry(
    registry: CollectorRegistry = prometheus_client.REGISTRY,
    source: Source = client.open_exposition,
) -> Source:
    """Return a source of what ``source`` exposes, followed by what else is in ``registry``."""
    rest = _Rest(registry)

    def both(request: ExpositionRequest) -> Exposition:
        ours = source(request)
        encode = openmetrics.exposition.generate_latest if request.open_metrics else _text
        theirs = encode(rest)  # type: ignore[arg-type] # it only collects
        blocks = itertools.chain(_without_end(ours.blocks), [theirs] if theirs else [])
        return Exposition(ours.content_type, blocks, ours.held_bytes + len(theirs))

    return both


_text: Callable[[CollectorRegistry], bytes] = prometheus_client.generate_latest


class _Rest:
    """What is in a registry and not in the catalogue's program."""

    def __init__(self, registry: CollectorRegistry) -> None:
        self._registry = registry
        self._taken: frozenset[str] = frozenset()
        self._named: set[str] = set()

    def collect(self) -> Iterator[Metric]:
        self._taken = self._taken or _taken()
        for metric in self._registry.collect():
            if not _is_taken(metric, self._taken):
                yield metric
            elif _is_duplicate(metric, self._taken):
                self._name(metric.name)

    def _name(self, metric: str) -> None:
        if metric not in self._named:
            self._named.add(metric)
            _log.warning(
                "%s: is in the catalogue and in a registry of prometheus_client; the catalogue's "
                "is served: remove the other",
                metric,
            )


def _taken() -> frozenset[str]:
    return frozenset(name for family in client.read_families() for name in family.sample_names())


def _is_taken(metric: Metric, our_names: frozenset[str]) -> bool:
    return metric.name in our_names or any(sample.name in our_names for sample in metric.samples)


def _is_duplicate(metric: Metric, our_names: frozenset[str]) -> bool:
    return _is_taken(metric, our_names) and not isinstance(metric, CatalogueMetric)


def _without_end(blocks: Iterable[bytes]) -> Iterator[bytes]:
    """Yield an exposition without the line that ends OpenMetrics: more follows."""
    pending = b""
    for block in blocks:
        if pending:
            yield pending
        pending = block
    if rest := pending.removesuffix(_EOF):
        yield rest
