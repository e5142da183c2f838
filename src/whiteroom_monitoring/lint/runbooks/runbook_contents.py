"""Every runbook has all parts, and its queries name only what exists."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path

from whiteroom_monitoring.catalogue.suggestions import did_you_mean
from whiteroom_monitoring.diagnostics import Diagnostic, FilePlace, check, require_none
from whiteroom_monitoring.diagnostics.check import count
from whiteroom_monitoring.lint.runbooks import markdown
from whiteroom_monitoring.lint.runbooks.markdown import Block, Runbook
from whiteroom_monitoring.lint.workspace import Workspace
from whiteroom_monitoring.project.model import Runbooks
from whiteroom_monitoring.promql import validate
from whiteroom_monitoring.promql.parse import ParseError, parse
from whiteroom_monitoring.promql.series import SeriesIndex


@check("runbook-contents", "runbooks", "all parts, and queries about what exists")
def runbook_contents(workspace: Workspace) -> str:
    """No runbook lacks a part, and none asks for a series that does not exist."""
    seen = count(len(markdown.paths(workspace.runbooks)), "runbook")
    return require_none(
        diagnostics(workspace.runbooks, workspace.series, workspace.project.runbooks), seen
    )


def diagnostics(folder: Path, series: SeriesIndex, settings: Runbooks) -> Iterator[Diagnostic]:
    """Yield what is wrong in the runbooks of ``folder``."""
    for path in markdown.paths(folder):
        runbook = markdown.read(path)
        yield from _parts(runbook, settings)
        for block in runbook.blocks:
            if block.language == "promql":
                yield from _queries(block, series)


def _parts(runbook: Runbook, settings: Runbooks) -> Iterator[Diagnostic]:
    file = FilePlace(runbook.path)
    if runbook.title != runbook.path.stem:
        place = FilePlace(runbook.path, 1, 1)
        remedy = f"write `# {runbook.path.stem}`"
        yield Diagnostic(place, f"the title {runbook.title!r}", remedy, "the alert's name")
    for opening in settings.openings:
        if opening not in runbook.text:
            yield Diagnostic(file, f"nothing begins with {opening}", "add a line that does")
    parts = [part for part in runbook.parts if part in settings.parts]
    missing = [part for part in settings.parts if part not in parts]
    for part in missing:
        remedy = did_you_mean(part, runbook.parts) or f"add `## {part}`"
        yield Diagnostic(file, f"the part {part!r} is missing", remedy)
    if not missing and parts != list(settings.parts):
        remedy = "bring them into this order"
        yield Diagnostic(file, f"the parts {_listed(parts)}", remedy, _listed(settings.parts))


def _listed(parts: Sequence[str]) -> str:
    return ", ".join(parts)


def _queries(block: Block, series: SeriesIndex) -> Iterator[Diagnostic]:
    for number, text in block.queries:
        place = FilePlace(block.path, number, 1)
        try:
            expression = parse(text)
        except ParseError as error:
            yield Diagnostic(place, f"the query does not parse: {error}", "one a line")
            continue
        for finding in validate.findings(expression, series):
            yield Diagnostic(place, finding.problem, finding.remedy)
