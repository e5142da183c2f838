"""Every query goes where the variable `datasource` says, so that a dashboard fits any Grafana."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from whiteroom_monitoring.catalogue.document import Pointer
from whiteroom_monitoring.diagnostics import Diagnostic
from whiteroom_monitoring.lint.dashboards.files import DashboardFile

EXPECTED = {"type": "prometheus", "uid": "${datasource}"}


def diagnostics(dashboards: Iterable[DashboardFile]) -> Iterator[Diagnostic]:
    """Yield every query that goes elsewhere, and every dashboard without the variable."""
    for dashboard in dashboards:
        kinds = {each.get("name"): each.get("type") for _, each in dashboard.variables()}
        if kinds.get("datasource") != "datasource":
            problem = "there is no variable datasource of the type datasource"
            yield dashboard.diagnostic(("templating",), problem, "add it")
        for pointer, asker in _askers(dashboard):
            found = asker.get("datasource")
            if found != EXPECTED:
                problem = f"found the data source {found}, expected {EXPECTED}"
                yield dashboard.diagnostic((*pointer, "datasource"), problem, "use the variable")


def _askers(dashboard: DashboardFile) -> Iterator[tuple[Pointer, Mapping[str, Any]]]:
    for pointer, panel in dashboard.panels():
        targets = list(dashboard.mappings((*pointer, "targets")))
        yield from targets
        if targets:
            yield pointer, panel
    yield from dashboard.mappings(("annotations", "list"))
    for pointer, variable in dashboard.variables():
        if variable.get("type") == "query":
            yield pointer, variable
