"""Rules about names: `<subsystem>_<noun>_<unit>[_total]`.

Source: https://prometheus.io/docs/practices/naming/ and OpenMetrics 1.0, "Suffixes".
"""

from __future__ import annotations

from collections.abc import Iterator

from whiteroom_monitoring.catalogue import units
from whiteroom_monitoring.catalogue.entry import Entry
from whiteroom_monitoring.diagnostics import Diagnostic

RESERVED_SUFFIXES = ("_bucket", "_sum", "_count", "_created")
_TYPE_SUFFIXES = ("_total", "_info")


def stem(name: str) -> str:
    """Return ``name`` without the suffix of its type: the family's name in OpenMetrics.

    >>> stem("audio_dropout_seconds_total"), stem("audio_engine_info"), stem("active_users")
    ('audio_dropout_seconds', 'audio_engine', 'active_users')
    """
    for suffix in _TYPE_SUFFIXES:
        name = name.removesuffix(suffix)
    return name


def counter_ends_in_total(entry: Entry) -> Iterator[Diagnostic]:
    """A counter ends in `_total`, and nothing else does."""
    yield from _suffix_belongs_to_type(entry, "_total", "counter")


def info_ends_in_info(entry: Entry) -> Iterator[Diagnostic]:
    """An info ends in `_info`, and nothing else does."""
    yield from _suffix_belongs_to_type(entry, "_info", "info")


def _suffix_belongs_to_type(entry: Entry, suffix: str, kind: str) -> Iterator[Diagnostic]:
    name, actual = entry.metric.name, entry.metric.type
    if actual == kind and not name.endswith(suffix):
        yield entry.diagnostic(
            "name",
            f"the {kind} {name} does not end in {suffix}",
            f"rename it to {name}{suffix}",
        )
    if actual != kind and name.endswith(suffix):
        yield entry.diagnostic(
            "name",
            f"the {actual} {name} ends in {suffix}, which belongs to the type {kind}",
            f"rename it to {name.removesuffix(suffix)}",
        )


def suffix_is_not_reserved(entry: Entry) -> Iterator[Diagnostic]:
    """No name ends in what histograms and summaries append to theirs."""
    for suffix in RESERVED_SUFFIXES:
        if entry.metric.name.endswith(suffix):
            problem = f"{entry.metric.name} ends in {suffix}, reserved for parts of metrics"
            yield entry.diagnostic("name", problem, "choose another last word")


def unit_is_a_base_unit(entry: Entry) -> Iterator[Diagnostic]:
    """A name doesn't end in a unit that is not a base unit."""
    word = stem(entry.metric.name).rpartition("_")[2]
    if word in units.INSTEAD:
        unit = units.INSTEAD[word]
        problem = f"{entry.metric.name} is in {word}, which is not a base unit"
        yield entry.diagnostic("name", problem, f"measure in {unit} and end the name in _{unit}")


def unit_stands_in_name(entry: Entry) -> Iterator[Diagnostic]:
    """The unit is the last word of the name, but for `_total`."""
    metric = entry.metric
    word = stem(metric.name).rpartition("_")[2]
    if metric.unit and word != metric.unit and word not in units.INSTEAD:
        suffix = metric.name.removeprefix(stem(metric.name))
        yield entry.diagnostic(
            "name",
            f"{metric.name} does not name its unit, {metric.unit}",
            f"rename it to {stem(metric.name)}_{metric.unit}{suffix}",
        )


def named_unit_is_declared(entry: Entry) -> Iterator[Diagnostic]:
    """A name that ends in a base unit has that unit."""
    word = stem(entry.metric.name).rpartition("_")[2]
    if entry.metric.unit is None and word in units.BASE_UNITS:
        problem = f"{entry.metric.name} ends in {word}, but has no unit"
        yield entry.diagnostic("name", problem, f"add `unit: {word}`")
