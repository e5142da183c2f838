"""A file that others write, read again when it changes."""

from __future__ import annotations

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


class Watched:
    """The file at ``path``, which may come, change and go."""

    def __init__(self, path: Path, log: Log) -> None:
        self.path = path
        self._log = log
        self._seen: tuple[int, ...] | None = None

    def changed(self) -> Content | None:
        """Return what is new in it; None when nothing is, or when it can't be read.

        What can't be read is said once, until it changes.
        """
        earlier, self._seen = self._seen, _state(self.path)
        if self._seen == earlier:
            return None
        try:
            found = self.path.stat()
            if not self.path.is_file() or found.st_size > LARGEST_BYTES:
                raise UnusableError(f"expected a file of at most {LARGEST_BYTES} bytes")
            return Content(self.path.read_text(encoding="utf-8"), found.st_mtime)
        except (OSError, UnicodeDecodeError, UnusableError) as error:
            self.refuse(error)
            return None

    def refuse(self, error: Exception) -> None:
        """Say that the file is not as expected."""
        self._log.say("warning", "file not used", path=str(self.path), problem=str(error))


def _state(path: Path) -> tuple[int, ...]:
    """Return what changes with the file: nothing when there is none that can be seen."""
    try:
        found = path.stat()
    except OSError:
        return ()
    return found.st_mtime_ns, found.st_size, found.st_ino
