"""What the shipper asks of a source: lines that are ready, and a position that it may forget."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Protocol

from whiteroom_monitoring.logs.shipper.entry import Entry
from whiteroom_monitoring.logs.shipper.pipeline import Pipeline


@dataclass
class Chunk:
    """Entries to be sent, how many lines and bytes were read for them, and what to commit then."""

    entries: list[Entry]
    cursor: Any
    lines: int = 0
    bytes: int = 0


class Source(Protocol):
    """Something that lines are read from, by one thread, without waiting."""

    name: str
    job: str
    is_ended: bool
    pipeline: Pipeline

    def read(self) -> Chunk | None:
        """Return what is ready, or None."""

    def rewind(self) -> bool:
        """Go back to what was committed; False where that can't be read again."""

    def commit(self, cursor: Any) -> None:
        """Note that everything up to a cursor was acknowledged."""

    def close(self) -> None:
        """Let go of files and processes; what was not committed is read again."""
