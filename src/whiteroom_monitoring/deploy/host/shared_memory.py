"""Removing metric segments, but not those that a living process records in.

See docs/reference/segment-format.md: a process holds a lock on its segment for as long as it lives.
"""

from __future__ import annotations

import contextlib
import fcntl
import os
from pathlib import Path


def remove_dead_segments(folder: Path) -> bool:
    """Remove what dead processes have left in ``folder``; return whether that was done.

    A program that has a living process keeps its base, too.
    """
    if not folder.is_dir():
        return True
    segments = [path for path in folder.glob("*.seg") if not path.name.endswith(".base.seg")]
    alive = {path for path in segments if _is_locked(path)}
    programs = {_program(path) for path in alive}
    for path in folder.iterdir():
        if path not in alive and _program(path) not in programs:
            path.unlink(missing_ok=True)
    with contextlib.suppress(OSError):
        folder.rmdir()
    return bool(alive) or not folder.exists()


def _program(path: Path) -> str:
    return path.name.partition(".")[0]


def _is_locked(path: Path) -> bool:
    try:
        descriptor = os.open(path, os.O_RDONLY | os.O_CLOEXEC)
    except OSError:
        return False
    try:
        fcntl.flock(descriptor, fcntl.LOCK_SH | fcntl.LOCK_NB)
    except BlockingIOError:
        return True
    finally:
        os.close(descriptor)
    return False
