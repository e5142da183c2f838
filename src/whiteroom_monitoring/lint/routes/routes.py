"""Alertmanager's routes and inhibitions match labels that alerts have."""

from __future__ import annotations

from whiteroom_monitoring.diagnostics import check, require_none
from whiteroom_monitoring.lint.workspace import Workspace


@check("routes", "routes", "labels that alerts have")
def routes(workspace: Workspace) -> str:
    """No matcher asks for a label or a value that no alert has."""
    configuration = workspace.configuration
    diagnostics = (*configuration.alertmanager[1], *configuration.route_diagnostics)
    return require_none(diagnostics, "Alertmanager's matchers")
