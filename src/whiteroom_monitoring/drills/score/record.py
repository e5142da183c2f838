"""Verdicts that are kept in a file, so that a run goes on where one ended."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from whiteroom_monitoring.drills.score.judge import BreakResult
from whiteroom_monitoring.drills.score.model import Break

# What the machine or the hour decides is tried again.
_FINAL = ("caught", "survived", "invalid")


class Record:
    """Results by break, for one state of configuration and scenarios: ``state`` is its digest."""

    def __init__(self, path: Path, state: str) -> None:
        self._path = path
        self._state = state
        lines = path.read_text(encoding="utf-8").splitlines() if path.exists() else []
        rows = [json.loads(line) for line in lines if line.endswith("}")]
        self._rows: dict[str, dict[str, Any]] = {
            row["break"]: row for row in rows if row["state"] == state
        }

    def get(self, one: Break) -> BreakResult | None:
        """Return the result that is known."""
        row = self._rows.get(one.id)
        if row is None or row["verdict"] not in _FINAL:
            return None
        return BreakResult(one, row["verdict"], row["scenario"], row["reason"], row["seconds"])

    def add(self, result: BreakResult) -> None:
        """Keep a result."""
        row = {
            "break": result.broken.id,
            "state": self._state,
            "verdict": result.verdict,
            "scenario": result.scenario,
            "reason": result.reason,
            "seconds": result.seconds,
        }
        self._path.parent.mkdir(parents=True, exist_ok=True)
        with self._path.open("a", encoding="utf-8") as file:
            file.write(json.dumps(row, ensure_ascii=False) + "\n")


def state(texts: Mapping[str, str]) -> str:
    """Return the digest of what decides whether a verdict still holds."""
    content = json.dumps(texts, sort_keys=True)
    return hashlib.sha256(content.encode()).hexdigest()[:16]
