"""Every panel with queries says what it shows in a healthy system, and nothing else does."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from pathlib import Path

from whiteroom_monitoring.dashboards.expectation import FILE, load
from whiteroom_monitoring.diagnostics import (
    CheckSkipped,
    Diagnostic,
    DiagnosticsError,
    FilePlace,
    check,
    require_none,
)
from whiteroom_monitoring.lint.dashboards.files import DashboardFile
from whiteroom_monitoring.lint.workspace import Workspace


@check("dashboard-expectations", "dashboards", "what each panel shows in a healthy system")
def dashboard_expectations(workspace: Workspace) -> str:
    """No panel is without an expectation."""
    dashboards, files = workspace.dashboards, workspace.project.files
    if not (files.boards.is_dir() or (workspace.grafana / FILE).exists()):
        raise CheckSkipped(f"no {FILE}: `whiteroom verify` expects data of every query")
    return require_none(diagnostics(dashboards, workspace.grafana), workspace.seen_panels)


def diagnostics(dashboards: Iterable[DashboardFile], folder: Path) -> Iterator[Diagnostic]:
    """Yield panels without an expectation, and expectations without a panel."""
    try:
        declared = load(folder)
    except DiagnosticsError as error:
        yield from error.diagnostics
        return
    unmatched: set[tuple[str, int]] = {
        (uid, number) for uid, panels in declared.items() for number in panels
    }
    for dashboard in dashboards:
        for panel in dashboard.panels():
            name = (dashboard.dashboard.uid, panel.id)
            if panel.queries and name not in unmatched:
                problem = "nothing says what it shows in a healthy system"
                yield dashboard.diagnostic(panel.pointer, problem, "run `whiteroom generate`")
            unmatched.discard(name)
    for uid, number in sorted(unmatched):
        problem = f"an expectation of panel {number} of {uid}, which does not exist"
        yield Diagnostic(FilePlace(folder / FILE), problem, "run `whiteroom generate`")
