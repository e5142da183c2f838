"""Loads the objectives: all that is wrong is raised at once."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from whiteroom_monitoring.catalogue import document, structure
from whiteroom_monitoring.catalogue.document import Document
from whiteroom_monitoring.diagnostics import Diagnostic, DiagnosticsError
from whiteroom_monitoring.promql.parse import ParseError, parse
from whiteroom_monitoring.slo.model import NONE, Burn, Objective, Objectives, Range

PATH = "infrastructure/monitoring/prometheus/objectives.yml"
_SCHEMA = Path(__file__).with_name("schema.json")


def load(path: Path) -> Objectives:
    """Return the objectives in the file ``path``; none when there is no such file.

    Raises DiagnosticsError with every diagnostic.
    """
    if not path.exists():
        return NONE
    found = document.read(path)
    schema = json.loads(_SCHEMA.read_text(encoding="utf-8"))
    diagnostics = [
        diagnostic
        for group in structure.diagnostics(found, schema).values()
        for diagnostic in group
    ]
    if not diagnostics:
        diagnostics = [*_diagnostics_of_burns(found), *_diagnostics_of_objectives(found)]
    if diagnostics:
        raise DiagnosticsError(diagnostics)
    return Objectives(
        Range(found.data["period"]),
        tuple(_burn(raw) for raw in found.data["burns"]),
        tuple(_objective(raw) for raw in found.data["objectives"]),
    )


def _burn(raw: dict[str, Any]) -> Burn:
    return Burn(Range(raw["long"]), Range(raw["short"]), float(raw["rate"]), raw["priority"])


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


def _diagnostics_of_burns(found: Document) -> Iterator[Diagnostic]:
    for pointer, raw in found.mappings(("burns",)):
        if Range(raw["short"]).seconds >= Range(raw["long"]).seconds:
            problem = f"found the short range {raw['short']}, expected less than {raw['long']}"
            yield found.diagnostic(found.place((*pointer, "short")), problem)


def _diagnostics_of_objectives(found: Document) -> Iterator[Diagnostic]:
    seen: set[str] = set()
    for pointer, raw in found.mappings(("objectives",)):
        for key in ("name", "alert"):
            if raw[key] in seen:
                place = found.place((*pointer, key))
                yield found.diagnostic(
                    place, f"{raw[key]} stands here twice", "choose another name"
                )
            seen.add(raw[key])
        for key in ("events", "failures"):
            try:
                parse(raw[key])
            except ParseError as error:
                place = found.place((*pointer, key))
                yield found.diagnostic(place, f"the expression does not parse: {error}")
