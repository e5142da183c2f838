"""Holds the runbooks against the alerts, and what they name against what exists."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path

import promql_parser

from whiteroom_monitoring.catalogue.suggestions import did_you_mean
from whiteroom_monitoring.diagnostics import Diagnostic, FilePlace
from whiteroom_monitoring.lint import runbook_files
from whiteroom_monitoring.lint.rule_files import Rule
from whiteroom_monitoring.lint.runbook_files import Block, Runbook
from whiteroom_monitoring.promql import validate
from whiteroom_monitoring.promql.series import Known

# Files among the runbooks that belong to no alert.
NOT_RUNBOOKS = ("README.md",)
# What every runbook says, in this order, and the words that begin its first lines.
PARTS = ("First", "Then", "When it is over", "Whom to call", "False alarms and limits")
OPENINGS = ("**For the musician:**", "**Priority:**", "**Condition:**")


def paths(folder: Path) -> list[Path]:
    """Return the runbooks in ``folder``."""
    return [path for path in sorted(folder.glob("*.md")) if path.name not in NOT_RUNBOOKS]


def names(alerts: Iterable[Rule], folder: Path) -> Iterator[Diagnostic]:
    """Every alert has a runbook of its name, and every runbook an alert."""
    expected: set[str] = set()
    there = [path.stem for path in paths(folder)]
    for rule in alerts:
        expected.add(rule.name)
        url = rule.annotations.get("runbook_url", "")
        if url and not url.endswith(f"/{rule.name}.md"):
            problem = f"found the runbook {url}, expected one that ends in /{rule.name}.md"
            remedy = did_you_mean(Path(url).stem, there)
            yield rule.diagnostic(("annotations", "runbook_url"), problem, remedy)
        if rule.name not in there:
            nearest = did_you_mean(rule.name, there) or "there is none like it"
            remedy = f"{nearest}; or write {folder / rule.name}.md"
            yield rule.diagnostic(
                ("annotations", "runbook_url"), "its runbook does not exist", remedy
            )
    for path in paths(folder):
        if path.stem not in expected:
            remedy = did_you_mean(path.stem, expected) or "remove it, or write the alert"
            yield Diagnostic(FilePlace(path), f"no alert is named {path.stem}", remedy)


def contents(folder: Path, known: Known) -> Iterator[Diagnostic]:
    """Every runbook has all parts, and its queries name only what exists."""
    for path in paths(folder):
        runbook = runbook_files.read(path)
        yield from _parts(runbook)
        for block in runbook.blocks:
            if block.language == "promql":
                yield from _queries(block, known)


def _parts(runbook: Runbook) -> Iterator[Diagnostic]:
    if runbook.title != runbook.path.stem:
        problem = f"found the title {runbook.title!r}, expected the alert's name"
        yield Diagnostic(FilePlace(runbook.path, 1, 1), problem, f"write `# {runbook.path.stem}`")
    for opening in OPENINGS:
        if opening not in runbook.text:
            yield Diagnostic(FilePlace(runbook.path), f"nothing begins with {opening}", "say it")
    found = [part for part in runbook.parts if part in PARTS]
    missing = [part for part in PARTS if part not in found]
    for part in missing:
        remedy = did_you_mean(part, runbook.parts) or f"add `## {part}`"
        yield Diagnostic(FilePlace(runbook.path), f"the part {part!r} is missing", remedy)
    if not missing and found != list(PARTS):
        problem = f"found the parts {_listed(found)}, expected {_listed(PARTS)}"
        yield Diagnostic(FilePlace(runbook.path), problem, "bring them into this order")


def _listed(parts: Sequence[str]) -> str:
    return ", ".join(parts)


def _queries(block: Block, known: Known) -> Iterator[Diagnostic]:
    for number, text in block.queries:
        try:
            expression = promql_parser.parse(text)
        except ValueError as error:
            yield Diagnostic(
                FilePlace(block.path, number, 1), f"the query does not parse: {error}", "one a line"
            )
            continue
        for found in validate.findings(expression, known):
            yield Diagnostic(FilePlace(block.path, number, 1), found.problem, found.remedy)
