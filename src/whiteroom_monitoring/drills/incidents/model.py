"""Incidents as data: one TOML file each, in the folder `incidents` beside the scenarios."""

from __future__ import annotations

import json
import random
from collections.abc import Collection, Sequence
from pathlib import Path

import msgspec

from whiteroom_monitoring.catalogue.suggestions import did_you_mean
from whiteroom_monitoring.diagnostics import Diagnostic, DiagnosticsError, FilePlace
from whiteroom_monitoring.drills.scenario import Scenario
from whiteroom_monitoring.errors import UsageError
from whiteroom_monitoring.project import toml_document

FOLDER = "incidents"


class Incident(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """What is played: the faults of ``scenario``, mended by ``repair``.

    ``report`` is what people hear first; ``cause`` is told afterwards. ``repair`` is the name by
    which people mend it, and ``does`` says in a few words what that does.
    """

    title: str
    report: str
    scenario: str
    cause: str
    repair: str
    does: str
    name: str = ""


def read(folder: Path, scenarios: Collection[Scenario]) -> list[Incident]:
    """Return the incidents below a folder of scenarios. Raises DiagnosticsError."""
    names = {scenario.name for scenario in scenarios}
    incidents: list[Incident] = []
    diagnostics: list[Diagnostic] = []
    for path in sorted((folder / FOLDER).glob("*.toml")):
        data = {k: v for k, v in toml_document.read(path).data.items() if k != "$schema"}
        try:
            incident = msgspec.convert({**data, "name": path.stem}, Incident)
        except msgspec.ValidationError as error:
            diagnostics.append(Diagnostic(FilePlace(path), str(error)))
            continue
        if incident.scenario not in names:
            problem = f"no scenario is named {incident.scenario}"
            remedy = did_you_mean(incident.scenario, names)
            diagnostics.append(Diagnostic(FilePlace(path), problem, remedy))
        incidents.append(incident)
    if diagnostics:
        raise DiagnosticsError(diagnostics)
    return incidents


def playable(
    incidents: Sequence[Incident], scenarios: Collection[Scenario], components: Collection[str]
) -> list[Incident]:
    """Return the incidents whose scenarios need no other ``components``."""
    needs = {scenario.name: set(scenario.needs) for scenario in scenarios}
    return [one for one in incidents if needs[one.scenario] <= set(components)]


def chosen(incidents: Sequence[Incident], name: str, seed: int | None) -> Incident:
    """Return the incident of a name, else one that a seed or chance decides. Raises UsageError."""
    if not incidents:
        raise UsageError(f"--incident: no file in {FOLDER} can be played with these components")
    if not name:
        return random.Random(seed).choice(incidents)
    by_name = {incident.name: incident for incident in incidents}
    if name not in by_name:
        remedy = did_you_mean(name, by_name) or f"expected one of {', '.join(by_name)}"
        raise UsageError(f"--incident {name}: {remedy}")
    return by_name[name]


def schema_text() -> str:
    """Return the JSON schema of a file, as it is published beside this module."""
    content = msgspec.json.schema(Incident)
    # The name is that of the file.
    content["$defs"]["Incident"]["properties"].pop("name")
    return json.dumps(content, indent=2, ensure_ascii=False) + "\n"
