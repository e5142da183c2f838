"""The probes of `whiteroom verify`, in the order in which they are made and printed."""

from __future__ import annotations

import sys
from pathlib import Path
from types import ModuleType

from whiteroom_monitoring.diagnostics import Check
from whiteroom_monitoring.diagnostics.registry import discover
from whiteroom_monitoring.errors import MonitoringError
from whiteroom_monitoring.probes import metrics, panels, sources
from whiteroom_monitoring.probes.stack import Stack
from whiteroom_monitoring.project.model import Project

# From what others build on to what builds on them; a project's own areas are in between.
BEFORE = ("host", "access", "targets", "metrics", "storage", "logs", "sources")
AFTER = ("rules", "pager", "panels")
# The name of the package while a project's folder of probes is loaded.
_PACKAGE = "whiteroom_probes"


class ProbesError(MonitoringError):
    """The project's folder of probes can't be used."""


def probes(project: Project) -> list[Check[Stack]]:
    """Return every probe of a project. Raises ProbesError."""
    checks: list[Check[Stack]] = discover("whiteroom_monitoring.probes")
    checks += [*metrics.of_programs(project), *panels.of_dashboards(project)]
    checks += sources.of_jobs(project)
    checks += _own(project.files.probes)
    return sorted(checks, key=lambda probe: _rank(probe.area))


def _rank(area: str) -> tuple[int, str]:
    if area in BEFORE:
        return BEFORE.index(area), ""
    if area in AFTER:
        return len(BEFORE) + 1 + AFTER.index(area), ""
    return len(BEFORE), area


def _own(folder: Path) -> list[Check[Stack]]:
    if not folder.is_dir():
        return []
    for name in [name for name in sys.modules if name.partition(".")[0] == _PACKAGE]:
        del sys.modules[name]
    package = ModuleType(_PACKAGE)
    package.__path__ = [str(folder)]
    sys.modules[_PACKAGE] = package
    try:
        return discover(_PACKAGE)
    except Exception as error:
        raise ProbesError(f"{folder}: {type(error).__name__}: {error}") from error
