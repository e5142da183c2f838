"""Prometheus would load its configuration."""

from __future__ import annotations

from whiteroom_monitoring.diagnostics import check
from whiteroom_monitoring.lint import checker
from whiteroom_monitoring.lint.workspace import Workspace


@check("promtool-config", "tools", "accepted by promtool", programs=True)
def promtool_config(workspace: Workspace) -> str:
    """Prometheus would load its configuration."""
    return checker.PROMTOOL_CONFIG.check([workspace.configuration.prometheus_yml])
