"""Every panel says what it shows and what to do."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from whiteroom_monitoring.diagnostics import Diagnostic, check, require_none
from whiteroom_monitoring.lint.dashboards.files import DashboardFile
from whiteroom_monitoring.lint.workspace import Workspace


@check("dashboard-descriptions", "dashboards", "a title and what to do")
def dashboard_descriptions(workspace: Workspace) -> str:
    """No panel is without a title and a description."""
    return require_none(diagnostics(workspace.dashboards), workspace.seen_panels)


def diagnostics(dashboards: Iterable[DashboardFile]) -> Iterator[Diagnostic]:
    """Yield panels without a title of their own or without a sentence that describes them."""
    for dashboard in dashboards:
        titles: set[str] = set()
        for panel in dashboard.panels():
            title, pointer = panel.title, panel.pointer
            if not title:
                yield dashboard.diagnostic(pointer, "a panel without a title", "name what it shows")
            elif title in titles and panel.type != "text":
                problem = "another panel of this dashboard has the same title"
                yield dashboard.diagnostic((*pointer, "title"), problem, "say what differs")
            titles.add(title)
            if not panel.description.rstrip().endswith((".", ")")):
                problem = "its description is no sentence"
                yield dashboard.diagnostic(pointer, problem, "say what it means and what to do")
