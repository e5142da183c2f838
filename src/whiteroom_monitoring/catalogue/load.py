"""Loads the catalogue: every file is read, then all that is wrong is raised at once."""

from __future__ import annotations

import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from whiteroom_monitoring.catalogue import document, entry, rules, structure
from whiteroom_monitoring.catalogue.document import WHOLE_FILE, Document, Pointer
from whiteroom_monitoring.catalogue.entry import Entry
from whiteroom_monitoring.catalogue.model import Catalogue, Domain
from whiteroom_monitoring.errors import Fault, FaultyFilesError
from whiteroom_monitoring.locations import share


@dataclass(frozen=True)
class _File:
    """One file of the catalogue; without a document when it could not be read at all."""

    document: Document | None
    entries: tuple[Entry, ...]
    faults: tuple[Fault, ...]


def load(folder: Path) -> Catalogue:
    """Return the catalogue whose domains are the files `*.yaml` in ``folder``.

    Raises FaultyFilesError with every fault of every file.
    """
    schema = json.loads((share("catalogue") / "schema.json").read_text(encoding="utf-8"))
    files = [_read(path, schema) for path in _paths(folder)]
    faults = [fault for file in files for fault in file.faults]
    named = [each for file in files for each in file.entries if "name" not in each.faulty]
    for rule in rules.CATALOGUE_RULES:
        faults.extend(rule(named))
    if faults:
        raise FaultyFilesError(list(dict.fromkeys(faults)))
    return Catalogue(tuple(_domain(file) for file in files))


def _paths(folder: Path) -> list[Path]:
    if not folder.is_dir():
        advice = "name the folder that holds the catalogue"
        raise FaultyFilesError([Fault(folder, *WHOLE_FILE, "there is no such folder", advice)])
    paths = sorted(folder.glob("*.yaml"))
    faults = [
        Fault(path, *WHOLE_FILE, "found the extension .yml, expected .yaml", "rename the file")
        for path in folder.glob("*.yml")
    ]
    if not paths:
        advice = "add one, as docs/catalogue.md shows"
        faults.append(Fault(folder, *WHOLE_FILE, "the folder has no files *.yaml", advice))
    if faults:
        raise FaultyFilesError(faults)
    return paths


def _read(path: Path, schema: dict[str, Any]) -> _File:
    try:
        found = document.read(path)
    except FaultyFilesError as error:
        return _File(None, (), error.faults)
    misfits = structure.faults(found, schema)
    entries = _entries(found, set(misfits))
    faults = [fault for group in misfits.values() for fault in group]
    if not {("domain",), ("program",), ()} & misfits.keys():
        faults.extend(fault for rule in rules.DOCUMENT_RULES for fault in rule(found))
    faults.extend(fault for each in entries for fault in rules.entry_faults(each))
    return _File(found, entries, tuple(faults))


def _entries(found: Document, misfits: set[Pointer]) -> tuple[Entry, ...]:
    if {("metrics",), ()} & misfits:
        return ()
    return tuple(
        entry.build(found, index, misfits)
        for index in range(len(found.data["metrics"]))
        if ("metrics", index) not in misfits
    )


def _domain(file: _File) -> Domain:
    assert file.document is not None
    data = file.document.data
    metrics = tuple(each.metric for each in file.entries)
    return Domain(data["domain"], data["program"], metrics)
