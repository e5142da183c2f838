"""Panels have ids of their own, stand beside each other, and say what their lines are."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from whiteroom_monitoring.diagnostics import Diagnostic, check, require_none
from whiteroom_monitoring.lint.dashboards.files import DashboardFile
from whiteroom_monitoring.lint.workspace import Workspace

COLUMNS = 24


@check("dashboard-layout", "dashboards", "ids, places and visible legends")
def dashboard_layout(workspace: Workspace) -> str:
    """No panel lies over another, and none hides its legend."""
    return require_none(diagnostics(workspace.dashboards), workspace.seen_panels)


def diagnostics(dashboards: Iterable[DashboardFile]) -> Iterator[Diagnostic]:
    """Yield ids that are missing or taken, panels that overlap, and legends that are hidden."""
    for dashboard in dashboards:
        yield from _ids(dashboard)
        yield from _places(dashboard)
        yield from _legends(dashboard)


def _ids(dashboard: DashboardFile) -> Iterator[Diagnostic]:
    ids: set[int] = set()
    for pointer, panel in dashboard.mappings(("panels",)):
        number = panel.get("id")
        if not isinstance(number, int) or number < 1 or number in ids:
            yield dashboard.diagnostic(
                (*pointer, "id"), f"the id {number}", "generate it", "a number of its own"
            )
        else:
            ids.add(number)
        targets = [target for _, target in dashboard.mappings((*pointer, "targets"))]
        names = [target.get("refId") for target in targets]
        if len(set(names)) < len(names) or not all(names):
            problem = f"its queries are named {names}, expected a name of its own for each"
            yield dashboard.diagnostic((*pointer, "targets"), problem, "generate it")


def _places(dashboard: DashboardFile) -> Iterator[Diagnostic]:
    occupied: dict[tuple[int, int], object] = {}
    for pointer, panel in dashboard.mappings(("panels",)):
        grid = panel.get("gridPos", {})
        x, y, width, height = (int(grid.get(key, 0)) for key in ("x", "y", "w", "h"))
        if x + width > COLUMNS:
            problem = f"it ends in column {x + width} of {COLUMNS}"
            yield dashboard.diagnostic((*pointer, "gridPos"), problem, "make it narrower")
        cells = {(column, row) for column in range(x, x + width) for row in range(y, y + height)}
        if others := {occupied[cell] for cell in cells & occupied.keys()}:
            problem = f"it lies over {', '.join(sorted(map(str, others)))}"
            yield dashboard.diagnostic((*pointer, "gridPos"), problem, "move one of them")
        occupied.update(dict.fromkeys(cells, panel.get("title")))


def _legends(dashboard: DashboardFile) -> Iterator[Diagnostic]:
    for panel in dashboard.panels():
        if panel.type != "timeseries":
            continue
        if panel.options.legend.show is not True:
            problem = "its legend is hidden"
            yield dashboard.diagnostic((*panel.pointer, "options"), problem, "show it")
        for query in panel.queries:
            if not query.legend:
                problem = f"the series of query {query.ref_id} have no name"
                yield dashboard.diagnostic(query.pointer, problem, "set its legend")
