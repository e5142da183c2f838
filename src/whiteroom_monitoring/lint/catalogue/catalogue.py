"""Every entry of the catalogue keeps every rule."""

from __future__ import annotations

from whiteroom_monitoring.diagnostics import CheckFailed, check
from whiteroom_monitoring.diagnostics.check import count
from whiteroom_monitoring.lint.workspace import Workspace


@check("catalogue", "catalogue", "every entry keeps every rule")
def catalogue(workspace: Workspace) -> str:
    """The catalogue loads."""
    diagnostics = workspace.catalogue_diagnostics
    if diagnostics:
        raise CheckFailed(count(len(diagnostics), "diagnostic"), diagnostics)
    return count(len(list(workspace.catalogue)), "metric")
