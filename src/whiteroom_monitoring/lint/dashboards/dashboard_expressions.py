"""Every expression parses, and names only metrics, labels and functions that fit."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from whiteroom_monitoring.diagnostics import Diagnostic, check, require_none
from whiteroom_monitoring.lint.dashboards.files import DashboardFile
from whiteroom_monitoring.lint.workspace import Workspace
from whiteroom_monitoring.promql.series import SeriesIndex
from whiteroom_monitoring.promql.validate import findings


@check("dashboard-expressions", "dashboards", "metrics, labels and functions that fit")
def dashboard_expressions(workspace: Workspace) -> str:
    """No query names what does not exist."""
    return require_none(diagnostics(workspace.dashboards, workspace.series), workspace.seen_panels)


def diagnostics(dashboards: Iterable[DashboardFile], series: SeriesIndex) -> Iterator[Diagnostic]:
    """Yield what is wrong in the expressions of panels and annotations."""
    for dashboard in dashboards:
        for query in dashboard.queries:
            if query.parsed is None:
                yield query.diagnostic("", f"not PromQL: {query.text}", "correct the expression")
                continue
            for finding in findings(query.parsed, series):
                yield query.diagnostic(finding.word, finding.problem, finding.remedy)
