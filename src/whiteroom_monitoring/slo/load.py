"""Loads the objectives: all that is wrong is raised at once."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from whiteroom_monitoring.catalogue import document, renamed_keys, structure
from whiteroom_monitoring.catalogue.document import Document
from whiteroom_monitoring.catalogue.renamed_keys import RenamedKey
from whiteroom_monitoring.diagnostics import Diagnostic, DiagnosticsError
from whiteroom_monitoring.promql.parse import ParseError, parse
from whiteroom_monitoring.slo.model import NONE, BurnRateWindow, Objective, Objectives, Range

RENAMED = (RenamedKey("burns", "burn_rate_windows", {}), RenamedKey("fewest", "min_failures", {}))
_SCHEMA = Path(__file__).with_name("schema.json")


def load(path: Path) -> Objectives:
    """Return the objectives in the file ``path``; none when there is no such file.

    Raises DiagnosticsError with every diagnostic.
    """
    if not path.exists():
        return NONE
    file, diagnostics = _read(path)
    schema = json.loads(_SCHEMA.read_text(encoding="utf-8"))
    for group in structure.diagnostics(file, schema).values():
        diagnostics += group
    if not diagnostics:
        diagnostics = [*_diagnostics_of_windows(file), *_diagnostics_of_objectives(file)]
    if diagnostics:
        raise DiagnosticsError(diagnostics)
    return Objectives(
        Range(file.data["period"]),
        tuple(_window(raw) for raw in file.data["burn_rate_windows"]),
        tuple(_objective(raw) for raw in file.data["objectives"]),
        file.data.get("dashboard", ""),
    )


def _read(path: Path) -> tuple[Document, list[Diagnostic]]:
    """Return the file with today's keys, and what is wrong in its old ones."""
    file = document.read(path)
    top = [((), file.data)] if isinstance(file.data, dict) else []
    return renamed_keys.rename(
        file, [*top, *file.mappings(("objectives",))], RENAMED, "key of objectives.yml"
    )


def _window(raw: dict[str, Any]) -> BurnRateWindow:
    return BurnRateWindow(
        Range(raw["long"]), Range(raw["short"]), float(raw["rate"]), raw["priority"]
    )


def _objective(raw: dict[str, Any]) -> Objective:
    goal = round(float(raw["goal"]) / 100, 9)
    return Objective(
        **{
            **raw,
            "goal": goal,
            "events": raw["events"].strip(),
            "failures": raw["failures"].strip(),
        }
    )


def _diagnostics_of_windows(file: Document) -> Iterator[Diagnostic]:
    for pointer, raw in file.mappings(("burn_rate_windows",)):
        if Range(raw["short"]).seconds >= Range(raw["long"]).seconds:
            place = file.place((*pointer, "short"))
            yield file.diagnostic(
                place,
                f"the short range {raw['short']}",
                "make it shorter",
                f"less than {raw['long']}",
            )


def _diagnostics_of_objectives(file: Document) -> Iterator[Diagnostic]:
    values: set[str] = set()
    for pointer, raw in file.mappings(("objectives",)):
        for key in ("name", "alert"):
            if raw[key] in values:
                place = file.place((*pointer, key))
                yield file.diagnostic(place, f"{raw[key]} stands here twice", "choose another name")
            values.add(raw[key])
        for key in ("events", "failures"):
            try:
                parse(raw[key])
            except ParseError as error:
                place = file.place((*pointer, key))
                problem = f"the expression does not parse: {error}"
                yield file.diagnostic(place, problem, "correct the PromQL")
