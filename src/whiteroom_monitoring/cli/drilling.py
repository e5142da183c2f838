"""What ``whiteroom drill`` does, once its options are read."""

from __future__ import annotations

import argparse
import os
import signal
from collections.abc import Iterable, Iterator, Sequence
from datetime import UTC, datetime
from pathlib import Path

from whiteroom_monitoring.catalogue.suggestions import did_you_mean
from whiteroom_monitoring.deploy.paths import default_data
from whiteroom_monitoring.deploy.progress import Progress
from whiteroom_monitoring.diagnostics import report as table
from whiteroom_monitoring.diagnostics import succeeded
from whiteroom_monitoring.drills import faults, report, scenario
from whiteroom_monitoring.drills.runner import Runner, RunResult
from whiteroom_monitoring.drills.scaling import Scale
from whiteroom_monitoring.drills.scenario import Scenario, ScenarioSet
from whiteroom_monitoring.drills.stack import DrillStack, Request
from whiteroom_monitoring.errors import UsageError
from whiteroom_monitoring.project import Project, load
from whiteroom_monitoring.promql import rule_files
from whiteroom_monitoring.promql.rule_files import Rule
from whiteroom_monitoring.proofs import ledger
from whiteroom_monitoring.proofs.ledger import Proof

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
    runs: list[RunResult] = []
    try:
        names = {rule.name for rule in alerts}
        for done in _run(request, chosen, written, names, progress):
            runs.append(done)
            # What was seen stays, even if the drills are interrupted.
            _write(arguments, project, runs)
            if arguments.record:
                _prove(project, [done], arguments.factor)
    finally:
        progress.end()
    results = report.results(runs)
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
) -> Iterator[RunResult]:
    with DrillStack(request, progress) as stack:
        for sentence in stack.lost:
            progress.step(sentence)
        runner = Runner(stack, written.settings, known, progress)
        for each in chosen:
            yield runner.run(each)


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


def _prove(project: Project, runs: Sequence[RunResult], factor: float) -> None:
    """Note what was proven beside the scenarios, where the project has that folder."""
    folder = project.files.drills
    if not (folder.is_dir() and os.access(folder, os.W_OK)):
        return
    rules = rule_files.read(sorted(project.files.rules.glob("*.y*ml")))
    rows = ledger.standings(project, rules).alerts
    by_place = {ledger.rule_place(rule): key for rule, key, _ in rows}
    when = datetime.now(UTC).replace(microsecond=0)
    proofs = [
        Proof(
            verdict.alert.name,
            by_place[verdict.seen.rule],
            when,
            round((verdict.first("firing") or run.begun) - run.begun, 1),
            factor,
            verdict.alert.name not in run.scenario.overridden,
        )
        for run in runs
        for verdict in run.verdicts
        if verdict.ok and verdict.seen is not None and verdict.seen.rule in by_place
    ]
    ledger.add(folder, proofs, {key: rule.name for rule, key, _ in rows})


def _write(arguments: argparse.Namespace, project: Project, runs: Sequence[RunResult]) -> None:
    """Add the last of the runs to the history, and write page and JUnit file anew."""
    folder: Path = arguments.report or default_data(0, project.name) / FOLDER
    when = datetime.now(UTC).isoformat(timespec="seconds")
    history = report.keep(folder, report.records(runs[-1:], arguments.factor, when))
    (folder / report.PAGE_FILE).write_text(report.page(project.title, history), encoding="utf-8")
    junit = report.junit(report.results(runs))
    (folder / report.JUNIT_FILE).write_text(junit, encoding="utf-8")
