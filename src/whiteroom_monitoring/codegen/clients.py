"""Which template writes which file: each language's clients, interfaces, pages of reference."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import PurePosixPath

from whiteroom_monitoring.catalogue.model import Catalogue
from whiteroom_monitoring.codegen.identifiers import swift_namespace
from whiteroom_monitoring.codegen.interfaces import Interface
from whiteroom_monitoring.codegen.model import ClientDomain, build
from whiteroom_monitoring.codegen.rendering import render
from whiteroom_monitoring.project.model import Outputs, Project


def generate(catalogue: Catalogue, project: Project) -> dict[str, str]:
    """Return the text of each file by its path below the project's root."""
    model = build(catalogue, project)
    outputs = project.outputs
    templates = _whole_templates(outputs, is_core=model.has_core)
    if model.has_events:
        templates |= _event_templates(outputs)
    files = {path: render(template, model=model) for path, template in templates.items()}
    for domain in model.domains:
        for path, template in _domain_templates(domain, outputs).items():
            files[path] = render(template, domain=domain, namespace=outputs.namespace, model=model)
    return files


def _whole_templates(outputs: Outputs, *, is_core: bool) -> dict[str, str]:
    """Return the templates of all domains together, by the path of the output."""
    templates = {}
    if outputs.cpp and is_core:
        templates[f"{outputs.cpp}/domains.h"] = "cpp/domains.h.j2"
        templates[f"{outputs.cpp}/histograms.h"] = "c/histograms.h.j2"
    if outputs.swift:
        templates[f"{outputs.swift}/Program.swift"] = "swift/Program.swift.j2"
    if outputs.python:
        templates[f"{outputs.python}/__init__.py"] = "python/__init__.py.j2"
    if outputs.reference:
        templates[outputs.reference] = "markdown/metrics.md.j2"
    return templates


def _event_templates(outputs: Outputs) -> dict[str, str]:
    templates = {}
    if outputs.cpp:
        templates[f"{outputs.cpp}/log_events_c.h"] = "c/log_events.h.j2"
    if outputs.reference:
        page = PurePosixPath(outputs.reference).with_name("log-events.md")
        templates[str(page)] = "markdown/log-events.md.j2"
    return templates


def _domain_templates(domain: ClientDomain, outputs: Outputs) -> dict[str, str]:
    templates = {}
    if outputs.cpp:
        templates[f"{outputs.cpp}/{domain.name}.h"] = "cpp/domain.h.j2"
    if outputs.swift and not domain.is_core:
        name = swift_namespace(domain.name)
        templates[f"{outputs.swift}/{name}.swift"] = "swift/domain.swift.j2"
    if outputs.python and not domain.is_core:
        templates[f"{outputs.python}/{domain.name}.py"] = "python/domain.py.j2"
        templates[f"{outputs.python}/{domain.name}.pyi"] = "python/domain.pyi.j2"
    return templates


def generate_interfaces(interfaces: Iterable[Interface], outputs: Outputs) -> dict[str, str]:
    """Return the C functions, their C++ and the Swift class of each interface, by path."""
    files: dict[str, str] = {}
    for interface in interfaces:
        swift = interface.swift
        templates = {
            f"{outputs.cpp}/{interface.name}_c.h": "c/interface.h.j2",
            f"{outputs.cpp_sources}/{interface.name}_c.cpp": "c/interface.cpp.j2",
            f"{outputs.swift_interfaces}/{swift.module}/{swift.type}.swift": (
                "swift/interface.swift.j2"
            ),
        }
        for path, template in templates.items():
            files[path] = render(template, interface=interface)
    return files
