"""Which template writes which file: each language's clients, interfaces, the page of metrics."""

from __future__ import annotations

from collections.abc import Iterable

from whiteroom_monitoring.catalogue.model import Catalogue
from whiteroom_monitoring.codegen.identifiers import swift_namespace
from whiteroom_monitoring.codegen.interfaces import Interface
from whiteroom_monitoring.codegen.model import ClientDomain, build
from whiteroom_monitoring.codegen.rendering import render

CORE = "juce_backend/src/monitoring"
HEADERS = f"{CORE}/include/whiteroom/monitoring/generated"
SWIFT_SOURCES = "swift_frontend/WhiteRoomiOS/Sources/SwiftFrontendCore"
SWIFT = f"{SWIFT_SOURCES}/Monitoring/Generated"
PYTHON = "src/whiteroom_monitoring/client/generated"
REFERENCE = "docs/reference/metrics.md"

# Templates of all domains together, by the path of the output.
_WHOLE = {
    f"{HEADERS}/domains.h": "cpp/domains.h.j2",
    f"{HEADERS}/histograms.h": "c/histograms.h.j2",
    f"{SWIFT}/Program.swift": "swift/Program.swift.j2",
    f"{PYTHON}/__init__.py": "python/__init__.py.j2",
    REFERENCE: "markdown/metrics.md.j2",
}


def generate(catalogue: Catalogue) -> dict[str, str]:
    """Return the text of each file by its path below the repository's root."""
    model = build(catalogue)
    files = {path: render(template, model=model) for path, template in _WHOLE.items()}
    for domain in model.domains:
        for path, template in _domain_templates(domain).items():
            files[path] = render(template, domain=domain)
    return files


def _domain_templates(domain: ClientDomain) -> dict[str, str]:
    header = {f"{HEADERS}/{domain.name}.h": "cpp/domain.h.j2"}
    if domain.is_core:
        return header
    return header | {
        f"{SWIFT}/{swift_namespace(domain.name)}.swift": "swift/domain.swift.j2",
        f"{PYTHON}/{domain.name}.py": "python/domain.py.j2",
        f"{PYTHON}/{domain.name}.pyi": "python/domain.pyi.j2",
    }


def generate_interfaces(interfaces: Iterable[Interface]) -> dict[str, str]:
    """Return the C functions, their C++ and the Swift class of each interface, by path."""
    files: dict[str, str] = {}
    for interface in interfaces:
        swift = interface.swift
        templates = {
            f"{HEADERS}/{interface.name}_c.h": "c/interface.h.j2",
            f"{CORE}/src/generated/{interface.name}_c.cpp": "c/interface.cpp.j2",
            f"{SWIFT_SOURCES}/{swift.module}/{swift.type}.swift": "swift/interface.swift.j2",
        }
        for path, template in templates.items():
            files[path] = render(template, interface=interface)
    return files
