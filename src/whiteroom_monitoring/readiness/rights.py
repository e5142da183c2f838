"""Whether the programs that make the sound may be as urgent as it takes, and keep their memory."""

from __future__ import annotations

import re
from pathlib import Path

from whiteroom_monitoring.deploy.running import status
from whiteroom_monitoring.diagnostics import CheckFailed, CheckSkipped, check
from whiteroom_monitoring.readiness.show import Show

# A real-time thread of a driver has 50 to 80; rtprio is what an account may ask for.
LEAST_PRIORITY = 70
LEAST_LOCKED_BYTES = 64 * 2**20
_SCHEDULED = "audio_engine_realtime_scheduling"
_LIMITS = "/etc/security/limits.d/audio.conf"
_UNLIMITED = "unlimited"


@check("realtime.scheduling", "rights", "each engine's callback with real-time scheduling")
def realtime_scheduling(show: Show) -> str:
    samples = show.stack.prometheus.query(_SCHEDULED)
    if not samples:
        raise CheckSkipped("no engine tells how it is scheduled")
    without = [metric.get("job", "the engine") for metric, value in samples if value != 1]
    if without:
        remedy = f"Give its account the right in {_LIMITS}, log in again, and restart it."
        raise CheckFailed(f"{', '.join(without)} runs as any other program", remedy=remedy)
    return f"in force at {len(samples)}"


@check("realtime.priority", "rights", f"a limit of real-time priority of {LEAST_PRIORITY} or more")
def realtime_priority(show: Show) -> str:
    values = _limits(show, "Max realtime priority")
    low = {name: value for name, value in values.items() if value < LEAST_PRIORITY}
    if low:
        text = ", ".join(f"{name} {value:.0f}" for name, value in low.items())
        remedy = f"Write `@audio - rtprio 95` into {_LIMITS} and log in again."
        raise CheckFailed(f"rtprio of {text}", remedy=remedy)
    return ", ".join(f"{name} {_shown(value)}" for name, value in values.items())


@check("realtime.memlock", "rights", f"{LEAST_LOCKED_BYTES >> 20} MiB or more that may be locked")
def realtime_memlock(show: Show) -> str:
    values = _limits(show, "Max locked memory")
    low = {name: value for name, value in values.items() if value < LEAST_LOCKED_BYTES}
    if low:
        text = ", ".join(f"{name} {value / 2**20:.0f} MiB" for name, value in low.items())
        remedy = f"Write `@audio - memlock unlimited` into {_LIMITS} and log in again."
        raise CheckFailed(f"memlock of {text}", remedy=remedy)
    return ", ".join(f"{name} {_shown(value / 2**20, ' MiB')}" for name, value in values.items())


def _shown(value: float, unit: str = "") -> str:
    return _UNLIMITED if value == float("inf") else f"{value:.0f}{unit}"


def _limits(show: Show, title: str) -> dict[str, float]:
    """Return a limit of the processes of engines, by the names of their components."""
    folders = {name: show.machine.proc / str(pid) for name, pid in _processes(show).items()}
    if not folders:
        raise CheckSkipped("no engine is started by this stack: its limits are elsewhere")
    return {name: _limit(folder / "limits", title) for name, folder in folders.items()}


def _processes(show: Show) -> dict[str, int]:
    jobs = {metric.get("job") for metric, _ in show.stack.prometheus.query(_SCHEDULED)}
    current = status.read(show.stack.paths)
    pids = {c.name: c.pid for c in current.components}
    named = {c.name: pids.get(c.name) for c in (current.known.components if current.known else ())
             if c.job in jobs}  # fmt: skip
    return {name: pid for name, pid in named.items() if pid is not None}


def _limit(path: Path, title: str) -> float:
    """Return the soft limit of a title in a file of limits (proc_pid_limits(5))."""
    match = re.search(rf"^{title} +(\S+)", path.read_text(encoding="utf-8"), re.MULTILINE)
    if match is None:
        raise CheckFailed(f"{path} has no {title}")
    return float("inf") if match[1] == _UNLIMITED else float(match[1])
