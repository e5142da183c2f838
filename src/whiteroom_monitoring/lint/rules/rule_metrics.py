"""No rule names a metric that does not exist."""

from __future__ import annotations

from whiteroom_monitoring.diagnostics import check
from whiteroom_monitoring.lint.rules.expressions import check_expressions
from whiteroom_monitoring.lint.workspace import Workspace


@check("rule-metrics", "rules", "metrics that exist")
def rule_metrics(workspace: Workspace) -> str:
    """No rule names a metric that does not exist."""
    return check_expressions(workspace, "metric")
