"""Every alert has a runbook of its name, and every runbook an alert."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from pathlib import Path

from whiteroom_monitoring.catalogue.suggestions import did_you_mean
from whiteroom_monitoring.diagnostics import Diagnostic, FilePlace, check, require_none
from whiteroom_monitoring.lint.runbooks import markdown
from whiteroom_monitoring.lint.workspace import Workspace
from whiteroom_monitoring.promql.rule_files import Rule


@check("runbooks", "runbooks", "one runbook for each, and no other")
def runbooks(workspace: Workspace) -> str:
    """No alert is without its runbook, and no runbook without its alert."""
    return require_none(diagnostics(workspace.alerts, workspace.runbooks), workspace.seen_alerts)


def diagnostics(alerts: Iterable[Rule], folder: Path) -> Iterator[Diagnostic]:
    """Yield alerts without a runbook in ``folder``, then runbooks without an alert."""
    names: set[str] = set()
    stems = [path.stem for path in markdown.paths(folder)]
    for rule in alerts:
        names.add(rule.name)
        yield from _runbook_of(rule, stems, folder)
    for path in markdown.paths(folder):
        if path.stem not in names:
            remedy = did_you_mean(path.stem, names) or "remove it, or write the alert"
            yield Diagnostic(FilePlace(path), f"no alert is named {path.stem}", remedy)


def _runbook_of(rule: Rule, stems: list[str], folder: Path) -> Iterator[Diagnostic]:
    place = ("annotations", "runbook_url")
    url = rule.annotations.get("runbook_url", "")
    if url and not url.endswith(f"/{rule.name}.md"):
        remedy = did_you_mean(Path(url).stem, stems)
        yield rule.diagnostic(
            place, f"the runbook {url}", remedy, f"one that ends in /{rule.name}.md"
        )
    if rule.name not in stems:
        nearest = did_you_mean(rule.name, stems) or "there is none like it"
        remedy = f"{nearest}; or write {folder / rule.name}.md"
        yield rule.diagnostic(place, "its runbook does not exist", remedy)
