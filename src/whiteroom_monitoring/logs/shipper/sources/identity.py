"""Whether a file is one that was read: by its number, and by what was read of it."""

from __future__ import annotations

import contextlib
import os
from collections.abc import Iterator
from dataclasses import dataclass

from whiteroom_monitoring.logs.shipper.positions import FileState
from whiteroom_monitoring.logs.shipper.sources.opened import Opened, open_file


def is_same(state: FileState, stat: os.stat_result) -> bool:
    """Tell whether a file has the number of one that was read, which may be given away again."""
    return (state.device, state.inode) == (stat.st_dev, stat.st_ino)


def is_still(file: Opened, kind: str, state: FileState) -> bool:
    """Tell whether a file with the number of one that was read is that one. Raises CorruptError.

    A file of which nothing was read can't be known again.
    """
    if not state.head_bytes:
        return False
    return file.is_copy(state) if kind else file.continues(state, state.cursor)


@dataclass
class Opening:
    """A file that is open for a look."""

    file: Opened
    stat: os.stat_result
    is_kept: bool = False

    def keep(self) -> Opened:
        """Return the file, which stays open."""
        self.is_kept = True
        return self.file


@contextlib.contextmanager
def opening(path: str, kind: str) -> Iterator[Opening]:
    """Open a file for a look: it is closed at the end, unless it is kept. Raises OSError."""
    file = open_file(path, kind)
    is_kept = False
    try:
        look = Opening(file, file.stat())
        yield look
        is_kept = look.is_kept
    finally:
        if not is_kept:
            file.close()
