"""The page of dashboards: every panel, what it shows, and in which unit."""

from __future__ import annotations

from whiteroom_monitoring.documents.references.markdown import page, table
from whiteroom_monitoring.lint.dashboards.files import DashboardFile
from whiteroom_monitoring.lint.workspace import Workspace

PATH = "docs/reference/dashboard-panels.md"


def render(workspace: Workspace) -> str:
    """Return the page; dashboards come in the project's order."""
    files = {file.dashboard.slug: file for file in workspace.known_dashboards}
    order = [slug for slug in workspace.project.dashboards if slug in files]
    rest = [slug for slug in files if slug not in order]
    parts = [part for slug in (*order, *rest) for part in _dashboard(files[slug])]
    return page(
        "the dashboards' JSON",
        "Dashboards and panels",
        "Every panel of every dashboard. [Dashboards](../how-to/dashboards.md) says how to "
        "add one.",
        *parts,
    )


def _dashboard(file: DashboardFile) -> list[str]:
    rows = [[panel.title, panel.type, panel.description] for panel in file.panels()]
    dashboard = file.dashboard
    return [
        f"## {dashboard.title}",
        dashboard.description.partition(" Generated from ")[0],
        table(["panel", "kind", "what it shows"], rows),
    ]
