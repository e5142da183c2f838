"""Which version of White Room is deployed: the line in a file that the deployment writes."""

from __future__ import annotations

from pathlib import Path

from whiteroom_backend.log import Log
from whiteroom_backend.recorder import Silence
from whiteroom_backend.watching import UnusableError, Watched

LONGEST_VERSION = 64


class Deployment:
    """Follows the file."""

    def __init__(self, path: Path, recorder: Silence, log: Log) -> None:
        self._file = Watched(path, log)
        self._recorder = recorder

    async def look(self) -> None:
        """Record the version if it has changed."""
        content = self._file.changed()
        if content is None:
            return
        try:
            self._recorder.deployed(parse(content.text))
        except UnusableError as error:
            self._file.refuse(error)


def parse(text: str) -> str:
    """Return the version that is all of ``text``. Raises UnusableError without one."""
    version = text.strip()
    if not version.isprintable() or not 1 <= len(version) <= LONGEST_VERSION:
        raise UnusableError(f"expected one line of 1 to {LONGEST_VERSION} characters")
    return version
