"""What one target of the store of `benchmarks.console` exposes: its metrics and their series."""

from __future__ import annotations

import functools
import itertools
import zlib
from collections.abc import Iterator, Mapping, Sequence

from benchmarks import console_values as values
from benchmarks.console_blocks import Series
from whiteroom_monitoring.catalogue.load import load
from whiteroom_monitoring.catalogue.model import ANY_PROGRAM, Metric
from whiteroom_monitoring.promql import vocabulary
from whiteroom_monitoring.promql.vocabulary import Family
from whiteroom_monitoring.resources import share

OWN = ("juce-backend", "swift-frontend", "business-metrics", "whiteroom-inbox", "whiteroom-console")
# Vocabularies that are not called as their job.
_VOCABULARIES: Mapping[str, str] = {
    "postgres": "postgres-exporter",
    "redis": "redis-exporter",
    "nginx": "nginx-exporter",
    "cadvisor": "containers",
}
# Labels whose values neither catalogue nor vocabulary knows; any other has a single value.
_VALUES: Mapping[str, tuple[str, ...]] = {
    "channel": ("drums", "bass", "keys", "voice"),
    "code": ("200", "404", "500"),
    "cpu": ("0", "1", "2", "3"),
    "datname": ("postgres", "whiteroom", "template1"),
    "device": ("sda", "eth0", "lo"),
    "integration": ("email", "pagerduty", "slack"),
    "interface": ("eth0", "lo"),
    "mode": ("idle", "iowait", "irq", "nice", "softirq", "steal", "system", "user"),
    "mountpoint": ("/", "/home", "/var"),
    "name": ("engine", "backend", "postgres", "redis"),
    "plugin": ("compressor", "equalizer", "reverb", "sampler"),
    "rule_group": tuple(f"rules.yml;group-{number}" for number in range(20)),
    "state": ("active", "expired", "pending"),
    "status": ("200", "404", "500"),
}
_BUCKETS = tuple(f"{bound:g}" for bound in (0.01, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10))
_QUANTILES = ("0.5", "0.9", "0.99")
_MOST_OF_FAMILY = 64
# Labels of recorded series whose values our catalogue knows.
_RULES = ("cause", "function")
# Of more combinations of labels, few ever happen; our programs expose all from the start.
_ALL_HAPPEN = 24

Labels = dict[str, str]


def made(name: str, labels: Labels, called: str) -> Series:
    """Return a series by its name, its labels and what its values are called."""
    return Series(tuple(sorted({"__name__": name, **labels}.items())), called)


def of_target(machine: str, target: Labels) -> Iterator[Series]:
    """Yield what is scraped of a target on a machine, and what Prometheus says of the scrape."""
    job = target["job"]
    labels = target | {"instance": f"{machine}:{target['instance']}"}
    yield made("up", labels, values.ONE)
    for suffix in ("duration_seconds", "samples_scraped", "series_added"):
        yield made(f"scrape_{suffix}", labels, values.named(suffix, "gauge", len(suffix)))
    for metric in _metrics():
        if metric.program == job or (job in OWN and metric.program == ANY_PROGRAM):
            yield from _of_metric(metric, labels)
    for family in _vocabularies().get(_VOCABULARIES.get(job, job), ()):
        for more in some(family.labels):
            yield from _parts(family.name, family.type, labels | more, _BUCKETS)


@functools.cache
def _metrics() -> list[Metric]:
    return list(load(share("catalogue")))


@functools.cache
def _vocabularies() -> Mapping[str, Sequence[Family]]:
    return vocabulary.read(share("catalogue/vocabulary"))


def _of_metric(metric: Metric, target: Labels) -> Iterator[Series]:
    known = {label.name: label.values for label in metric.labels if label.values}
    if metric.type == "info":
        known = {name: values[:1] for name, values in known.items()}
    bounds = [f"{bound:g}" for bound in metric.buckets]
    own = {"program": target["job"]} if metric.program == ANY_PROGRAM else {}
    every = list(combined([label.name for label in metric.labels], known))
    for number, labels in enumerate(every):
        happens = len(every) <= _ALL_HAPPEN or number % 4 == 0
        yield from _parts(metric.name, metric.type, target | labels | own, bounds, happens)


def some(names: Sequence[str]) -> Iterator[Labels]:
    """Yield combinations of the values that labels have in our catalogue or elsewhere."""
    ours = (label for metric in _metrics() for label in metric.labels)
    known = {label.name: label.values for label in ours if label.values and label.name in _RULES}
    return itertools.islice(combined(names, known), _MOST_OF_FAMILY)


def combined(
    names: Sequence[str], known: Mapping[str, tuple[str, ...]] | None = None
) -> Iterator[Labels]:
    """Yield each combination of the values of labels, those that are ``known`` first."""
    choices = [(known or {}).get(name) or _VALUES.get(name) or (f"{name}-1",) for name in names]
    for chosen in itertools.product(*choices):
        yield dict(zip(names, chosen, strict=True))


def _parts(
    name: str, kind: str, labels: Labels, bounds: Sequence[str], happens: bool = True
) -> Iterator[Series]:
    """Yield the series of a metric; those of a histogram or summary are several."""
    course = zlib.crc32(repr((name, labels)).encode())
    if kind not in ("histogram", "summary"):
        yield made(name, labels, values.named(name, kind, course) if happens else values.NEVER)
        return
    edges = [*bounds, "+Inf"] if kind == "histogram" else []
    for place, bound in enumerate(edges):
        called = values.bucket(course, place, len(edges)) if happens else values.NEVER
        yield made(f"{name}_bucket", labels | {"le": bound}, called)
    for quantile in _QUANTILES if kind == "summary" else ():
        yield made(name, labels | {"quantile": quantile}, values.named(name, "gauge", course))
    called = values.counter(course, 1) if happens else values.NEVER
    yield made(f"{name}_sum", labels, called)
    yield made(f"{name}_count", labels, called)
