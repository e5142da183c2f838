"""Only what the console shows, too: dashboards look the same with and without Grafana."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from whiteroom_monitoring.dashboards.allowed_features import unsupported
from whiteroom_monitoring.errors import Fault
from whiteroom_monitoring.lint.dashboards.files import DashboardFile


def faults(dashboards: Iterable[DashboardFile]) -> Iterator[Fault]:
    """Yield what panels use beyond dashboards/supported.py."""
    for dashboard in dashboards:
        for pointer, panel in dashboard.mappings(("panels",)):
            for found in unsupported(panel):
                if found.allowed is None:
                    problem = f"{found.place} is not among what is supported"
                else:
                    allowed = ", ".join(sorted(map(str, found.allowed)))
                    problem = f"{found.place} is {found.value!r}, expected one of {allowed}"
                advice = "leave it out, or teach the console and dashboards/supported.py"
                yield dashboard.fault(pointer, problem, advice)
