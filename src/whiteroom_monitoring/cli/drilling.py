"""What ``whiteroom drill`` does, once its options are read."""

from __future__ import annotations

import argparse
import signal
from collections.abc import Iterable, Sequence
from datetime import UTC, datetime
from pathlib import Path

from whiteroom_monitoring.catalogue.suggestions import did_you_mean
from whiteroom_monitoring.deploy.paths import default_data
from whiteroom_monitoring.deploy.progress import Progress
from whiteroom_monitoring.diagnostics import CheckResult, succeeded
from whiteroom_monitoring.diagnostics import report as table
from whiteroom_monitoring.drills import faults, report, scenario
from whiteroom_monitoring.drills.runner import Runner, RunResult
from whiteroom_monitoring.drills.scaling import Scale
from whiteroom_monitoring.drills.scenario import Scenario, ScenarioSet
from whiteroom_monitoring.drills.stack import DrillStack, Request
from whiteroom_monitoring.errors import UsageError
from whiteroom_monitoring.project import Project, load
from whiteroom_monitoring.promql import rule_files
from whiteroom_monitoring.promql.rule_files import Rule

FOLDER = "drills"


def run(arguments: argparse.Namespace) -> int:
    """Run the drills, print the report, return 0 when none has failed."""
    project = load(arguments.project)
    alerts = rule_files.read(sorted(project.files.rules.glob("*.y*ml"))).alerts
    written = scenario.read(project.files.drills)
    chosen = _chosen(arguments, project, alerts, written)
    if arguments.list:
        _print_list(chosen)
        return 0
    request = Request(
        project,
        Scale(arguments.factor),
        arguments.without,
        not arguments.without_app,
        arguments.port_offset,
        written.settings.scrapes,
    )
    signal.signal(signal.SIGTERM, _interrupt)
    progress = Progress(quiet=arguments.json)
    try:
        runs = _run(request, chosen, written, {rule.name for rule in alerts}, progress)
    finally:
        progress.end()
    results = report.results(runs)
    _write(arguments, project, runs, results)
    if arguments.json:
        print(table.as_json(results))
    else:
        table.print_table(results)
    return int(not succeeded(results))


def _interrupt(number: int, frame: object) -> None:
    raise KeyboardInterrupt


def _run(
    request: Request,
    chosen: Sequence[Scenario],
    written: ScenarioSet,
    known: set[str],
    progress: Progress,
) -> list[RunResult]:
    with DrillStack(request, progress) as stack:
        for sentence in stack.lost:
            progress.step(sentence)
        runner = Runner(stack, written.settings, known, progress)
        return [runner.run(each) for each in chosen]


def _chosen(
    arguments: argparse.Namespace, project: Project, alerts: Sequence[Rule], written: ScenarioSet
) -> list[Scenario]:
    """Return the scenarios that the options choose; alerts without one get theirs overridden."""
    by_name = {each.name: each for each in written.scenarios}
    _require_known("--scenario ", arguments.scenario, by_name)
    if arguments.scenario:
        return [by_name[name] for name in arguments.scenario]
    names = {rule.name: rule for rule in alerts}
    names.pop(project.alerts.watchdog, None)
    _require_known("", arguments.alerts, names)
    wanted = arguments.alerts or list(names)
    scenarios = written.of(wanted)
    missing = [name for name in names if name in wanted and name not in written.alerts]
    return [*scenarios, *(scenario.fallback(name, names[name].labels) for name in missing)]


def _require_known(option: str, given: Iterable[str], known: Iterable[str]) -> None:
    names = list(known)
    for name in given:
        if name not in names:
            remedy = did_you_mean(name, names) or f"expected one of {', '.join(sorted(names))}"
            raise UsageError(f"{option}{name}: {remedy}")


def _print_list(scenarios: Sequence[Scenario]) -> None:
    for each in scenarios:
        alerts = ", ".join(alert.title for alert in each.alerts)
        print(f"{each.name}: {each.title}")
        print(f"  {'; '.join(faults.title(fault) for fault in each.faults)}")
        print(f"  {alerts}")


def _write(
    arguments: argparse.Namespace,
    project: Project,
    runs: Sequence[RunResult],
    results: Sequence[CheckResult],
) -> None:
    folder: Path = arguments.report or default_data(0, project.name) / FOLDER
    when = datetime.now(UTC).isoformat(timespec="seconds")
    history = report.keep(folder, report.records(runs, arguments.factor, when))
    (folder / report.PAGE_FILE).write_text(report.page(project.title, history), encoding="utf-8")
    (folder / report.JUNIT_FILE).write_text(report.junit(results), encoding="utf-8")
