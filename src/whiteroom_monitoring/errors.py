"""The errors of White Room Monitoring: one base class, and leaves that carry fields."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path


class MonitoringError(Exception):
    """Base of every error that this package raises on purpose; its text is meant for users."""


class UsageError(MonitoringError):
    """The command line asks for something that does not exist; the exit status is 2."""


@dataclass(frozen=True, order=True)
class Fault:
    """One thing that is wrong at one place of a file.

    ``line`` and ``column`` count from 1; 0 means that the fault concerns the file as a whole.
    ``problem`` says what was found and what was expected, ``advice`` what to do.
    """

    path: Path
    line: int
    column: int
    problem: str
    advice: str = ""

    def __str__(self) -> str:
        place = f"{self.path}:{self.line}:{self.column}" if self.line else str(self.path)
        return f"{place}: {self.problem}" + (f" ({self.advice})" if self.advice else "")


class FaultyFilesError(MonitoringError):
    """Files that can't be used as they are; carries every fault that was found in them."""

    def __init__(self, faults: Sequence[Fault]) -> None:
        self.faults = tuple(sorted(faults))
        super().__init__("\n".join(str(fault) for fault in self.faults))
