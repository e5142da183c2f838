"""What each panel shows while the system is well: declared beside it, and read by `verify`."""

from __future__ import annotations

import json
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path

from whiteroom_monitoring.diagnostics import Diagnostic, DiagnosticsError, FilePlace

FILE = "expectations.json"


class Expected(StrEnum):
    """What a panel's queries return in a healthy system.

    ``DATA``: every query at least one value. ``ZERO``: values, and each of them is 0.
    ``EMPTY``: no value at all, because there is nothing to complain about.
    """

    DATA = "data"
    ZERO = "zero"
    EMPTY = "empty"


@dataclass(frozen=True)
class Expectation:
    """What a panel shows in a healthy system.

    It shows nothing in one without the job ``needs``, and as long as there is no series
    ``waits_for``; None means that there is no such condition.
    """

    expect: Expected
    needs: str | None = None
    waits_for: str | None = None

    def to_json(self) -> dict[str, str]:
        """Return the expectation as `load` reads it."""
        conditions = {"needs": self.needs, "waits_for": self.waits_for}
        return {"expect": self.expect.value} | {k: v for k, v in conditions.items() if v}


def load(folder: Path) -> dict[str, dict[int, Expectation]]:
    """Return the expectations in ``folder``, by the dashboard's uid and the panel's id.

    Raises DiagnosticsError when the file can't be read or is none of ours.
    """
    path = folder / FILE
    try:
        content = json.loads(path.read_text(encoding="utf-8"))
        return {
            uid: {int(number): _expectation(raw) for number, raw in panels.items()}
            for uid, panels in content.items()
            if uid
        }
    except (OSError, ValueError, KeyError, AttributeError, TypeError) as error:
        problem = f"found no expectations of panels: {error}"
        raise DiagnosticsError(
            [Diagnostic(FilePlace(path), problem, "run `whiteroom generate`")]
        ) from error


def load_if_any(folder: Path) -> dict[str, dict[int, Expectation]]:
    """Return the expectations in ``folder``; none where there is no such file. Raises as `load`."""
    return load(folder) if (folder / FILE).exists() else {}


def _expectation(raw: dict[str, str]) -> Expectation:
    return Expectation(Expected(raw["expect"]), raw.get("needs"), raw.get("waits_for"))
