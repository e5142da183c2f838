"""What is looked at before a show: the stack that runs, and the machine below it."""

from __future__ import annotations

import os
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from whiteroom_monitoring.diagnostics import Check, CheckResult, succeeded
from whiteroom_monitoring.diagnostics.registry import discover, results
from whiteroom_monitoring.probes.stack import Stack

# From what wakes people to what keeps the sound.
AREAS = ("pagers", "sound", "rights", "processors", "disks", "clocks")
# So that whatever is measured waits for the sound, and not the other way round.
_NICENESS = 10


@dataclass(frozen=True)
class Machine:
    """Where the kernel tells of this machine."""

    proc: Path = Path("/proc")
    sys: Path = Path("/sys")


@dataclass(frozen=True)
class Show:
    """The subject of the checks. ``begun`` is when they began: since 1970, and steadily."""

    stack: Stack
    machine: Machine = field(default_factory=Machine)
    begun: tuple[float, float] = field(default_factory=lambda: (time.time(), time.monotonic()))


def checks() -> list[Check[Show]]:
    """Return every check, in the order in which they are printed."""
    found_checks: list[Check[Show]] = discover("whiteroom_monitoring.readiness")
    return sorted(found_checks, key=lambda check: AREAS.index(check.area))


def look(show: Show, progress: Callable[[str], None] = lambda name: None) -> list[CheckResult]:
    """Make every check, gently, and return the results."""
    os.nice(_NICENESS)
    return results(checks(), show, progress)


def line(outcomes: Sequence[CheckResult]) -> str:
    """Return the one line that says that all is ready, or what has to be mended first."""
    if succeeded(outcomes):
        seen = "; ".join(f"{r.id}: {r.seen}" for r in outcomes if r.state == "ok")
        skipped = [f"{r.id} ({r.seen})" for r in outcomes if r.state == "skipped"]
        rest = f". Not looked at: {', '.join(skipped)}" if skipped else ""
        return f"Ready. {seen}{rest}"
    return "\n".join(
        f"Fix {r.id}: {r.seen}" + (f". {r.remedy}" if r.remedy else "")
        for r in outcomes
        if r.state == "failed"
    )
