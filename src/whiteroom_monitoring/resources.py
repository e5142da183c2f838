"""Where the files that come with the package are: in a clone, or in an installed wheel."""

from __future__ import annotations

from pathlib import Path

from whiteroom_monitoring.errors import MonitoringError

_PACKAGE = Path(__file__).resolve().parent


def share(name: str) -> Path:
    """Return the file or folder ``name`` that comes with the package.

    ``name`` is a path below the repository's root, such as ``catalogue``. A clone is preferred to
    the copies in a wheel.

    Raises MonitoringError when neither has it.
    """
    repository = repository_root()
    candidates = [_PACKAGE / "share" / name]
    if repository is not None:
        candidates.insert(0, repository / name)
    for candidate in candidates:
        if candidate.exists():
            return candidate
    raise MonitoringError(f"{name}: not found beside the package; install it again")


def repository_root() -> Path | None:
    """Return the root of the clone that this package runs from, or None for an installed wheel."""
    root = _PACKAGE.parent.parent
    return root if (root / "catalogue").is_dir() and (root / "pyproject.toml").is_file() else None
