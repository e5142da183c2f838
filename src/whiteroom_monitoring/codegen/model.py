"""The intermediate form between the catalogue and every generated client.

What a metric's handle, its types and its labels are called, which unit it is observed in and how
many dimensions it has is decided here, once for all languages; a template only writes it down.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from pathlib import Path, PurePath
from typing import Literal

from whiteroom_monitoring.catalogue.model import (
    ANY_PROGRAM,
    Aggregation,
    Catalogue,
    Domain,
    Event,
    EventField,
    FieldType,
    Label,
    LogLevel,
    Metric,
    MetricType,
    Number,
    Writers,
)
from whiteroom_monitoring.codegen.identifiers import pascal
from whiteroom_monitoring.project.model import Project

# The core declares and records this domain in every segment; no client has calls for it.
CORE_DOMAIN = "self"
# The package of the Python modules of bundled domains.
BUNDLED_MODULES = "whiteroom_monitoring.client.generated"

Kind = Literal["Counter", "Gauge", "UpDownCounter", "Histogram", "Summary", "Info"]
ObservedUnit = Literal["Seconds", "Ratio", "Count"]

_OBSERVED_UNITS: dict[str | None, ObservedUnit] = {"seconds": "Seconds", "ratio": "Ratio"}


@dataclass(frozen=True)
class LabelEnum:
    """The closed values of a label as a type; metrics of a domain with the same values share it."""

    type_name: str
    label: str
    values: tuple[str, ...]

    @property
    def bits(self) -> int:
        """The width of its representation, with room for an enumerator that counts the others."""
        return 8 if len(self.values) < 255 else 16


@dataclass(frozen=True)
class ClientLabel:
    """A dimension of a metric: closed with an ``enum``, or dynamic with ``max_series`` values."""

    name: str
    enum: LabelEnum | None
    max_series: int | None


@dataclass(frozen=True)
class ClientMetric:
    """A metric as the clients offer it.

    ``buckets`` are in the base unit, ``cell_bounds`` the same in units of the cells;
    ``aggregation`` is None for all but gauges.
    """

    name: str
    type_name: str
    help: str
    type: MetricType
    kind: Kind
    unit: str | None
    observed_unit: ObservedUnit
    number: Number
    scale: int
    aggregation: Aggregation | None
    writers: Writers
    labels: tuple[ClientLabel, ...]
    buckets: tuple[float, ...]
    cell_bounds: tuple[int, ...]
    exemplars: bool
    replaces: tuple[str, ...]

    @property
    def series_class(self) -> str:
        """The class of one series, where one class serves every unit."""
        return f"Exemplar{self.kind}" if self.exemplars else self.kind

    @property
    def handle(self) -> str:
        """The class of one series, where time has a class of its own."""
        is_time = self.kind == "Counter" and self.observed_unit == "Seconds"
        return "DurationCounter" if is_time else self.series_class

    @property
    def enums(self) -> tuple[LabelEnum, ...]:
        """The types of the closed labels, in order."""
        return tuple(label.enum for label in self.labels if label.enum)

    @property
    def dynamic_labels(self) -> tuple[str, ...]:
        """The names of the labels whose values are not known beforehand, in order."""
        return tuple(label.name for label in self.labels if not label.enum)


@dataclass(frozen=True)
class ClientField:
    """A field of an event; a choice has an ``enum``."""

    name: str
    type: FieldType
    unit: str | None
    enum: LabelEnum | None


@dataclass(frozen=True)
class ClientEvent:
    """An event of the log as the clients offer it; ``id`` is what a segment knows it by."""

    name: str
    type_name: str
    id: int
    level: LogLevel
    message: str
    help: str
    fields: tuple[ClientField, ...]


@dataclass(frozen=True)
class ClientDomain:
    """A domain with the metrics of each kind of writer, its events, and the types that they share.

    ``source`` is the file of the catalogue that describes it, as the project names it.
    """

    name: str
    program: str
    enums: tuple[LabelEnum, ...]
    metrics: tuple[ClientMetric, ...]
    source: str
    events: tuple[ClientEvent, ...] = ()

    @property
    def is_core(self) -> bool:
        """Whether the core itself records the domain."""
        return self.name == CORE_DOMAIN

    @property
    def owner(self) -> str | None:
        """The program that records the domain, or None when every program does."""
        return None if self.program == ANY_PROGRAM else self.program

    @property
    def shared(self) -> tuple[ClientMetric, ...]:
        """The metrics that every thread may record."""
        return tuple(metric for metric in self.metrics if metric.writers == "many")

    @property
    def realtime(self) -> tuple[ClientMetric, ...]:
        """The metrics that only the thread of an instance records."""
        return tuple(metric for metric in self.metrics if metric.writers == "one")

    @property
    def histograms(self) -> tuple[ClientMetric, ...]:
        """The metrics with buckets."""
        return tuple(metric for metric in self.metrics if metric.kind == "Histogram")

    def kinds(self) -> list[str]:
        """Return the kinds of its metrics, sorted."""
        return sorted({metric.kind for metric in self.metrics})

    def series_classes(self) -> list[str]:
        """Return the classes of its metrics' series, sorted."""
        return sorted({metric.series_class for metric in self.metrics})


@dataclass(frozen=True)
class ClientModel:
    """Every domain that has metrics, sorted by name; ``title`` is the project's.

    ``borrowed`` are the bundled domains that a program records beside its own.
    """

    domains: tuple[ClientDomain, ...]
    title: str
    borrowed: Mapping[str, tuple[str, ...]]

    @property
    def has_core(self) -> bool:
        """Whether it is the catalogue of the core itself, which is beside what is generated."""
        return any(domain.is_core for domain in self.domains)

    @property
    def has_events(self) -> bool:
        """Whether any domain says something in a log."""
        return any(domain.events for domain in self.domains)

    @property
    def source(self) -> str:
        """The files of the catalogue, as the project names them."""
        return ", ".join(sorted({f"{PurePath(d.source).parent}/*.yaml" for d in self.domains}))

    @property
    def recorded(self) -> tuple[ClientDomain, ...]:
        """The domains that clients record: all but the core's own."""
        return tuple(domain for domain in self.domains if not domain.is_core)

    @property
    def programs(self) -> list[tuple[str, list[str]]]:
        """The programs, sorted, each with the domains that it records."""
        domains: dict[str, list[str]] = {}
        for domain in self.recorded:
            domains.setdefault(domain.program, []).append(domain.name)
        return sorted(domains.items())

    @property
    def python_modules(self) -> list[tuple[str, list[str]]]:
        """The programs, sorted, each with the modules of what it records.

        A bundled domain is named in full, an own one by its name in the generated package.
        """
        modules = dict(self.programs)
        for program, names in self.borrowed.items():
            bundled = [f"{BUNDLED_MODULES}.{name}" for name in names]
            modules[program] = [*modules.get(program, []), *bundled]
        return sorted(modules.items())

    @property
    def old_names(self) -> list[tuple[str, str]]:
        """The replaced names, sorted, each with today's."""
        return sorted(
            (old, metric.name)
            for domain in self.domains
            for metric in domain.metrics
            for old in metric.replaces
        )


def build(catalogue: Catalogue, project: Project) -> ClientModel:
    """Return the intermediate form of ``catalogue``, the project's own."""
    domains = tuple(_domain(domain, project) for domain in catalogue.domains if domain.metrics)
    borrowed = {p.name: p.domains for p in project.programs.values() if p.domains}
    return ClientModel(domains, project.title, borrowed)


def _domain(domain: Domain, project: Project) -> ClientDomain:
    metrics = tuple(_metric(domain, metric) for metric in domain.metrics)
    events = tuple(_event(domain, event) for event in domain.events)
    enums = {enum.type_name: enum for metric in metrics for enum in metric.enums}
    enums |= {
        field.enum.type_name: field.enum for event in events for field in event.fields if field.enum
    }
    source = _source(domain.path, project)
    return ClientDomain(domain.name, domain.program, tuple(enums.values()), metrics, source, events)


def _source(path: Path, project: Project) -> str:
    """Return the file as the project names it; of a folder elsewhere, with that folder's name."""
    inside = path.is_relative_to(project.root)
    return project.relative(path) if inside else f"{path.parent.name}/{path.name}"


def _metric(domain: Domain, metric: Metric) -> ClientMetric:
    return ClientMetric(
        name=metric.name,
        type_name=pascal(metric.name),
        help=metric.help,
        type=metric.type,
        kind=_kind(metric),
        unit=metric.unit,
        observed_unit=_OBSERVED_UNITS.get(metric.unit, "Count"),
        number=metric.number,
        scale=metric.scale,
        aggregation=metric.aggregation,
        writers=metric.writers,
        labels=tuple(_label(domain, metric, label) for label in metric.labels),
        buckets=metric.buckets,
        cell_bounds=tuple(int(Decimal(str(bound)) * metric.scale) for bound in metric.buckets),
        exemplars=metric.exemplars,
        replaces=metric.replaces,
    )


def _kind(metric: Metric) -> Kind:
    match metric.type:
        case "counter":
            return "Counter"
        case "gauge":
            return "UpDownCounter" if metric.updates == "add" else "Gauge"
        case "histogram":
            return "Histogram"
        case "summary":
            return "Summary"
        case "info":
            return "Info"


def _label(domain: Domain, metric: Metric, label: Label) -> ClientLabel:
    if not label.values:
        return ClientLabel(label.name, None, label.max_series)
    enum = LabelEnum(_enum_name(domain, metric, label), label.name, label.values)
    return ClientLabel(label.name, enum, None)


def _enum_name(domain: Domain, metric: Metric, label: Label) -> str:
    """Return the label's name, or a longer one when another metric's values for it differ."""
    value_lists = {
        other.values
        for candidate in domain.metrics
        for other in candidate.labels
        if other.name == label.name and other.values
    }
    return pascal(label.name if len(value_lists) == 1 else f"{metric.name}_{label.name}")


def _event(domain: Domain, event: Event) -> ClientEvent:
    return ClientEvent(
        name=event.name,
        type_name=pascal(event.name),
        id=event.id,
        level=event.level,
        message=event.message,
        help=event.help,
        fields=tuple(_field(domain, event, field) for field in event.fields),
    )


def _field(domain: Domain, event: Event, field: EventField) -> ClientField:
    enum = None
    if field.type == "choice":
        enum = LabelEnum(_field_enum_name(domain, event, field), field.name, field.values)
    return ClientField(field.name, field.type, field.unit, enum)


def _field_enum_name(domain: Domain, event: Event, field: EventField) -> str:
    """Return the type of a label with that name and these values, if there is one.

    Else the field's name, or a longer one when labels or fields of that name have other values.
    """
    of_labels = {
        label.values: _enum_name(domain, metric, label)
        for metric in domain.metrics
        for label in metric.labels
        if label.name == field.name and label.values
    }
    if field.values in of_labels:
        return of_labels[field.values]
    of_fields = {
        other.values
        for candidate in domain.events
        for other in candidate.fields
        if other.name == field.name and other.type == "choice"
    }
    is_alone = not of_labels and len(of_fields) == 1
    return pascal(field.name if is_alone else f"{event.name}_{field.name}")
