"""What ``whiteroom drill`` calls and prints, once its options are read."""

from __future__ import annotations

import argparse
import signal
from collections.abc import Sequence
from pathlib import Path

from whiteroom_monitoring.deploy.paths import default_data
from whiteroom_monitoring.deploy.progress import Progress
from whiteroom_monitoring.diagnostics import report as table
from whiteroom_monitoring.diagnostics import succeeded
from whiteroom_monitoring.drills import campaign, faults, report
from whiteroom_monitoring.drills.campaign import Campaign
from whiteroom_monitoring.drills.runner import RunResult
from whiteroom_monitoring.drills.scaling import Scale
from whiteroom_monitoring.drills.scenario import Scenario
from whiteroom_monitoring.drills.stack import Request
from whiteroom_monitoring.project import Project, load

FOLDER = "drills"


def run(arguments: argparse.Namespace) -> int:
    """Run the drills, print the report, return 0 when none has failed."""
    project = load(arguments.project)
    drills = campaign.read(project)
    chosen = drills.chosen(arguments.scenario, arguments.alerts)
    if arguments.list:
        _print_list(chosen)
        return 0
    signal.signal(signal.SIGTERM, _interrupt)
    runs = _run(arguments, drills, chosen)
    results = report.results(runs)
    if arguments.json:
        print(table.as_json(results))
    else:
        table.print_table(results)
    return status(runs, is_asked_for=bool(arguments.scenario or arguments.alerts))


def status(runs: Sequence[RunResult], is_asked_for: bool) -> int:
    """Return the exit status: what was asked for by its name has to be run, and not skipped."""
    skipped = is_asked_for and any(run.skipped for run in runs)
    return int(skipped or not succeeded(report.results(runs)))


def _run(
    arguments: argparse.Namespace, drills: Campaign, chosen: Sequence[Scenario]
) -> list[RunResult]:
    folder = arguments.report or report_folder(drills.project)
    progress = Progress(quiet=arguments.json)
    runs: list[RunResult] = []
    try:
        for result in drills.run(copy_request(arguments, drills), chosen, progress):
            runs.append(result)
            # What was seen stays, even if the drills are interrupted.
            report.write(folder, drills.project.title, runs, arguments.factor)
            if arguments.record:
                drills.note(result, arguments.factor)
    finally:
        progress.end()
    return runs


def copy_request(arguments: argparse.Namespace, drills: Campaign) -> Request:
    """Return what the options of `whiteroom drill` say of the copy."""
    return Request(
        drills.project,
        Scale(arguments.factor),
        arguments.without,
        not arguments.without_app,
        arguments.port_offset,
        drills.written.settings.scrapes,
    )


def report_folder(project: Project) -> Path:
    """Return where reports go if nobody says it: into the data folder of the project's stack."""
    return (project.stack.data or default_data(0, project.name)) / FOLDER


def _interrupt(number: int, frame: object) -> None:
    raise KeyboardInterrupt


def _print_list(scenarios: Sequence[Scenario]) -> None:
    for scenario in scenarios:
        alerts = ", ".join(alert.title for alert in scenario.alerts)
        print(f"{scenario.name}: {scenario.title}")
        print(f"  {'; '.join(faults.title(fault) for fault in scenario.faults)}")
        print(f"  {alerts}")
