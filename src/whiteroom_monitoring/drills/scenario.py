"""Scenarios as data: one TOML file each, beside `drills.toml`, in the project's folder of drills.

A file says what is harmed, which alerts follow, and by which pages people hear of them. What it
does not name has to stay silent.
"""

from __future__ import annotations

import json
import re
from collections.abc import Collection, Iterable, Iterator, Mapping
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
    ``covers`` are labels of rules of the same name that are not drilled, because this one stands
    for them: such as those of longer windows.
    """

    name: str
    pages: tuple[str, ...] = ()
    labels: dict[str, str] = {}
    summary: str = ".*"
    dashboard: str = ""
    ends: bool = True
    covers: tuple[dict[str, str], ...] = ()

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
    cause or not; ``within_s`` is how long the pages may take, in the drill's time. With
    ``held_elsewhere``, any other fault may cause its alerts, too: they are held down in each
    scenario that does not expect them.
    """

    title: str
    faults: tuple[Fault, ...]
    alerts: tuple[ExpectedAlert, ...]
    needs: tuple[str, ...] = ()
    may_fire: tuple[str, ...] = ()
    within_s: float = 90.0
    held_elsewhere: bool = False
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
    they are held down in each scenario that does not expect them. Those of scenarios with
    ``held_elsewhere`` are added to them.

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
        alert_names = set(names)
        return [s for s in self.scenarios if alert_names & {alert.name for alert in s.alerts}]


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
    held = {a.name for s in scenarios if s.held_elsewhere for a in s.alerts}
    settings = msgspec.structs.replace(settings, machine=(*settings.machine, *sorted(held)))
    read = ScenarioSet(settings, tuple(scenarios))
    if not diagnostics:
        diagnostics = [*_unknown_pages(folder, read), *_bad_patterns(folder, read)]
    if diagnostics:
        raise DiagnosticsError(diagnostics)
    return read


def require_known(
    folder: Path, scenarios: ScenarioSet, alerts: Collection[str], components: Collection[str]
) -> None:
    """Raise DiagnosticsError where scenarios name alerts or components that do not exist."""
    diagnostics = [
        Diagnostic(_place(path, name), f"no {kind} is named {name}", did_you_mean(name, known))
        for scenario in scenarios.scenarios
        for path in [folder / f"{scenario.name}.toml"]
        for kind, named, known in (
            ("alert", _alerts_of(scenario), alerts),
            ("component", _components_of(scenario), components),
        )
        for name in sorted(named - set(known))
    ]
    if diagnostics:
        raise DiagnosticsError(diagnostics)


def _alerts_of(scenario: Scenario) -> set[str]:
    return {alert.name for alert in scenario.alerts} | {*scenario.may_fire, *scenario.overridden}


def _components_of(scenario: Scenario) -> set[str]:
    keys = ("component", "as_component", "reload")
    harmed = {getattr(fault, key, "") for fault in scenario.faults for key in keys}
    return (harmed | set(scenario.needs)) - {""}


def _place(path: Path, word: str) -> FilePlace:
    """Return the first line of a file that has the word in quotation marks."""
    lines = path.read_text(encoding="utf-8").splitlines()
    columns = [(number, line.find(f'"{word}"')) for number, line in enumerate(lines, 1)]
    line, column = next(((n, c + 1) for n, c in columns if c >= 0), (0, 0))
    return FilePlace(path, line, column)


def _content(path: Path, kind: Any) -> Any:
    data = {k: v for k, v in toml_document.read(path).data.items() if k != "$schema"}
    try:
        return msgspec.convert(data, kind)
    except msgspec.ValidationError as error:
        raise DiagnosticsError([Diagnostic(FilePlace(path), str(error))]) from error


def _unknown_pages(folder: Path, read: ScenarioSet) -> Iterator[Diagnostic]:
    settings = read.settings
    for name, page in settings.pages.items():
        if page.fields not in settings.fields:
            problem = f"pages.{name}: no fields are named {page.fields}"
            remedy = did_you_mean(page.fields, settings.fields)
            yield Diagnostic(FilePlace(folder / SETTINGS_FILE), problem, remedy)
    for scenario in read.scenarios:
        for name in {name for alert in scenario.alerts for name in alert.pages}:
            if name not in settings.pages:
                place = FilePlace(folder / f"{scenario.name}.toml")
                remedy = did_you_mean(name, settings.pages)
                yield Diagnostic(place, f"no page of {SETTINGS_FILE} is named {name}", remedy)


def _bad_patterns(folder: Path, read: ScenarioSet) -> Iterator[Diagnostic]:
    """Yield the regular expressions that are none."""
    written = [(SETTINGS_FILE, f"patterns.{k}", v) for k, v in read.settings.patterns.items()]
    written += [
        (f"{scenario.name}.toml", f"the summary of {alert.name}", alert.summary)
        for scenario in read.scenarios
        for alert in scenario.alerts
    ]
    for file, key, pattern in written:
        try:
            re.compile(pattern)
        except re.error as error:
            problem = f"{key}: {pattern!r} is no regular expression: {error}"
            yield Diagnostic(FilePlace(folder / file), problem)


def schema_text(kind: type[Scenario] | type[Settings]) -> str:
    """Return the JSON schema of a file, as it is published beside this module."""
    content = msgspec.json.schema(kind)
    # The name is that of the file.
    content["$defs"].get("Scenario", {}).get("properties", {}).pop("name", None)
    return json.dumps(content, indent=2, ensure_ascii=False) + "\n"


def fallback(alert: str, rules: Iterable[Mapping[str, str]]) -> Scenario:
    """Return the scenario of an alert that has none: the thresholds of its rules are overridden.

    ``rules`` are the labels of each rule of that name: each is expected.
    """
    fixed = [{k: v for k, v in labels.items() if "{{" not in v} for labels in rules]
    distinct = [labels for n, labels in enumerate(fixed) if labels not in fixed[:n]]
    return Scenario(
        title=f"{alert}, of which no scenario tells",
        faults=(Override(alert=alert),),
        alerts=tuple(ExpectedAlert(name=alert, labels=labels) for labels in distinct),
        name=f"without-{alert}",
    )
