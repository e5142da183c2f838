"""Links: between dashboards, and to runbooks."""

from __future__ import annotations

from grafana_foundation_sdk.builders import dashboard
from grafana_foundation_sdk.models.dashboard import DashboardLinkType


def dashboard_link(title: str, uid: str, slug: str) -> dashboard.DashboardLink:
    """Return a link to a dashboard, of the same time.

    Choices stay behind: a job that is chosen here may have nothing to show there.
    """
    return _link(title, f"/d/{uid}/{slug}").keep_time(True)


def runbook_link(alert: str) -> dashboard.DashboardLink:
    """Return the link to the runbook of ``alert``."""
    return _link(f"Runbook: {alert}", f"${{runbooks}}{alert}.md").target_blank(True)


def _link(title: str, url: str) -> dashboard.DashboardLink:
    return dashboard.DashboardLink(title).type(DashboardLinkType.LINK).url(url)
