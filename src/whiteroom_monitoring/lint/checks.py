"""The checks of `whiteroom check`, in the order in which they are printed."""

from __future__ import annotations

from whiteroom_monitoring.diagnostics import Check
from whiteroom_monitoring.diagnostics.registry import discover
from whiteroom_monitoring.lint.workspace import Workspace

# The folders beside this file, from what others build on to what builds on them.
AREAS = ("catalogue", "rules", "alerts", "runbooks", "routes", "dashboards", "tools")


def checks() -> list[Check[Workspace]]:
    """Return every check."""
    return [check for area in AREAS for check in discover(f"whiteroom_monitoring.lint.{area}")]
