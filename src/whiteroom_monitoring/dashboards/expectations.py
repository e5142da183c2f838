"""What each panel shows in a healthy system, as it was written beside the dashboards."""

from __future__ import annotations

import json
from dataclasses import dataclass
from pathlib import Path

from whiteroom_monitoring.dashboards.expectation import Shows
from whiteroom_monitoring.diagnostics import Diagnostic, DiagnosticsError, FilePlace

FILE = "expectations.json"


@dataclass(frozen=True)
class Expectation:
    """What a panel shows in a healthy system.

    It shows nothing in one without the job ``needs``, and as long as there is no series
    ``waits_for``; None means that there is no such condition.
    """

    shows: Shows
    needs: str | None = None
    waits_for: str | None = None


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


def _expectation(raw: dict[str, str]) -> Expectation:
    return Expectation(Shows(raw["shows"]), raw.get("needs"), raw.get("waits_for"))
