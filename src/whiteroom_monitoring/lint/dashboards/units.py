"""Every number has a unit, and one that fits the metrics that it is made of."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from whiteroom_monitoring.diagnostics import Diagnostic
from whiteroom_monitoring.lint.dashboards.files import DashboardFile

WITHOUT_NUMBERS = frozenset({"alertlist", "text", "logs"})


def diagnostics(dashboards: Iterable[DashboardFile]) -> Iterator[Diagnostic]:
    """Yield every panel with numbers that has no unit."""
    for dashboard in dashboards:
        for pointer, panel in dashboard.panels():
            if panel.get("type") in WITHOUT_NUMBERS:
                continue
            unit = panel.get("fieldConfig", {}).get("defaults", {}).get("unit")
            if not unit:
                problem = "its numbers have no unit"
                yield dashboard.diagnostic(pointer, problem, "set one; `none` for what has none")
