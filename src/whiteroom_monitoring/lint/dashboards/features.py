"""Only what the console shows, too: dashboards look the same with and without Grafana."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from whiteroom_monitoring.dashboards.allowed_features import unsupported
from whiteroom_monitoring.diagnostics import Diagnostic
from whiteroom_monitoring.lint.dashboards.files import DashboardFile


def diagnostics(dashboards: Iterable[DashboardFile]) -> Iterator[Diagnostic]:
    """Yield what panels use beyond dashboards/supported.py."""
    for dashboard in dashboards:
        for pointer, panel in dashboard.mappings(("panels",)):
            for found in unsupported(panel):
                if found.allowed is None:
                    problem = f"{found.place} is not among what is supported"
                else:
                    allowed = ", ".join(sorted(map(str, found.allowed)))
                    problem = f"{found.place} is {found.value!r}, expected one of {allowed}"
                remedy = "leave it out, or teach the console and dashboards/supported.py"
                yield dashboard.diagnostic(pointer, problem, remedy)
