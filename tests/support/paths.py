"""Where the repository is."""

from __future__ import annotations

from pathlib import Path

from whiteroom_monitoring.resources import repository_root


def _root() -> Path:
    root = repository_root()
    assert root is not None, "the tests run in a clone, not on an installed wheel"
    return root


ROOT = _root()
