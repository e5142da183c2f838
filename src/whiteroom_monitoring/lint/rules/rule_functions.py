"""No function is applied to a type of metric that it does not fit."""

from __future__ import annotations

from whiteroom_monitoring.diagnostics import check
from whiteroom_monitoring.lint.rules.expressions import check_expressions
from whiteroom_monitoring.lint.workspace import Workspace


@check("rule-functions", "rules", "functions that fit the type")
def rule_functions(workspace: Workspace) -> str:
    """No function is applied to a type of metric that it does not fit."""
    return check_expressions(workspace, "function")
