"""A file that others write, read again when it changes."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import NamedTuple

from whiteroom_backend.log import Log

LARGEST_BYTES = 16 * 1024 * 1024


class UnusableError(Exception):
    """The file is there, but not as expected; the text says what was found."""


class Content(NamedTuple):
    """What is in the file, and when that was written, in Unix time."""

    text: str
    written_at: float


class WatchedFile:
    """The file at ``path``, which may come, change and go.

    ``use`` gets its content whenever that is new, and raises UnusableError when it is not as
    expected. A file that can't be used is logged once, until it changes.
    """

    def __init__(self, path: Path, use: Callable[[Content], None], log: Log) -> None:
        self._path = path
        self._use = use
        self._log = log
        self._seen: tuple[int, ...] | None = None

    async def look(self) -> None:
        """Use the content if it has changed."""
        earlier, self._seen = self._seen, _state(self._path)
        if self._seen == earlier:
            return
        try:
            self._use(self._read())
        except (OSError, UnicodeDecodeError, UnusableError) as error:
            self._log.say("warning", "file not used", path=str(self._path), problem=str(error))

    def _read(self) -> Content:
        status = self._path.stat()
        if not self._path.is_file() or status.st_size > LARGEST_BYTES:
            raise UnusableError(f"expected a file of at most {LARGEST_BYTES} bytes")
        return Content(self._path.read_text(encoding="utf-8"), status.st_mtime)


def _state(path: Path) -> tuple[int, ...]:
    """Return what changes with the file: nothing when there is none that can be seen."""
    try:
        status = path.stat()
    except OSError:
        return ()
    return status.st_mtime_ns, status.st_size, status.st_ino
