"""Reads `whiteroom.toml`: held against its schema, every fault at once, and made into types."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

from msgspec import structs

from whiteroom_monitoring.catalogue import structure
from whiteroom_monitoring.catalogue.document import Document
from whiteroom_monitoring.catalogue.suggestions import did_you_mean
from whiteroom_monitoring.diagnostics import Diagnostic, DiagnosticsError
from whiteroom_monitoring.project import model, toml_document
from whiteroom_monitoring.project.model import (
    DEFAULT_ALERTS,
    Alerts,
    Checks,
    Credentials,
    Dns,
    Files,
    Outputs,
    Priority,
    Program,
    Project,
    Runbooks,
    Stack,
    Tls,
)
from whiteroom_monitoring.resources import share

SCHEMA = Path(__file__).with_name("schema.json")
_YAML_KEY = re.compile(r"^add `(\w+):`$")


def read(path: Path) -> Project:
    """Return the project of the `whiteroom.toml` at ``path``, an absolute path.

    Raises DiagnosticsError with every fault, each at its line.
    """
    document = toml_document.read(path)
    schema = json.loads(SCHEMA.read_text(encoding="utf-8"))
    groups = structure.diagnostics(document, schema).values()
    faults = [_worded(diagnostic) for group in groups for diagnostic in group]
    faults = faults or [*_diagnostics(document)]
    if faults:
        raise DiagnosticsError(faults)
    return _project(document.data, path)


def _worded(diagnostic: Diagnostic) -> Diagnostic:
    """Say what to add in TOML's words; the schema's messages are made for YAML, too."""
    return replace(diagnostic, remedy=_YAML_KEY.sub(r"add `\1 = ...`", diagnostic.remedy))


def _diagnostics(document: Document) -> Iterator[Diagnostic]:
    """Yield what a schema can't say."""
    for name, raw in document.data.get("programs", {}).items():
        place = document.key_place(("programs", name))
        if "address" in raw and "addresses" in raw:
            yield document.diagnostic(
                place, f"{name} has address and addresses", "put all into addresses"
            )
        if ("command" in raw) != ("port" in raw):
            problem = f"{name} has one of command and port"
            yield document.diagnostic(place, problem, "say what starts it, and where it serves")
        if "command" in raw and {"address", "addresses", "files", "dns"} & raw.keys():
            problem = f"{name} has a command and an address"
            yield document.diagnostic(
                place, problem, "remove one: who starts it, you or the stack?"
            )
        if ("username" in raw) != ("password_file" in raw):
            problem = f"{name} has one of username and password_file"
            yield document.diagnostic(place, problem, "name both")
        if "username" in raw and "bearer_token_file" in raw:
            yield document.diagnostic(place, f"{name} has a token and a user", "remove one of them")
    known = bundled_domains()
    for pointer, names in _named_domains(document.data):
        for domain in names:
            if domain not in known:
                remedy = did_you_mean(domain, known) or f"there are: {', '.join(known)}"
                yield document.diagnostic(
                    document.place(pointer), f"no bundled domain is named {domain}", remedy
                )


def _named_domains(data: Mapping[str, Any]) -> Iterator[tuple[tuple[str, ...], list[str]]]:
    yield ("catalogue", "bundled"), data.get("catalogue", {}).get("bundled", [])
    for name, raw in data.get("programs", {}).items():
        yield ("programs", name, "domains"), raw.get("domains", [])


def bundled_domains() -> list[str]:
    """Return the names of the domains that come with the package."""
    return sorted(path.stem for path in share("catalogue").glob("*.yaml"))


def _project(data: Mapping[str, Any], path: Path) -> Project:
    root = path.parent
    programs = {name: _program(name, raw, root) for name, raw in data.get("programs", {}).items()}
    catalogue = data.get("catalogue", {})
    return Project(
        file=path,
        root=root,
        name=data["name"],
        title=data.get("title", data["name"]),
        catalogues=_catalogues(catalogue, root),
        bundled=_bundled(catalogue, programs.values()),
        outputs=_outputs(data.get("generate", {})),
        files=_files(data.get("configuration", {}), root),
        programs=programs,
        alerts=_alerts(data.get("alerts", {})),
        runbooks=_runbooks(data.get("runbooks", {})),
        stack=_stack(data.get("stack", {}), root),
        checks=_checks(data.get("checks", {})),
        dashboards=tuple(data.get("dashboards", [])),
    )


def _catalogues(raw: Mapping[str, Any], root: Path) -> tuple[Path, ...]:
    """Return the folders that are named; else the usual one, where it exists."""
    if "folders" in raw:
        return tuple(root / folder for folder in raw["folders"])
    usual = root / "catalogue"
    return (usual,) if usual.is_dir() else ()


def _bundled(catalogue: Mapping[str, Any], programs: Iterable[Program]) -> tuple[str, ...]:
    named = [*catalogue.get("bundled", []), *(d for program in programs for d in program.domains)]
    return tuple(sorted(set(named)))


def _outputs(raw: Mapping[str, Any]) -> Outputs:
    cpp, swift, python = (raw.get(name, {}) for name in ("cpp", "swift", "python"))
    return Outputs(
        cpp=cpp.get("folder", ""),
        cpp_sources=cpp.get("sources", cpp.get("folder", "")),
        namespace=cpp.get("namespace", model.NAMESPACE),
        swift=swift.get("folder", ""),
        swift_interfaces=swift.get("interfaces", ""),
        python=python.get("folder", ""),
        reference=raw.get("reference", ""),
    )


def _files(raw: Mapping[str, str], root: Path) -> Files:
    folder = root / raw.get("folder", "monitoring")
    grafana = root / raw["grafana"] if "grafana" in raw else folder / "grafana"
    defaults = {
        "prometheus": folder / "prometheus/prometheus.yml",
        "rules": folder / "prometheus/rules",
        "rule_tests": folder / "prometheus/tests",
        "objectives": folder / "prometheus/objectives.yml",
        "covering": folder / "prometheus/covering.yml",
        "alertmanager": folder / "alertmanager/alertmanager.yml",
        "templates": folder / "alertmanager/templates",
        "grafana": grafana,
        "boards": grafana / "boards",
        "runbooks": folder / "runbooks",
        "components": folder / "components",
        "probes": folder / "probes",
        "drills": folder / "drills",
        "env_file": folder / ".env",
    }
    named = {name: root / raw[name] for name in defaults if name in raw}
    return Files(folder=folder, **{**defaults, **named})


def files_in(folder: Path) -> Files:
    """Return where the parts of a configuration are that lies in ``folder`` alone."""
    return _files({"folder": str(folder)}, folder)


def with_configuration(project: Project, folder: Path) -> Project:
    """Return the project with the configuration that lies in ``folder``.

    It adds components to the project's, and takes none away; probes stay the project's.
    """
    files, own = files_in(folder), project.files
    added = structs.replace(
        files, components=own.components, added_components=files.components, probes=own.probes
    )
    return structs.replace(project, files=added)


def _program(name: str, raw: Mapping[str, Any], root: Path) -> Program:
    addresses = [raw["address"]] if "address" in raw else raw.get("addresses", [])
    interval = raw.get("interval")
    tls = raw.get("tls")
    return Program(
        name=name,
        service=raw.get("service", name),
        addresses=tuple(addresses),
        files=tuple(str(root / pattern) for pattern in raw.get("files", [])),
        dns=tuple(Dns(**record) for record in raw.get("dns", [])),
        command=tuple(raw.get("command", [])),
        port=raw.get("port"),
        path=raw.get("path", model.METRICS_PATH),
        interval_s=int(interval.removesuffix("s")) if interval else None,
        tls=None if tls is None else _tls(tls, root),
        credentials=Credentials(
            _path(raw.get("bearer_token_file"), root),
            raw.get("username", ""),
            _path(raw.get("password_file"), root),
        ),
        domains=tuple(raw.get("domains", [])),
        optional_metrics=tuple(raw.get("optional_metrics", [])),
        rules=tuple(raw.get("rules", [])),
    )


def _tls(raw: Mapping[str, str], root: Path) -> Tls:
    files = {name: _path(raw.get(name), root) for name in ("ca_file", "cert_file", "key_file")}
    return Tls(**files, server_name=raw.get("server_name", ""))


def _path(text: str | None, root: Path) -> Path | None:
    return None if text is None else root / Path(text).expanduser()


def _alerts(raw: Mapping[str, Any]) -> Alerts:
    named = raw.get("priorities", {})
    priorities = {
        name: Priority(name, **{"severity": name, **settings}) for name, settings in named.items()
    }
    label = raw.get("priority_label", DEFAULT_ALERTS.priority_label)
    return Alerts(
        priority_label=label,
        labels=tuple(raw.get("labels", [label])),
        annotations=tuple(raw.get("annotations", DEFAULT_ALERTS.annotations)),
        priorities=priorities or DEFAULT_ALERTS.priorities,
        watchdog=raw.get("watchdog", DEFAULT_ALERTS.watchdog),
        declared="priorities" in raw,
    )


def _runbooks(raw: Mapping[str, Any]) -> Runbooks:
    return Runbooks(
        raw.get("url", model.RUNBOOKS_URL),
        tuple(raw.get("parts", [])),
        tuple(raw.get("openings", [])),
    )


def _stack(raw: Mapping[str, Any], root: Path) -> Stack:
    data = _path(raw.get("data"), root)
    without = tuple(raw.get("without", []))
    return Stack(**{**raw, "data": data, "without": without})


def _checks(raw: Mapping[str, Any]) -> Checks:
    return Checks(**{**raw, "without": tuple(raw.get("without", []))})
