"""Alertmanager would load its configuration."""

from __future__ import annotations

from whiteroom_monitoring.diagnostics import check
from whiteroom_monitoring.lint import checker
from whiteroom_monitoring.lint.workspace import Workspace


@check("amtool-config", "tools", "accepted by amtool", programs=True)
def amtool_config(workspace: Workspace) -> str:
    """Alertmanager would load its configuration."""
    return checker.AMTOOL_CONFIG.check([workspace.configuration.alertmanager_yml])
