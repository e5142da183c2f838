"""Writes docs/reference/metrics.md: every metric, and where to find what had another name."""

from __future__ import annotations

from collections.abc import Iterable
from decimal import Decimal

from whiteroom_monitoring.catalogue.model import ANY_PROGRAM, Catalogue, Domain, Label, Metric
from whiteroom_monitoring.codegen.files import head

PATH = "docs/reference/metrics.md"

_WRITERS = {"one": "one writer", "many": "many writers"}

_INTRODUCTION = """\
# Metrics

Every metric that White Room records, by domain.
[How to add a metric](../how-to/catalogue.md)

One writer: only the one thread of an instance records the metric, by a plain store. Many writers:
every thread may, by an atomic add. The values of a program's processes are summed up, those of a
gauge are aggregated as its entry says. A label with at most N values puts all others into `other`.
"""


def generate(catalogue: Catalogue) -> dict[str, str]:
    """Return the reference page by its path below the repository's root."""
    parts = [
        head("<!--", "catalogue/*.yaml", "-->"),
        _INTRODUCTION,
        *(_section(domain) for domain in catalogue.domains if domain.metrics),
        _old_names(catalogue),
    ]
    return {PATH: "\n".join(parts)}


def _section(domain: Domain) -> str:
    owner = "every program" if domain.program == ANY_PROGRAM else f"`{domain.program}`"
    metrics = "\n".join(_metric(metric) for metric in domain.metrics)
    return f"## {domain.name}\n\nRecorded by {owner}.\n\n{metrics}"


def _metric(metric: Metric) -> str:
    lines = [
        f"{metric.type.capitalize()}, {_unit(metric)}, {_WRITERS[metric.writers]}",
        *(_label(label) for label in metric.labels),
    ]
    if metric.aggregation:
        lines.append(f"Aggregation of several processes: {metric.aggregation}")
    if metric.buckets:
        lines.append("Buckets: " + ", ".join(map(_decimal, metric.buckets)))
    if metric.exemplars:
        lines.append("Keeps exemplars")
    if metric.replaces:
        lines.append(f"Replaces {_names(metric.replaces)}")
    listing = "".join(f"- {line}\n" for line in lines)
    return f"### {metric.name}\n\n{metric.help}\n\n{listing}"


def _unit(metric: Metric) -> str:
    if metric.unit == "ratio":
        return "a ratio"
    return f"in {metric.unit}" if metric.unit else "no unit"


def _decimal(bound: float) -> str:
    return format(Decimal(repr(bound)).normalize(), "f")


def _label(label: Label) -> str:
    values = _names(label.values or ()) or f"at most {label.max_series} values"
    return f"Label `{label.name}`: {values}"


def _names(names: Iterable[str]) -> str:
    return ", ".join(f"`{name}`" for name in names)


def _old_names(catalogue: Catalogue) -> str:
    rows = sorted(
        (f"`{old}`", f"[{metric.name}](#{metric.name})")
        for metric in catalogue
        for old in metric.replaces
    )
    table = "".join(f"| {old} | {new} |\n" for old, new in rows)
    return f"## Old names\n\n| old name | now |\n| --- | --- |\n{table}" if rows else ""
