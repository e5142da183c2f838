"""Only what the console shows, too: dashboards look the same with and without Grafana."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from whiteroom_monitoring.dashboards.allowed_features import unsupported
from whiteroom_monitoring.diagnostics import Diagnostic, check, require_none
from whiteroom_monitoring.lint.dashboards.files import DashboardFile
from whiteroom_monitoring.lint.workspace import Workspace


@check("dashboard-features", "dashboards", "what the console shows, too")
def dashboard_features(workspace: Workspace) -> str:
    """No panel uses what only Grafana shows."""
    return require_none(diagnostics(workspace.dashboards), workspace.seen_panels)


def diagnostics(dashboards: Iterable[DashboardFile]) -> Iterator[Diagnostic]:
    """Yield what panels use beyond dashboards/allowed_features.py."""
    for dashboard in dashboards:
        for pointer, panel in dashboard.mappings(("panels",)):
            for feature in unsupported(panel):
                if feature.allowed is None:
                    problem = f"{feature.place} is not among what is supported"
                else:
                    allowed = ", ".join(sorted(map(str, feature.allowed)))
                    problem = f"{feature.place} is {feature.value!r}, expected one of {allowed}"
                remedy = "leave it out, or teach the console and dashboards/allowed_features.py"
                yield dashboard.diagnostic(pointer, problem, remedy)
