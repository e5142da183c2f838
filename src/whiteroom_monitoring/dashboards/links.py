"""Links: between the dashboards, and to the runbooks."""

from __future__ import annotations

from collections.abc import Iterator

from grafana_foundation_sdk.builders import dashboard
from grafana_foundation_sdk.models.dashboard import DashboardLinkType

# The set, in the order in which a person on call looks: uid without its prefix, and title.
DASHBOARDS = {
    "application-performance": "Application Performance",
    "system-health": "System Health",
    "business-metrics": "Business Metrics",
    "alerts": "Alerts",
}
RUNBOOKS = "infrastructure/monitoring/runbooks"


def uid(slug: str) -> str:
    """Return the uid of the dashboard ``slug``."""
    return f"whiteroom-{slug}"


def to_others(slug: str) -> Iterator[dashboard.DashboardLink]:
    """Yield links from the dashboard ``slug`` to the others, of the same time.

    Choices stay behind: a job that is chosen here may have nothing to show there.
    """
    for other, title in DASHBOARDS.items():
        if other != slug:
            yield _link(title, f"/d/{uid(other)}/{other}").keep_time(True)


def runbook_link(alert: str) -> dashboard.DashboardLink:
    """Return the link to the runbook of ``alert``."""
    return _link(f"Runbook: {alert}", f"${{repository}}{RUNBOOKS}/{alert}.md").target_blank(True)


def _link(title: str, url: str) -> dashboard.DashboardLink:
    return dashboard.DashboardLink(title).type(DashboardLinkType.LINK).url(url)
