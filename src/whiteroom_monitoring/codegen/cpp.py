"""Writes the C++ client: one header for each domain.

What a domain's header holds: an enum for each closed label, the families as constants, and the
structs `Shared` (cells that every thread may write) and `Realtime` (cells of one instance).
"""

from __future__ import annotations

import re
from decimal import Decimal

from whiteroom_monitoring.catalogue.model import Catalogue, Domain, Label, Metric
from whiteroom_monitoring.codegen.files import head

FOLDER = "juce_backend/src/monitoring/generated"

# Label values that are keywords of C++ 20; their enumerators get an underscore at the end.
KEYWORDS = frozenset(
    """
    and auto bool break case catch char class const continue default delete do double else enum
    explicit export extern false float for friend goto if import inline int long module mutable
    namespace new not operator or private protected public register return short signed sizeof
    static struct switch template this throw true try typedef typename union unsigned using
    virtual void volatile while xor
    """.split()
)


def generate(catalogue: Catalogue) -> dict[str, str]:
    """Return the headers by path below the repository's root."""
    return {
        f"{FOLDER}/{domain.name}.h": _header(domain)
        for domain in catalogue.domains
        if domain.metrics
    }


def _header(domain: Domain) -> str:
    namespace = f"whiteroom::monitoring::{domain.name}"
    parts = [
        head("//", f"catalogue/{domain.name}.yaml"),
        "#pragma once\n",
        "#include <array>\n#include <cstdint>\n#include <span>\n#include <string_view>\n",
        '#include "../prometheus_metrics.h"\n',
        f"namespace {namespace} {{\n",
        *_enums(domain),
        *(_constants(domain, metric) for metric in domain.metrics),
        _families(domain),
    ]
    for writers, struct in (("many", _shared), ("one", _realtime)):
        metrics = [metric for metric in domain.metrics if metric.writers == writers]
        if metrics and domain.name != "self":
            parts.append(struct(domain, metrics))
    parts.append(f"}}  // namespace {namespace}\n")
    return "\n".join(part for part in parts if part)


def pascal(name: str) -> str:
    """Return `name` in PascalCase."""
    return "".join(word.capitalize() for word in re.split(r"[^A-Za-z0-9]+", name) if word)


def cell_bounds(metric: Metric) -> list[int]:
    """Return the bounds of a histogram in units of its cells."""
    return [int(Decimal(str(bound)) * metric.scale) for bound in metric.buckets]


def _constant(metric: Metric) -> str:
    return "k" + pascal(metric.name)


def _text(value: str) -> str:
    escaped = value.replace("\\", "\\\\").replace('"', '\\"').replace("\n", "\\n")
    return f'"{escaped}"'


def _enumerator(value: str) -> str:
    name = re.sub(r"\W", "_", value)
    if name[0].isdigit():
        name = f"value_{name}"
    return f"{name}_" if name in KEYWORDS else name


def enum_name(domain: Domain, metric: Metric, label: Label) -> str:
    """Return the label's name, or a longer one when another metric's values for it differ."""
    lists = {
        other.values
        for candidate in domain.metrics
        for other in candidate.labels
        if other.name == label.name and other.values
    }
    return pascal(label.name) if len(lists) == 1 else pascal(f"{metric.name}_{label.name}")


def _enums(domain: Domain) -> list[str]:
    enums: dict[str, str] = {}
    for metric in domain.metrics:
        for label in metric.labels:
            if not label.values:
                continue
            name = enum_name(domain, metric, label)
            kind = "std::uint8_t" if len(label.values) < 255 else "std::uint16_t"
            enumerators = ", ".join([*map(_enumerator, label.values), "count_"])
            texts = ", ".join(map(_text, label.values))
            enums[name] = (
                f"/// Values of the label `{label.name}`.\n"
                f"enum class {name} : {kind} {{ {enumerators} }};\n"
                f"inline constexpr std::string_view k{name}Values[] = {{{texts}}};\n"
            )
    return list(enums.values())


def _constants(domain: Domain, metric: Metric) -> str:
    lines = []
    if metric.labels:
        labels = ", ".join(_label_spec(domain, metric, label) for label in metric.labels)
        lines.append(f"inline constexpr LabelSpec {_constant(metric)}Labels[] = {{{labels}}};\n")
    if metric.buckets:
        bounds = ", ".join(repr(float(bound)) for bound in metric.buckets)
        cells = ", ".join(map(str, cell_bounds(metric)))
        lines.append(
            f"inline constexpr double {_constant(metric)}Bounds[] = {{{bounds}}};\n"
            f"/// The bounds in units of the cells.\n"
            f"inline constexpr std::array<std::int64_t, {len(metric.buckets)}> "
            f"{_constant(metric)}CellBounds{{{cells}}};\n"
        )
    return "".join(lines)


def _label_spec(domain: Domain, metric: Metric, label: Label) -> str:
    if label.values:
        return f"{{{_text(label.name)}, k{enum_name(domain, metric, label)}Values}}"
    return f"{{{_text(label.name)}, {{}}, {label.max_series}}}"


def _families(domain: Domain) -> str:
    specs = ",\n".join("    " + _family_spec(metric) for metric in domain.metrics)
    names = "".join(
        f"inline constexpr const FamilySpec& {_constant(metric)} = kFamilies[{index}];\n"
        for index, metric in enumerate(domain.metrics)
    )
    return (
        f"/// Every family of the domain, for Segment::declare().\n"
        f"inline constexpr FamilySpec kFamilies[] = {{\n{specs},\n}};\n"
        f"{names}\n"
        f"constexpr std::span<const FamilySpec> families() noexcept {{ return kFamilies; }}\n"
    )


def _family_spec(metric: Metric) -> str:
    fields = [
        f".name = {_text(metric.name)}",
        f".help = {_text(metric.help)}",
        f".unit = {_text(metric.unit or '')}",
        f".type = MetricType::{metric.type}",
        f".number = Number::{metric.number}",
        f".aggregation = Aggregation::{metric.aggregation or 'sum'}",
        f".writers = Writers::{metric.writers}",
        f".scale = {metric.scale}",
    ]
    if metric.labels:
        fields.append(f".labels = {_constant(metric)}Labels")
    if metric.buckets:
        fields.append(f".bounds = {_constant(metric)}Bounds")
    if metric.exemplars:
        fields.append(".exemplars = true")
    return "{" + ",\n     ".join(fields) + "}"


def _handle(metric: Metric) -> str:
    writers = f"Writers::{metric.writers}"
    unit = {"seconds": "Seconds", "ratio": "Ratio"}.get(metric.unit or "", "Count")
    kept = "Exemplar" if metric.exemplars else ""
    if metric.type == "histogram":
        return f"{kept}Histogram<{writers}, {unit}, {_constant(metric)}CellBounds>"
    if metric.type == "summary":
        return f"Summary<{writers}, {unit}>"
    if metric.type == "counter":
        return f"{'DurationCounter' if unit == 'Seconds' else f'{kept}Counter'}<{writers}>"
    if metric.type == "gauge":
        return f"{'UpDownCounter' if metric.updates == 'add' else 'Gauge'}<{writers}>"
    return "Info"


def _member_type(domain: Domain, metric: Metric) -> str:
    member = _handle(metric)
    closed = [enum_name(domain, metric, label) for label in metric.labels if label.values]
    if closed:
        member = f"LabeledBy<{member}, {_constant(metric)}.group_cells(), {', '.join(closed)}>"
    opened = sum(1 for label in metric.labels if not label.values)
    if opened:
        source = "const Instance" if metric.writers == "one" else "Segment"
        member = f"DynamicLabels<{member}, {source}, {opened}>"
    return member


def _initialiser(metric: Metric, source: str) -> str:
    constant = _constant(metric)
    if any(not label.values for label in metric.labels):
        return f"{metric.name}({source}, {constant}, segment.lost())"
    return f"{metric.name}({source}.cells({constant}), segment.lost())"


def _members(domain: Domain, metrics: list[Metric]) -> str:
    return "".join(
        f"  /// {metric.help}\n  {_member_type(domain, metric)} {metric.name};\n"
        for metric in metrics
    )


def _shared(domain: Domain, metrics: list[Metric]) -> str:
    initialisers = ",\n        ".join(_initialiser(metric, "segment") for metric in metrics)
    return (
        "/// Metrics that every thread may record. Make it at preparation; `segment` outlives it.\n"
        "struct Shared {\n"
        f"  explicit Shared(Segment& segment)\n      : {initialisers} {{}}\n\n"
        f"{_members(domain, metrics)}}};\n"
    )


def _realtime(domain: Domain, metrics: list[Metric]) -> str:
    initialisers = ",\n        ".join(_initialiser(metric, "instance") for metric in metrics)
    return (
        "/// Metrics of one instance: a callback or a plug-in, recorded by one thread at a time.\n"
        "/// Make it at preparation; `segment` outlives it.\n"
        "struct Realtime {\n"
        "  explicit Realtime(Segment& segment)\n"
        f"      : instance(segment.instance(families())),\n        {initialisers} {{}}\n"
        "  Realtime(const Realtime&) = delete;\n"
        "  Realtime& operator=(const Realtime&) = delete;\n\n"
        "  const Instance instance;\n"
        f"{_members(domain, metrics)}}};\n"
    )
