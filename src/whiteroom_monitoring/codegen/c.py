"""Writes what the core's C face needs: a list of the domains, and a fast path for each histogram.

The fast path is plain C with the bounds as constants, so that a language which calls C compiles the
same stores as C++ does.
"""

from __future__ import annotations

from whiteroom_monitoring.catalogue.model import Catalogue, Domain, Metric
from whiteroom_monitoring.codegen.cpp import FOLDER, cell_bounds
from whiteroom_monitoring.codegen.files import head

# The core declares these in every segment itself.
CORE_DOMAIN = "self"

_GUARD = "WHITEROOM_MONITORING_GENERATED_HISTOGRAMS_H"
_CELLS = {"many": "any", "one": "realtime"}


def generate(catalogue: Catalogue) -> dict[str, str]:
    """Return the headers by path below the repository's root."""
    domains = [d for d in catalogue.domains if d.metrics and d.name != CORE_DOMAIN]
    return {
        f"{FOLDER}/domains.h": _domains(domains),
        f"{FOLDER}/histograms.h": _histograms(domains),
    }


def observe_function(metric: Metric) -> str:
    """Return the name of the C function that observes into a histogram."""
    return f"wrm_observe_{metric.name}"


def _domains(domains: list[Domain]) -> str:
    includes = "".join(f'#include "{domain.name}.h"\n' for domain in domains)
    entries = "".join(f'    {{"{d.name}", {d.name}::families()}},\n' for d in domains)
    return (
        f"{head('//', 'catalogue/*.yaml')}\n"
        "/// The domains of the catalogue by name, without the core's own.\n"
        f"#pragma once\n\n#include <span>\n#include <string_view>\n\n{includes}\n"
        "namespace whiteroom::monitoring {\n\n"
        "struct Domain {\n  std::string_view name;\n  std::span<const FamilySpec> families;\n};\n\n"
        f"inline constexpr Domain kDomains[] = {{\n{entries}}};\n\n"
        "}  // namespace whiteroom::monitoring\n"
    )


def _histograms(domains: list[Domain]) -> str:
    functions = "\n".join(
        _observe(metric)
        for domain in domains
        for metric in domain.metrics
        if metric.type == "histogram"
    )
    return (
        f"{head('//', 'catalogue/*.yaml')}\n"
        "/// Observing into each histogram of the catalogue. `group` are its cells, `value` is in\n"
        "/// their unit (nanoseconds, bytes, billionths). Wait-free, as cells.h says.\n"
        f'#ifndef {_GUARD}\n#define {_GUARD}\n\n#include "../cells.h"\n\n'
        f'#if defined(__cplusplus)\nextern "C" {{\n#endif\n\n{functions}\n'
        "#if defined(__cplusplus)\n}\n#endif\n\n#endif\n"
    )


def _observe(metric: Metric) -> str:
    bounds = cell_bounds(metric)
    name = observe_function(metric)
    listed = f"  static const int64_t bounds[] = {{{', '.join(map(str, bounds))}}};\n"
    plain = (
        f"static inline void {name}(uint64_t* group, int64_t value) {{\n"
        f"{listed}  wrm_{_CELLS[metric.writers]}_observe(group, bounds, {len(bounds)}, value);\n"
        "}\n"
    )
    if not metric.exemplars:
        return plain
    slot = f"group + {len(bounds) + 2} + bucket * WRM_EXEMPLAR_CELLS"
    return (
        f"{plain}\n"
        f"/// The same, and keep the trace of the value.\n"
        f"static inline void {name}_of(uint64_t* group, int64_t value,\n"
        f"                              const wrm_exemplar* exemplar) {{\n"
        f"{listed}  const uint32_t bucket = wrm_bucket(bounds, {len(bounds)}, value);\n"
        f"  {name}(group, value);\n"
        f"  wrm_exemplar_put({slot}, value, exemplar);\n"
        "}\n"
    )
