"""Whether a file is one that was read: by its number, and by what was read of it."""

from __future__ import annotations

import os
from types import TracebackType
from typing import Self

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


class Opening:
    """A file that is open for a look: closed at its end, unless it is kept. Raises OSError."""

    def __init__(self, path: str, kind: str) -> None:
        self.file = open_file(path, kind)
        self.stat = self.file.stat()
        self._is_kept = False

    def keep(self) -> Opened:
        """Return the file, which stays open."""
        self._is_kept = True
        return self.file

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        del kind, error, traceback
        if not self._is_kept:
            self.file.close()
