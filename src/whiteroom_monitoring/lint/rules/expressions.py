"""What the checks of rules' expressions share: each is about one topic of the findings."""

from __future__ import annotations

from whiteroom_monitoring.diagnostics import require_none
from whiteroom_monitoring.diagnostics.check import count
from whiteroom_monitoring.lint.workspace import Workspace
from whiteroom_monitoring.promql.validate import Topic


def check_expressions(workspace: Workspace, topic: Topic) -> str:
    """Return how many rules were read. Raises CheckFailed with the findings about ``topic``."""
    _ = workspace.catalogue
    configuration = workspace.configuration
    findings = (finding for about, finding in configuration.findings if about == topic)
    return require_none(findings, count(len(configuration.rules.rules), "rule"))
