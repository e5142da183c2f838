"""What happened in an exercise, in its order: by the system, by people, and by whom."""

from __future__ import annotations

import threading
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, Literal

Kind = Literal[
    "fault", "fired", "paged", "acknowledged", "note", "wrong repair", "mended", "ended", "resolved"
]
SYSTEM = "system"


@dataclass(frozen=True)
class Entry:
    """What happened at ``at``, in seconds since 1970; ``who`` is a role, or the system."""

    at: float
    kind: Kind
    who: str
    text: str

    def as_json(self) -> dict[str, Any]:
        """Return it as an object of JSON."""
        moment = datetime.fromtimestamp(self.at, UTC).isoformat(timespec="milliseconds")
        return {"at": moment, "what": self.kind, "who": self.who, "text": self.text}


class Journal:
    """Entries, oldest first. Used by several threads; ``tell`` hears of each."""

    def __init__(self, tell: Callable[[Entry], None] = lambda entry: None) -> None:
        self._lock = threading.Lock()
        self._entries: list[Entry] = []
        self._tell = tell

    def add(self, at: float, kind: Kind, who: str, text: str) -> None:
        """Note what happened."""
        entry = Entry(at, kind, who, text)
        with self._lock:
            self._entries.append(entry)
        self._tell(entry)

    @property
    def entries(self) -> list[Entry]:
        """What happened, by its time."""
        with self._lock:
            return sorted(self._entries, key=lambda entry: entry.at)

    def first(self, kind: Kind) -> float | None:
        """Return when something of a kind happened first."""
        return next((entry.at for entry in self.entries if entry.kind == kind), None)

    def last(self, kind: Kind) -> float | None:
        """Return when something of a kind happened last."""
        return next((e.at for e in reversed(self.entries) if e.kind == kind), None)

    def has(self, kind: Kind) -> bool:
        """Return whether something of a kind has happened."""
        return self.first(kind) is not None
