"""Loads the table of what covers what: all that is wrong is raised at once."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path

from whiteroom_monitoring.catalogue import document, structure
from whiteroom_monitoring.catalogue.document import Document
from whiteroom_monitoring.covering.model import NONE, Covering, Entry
from whiteroom_monitoring.diagnostics import Diagnostic, DiagnosticsError
from whiteroom_monitoring.generated_files import is_generated
from whiteroom_monitoring.project.model import Project

_SCHEMA = Path(__file__).with_name("schema.json")


def load(path: Path, priority_label: str) -> Covering:
    """Return the table in the file ``path``; an empty one when there is no such file.

    ``priority_label`` is the label by which the project names priorities. Raises DiagnosticsError
    with every diagnostic.
    """
    if not path.exists():
        return NONE
    file = document.read(path)
    schema = json.loads(_SCHEMA.read_text(encoding="utf-8"))
    diagnostics = [d for group in structure.diagnostics(file, schema).values() for d in group]
    diagnostics = diagnostics or list(_circles(file, priority_label))
    if diagnostics:
        raise DiagnosticsError(diagnostics)
    return Covering(
        tuple(
            Entry(
                tuple(raw["by"]),
                tuple(raw["covers"]),
                raw["same_service"],
                raw["because"],
                raw.get("by_labels", {}),
                raw.get("covers_labels", {}),
            )
            for raw in file.data["covering"]
        )
    )


def written_rules(project: Project) -> dict[str, str]:
    """Return the text of each of the project's rule files that is written by hand, by its path."""
    paths = sorted(project.files.rules.glob("*.yml"))
    return {
        project.relative(path): path.read_text(encoding="utf-8")
        for path in paths
        if not is_generated(path)
    }


def _circles(file: Document, priority_label: str) -> Iterator[Diagnostic]:
    """Yield every entry by which an alert would cover itself, on whatever way: it would flap."""
    covered: dict[tuple[str, str], set[tuple[str, str]]] = {}
    for pointer, raw in file.mappings(("covering",)):
        covers, by = (raw.get(f"{side}_labels", {}) for side in ("covers", "by"))
        targets = [(name, covers.get(priority_label, "")) for name in raw["covers"]]
        for name in raw["by"]:
            source = (name, by.get(priority_label, ""))
            covered.setdefault(source, set()).update(targets)
            if source in _reached(source, covered):
                place = file.place((*pointer, "covers"))
                yield file.diagnostic(place, f"{name} would cover itself", "remove one of the two")


def _reached(
    start: tuple[str, str], covered: dict[tuple[str, str], set[tuple[str, str]]]
) -> set[tuple[str, str]]:
    reached: set[tuple[str, str]] = set()
    pending = [start]
    while pending:
        for target in covered.get(pending.pop(), ()):
            if target not in reached:
                reached.add(target)
                pending.append(target)
    return reached
