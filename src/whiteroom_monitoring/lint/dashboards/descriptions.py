"""Every panel says what it shows and what to do."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from whiteroom_monitoring.errors import Fault
from whiteroom_monitoring.lint.dashboards.files import DashboardFile


def faults(dashboards: Iterable[DashboardFile]) -> Iterator[Fault]:
    """Yield panels without a title of their own or without a sentence that describes them."""
    for dashboard in dashboards:
        titles: set[str] = set()
        for pointer, panel in dashboard.panels():
            title = str(panel.get("title") or "")
            if not title:
                yield dashboard.fault(pointer, "a panel without a title", "name what it shows")
            elif title in titles and panel.get("type") != "text":
                problem = "another panel of this dashboard has the same title"
                yield dashboard.fault((*pointer, "title"), problem, "say what differs")
            titles.add(title)
            if not str(panel.get("description") or "").rstrip().endswith((".", ")")):
                problem = "its description is no sentence"
                yield dashboard.fault(pointer, problem, "say what it means and what to do")
