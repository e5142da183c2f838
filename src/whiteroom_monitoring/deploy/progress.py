"""Progress of a long command on standard error: one line on a terminal, a line a step elsewhere."""

from __future__ import annotations

import sys
import time


class Progress:
    """Says what is being done. ``quiet`` says nothing."""

    def __init__(self, quiet: bool = False) -> None:
        self._quiet = quiet
        self._live = sys.stderr.isatty()
        self._start = time.monotonic()
        self._last = ""

    @property
    def seconds(self) -> float:
        """Seconds since the command began."""
        return time.monotonic() - self._start

    def step(self, text: str) -> None:
        """Say what is being done now; repeating the same says nothing."""
        if self._quiet or (text == self._last and not self._live):
            return
        self._last = text
        line = f"{self.seconds:5.1f} s  {text}"
        if self._live:
            print(f"\r\033[K{line[:100]}", end="", file=sys.stderr, flush=True)
        else:
            print(line, file=sys.stderr, flush=True)

    def end(self) -> None:
        """Take the line away that a terminal shows."""
        if self._live and not self._quiet and self._last:
            print("\r\033[K", end="", file=sys.stderr, flush=True)
