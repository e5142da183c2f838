"""Every file among the dashboards is a dashboard in JSON."""

from __future__ import annotations

from whiteroom_monitoring.diagnostics import check, require_none
from whiteroom_monitoring.lint.workspace import Workspace


@check("dashboard-files", "dashboards", "dashboards in JSON")
def dashboard_files(workspace: Workspace) -> str:
    """No file among the dashboards is anything else."""
    seen = workspace.seen_panels
    return require_none(workspace.dashboard_diagnostics, seen)
