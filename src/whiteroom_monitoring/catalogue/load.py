"""Loads the catalogue: every file is read, then all diagnostics are raised at once."""

from __future__ import annotations

import json
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from whiteroom_monitoring.catalogue import (
    document,
    entry,
    event_entry,
    label_sets,
    renamed_keys,
    rules,
    structure,
)
from whiteroom_monitoring.catalogue.document import Document, Pointer
from whiteroom_monitoring.catalogue.entry import Entry
from whiteroom_monitoring.catalogue.event_entry import EventEntry
from whiteroom_monitoring.catalogue.model import Catalogue, Domain
from whiteroom_monitoring.diagnostics import Diagnostic, DiagnosticsError, FilePlace
from whiteroom_monitoring.resources import share


@dataclass(frozen=True)
class _File:
    """One file of the catalogue; without a document when it could not be read at all."""

    document: Document | None
    entries: tuple[Entry, ...]
    diagnostics: tuple[Diagnostic, ...]
    events: tuple[EventEntry, ...] = ()


def load(folder: Path) -> Catalogue:
    """Return the catalogue whose domains are the files `*.yaml` in ``folder``.

    Raises DiagnosticsError with every diagnostic of every file.
    """
    return load_files(paths_in(folder))


def load_files(paths: Iterable[Path]) -> Catalogue:
    """Return the catalogue whose domains are the files ``paths``. Raises as `load`."""
    schema = json.loads((share("catalogue") / "schema.json").read_text(encoding="utf-8"))
    files = [_read(path, schema) for path in paths]
    diagnostics = [diagnostic for file in files for diagnostic in file.diagnostics]
    entries = [item for file in files for item in file.entries if "name" not in item.invalid]
    for rule in rules.CATALOGUE_RULES:
        diagnostics.extend(rule(entries))
    logged = [item for file in files for item in file.events]
    for event_rule in rules.EVENT_CATALOGUE_RULES:
        diagnostics.extend(event_rule(logged))
    if diagnostics:
        raise DiagnosticsError(list(dict.fromkeys(diagnostics)))
    return Catalogue(tuple(sorted(map(_domain, files), key=lambda domain: domain.name)))


def paths_in(folder: Path) -> list[Path]:
    """Return the files of the catalogue in ``folder``. Raises DiagnosticsError without any."""
    if not folder.is_dir():
        remedy = "name the folder that holds the catalogue"
        raise DiagnosticsError([Diagnostic(FilePlace(folder), "there is no such folder", remedy)])
    paths = sorted(folder.glob("*.yaml"))
    diagnostics = [
        Diagnostic(FilePlace(path), "the extension .yml", "rename the file", ".yaml")
        for path in folder.glob("*.yml")
    ]
    if not paths:
        remedy = "add one, as docs/how-to/catalogue.md shows"
        diagnostics.append(Diagnostic(FilePlace(folder), "the folder has no files *.yaml", remedy))
    if diagnostics:
        raise DiagnosticsError(diagnostics)
    return paths


def _read(path: Path, schema: dict[str, Any]) -> _File:
    try:
        content, doubled = renamed_keys.translate(document.read(path))
    except DiagnosticsError as error:
        return _File(None, (), error.diagnostics)
    content, unresolved = label_sets.resolve(content)
    misfits = structure.diagnostics(content, schema) | unresolved
    entries = _entries(content, set(misfits))
    diagnostics = doubled + [diagnostic for group in misfits.values() for diagnostic in group]
    if not {("domain",), ("program",), ()} & misfits.keys():
        diagnostics.extend(
            diagnostic for rule in rules.DOCUMENT_RULES for diagnostic in rule(content)
        )
    diagnostics.extend(
        diagnostic for metric in entries for diagnostic in rules.entry_diagnostics(metric)
    )
    logged = event_entry.build_all(content, set(misfits))
    diagnostics.extend(
        diagnostic for item in logged for rule in rules.EVENT_RULES for diagnostic in rule(item)
    )
    return _File(content, entries, tuple(diagnostics), logged)


def _entries(content: Document, misfits: set[Pointer]) -> tuple[Entry, ...]:
    if {("metrics",), ()} & misfits:
        return ()
    return tuple(
        entry.build(content, index, misfits)
        for index in range(len(content.data["metrics"]))
        if ("metrics", index) not in misfits
    )


def _domain(file: _File) -> Domain:
    assert file.document is not None
    data = file.document.data
    metrics = tuple(item.metric for item in file.entries)
    logged = tuple(item.event for item in file.events)
    return Domain(data["domain"], data["program"], metrics, file.document.path, logged)
