"""Breaks each hop of the pager path of a real stack in turn, and sees which one the watcher names.

A hop is right when it is the one that is broken, and named within 60 s of the fault; false is any
other that is named until the path is whole again, and any at all in the time before the first
fault. Several stacks run side by side, because each of them mostly waits. It has no peer. In two
stacks, a round of all faults takes about 12 min; the disk that becomes full needs root.
"""

from __future__ import annotations

import queue
import statistics
import sys
import time
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from pathlib import Path

from benchmarks import report
from benchmarks.hop_faults import FAULTS, HopStack, stack_at
from whiteroom_monitoring.deploy import registry
from whiteroom_monitoring.deploy.host import processes
from whiteroom_monitoring.deploy.paths import LOOPBACK, StackPaths

PROMISED_S = 60.0
WHOLE_WITHIN_S = 180.0
# For how long a path that is whole is looked at, to see that nothing is named.
QUIET_S = 60.0
OFFSETS = range(24_000, 30_000, 100)


@dataclass
class Outcome:
    """What one kind of fault showed. ``seconds`` are those until the hop was named, of each one."""

    fault: str
    tried: int = 0
    right: int = 0
    false: int = 0
    seconds: list[float] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)

    def add(self, other: Outcome) -> None:
        """Add what the same kind of fault showed in another stack."""
        for name, value in vars(other).items():
            if name != "fault":
                setattr(self, name, getattr(self, name) + value)


def break_hop(stack: HopStack, name: str, blind: Sequence[str] = ()) -> Outcome:
    """Break one hop, see what is named, and mend it. ``blind`` hops count as not named."""
    fault, hop = FAULTS[name]
    outcome = Outcome(name, tried=1)
    seen: dict[str, str] = {}

    def named() -> set[str]:
        hops = {hop.hop: str(hop) for hop in stack.state().broken if hop.hop not in blind}
        seen.update(hops)
        return set(hops)

    with fault(stack):
        taken_s = stack.wait(lambda: hop in named(), PROMISED_S)
        if taken_s is None:
            outcome.notes.append(
                f"{name}: {hop} not named within {PROMISED_S:g} s: {list(seen.values())}"
            )
        else:
            outcome.right, outcome.seconds = 1, [taken_s]
    if stack.wait(lambda: not named() and stack.is_whole(), WHOLE_WITHIN_S) is None:
        outcome.notes.append(f"{name}: not whole after {WHOLE_WITHIN_S:g} s: {stack.state()}")
    if strangers := [problem for other, problem in seen.items() if other != hop]:
        outcome.false = 1
        outcome.notes.append(f"{name}: named falsely: {'; '.join(strangers)}")
    return outcome


def stay_quiet(stack: HopStack, for_s: float) -> Outcome:
    """Look at a path that is whole."""
    outcome = Outcome("nothing", tried=1)
    began, seen = time.monotonic(), set[str]()
    while time.monotonic() - began < for_s:
        seen |= stack.broken()
        time.sleep(0.5)
    outcome.false, outcome.right = (1, 0) if seen else (0, 1)
    outcome.notes = [f"whole, and named: {', '.join(sorted(seen))}"] if seen else []
    return outcome


def _run(offset: int, left: queue.SimpleQueue[str]) -> list[Outcome]:
    """Take faults of those that are left until there is none."""
    with stack_at(offset) as stack:
        outcomes = [stay_quiet(stack, QUIET_S)]
        while True:
            try:
                name = left.get_nowait()
            except queue.Empty:
                return outcomes
            outcomes.append(break_hop(stack, name))
            done = outcomes[-1]
            print(f"{name}: {done.seconds} {done.notes}", file=sys.stderr, flush=True)


def free_offsets(count: int) -> list[int]:
    """Return offsets at which all ports of a stack are free."""
    free = []
    ports = registry.port_numbers()
    for offset in OFFSETS:
        paths = StackPaths(Path("/nonexistent"), offset, ports)
        if all(processes.can_listen(LOOPBACK, paths.port(name)) for name in ports):
            free.append(offset)
        if len(free) == count:
            return free
    raise RuntimeError(f"{count} offsets with free ports: there are none")


def main() -> int:
    """Run from the command line."""
    parser = report.parser(__doc__)
    parser.add_argument("--rounds", type=int, default=1, help="of all faults")
    parser.add_argument("--stacks", type=int, default=2, help="side by side (default %(default)s)")
    parser.add_argument(
        "--fault", action="append", choices=list(FAULTS), help="this one alone; may be repeated"
    )
    arguments = parser.parse_args()
    left: queue.SimpleQueue[str] = queue.SimpleQueue()
    for name in (arguments.fault or list(FAULTS)) * arguments.rounds:
        left.put(name)
    with ThreadPoolExecutor(arguments.stacks) as pool:
        runs = [pool.submit(_run, offset, left) for offset in free_offsets(arguments.stacks)]
        outcomes: dict[str, Outcome] = {}
        for run in runs:
            for outcome in run.result():
                outcomes.setdefault(outcome.fault, Outcome(outcome.fault)).add(outcome)
    return _show(list(outcomes.values()), as_json=arguments.json)


def _show(outcomes: Sequence[Outcome], *, as_json: bool) -> int:
    for outcome in outcomes:
        for note in outcome.notes:
            print(note, file=sys.stderr)
    rows = []
    for outcome in outcomes:
        tried, seconds = outcome.tried, outcome.seconds
        right = f"{outcome.fault}: right of {tried}"
        rows.append(report.Row(right, "", outcome.right, f">= {tried}", met=outcome.right == tried))
        rows.append(report.at_most(f"{outcome.fault}: false names", "", outcome.false, 0))
        if seconds:
            rows.append(report.at_most(f"{outcome.fault}: longest", "s", max(seconds), PROMISED_S))
            rows.append(
                report.at_most(
                    f"{outcome.fault}: median", "s", statistics.median(seconds), PROMISED_S
                )
            )
    return report.show(rows, as_json)


if __name__ == "__main__":
    sys.exit(main())
