"""Scenarios as data: one TOML file each, beside `drills.toml`, in the project's folder of drills.

A file says what is harmed, which alerts follow, and by which pages people hear of them. What it
does not name has to stay silent.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any

import msgspec

from whiteroom_monitoring.catalogue.suggestions import did_you_mean
from whiteroom_monitoring.diagnostics import Diagnostic, DiagnosticsError, FilePlace
from whiteroom_monitoring.drills.faults import Fault, Override
from whiteroom_monitoring.project import toml_document

SETTINGS_FILE = "drills.toml"


class ExpectedAlert(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """An alert that the fault causes.

    ``labels`` are those that it must carry; ``summary`` is a regular expression of its whole
    summary. ``pages`` are names of `drills.toml`. ``ends`` is false for
    one that takes too long to be over: the report says that its resolution was not seen.
    """

    name: str
    pages: tuple[str, ...] = ()
    labels: dict[str, str] = {}
    summary: str = ".*"
    dashboard: str = ""
    ends: bool = True

    @property
    def group(self) -> str:
        """What it is grouped by at its pager."""
        return self.labels.get("incident", self.name)

    @property
    def title(self) -> str:
        """The name with what tells it from others of the same name, for people."""
        telling = [self.labels[key] for key in ("service", "window") if key in self.labels]
        return f"{self.name} ({', '.join(telling)})" if telling else self.name


class Scenario(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """One fault, or several at once, and what has to follow.

    ``needs`` are components without which it is skipped. ``may_fire`` are alerts that the fault may
    cause or not; ``within_s`` is how long the pages may take, in the drill's time.
    """

    title: str
    faults: tuple[Fault, ...]
    alerts: tuple[ExpectedAlert, ...]
    needs: tuple[str, ...] = ()
    may_fire: tuple[str, ...] = ()
    within_s: float = 90.0
    name: str = ""

    @property
    def overridden(self) -> tuple[str, ...]:
        """The alerts whose threshold is overridden."""
        return tuple(fault.alert for fault in self.faults if isinstance(fault, Override))


class Page(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """Whom a page reaches, by which channel; ``fields`` names the fields that its payload has."""

    channel: str
    recipient: str
    fields: str
    values: dict[str, str] = {}


class Fields(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """What each field of a payload holds. A key with a question mark at its end may be missing."""

    firing: dict[str, str]
    resolved: dict[str, str]


class Settings(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """`drills.toml`. ``machine`` names alerts about the machine, which the copy shares with others:
    they are held down in each scenario that does not expect them.

    ``scrapes`` are the shortest intervals of jobs, in seconds, whose exporters need longer than
    others. ``patterns`` are regular expressions for placeholders, and ``by_label`` texts for
    placeholders that follow from the value of an alert's label.
    """

    machine: tuple[str, ...] = ()
    scrapes: dict[str, float] = {}
    patterns: dict[str, str] = {}
    by_label: dict[str, dict[str, dict[str, str]]] = {}
    fields: dict[str, Fields] = {}
    pages: dict[str, Page] = {}


class ScenarioSet(msgspec.Struct, frozen=True):
    """All scenarios of a project."""

    settings: Settings
    scenarios: tuple[Scenario, ...]

    @property
    def alerts(self) -> set[str]:
        """The names of the alerts that some scenario expects."""
        return {alert.name for scenario in self.scenarios for alert in scenario.alerts}

    def of(self, names: Iterable[str]) -> list[Scenario]:
        """Return the scenarios that expect one of the alerts ``names``."""
        wanted = set(names)
        return [s for s in self.scenarios if wanted & {alert.name for alert in s.alerts}]


def read(folder: Path) -> ScenarioSet:
    """Return the scenarios of a folder, which may not exist. Raises DiagnosticsError."""
    diagnostics: list[Diagnostic] = []
    settings, scenarios = Settings(), []
    for path in sorted(folder.glob("*.toml")):
        try:
            if path.name == SETTINGS_FILE:
                settings = _content(path, Settings)
            else:
                scenario = _content(path, Scenario)
                scenarios.append(msgspec.structs.replace(scenario, name=path.stem))
        except DiagnosticsError as error:
            diagnostics += error.diagnostics
    if not diagnostics:
        diagnostics = [*_unknown_pages(folder, settings, scenarios)]
    if diagnostics:
        raise DiagnosticsError(diagnostics)
    return ScenarioSet(settings, tuple(scenarios))


def _content(path: Path, kind: Any) -> Any:
    data = {k: v for k, v in toml_document.read(path).data.items() if k != "$schema"}
    try:
        return msgspec.convert(data, kind)
    except msgspec.ValidationError as error:
        raise DiagnosticsError([Diagnostic(FilePlace(path), str(error))]) from error


def _unknown_pages(
    folder: Path, settings: Settings, scenarios: Sequence[Scenario]
) -> Iterable[Diagnostic]:
    for name, page in settings.pages.items():
        if page.fields not in settings.fields:
            problem = f"pages.{name}: no fields are named {page.fields}"
            remedy = did_you_mean(page.fields, settings.fields)
            yield Diagnostic(FilePlace(folder / SETTINGS_FILE), problem, remedy)
    for scenario in scenarios:
        for name in {name for alert in scenario.alerts for name in alert.pages}:
            if name not in settings.pages:
                place = FilePlace(folder / f"{scenario.name}.toml")
                remedy = did_you_mean(name, settings.pages)
                yield Diagnostic(place, f"no page of {SETTINGS_FILE} is named {name}", remedy)


def schema_text(kind: type[Scenario] | type[Settings]) -> str:
    """Return the JSON schema of a file, as it is published beside this module."""
    content = msgspec.json.schema(kind)
    # The name is that of the file.
    content["$defs"].get("Scenario", {}).get("properties", {}).pop("name", None)
    return json.dumps(content, indent=2, ensure_ascii=False) + "\n"


def fallback(alert: str, labels: Mapping[str, str]) -> Scenario:
    """Return the scenario of an alert that has none: its threshold is overridden."""
    named = {key: value for key, value in labels.items() if "{{" not in value}
    expected = ExpectedAlert(name=alert, labels=named)
    title = f"{alert}, of which no scenario tells"
    return Scenario(
        title=title, faults=(Override(alert=alert),), alerts=(expected,), name=f"without-{alert}"
    )
