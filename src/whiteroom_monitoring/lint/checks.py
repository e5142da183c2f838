"""The checks of `whiteroom check`, each with what it saw and what it expected."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from whiteroom_monitoring.codegen import files
from whiteroom_monitoring.codegen.outputs import generate
from whiteroom_monitoring.diagnostics import Diagnostic, DiagnosticsError, FilePlace
from whiteroom_monitoring.lint import alerts, missing_data, runbooks, tools
from whiteroom_monitoring.lint.dashboards.registry import LINTS, Lint
from whiteroom_monitoring.lint.tools import Tool
from whiteroom_monitoring.lint.workspace import Subject
from whiteroom_monitoring.slo import load as objectives

State = Literal["ok", "failed", "skipped"]


@dataclass(frozen=True)
class Outcome:
    """What a check saw; ``skipped`` says why it could not be made, else None."""

    seen: str
    expected: str
    diagnostics: tuple[Diagnostic, ...] = ()
    skipped: str | None = None


@dataclass(frozen=True)
class Result:
    """A check that was made: its outcome, and how long it took."""

    id: str
    area: str
    outcome: Outcome
    seconds: float

    @property
    def state(self) -> State:
        """Whether it holds, fails, or was not made."""
        if self.outcome.skipped is not None:
            return "skipped"
        return "failed" if self.outcome.diagnostics else "ok"


Check = Callable[[Subject], Outcome]


def _catalogue(subject: Subject) -> Outcome:
    catalogue, diagnostics = subject.catalogue
    seen = (
        _count(len(list(catalogue)), "metric")
        if not diagnostics
        else _count(len(diagnostics), "diagnostic")
    )
    return Outcome(seen, "every entry keeps every rule", diagnostics)


def _generated(subject: Subject) -> Outcome:
    expected = "what `whiteroom generate` writes"
    if subject.root is None:
        return Outcome("an installed package", expected, skipped="only a clone has them")
    if subject.catalogue[1]:
        return Outcome("an invalid catalogue", expected, skipped="the catalogue does not load")
    try:
        promised = objectives.load(subject.root / objectives.PATH)
    except DiagnosticsError as error:
        return Outcome("invalid objectives", expected, error.diagnostics)
    compared = files.compare(subject.root, generate(subject.catalogue[0], promised))
    diagnostics = tuple(
        Diagnostic(FilePlace(subject.root / file.path), f"the generated file is {word}", remedy)
        for file in compared
        for word, remedy in [_GENERATED[file.state]]
        if file.state != "current"
    )
    return Outcome(_count(len(compared), "file"), expected, diagnostics)


_MEND = f"run `{files.COMMAND}`"
_GENERATED = {
    "current": ("current", ""),
    "missing": ("missing", _MEND),
    "differs": ("not what the catalogue says", _MEND),
    "stale": ("left over: nothing generates it", _MEND),
}


def _rule_files(subject: Subject) -> Outcome:
    rules = subject.configuration.rules
    seen = f"{_count(len(rules.rules), 'rule')} in {_count(len(rules.paths), 'file')}"
    diagnostics = rules.diagnostics
    if not rules.paths:
        folder = subject.infrastructure / "prometheus" / "rules"
        diagnostics = (
            Diagnostic(FilePlace(folder), "there are no rule files *.yml", "name the folder"),
        )
    return Outcome(seen, "valid YAML, and expressions that parse", diagnostics)


def _expressions(about: str, expected: str) -> Check:
    def check(subject: Subject) -> Outcome:
        if subject.catalogue[1]:
            return Outcome("an invalid catalogue", expected, skipped="the catalogue does not load")
        found = subject.configuration.findings
        diagnostics = tuple(diagnostic for topic, diagnostic in found if topic == about)
        return Outcome(
            _count(len(subject.configuration.rules.rules), "rule"), expected, diagnostics
        )

    return check


def _recordings(subject: Subject) -> Outcome:
    recordings = subject.configuration.rules.recordings
    seen = _count(len(recordings), "recording rule")
    return Outcome(seen, "level:metric:operations", tuple(alerts.recording_names(recordings)))


def _alerts(expected: str, holds: Callable[[Subject], Iterable[Diagnostic]]) -> Check:
    def check(subject: Subject) -> Outcome:
        seen = _count(len(subject.configuration.rules.alerts), "alert")
        return Outcome(seen, expected, tuple(holds(subject)))

    return check


def _dashboards(expected: str, lint: Lint) -> Check:
    def check(subject: Subject) -> Outcome:
        found, broken = subject.dashboards
        if not found and not broken:
            return Outcome("no dashboards", expected, skipped="grafana/dashboards has none")
        if subject.catalogue[1]:
            return Outcome("an invalid catalogue", expected, skipped="the catalogue does not load")
        panels = sum(1 for dashboard in found for _ in dashboard.panels())
        seen = f"{_count(panels, 'panel')} in {_count(len(found), 'dashboard')}"
        return Outcome(seen, expected, tuple(lint(subject)))

    return check


def _routes(subject: Subject) -> Outcome:
    configuration = subject.configuration
    diagnostics = (*configuration.alertmanager[1], *configuration.route_diagnostics)
    return Outcome("Alertmanager's matchers", "labels that alerts have", diagnostics)


def _tool(tool: Tool, paths: Callable[[Subject], list[Path]]) -> Check:
    def check(subject: Subject) -> Outcome:
        expected = f"accepted by {tool.program}"
        if not tool.is_installed:
            reason = f"{tool.program} is not installed: apt-get install {tool.package}"
            return Outcome(f"no {tool.program}", expected, skipped=reason)
        chosen = paths(subject)
        return Outcome(_count(len(chosen), "file"), expected, tuple(tool.diagnostics(chosen)))

    return check


def _labels_hold(subject: Subject) -> Iterable[Diagnostic]:
    configuration = subject.configuration
    return alerts.alert_labels(configuration.rules.alerts, configuration.known)


def _annotations_hold(subject: Subject) -> Iterable[Diagnostic]:
    configuration = subject.configuration
    return alerts.alert_annotations(configuration.rules.alerts, configuration.known)


def _runbooks_hold(subject: Subject) -> Iterable[Diagnostic]:
    return runbooks.names(subject.configuration.rules.alerts, subject.runbooks)


def _missing_data(subject: Subject) -> Iterable[Diagnostic]:
    return missing_data.diagnostics(subject.configuration.rules)


def _runbook_contents(subject: Subject) -> Outcome:
    seen = _count(len(runbooks.paths(subject.runbooks)), "runbook")
    found = tuple(runbooks.contents(subject.runbooks, subject.configuration.known))
    return Outcome(seen, "all parts, and queries about what exists", found)


def _tests_hold(subject: Subject) -> Iterable[Diagnostic]:
    return alerts.alert_tests(subject.configuration.rules.alerts, subject.rule_tests)


def _alertmanager_yml(subject: Subject) -> list[Path]:
    return [subject.configuration.alertmanager_yml]


# Id, area, check; in this order they are made and printed.
CHECKS: tuple[tuple[str, str, Check], ...] = (
    ("catalogue", "catalogue", _catalogue),
    ("generated-files", "catalogue", _generated),
    ("rule-files", "rules", _rule_files),
    ("rule-metrics", "rules", _expressions("metric", "metrics that exist")),
    ("rule-labels", "rules", _expressions("label", "labels and values that exist")),
    ("rule-functions", "rules", _expressions("function", "functions that fit the type")),
    ("recording-names", "rules", _recordings),
    ("alert-labels", "alerts", _alerts("priority, severity, team, service", _labels_hold)),
    (
        "alert-annotations",
        "alerts",
        _alerts("summary, description, runbook, dashboard", _annotations_hold),
    ),
    ("runbooks", "alerts", _alerts("one runbook for each, and no other", _runbooks_hold)),
    ("runbook-contents", "alerts", _runbook_contents),
    ("missing-data", "alerts", _alerts("an alert when its metrics are missing", _missing_data)),
    ("alert-tests", "alerts", _alerts("a unit test that sees each fire", _tests_hold)),
    ("routes", "routes", _routes),
    *((name, "dashboards", _dashboards(expected, lint)) for name, expected, lint in LINTS),
    ("promtool-config", "tools", _tool(tools.CONFIG, lambda s: [s.configuration.prometheus_yml])),
    ("promtool-rules", "tools", _tool(tools.RULES, lambda s: list(s.configuration.rule_paths))),
    ("promtool-tests", "tools", _tool(tools.RULE_TESTS, lambda s: s.rule_tests)),
    ("amtool-config", "tools", _tool(tools.ALERTMANAGER_CONFIG, _alertmanager_yml)),
)


def run(subject: Subject) -> Iterator[Result]:
    """Make every check and yield its result."""
    for name, area, check in CHECKS:
        started = time.monotonic()
        outcome = check(subject)
        yield Result(name, area, outcome, time.monotonic() - started)


def _count(number: int, noun: str) -> str:
    return f"{number} {noun}{'' if number == 1 else 's'}"
