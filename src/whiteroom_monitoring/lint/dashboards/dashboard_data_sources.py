"""Every query goes where the variable `datasource` says, so that a dashboard fits any Grafana.

Panels of logs, and annotations, may be of logs: their data source has the name of its type.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from whiteroom_monitoring.catalogue.document import Pointer
from whiteroom_monitoring.diagnostics import Diagnostic, check, require_none
from whiteroom_monitoring.grafana.model.query import DataSourceRef
from whiteroom_monitoring.lint.dashboards.files import DashboardFile
from whiteroom_monitoring.lint.workspace import Workspace

EXPECTED = DataSourceRef("prometheus", "${datasource}")
LOGS = "logs"
OF_LOGS = DataSourceRef("loki", "loki")


@check("dashboard-data-sources", "dashboards", "the variable datasource")
def dashboard_data_sources(workspace: Workspace) -> str:
    """No query names a data source of its own."""
    return require_none(diagnostics(workspace.dashboards), workspace.seen_panels)


def diagnostics(dashboards: Iterable[DashboardFile]) -> Iterator[Diagnostic]:
    """Yield every query that goes elsewhere, and every dashboard without the variable."""
    for dashboard in dashboards:
        kinds = {variable.name: variable.type for variable in dashboard.variables()}
        if kinds.get("datasource") != "datasource":
            problem = "there is no variable datasource of the type datasource"
            yield dashboard.diagnostic(("templating",), problem, "add it")
        for pointer, source in _sources(dashboard):
            if source != EXPECTED:
                yield dashboard.diagnostic(
                    (*pointer, "datasource"),
                    f"the data source {source}",
                    "use the variable",
                    str(EXPECTED),
                )


def _sources(dashboard: DashboardFile) -> Iterator[tuple[Pointer, DataSourceRef]]:
    for panel in dashboard.panels():
        if panel.type == LOGS:
            continue
        for query in panel.queries:
            yield query.pointer, query.data_source
        if panel.queries:
            yield panel.pointer, panel.data_source
    for annotation in dashboard.dashboard.annotations:
        if annotation.data_source == OF_LOGS:
            continue
        yield annotation.pointer[:-1], annotation.data_source
    for variable in dashboard.variables():
        if variable.type == "query":
            yield variable.pointer, variable.data_source
