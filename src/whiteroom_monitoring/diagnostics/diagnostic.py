"""What is wrong, where, and what to do about it: the findings of loaders, checks and probes."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from whiteroom_monitoring.errors import MonitoringError


@dataclass(frozen=True)
class FilePlace:
    """A position in a file. ``line`` and ``column`` count from 1; 0 is the file as a whole."""

    path: Path
    line: int = 0
    column: int = 0

    def __str__(self) -> str:
        return f"{self.path}:{self.line}:{self.column}" if self.line else str(self.path)


@dataclass(frozen=True)
class Thing:
    """What has no lines: ``kind`` and ``name``, such as a target or a component."""

    kind: str
    name: str

    def __str__(self) -> str:
        return f"{self.kind} {self.name}"


Place = FilePlace | Thing


@dataclass(frozen=True)
class Diagnostic:
    """One finding: its place, what was found and expected there, and the remedy.

    Without ``expected``, ``found`` is a sentence that says what is wrong. ``about`` names the part
    of the place that it concerns, such as a rule or a panel.
    """

    place: Place
    found: str
    remedy: str = ""
    expected: str = ""
    about: str = ""

    @property
    def path(self) -> Path | None:
        """The file, or None where the place is a thing."""
        return self.place.path if isinstance(self.place, FilePlace) else None

    @property
    def line(self) -> int:
        """The line, 0 without one."""
        return self.place.line if isinstance(self.place, FilePlace) else 0

    @property
    def column(self) -> int:
        """The column, 0 without one."""
        return self.place.column if isinstance(self.place, FilePlace) else 0

    @property
    def problem(self) -> str:
        """What was found and what was expected, in one sentence."""
        text = f"found {self.found}, expected {self.expected}" if self.expected else self.found
        return f"{self.about}: {text}" if self.about else text

    def __lt__(self, other: Diagnostic) -> bool:
        """Whether it comes before ``other``, in the order of places."""
        return _order(self) < _order(other)

    def __str__(self) -> str:
        return f"{self.place}: {self.problem}" + (f" ({self.remedy})" if self.remedy else "")


class DiagnosticsError(MonitoringError):
    """Files that can't be used as they are; carries every diagnostic, in the order of places."""

    def __init__(self, diagnostics: Sequence[Diagnostic]) -> None:
        self.diagnostics = tuple(sorted(diagnostics))
        super().__init__("\n".join(str(diagnostic) for diagnostic in self.diagnostics))


def _order(diagnostic: Diagnostic) -> tuple[tuple[str, ...], int, int, str]:
    place = diagnostic.place
    if isinstance(place, FilePlace):
        return place.path.parts, place.line, place.column, diagnostic.problem
    return ("", place.kind, place.name), 0, 0, diagnostic.problem
