"""Writes the Swift client: one file for each domain, and one with the programs that record them.

What a domain's file holds: an enum without cases as its namespace, in it an enum for each closed
label, the buckets of each histogram, and the structs `Shared` (cells that every thread may write)
and `Realtime` (cells of one instance).
"""

from __future__ import annotations

import json
import re

from whiteroom_monitoring.catalogue.model import Catalogue, Domain, Label, Metric
from whiteroom_monitoring.codegen.c import CORE_DOMAIN, observe_function
from whiteroom_monitoring.codegen.cpp import enum_name, pascal
from whiteroom_monitoring.codegen.files import head

FOLDER = "swift_frontend/WhiteRoomiOS/Sources/SwiftFrontendCore/Monitoring/Generated"

# Domains whose names are abbreviations, which Swift writes in capitals.
ABBREVIATIONS = frozenset({"ffi", "http", "ui"})

# Words that Swift reserves (The Swift Programming Language, "Lexical Structure"); as the name of a
# case they stand in backticks.
KEYWORDS = frozenset(
    """
    Any as associatedtype await break case catch class continue default defer deinit do else enum
    extension fallthrough false fileprivate for func guard if import in init inout internal is let
    nil open operator precedencegroup private protocol public repeat rethrows return self static
    struct subscript super switch throw throws true try typealias var where while
    """.split()
)

# Names that a nested type can't have, or that the namespace has already.
TAKEN_TYPES = frozenset({"Protocol", "Realtime", "Self", "Shared", "Type"})

_UNITS = {"seconds": "Seconds", "ratio": "Ratio"}
_WRITERS = {"many": "ManyWriters", "one": "OneWriter"}


def generate(catalogue: Catalogue) -> dict[str, str]:
    """Return the Swift files by path below the repository's root."""
    domains = [d for d in catalogue.domains if d.metrics and d.name != CORE_DOMAIN]
    files = {f"{FOLDER}/{namespace(domain)}.swift": _file(domain) for domain in domains}
    files[f"{FOLDER}/Program.swift"] = _programs(domains)
    return files


def namespace(domain: Domain) -> str:
    """Return the name of the enum that holds a domain's types."""
    return domain.name.upper() if domain.name in ABBREVIATIONS else pascal(domain.name)


def camel(name: str) -> str:
    """Return `name` in camelCase, as Swift names properties and cases.

    >>> camel("sch_engine_create"), camel("GET"), camel("2xx")
    ('schEngineCreate', 'get', 'value2xx')
    """
    first, *others = (word for word in re.split(r"[^A-Za-z0-9]+", name) if word)
    joined = first.lower() + "".join(word[0].upper() + word[1:] for word in others)
    return f"value{joined}" if joined[0].isdigit() else joined


def _text(value: str) -> str:
    return json.dumps(value, ensure_ascii=False)


def _programs(domains: list[Domain]) -> str:
    recorded: dict[str, list[str]] = {}
    for domain in domains:
        recorded.setdefault(domain.program, []).append(domain.name)
    cases = "".join(f"    case {camel(name)} = {_text(name)}\n" for name in sorted(recorded))
    lists = "".join(
        f"        case .{camel(name)}: [{', '.join(map(_text, names))}]\n"
        for name, names in sorted(recorded.items())
    )
    return (
        f"{head('//', 'catalogue/*.yaml')}\n"
        "/// A program of White Room: each metric of the catalogue belongs to one.\n"
        f"public enum Program: String, CaseIterable, Sendable {{\n{cases}\n"
        "    /// The domains that the program records.\n"
        f"    public var domains: [String] {{\n        switch self {{\n{lists}        }}\n    }}\n"
        "}\n"
    )


def _file(domain: Domain) -> str:
    parts = [*_labels(domain), *_buckets(domain)]
    for writers, struct in (("many", _shared), ("one", _realtime)):
        metrics = [metric for metric in domain.metrics if metric.writers == writers]
        if metrics:
            parts.append(struct(domain, metrics))
    return (
        f"{head('//', f'catalogue/{domain.name}.yaml')}\n"
        "import WhiteRoomMonitoringCore\n\n"
        f"/// Metrics of the domain `{domain.name}`, recorded by `{domain.program}`.\n"
        f"public enum {namespace(domain)} {{\n{chr(10).join(parts)}}}\n"
        f"{_realtime_init(domain)}"
    )


# --- labels and buckets ---------------------------------------------------------------------------


def _type_name(domain: Domain, metric: Metric, label: Label) -> str:
    name = enum_name(domain, metric, label)
    return f"{name}Value" if name in TAKEN_TYPES else name


def _case(value: str) -> str:
    name = camel(value)
    return f"`{name}`" if name in KEYWORDS else name


def _labels(domain: Domain) -> list[str]:
    enums: dict[str, str] = {}
    for metric in domain.metrics:
        for label in metric.labels:
            if label.values:
                name = _type_name(domain, metric, label)
                enums[name] = _label_enum(name, label.name, label.values)
    return list(enums.values())


def _label_enum(name: str, label: str, values: tuple[str, ...]) -> str:
    return (
        f"    /// Values of the label `{label}`.\n"
        f"    @frozen public enum {name}: {_raw_type(values)}, ClosedLabel {{\n"
        f"        case {', '.join(map(_case, values))}\n\n"
        f"        @inlinable public static var count: Int {{ {len(values)} }}\n"
        f"        public static let texts = [{', '.join(map(_text, values))}]\n"
        "    }\n"
    )


def _raw_type(values: tuple[str, ...]) -> str:
    return "UInt8" if len(values) <= 256 else "UInt16"


def _buckets_name(metric: Metric) -> str:
    return f"{pascal(metric.name)}Buckets"


def _buckets(domain: Domain) -> list[str]:
    return [
        f"    /// Buckets of `{metric.name}`.\n"
        f"    @frozen public enum {_buckets_name(metric)}: "
        f"{'ExemplarBuckets' if metric.exemplars else 'Buckets'} {{\n"
        f"        @inlinable public static var count: Int {{ {len(metric.buckets)} }}\n"
        "        @inlinable public static func observe("
        "_ group: UnsafeMutablePointer<UInt64>, _ value: Int64) {\n"
        f"            {observe_function(metric)}(group, value)\n"
        f"        }}\n{_exemplar_observe(metric)}    }}\n"
        for metric in domain.metrics
        if metric.type == "histogram"
    ]


def _exemplar_observe(metric: Metric) -> str:
    if not metric.exemplars:
        return ""
    return (
        "        @inlinable public static func observe(\n"
        "            _ group: UnsafeMutablePointer<UInt64>, _ value: Int64, _ exemplar: Exemplar\n"
        "        ) {\n"
        "            var core = exemplar.core\n"
        f"            {observe_function(metric)}_of(group, value, &core)\n"
        "        }\n"
    )


# --- handles --------------------------------------------------------------------------------------


def _handle(domain: Domain, metric: Metric) -> str:
    """Return the type of a metric's handle, below its open labels."""
    handle = _plain_handle(metric)
    for label in reversed(metric.labels):
        if label.values:
            handle = f"LabeledBy<{_type_name(domain, metric, label)}, {handle}>"
    return handle


def _plain_handle(metric: Metric) -> str:
    writer = _WRITERS[metric.writers]
    unit = _UNITS.get(metric.unit or "", "Count")
    kept = "Exemplar" if metric.exemplars else ""
    if metric.type == "histogram":
        return f"{kept}Histogram<{writer}, {unit}, {_buckets_name(metric)}>"
    if metric.type == "summary":
        return f"Summary<{writer}, {unit}>"
    if metric.type == "counter":
        return f"{'DurationCounter' if unit == 'Seconds' else f'{kept}Counter'}<{writer}>"
    if metric.type == "gauge":
        return f"{'UpDownCounter' if metric.updates == 'add' else 'Gauge'}<{writer}>"
    return f"Info<{writer}>"


def _open_labels(metric: Metric) -> list[str]:
    return [label.name for label in metric.labels if not label.values]


def _documentation(metric: Metric) -> str:
    return f"        /// `{metric.name}`: {metric.help}\n"


def _member(domain: Domain, metric: Metric, source: str) -> str:
    handle, name = _handle(domain, metric), camel(metric.name)
    opened = _open_labels(metric)
    if not opened:
        return f"{_documentation(metric)}        public let {name}: {handle}\n"
    parameters = ", ".join(f"{camel(label)}: String" for label in opened)
    values = ", ".join(camel(label) for label in opened)
    return (
        f"{_documentation(metric)}"
        "        /// May lock and allocate: call it at preparation and keep what it returns.\n"
        f"        public func {name}({parameters}) throws(MonitoringError) -> {handle} {{\n"
        f"            try {source}.series({_text(metric.name)}, [{values}])\n"
        "        }\n"
    )


def _members(domain: Domain, metrics: list[Metric], source: str) -> str:
    return "".join(_member(domain, metric, source) for metric in metrics)


def _shared(domain: Domain, metrics: list[Metric]) -> str:
    assignments = "".join(
        f"            {camel(metric.name)} = try segment.handle({_text(metric.name)})\n"
        for metric in metrics
        if not _open_labels(metric)
    )
    return (
        "    /// Metrics that every thread may record. Make it at preparation.\n"
        "    public struct Shared: Sendable {\n"
        "        let segment: Segment\n\n"
        f"{_members(domain, metrics, 'segment')}\n"
        "        public init(_ segment: Segment) throws(MonitoringError) {\n"
        "            self.segment = segment\n"
        f"{assignments}"
        "        }\n    }\n"
    )


def _realtime(domain: Domain, metrics: list[Metric]) -> str:
    return (
        "    /// Metrics of one instance: a callback, a plug-in or a display, recorded by one\n"
        "    /// thread at a time. Make it at preparation; its handles don't outlive it.\n"
        "    public struct Realtime: ~Copyable {\n"
        f"{_members(domain, metrics, 'instance')}\n"
        "        let instance: Instance\n"
        "    }\n"
    )


def _realtime_init(domain: Domain) -> str:
    """Return an initialiser that delegates: one that throws can't leave parts of it behind."""
    metrics = [metric for metric in domain.metrics if metric.writers == "one"]
    if not metrics:
        return ""
    arguments = "".join(
        f"            {camel(metric.name)}: try taken.handle({_text(metric.name)}),\n"
        for metric in metrics
        if not _open_labels(metric)
    )
    return (
        f"\nextension {namespace(domain)}.Realtime {{\n"
        "    public init(_ segment: Segment) throws(MonitoringError) {\n"
        f"        let taken = try Instance(segment, domain: {_text(domain.name)})\n"
        f"        self.init(\n{arguments}            instance: taken)\n"
        "    }\n}\n"
    )
