"""Finds the dashboards that a project declares: a Python package outside this one."""

from __future__ import annotations

import importlib.util
import sys
from pathlib import Path

from whiteroom_monitoring.dashboards.dashboard import DashboardSet
from whiteroom_monitoring.errors import MonitoringError

# The name of the package while it is loaded: its modules import each other relatively.
_PACKAGE = "whiteroom_boards"


class BoardsError(MonitoringError):
    """The package of dashboards can't be loaded."""


def load(folder: Path) -> DashboardSet:
    """Return what the package in ``folder`` declares as DASHBOARDS. Raises BoardsError."""
    path = folder / "__init__.py"
    spec = importlib.util.spec_from_file_location(
        _PACKAGE, path, submodule_search_locations=[str(folder)]
    )
    if not path.is_file() or spec is None or spec.loader is None:
        raise BoardsError(f"{folder}: no dashboards; expected a package with DASHBOARDS")
    for name in [name for name in sys.modules if name.partition(".")[0] == _PACKAGE]:
        del sys.modules[name]
    package = importlib.util.module_from_spec(spec)
    sys.modules[_PACKAGE] = package
    spec.loader.exec_module(package)
    dashboards = getattr(package, "DASHBOARDS", None)
    if not isinstance(dashboards, DashboardSet):
        raise BoardsError(f"{path}: DASHBOARDS is {dashboards!r}; expected a DashboardSet")
    return dashboards
