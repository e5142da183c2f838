"""The part of the reference app that is in a clone of the repository, and in no package."""

from __future__ import annotations

from pathlib import Path

from whiteroom_monitoring.errors import MonitoringError
from whiteroom_monitoring.project import repository_root


def missing() -> str:
    """Return why components of the reference app can't be there, or nothing when they can."""
    return "" if repository_root() else "the reference app comes with the repository only"


def folder(name: str) -> Path:
    """Return a folder of the reference app. Raises MonitoringError outside of a clone."""
    root = repository_root()
    if root is None:
        raise MonitoringError(f"reference_app/{name}: {missing()}")
    return root / "reference_app" / name


def python_path(name: str) -> dict[str, str]:
    """Return the environment in which Python finds a part of the reference app."""
    return {} if missing() else {"PYTHONPATH": str(folder(name))}
