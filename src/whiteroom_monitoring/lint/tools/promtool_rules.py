"""Prometheus would load every rule file."""

from __future__ import annotations

from whiteroom_monitoring.diagnostics import check
from whiteroom_monitoring.lint import checker
from whiteroom_monitoring.lint.workspace import Workspace


@check("promtool-rules", "tools", "accepted by promtool", programs=True)
def promtool_rules(workspace: Workspace) -> str:
    """Prometheus would load every rule file."""
    return checker.PROMTOOL_RULES.check(list(workspace.configuration.rule_paths))
