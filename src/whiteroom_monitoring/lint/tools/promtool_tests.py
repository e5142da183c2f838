"""The unit tests of the rules pass."""

from __future__ import annotations

from whiteroom_monitoring.diagnostics import check
from whiteroom_monitoring.lint import checker
from whiteroom_monitoring.lint.workspace import Workspace


@check("promtool-tests", "tools", "accepted by promtool", programs=True)
def promtool_tests(workspace: Workspace) -> str:
    """The unit tests of the rules pass."""
    return checker.PROMTOOL_TESTS.check(workspace.tests_to_run)
