"""Removing metric segments, but not those that a living process records in.

See docs/reference/segment-format.md: a process holds a lock on its segment for as long as it lives.
"""

from __future__ import annotations

import contextlib
import fcntl
import os
import time
from collections.abc import Iterator
from pathlib import Path

# A segment is made in milliseconds, and held from its second system call on.
_MAKING_S = 1


def remove_dead_segments(folder: Path) -> bool:
    """Remove what dead processes have left in ``folder``; return whether that was done.

    A program that has a living process keeps its base, too.
    """
    if not folder.is_dir():
        return True
    programs = {_program(path) for path in folder.iterdir()}
    alive = [program for program in sorted(programs) if not _remove_program(folder, program)]
    with contextlib.suppress(OSError):
        folder.rmdir()
    return bool(alive) or not folder.exists()


def _remove_program(folder: Path, program: str) -> bool:
    """Remove a program's files, unless one of its processes lives; return whether that was done.

    Under the program's lock, and as it is at that moment: what starts meanwhile has a segment that
    is held before it has a name. A file that can't be opened may be a living process's.
    """
    lock = folder / f"{program}.lock"
    try:
        with _opened(lock, os.O_RDWR | os.O_CREAT) as descriptor:
            fcntl.flock(descriptor, fcntl.LOCK_EX)
            files = [path for path in folder.iterdir() if _program(path) == program]
            if any(_is_held(path) for path in files if path.suffix in (".seg", ".new")):
                return False
            for path in files:
                path.unlink(missing_ok=True)
    except OSError:
        return False
    return True


def _program(path: Path) -> str:
    return path.name.partition(".")[0]


def _is_held(path: Path) -> bool:
    """Return whether a process holds a file, or may be about to.

    Raises OSError when that can't be said.
    """
    try:
        if path.suffix == ".new" and time.time() - path.stat().st_mtime < _MAKING_S:
            return True
        with _opened(path, os.O_RDONLY) as descriptor:
            fcntl.flock(descriptor, fcntl.LOCK_SH | fcntl.LOCK_NB)
    except BlockingIOError:
        return True
    except FileNotFoundError:
        return False
    return False


@contextlib.contextmanager
def _opened(path: Path, flags: int) -> Iterator[int]:
    descriptor = os.open(path, flags | os.O_CLOEXEC | os.O_NOFOLLOW | os.O_NONBLOCK, 0o600)
    try:
        yield descriptor
    finally:
        os.close(descriptor)
