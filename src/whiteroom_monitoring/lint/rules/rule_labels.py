"""No rule names a label, or a value of one, that its series don't have."""

from __future__ import annotations

from whiteroom_monitoring.diagnostics import check
from whiteroom_monitoring.lint.rules.expressions import check_expressions
from whiteroom_monitoring.lint.workspace import Workspace


@check("rule-labels", "rules", "labels and values that exist")
def rule_labels(workspace: Workspace) -> str:
    """No rule names a label, or a value of one, that its series don't have."""
    return check_expressions(workspace, "label")
