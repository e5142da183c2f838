"""Progress of a long command on standard error: one line on a terminal, a line a step elsewhere."""

from __future__ import annotations

import sys
import time
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from rich.status import Status


class Progress:
    """Says what is being done. ``quiet`` says nothing."""

    def __init__(self, quiet: bool = False) -> None:
        self._quiet = quiet
        self._start = time.monotonic()
        self._last = ""
        self._status = None if quiet or not sys.stderr.isatty() else _status()

    @property
    def seconds(self) -> float:
        """Seconds since the command began."""
        return time.monotonic() - self._start

    def step(self, text: str) -> None:
        """Say what is being done now; repeating the same says nothing."""
        if self._quiet or text == self._last:
            return
        self._last = text
        line = f"{self.seconds:5.1f} s  {text}"
        if self._status is not None:
            # A bracket begins a style in rich.
            self._status.update(line.replace("[", r"\["))
            self._status.start()
        else:
            print(line, file=sys.stderr, flush=True)

    def end(self) -> None:
        """Take the line away that a terminal shows."""
        if self._status is not None:
            self._status.stop()


def _status() -> Status:
    # Here, because commands that show no progress go without.
    from rich.console import Console  # noqa: PLC0415
    from rich.status import Status  # noqa: PLC0415

    return Status("", console=Console(stderr=True, highlight=False))
