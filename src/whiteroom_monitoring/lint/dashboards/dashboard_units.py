"""Every number has a unit, and one that fits the metrics that it is made of."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from whiteroom_monitoring.diagnostics import Diagnostic, check, require_none
from whiteroom_monitoring.lint.dashboards.files import DashboardFile
from whiteroom_monitoring.lint.workspace import Workspace

WITHOUT_NUMBERS = frozenset({"alertlist", "text", "logs"})


@check("dashboard-units", "dashboards", "a unit for every number")
def dashboard_units(workspace: Workspace) -> str:
    """No number is without a unit."""
    return require_none(diagnostics(workspace.dashboards), workspace.seen_panels)


def diagnostics(dashboards: Iterable[DashboardFile]) -> Iterator[Diagnostic]:
    """Yield every panel with numbers that has no unit."""
    for dashboard in dashboards:
        for panel in dashboard.panels():
            if panel.type not in WITHOUT_NUMBERS and not panel.field_config.defaults.unit:
                problem = "its numbers have no unit"
                yield dashboard.diagnostic(
                    panel.pointer, problem, "set one; `none` for what has none"
                )
