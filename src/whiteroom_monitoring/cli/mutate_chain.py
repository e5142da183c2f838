"""What ``whiteroom mutate --chain`` calls: breaks of the chain from metric to pager, drilled."""

from __future__ import annotations

import argparse
import signal
from pathlib import Path
from typing import Any

from whiteroom_monitoring.cli.drill_run import report_folder
from whiteroom_monitoring.deploy.progress import Progress
from whiteroom_monitoring.drills import campaign
from whiteroom_monitoring.drills.campaign import Campaign
from whiteroom_monitoring.drills.scaling import LARGEST_FACTOR, Scale
from whiteroom_monitoring.drills.score import judge, record
from whiteroom_monitoring.drills.score.judge import BreakResult, Judge
from whiteroom_monitoring.drills.score.model import KINDS, Break
from whiteroom_monitoring.drills.score.record import Record
from whiteroom_monitoring.drills.score.selection import Selection, equivalents, named, sampled
from whiteroom_monitoring.drills.stack import DrillStack, Request
from whiteroom_monitoring.mutation import report
from whiteroom_monitoring.project import Project, load

GOAL = 0.95
SAMPLE = 60
RECORD_FILE = "breaks.jsonl"


def document(arguments: argparse.Namespace) -> dict[str, Any]:
    """Break and drill, and return the document of schemas/mutate.schema.json."""
    signal.signal(signal.SIGTERM, _interrupt)
    drills = campaign.read(load(arguments.project))
    progress = Progress(quiet=arguments.json)
    try:
        results = _results(arguments, drills, progress)
    finally:
        progress.end()
    content = report.report(results, KINDS, GOAL, arguments.seed)
    content["undecided"] = [
        {"break": str(r), "reason": f"{r.scenario}: {r.reason}"}
        for r in results
        if r.verdict == "undecided"
    ]
    return content


def _results(
    arguments: argparse.Namespace, drills: Campaign, progress: Progress
) -> list[BreakResult]:
    request = Request(
        drills.project,
        Scale(LARGEST_FACTOR),
        without=arguments.without,
        with_app=not arguments.without_app,
        port_offset=arguments.port_offset,
        shortest_scrapes=drills.written.settings.scrapes,
    )
    stack = DrillStack(request, progress)
    try:
        selection = Selection(drills, stack.written, stack.components)
        breaks = named(selection.breaks(), arguments.kind, arguments.name)
    except BaseException:
        stack.remove()
        raise
    chosen = sampled(breaks, arguments.sample or SAMPLE, arguments.seed)
    path = arguments.record or report_folder(drills.project) / RECORD_FILE
    known = Record(path, record.state(_texts(drills.project)))
    results = [r for one in chosen if (r := _without_drill(one, known)) is not None]
    remaining = [one for one in chosen if one.id not in {r.broken.id for r in results}]
    progress.step(f"{len(chosen)} of {len(breaks)} breaks, {len(remaining)} of them not known yet")
    if not remaining:
        stack.remove()
        return results
    with stack:
        for result in Judge(stack, drills, selection.scenarios, progress).results(remaining):
            results.append(result)
            known.add(result)
            _print(result, len(results), len(chosen), arguments.json)
    return judge.order(results, chosen)


def _without_drill(one: Break, known: Record) -> BreakResult | None:
    reason = equivalents().get(one.id)
    if reason is not None:
        return BreakResult(one, "equivalent", reason=reason)
    return known.get(one)


def _texts(project: Project) -> dict[str, str]:
    """Return the texts that decide whether a verdict still holds."""
    files = project.files
    paths: list[Path] = [files.prometheus, files.alertmanager]
    paths += [*files.rules.glob("*.y*ml"), *files.templates.glob("*.tmpl")]
    paths += files.drills.glob("*.toml")
    return {path.name: path.read_text(encoding="utf-8") for path in sorted(paths)}


def _print(result: BreakResult, number: int, total: int, quiet: bool) -> None:
    if quiet:
        return
    reason = f": {result.reason}" if result.verdict != "survived" else ""
    print(
        f"{number:3} of {total}  {result.verdict:9} {result.seconds:5.1f} s  {result.broken.id}"
        f"  [{result.scenario}{reason}]",
        flush=True,
    )


def print_rest(content: dict[str, Any]) -> None:
    """Print what survived, and what could not be judged."""
    for row in content["survivors"]:
        new = row["new"] or "(nothing)"
        print(f"survived  {row['path']}: {row['kind']}: {row['subject']}: {row['old']} → {new}")
    for row in content["undecided"]:
        print(f"undecided {row['break']}: {row['reason']}")


def _interrupt(number: int, frame: object) -> None:
    raise KeyboardInterrupt
