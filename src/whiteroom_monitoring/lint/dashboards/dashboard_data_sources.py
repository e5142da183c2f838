"""Every query goes where the variable `datasource` says, so that a dashboard fits any Grafana."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from whiteroom_monitoring.catalogue.document import Pointer
from whiteroom_monitoring.diagnostics import Diagnostic, check, require_none
from whiteroom_monitoring.lint.dashboards.files import DashboardFile
from whiteroom_monitoring.lint.workspace import Workspace

EXPECTED = {"type": "prometheus", "uid": "${datasource}"}


@check("dashboard-data-sources", "dashboards", "the variable datasource")
def dashboard_data_sources(workspace: Workspace) -> str:
    """No query names a data source of its own."""
    return require_none(diagnostics(workspace.dashboards), workspace.seen_panels)


def diagnostics(dashboards: Iterable[DashboardFile]) -> Iterator[Diagnostic]:
    """Yield every query that goes elsewhere, and every dashboard without the variable."""
    for dashboard in dashboards:
        kinds = {
            variable.get("name"): variable.get("type") for _, variable in dashboard.variables()
        }
        if kinds.get("datasource") != "datasource":
            problem = "there is no variable datasource of the type datasource"
            yield dashboard.diagnostic(("templating",), problem, "add it")
        for pointer, reader in _readers(dashboard):
            source = reader.get("datasource")
            if source != EXPECTED:
                yield dashboard.diagnostic(
                    (*pointer, "datasource"),
                    f"the data source {source}",
                    "use the variable",
                    str(EXPECTED),
                )


def _readers(dashboard: DashboardFile) -> Iterator[tuple[Pointer, Mapping[str, Any]]]:
    for pointer, panel in dashboard.panels():
        targets = list(dashboard.mappings((*pointer, "targets")))
        yield from targets
        if targets:
            yield pointer, panel
    yield from dashboard.mappings(("annotations", "list"))
    for pointer, variable in dashboard.variables():
        if variable.get("type") == "query":
            yield pointer, variable
