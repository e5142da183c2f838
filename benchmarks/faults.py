"""Kills Prometheus, Alertmanager and what receives from them while alerts come and go, and counts.

Everything runs ten times as fast as in a stack, with real processes and real signals. After each
fault it waits until every alert is where it belongs: open at PagerDuty exactly while it fires, once
for each time that it began, and told to Slack. What is not so in the end is lost, doubled, falsely
resolved or left open. It has no peer.
"""

from __future__ import annotations

import datetime
import json
import random
import signal
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Sequence
from dataclasses import asdict, dataclass, field
from pathlib import Path

from benchmarks import report
from benchmarks.fault_stack import ALERTS, INACTIVE_S, PROCESSES, FaultStack, wait

PAGING = tuple(name for name, (priority, _) in ALERTS.items() if priority in ("P0", "P1"))
TOLD = tuple(name for name in ALERTS if name not in PAGING)
SERVERS = ("prometheus", "alertmanager")
# A tenth of the 60 s that an outage may last, and a little less: starting is not ten times as fast.
LONGEST_OUTAGE_S = 4.0
SETTLES_S = 60.0
SEED = 20


@dataclass
class Outcome:
    """What one kind of fault did. ``seconds`` are those until all was well, of each one."""

    fault: str
    tried: int = 0
    lost: int = 0
    doubled: int = 0
    falsely_resolved: int = 0
    left_open: int = 0
    seconds: list[float] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)

    @property
    def is_good(self) -> bool:
        """Whether nothing went wrong."""
        return not (self.lost or self.doubled or self.falsely_resolved or self.left_open)


class Experiment:
    """Changes alerts, breaks processes and knows what should follow."""

    def __init__(self, stack: FaultStack, seed: int) -> None:
        self.stack = stack
        self.random = random.Random(seed)
        # How often each alert has begun to fire visibly, and which are visible now.
        self.begun: Counter[str] = Counter()
        self.visible: set[str] = set()
        self.silenced: dict[str, str] = {}
        # Open at PagerDuty although silenced now: it was told before.
        self.open: set[str] = set()

    def change(self) -> None:
        """Switch one to three alerts, and sometimes silence one or end a silence."""
        for name in self.random.sample(list(ALERTS), self.random.randint(1, 3)):
            self.stack.firing.symmetric_difference_update({name})
        if self.silenced and self.random.random() < 0.5:
            name, identifier = self.silenced.popitem()
            self.stack.silences.expire_silence(identifier)
        elif self.random.random() < 0.3:
            name = self.random.choice(PAGING)
            # Not `setdefault`, which would make a second silence that nobody ends.
            if name not in self.silenced:
                self.silenced[name] = self._silence(name)
        self._expect()

    def end_all(self) -> None:
        """Switch everything off, silences first."""
        for identifier in self.silenced.values():
            self.stack.silences.expire_silence(identifier)
        self.silenced.clear()
        self.stack.firing.clear()
        self._expect()

    def _expect(self) -> None:
        firing = {n for n in self.stack.firing if n != "Covered" or "Zero" not in self.stack.firing}
        visible = firing - self.silenced.keys()
        began = visible - self.visible - (self.open & firing)
        self.begun.update(began)
        self.visible = visible
        self.open = visible | (self.open & firing)

    def _silence(self, name: str) -> str:
        now = datetime.datetime.now(datetime.UTC)
        return self.stack.silences.create_silence(
            {
                "matchers": [
                    {"name": "alertname", "value": name, "isRegex": False, "isEqual": True}
                ],
                "startsAt": now.isoformat(),
                "endsAt": (now + datetime.timedelta(hours=2)).isoformat(),
                "createdBy": "faults",
                "comment": "a benchmark",
            }
        )

    def problems(self) -> list[tuple[str, str]]:
        """Return what is not as it should be: the kind of a mistake, and a sentence."""
        incidents = self.stack.incidents()
        opened = Counter(str(incident["alert"]) for incident in incidents)
        is_open = {str(i["alert"]) for i in incidents if i["state"] != "resolved"}
        problems = []
        for name in PAGING:
            expected, count = self.begun[name], opened[name]
            if count < expected:
                problems.append(("lost", f"{name}: {count} incidents, expected {expected}"))
            if count > expected:
                problems.append(("doubled", f"{name}: {count} incidents, expected {expected}"))
            if name in self.open and name not in is_open:
                problems.append(("falsely_resolved", f"{name} fires, and its incident is resolved"))
            if name not in self.open and name in is_open:
                problems.append(("left_open", f"{name} is over, and its incident is open"))
        last = {str(m["alert"]): m["state"] for m in self.stack.slack()}
        for name in TOLD:
            state = last.get(name, "resolved")
            if name in self.open and state != "firing":
                problems.append(("lost", f"{name} fires, and Slack was told {state}"))
            if name not in self.open and state != "resolved":
                problems.append(("left_open", f"{name} is over, and Slack was told {state}"))
        return problems

    def settle(self, outcome: Outcome) -> None:
        """Wait until all is well, and note how long it took or what is wrong."""
        taken = wait(lambda: not self.problems(), SETTLES_S + INACTIVE_S)
        if taken is not None:
            outcome.seconds.append(taken)
            return
        for kind, sentence in self.problems():
            setattr(outcome, kind, getattr(outcome, kind) + 1)
            outcome.notes.append(f"fault {outcome.tried}: {kind}: {sentence}")
        # What went wrong is counted once.
        self.begun = Counter(str(i["alert"]) for i in self.stack.incidents())


def restart(experiment: Experiment, outcome: Outcome, names: Sequence[str]) -> None:
    """Change alerts, end the processes ``names``, start them again a moment later, and settle."""
    experiment.change()
    time.sleep(experiment.random.uniform(0, 3))
    number = experiment.random.choice((signal.SIGKILL, signal.SIGTERM))
    for name in names:
        experiment.stack.stop(name, number)
    time.sleep(experiment.random.uniform(0, LONGEST_OUTAGE_S))
    for name in names:
        experiment.stack.start(name)
    experiment.stack.wait_until_well()
    outcome.tried += 1
    experiment.settle(outcome)


def measure(made: FaultStack, restarts: int, kills: int) -> list[Outcome]:
    """Return what ``restarts`` of both servers and ``kills`` of any process do, in one stack."""
    servers = Outcome("restarts and kills of Prometheus and Alertmanager")
    anything = Outcome("kills of any one process")
    with made as stack:
        experiment = Experiment(stack, SEED)
        for _ in range(restarts):
            count = experiment.random.randint(1, len(SERVERS))
            restart(experiment, servers, experiment.random.sample(SERVERS, count))
        for _ in range(kills):
            restart(experiment, anything, [experiment.random.choice(PROCESSES)])
        experiment.end_all()
        experiment.settle(anything if kills else servers)
    return [outcome for outcome in (servers, anything) if outcome.tried]


def main() -> int:
    """Print the table. Return 1 when something was lost, doubled, falsely resolved or left open."""
    parser = report.parser(__doc__)
    parser.add_argument("--restarts", type=int, default=20, help="of both servers (%(default)s)")
    parser.add_argument("--kills", type=int, default=60, help="of any process (%(default)s)")
    arguments = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="whiteroom-faults-") as folder:
        outcomes = measure(FaultStack(Path(folder)), arguments.restarts, arguments.kills)
    if arguments.json:
        print(json.dumps([asdict(outcome) for outcome in outcomes], indent=2))
    else:
        print(table(outcomes))
    return int(not all(outcome.is_good for outcome in outcomes))


def table(outcomes: Sequence[Outcome]) -> str:
    """Return the outcomes as a table, and below it what went wrong.

    >>> print(table([Outcome("kills", 2, seconds=[1.0, 3.0])]))
    fault  tried  lost  doubled  falsely resolved  left open  seconds until well (median, most)
    kills  2      0     0        0                 0          3.0, 3.0
    """
    head = (
        *("fault", "tried", "lost", "doubled", "falsely resolved", "left open"),
        "seconds until well (median, most)",
    )
    rows = [head, *(_row(outcome) for outcome in outcomes)]
    widths = [max(len(row[column]) for row in rows) for column in range(len(head))]
    lines = [
        "  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)).rstrip()
        for row in rows
    ]
    return "\n".join([*lines, *(note for outcome in outcomes for note in outcome.notes)])


def _row(outcome: Outcome) -> tuple[str, ...]:
    taken = sorted(outcome.seconds)
    counts = (outcome.tried, outcome.lost, outcome.doubled, outcome.falsely_resolved)
    well = f"{taken[len(taken) // 2]:.1f}, {taken[-1]:.1f}" if taken else "never"
    return (outcome.fault, *(str(c) for c in counts), str(outcome.left_open), well)


if __name__ == "__main__":
    sys.exit(main())
