"""Kills Prometheus, Alertmanager and what receives from them while alerts come and go, and counts.

Everything runs five times as fast as in a stack, with real processes and real signals. After each
fault it waits until every alert is where it belongs: open at PagerDuty exactly while it fires, once
for each time that it began, and told to Slack and by mail as often, with one repetition for each
kill at most. What is not so in the end is lost, doubled, falsely resolved or left open. Several
stacks run side by side, because each of them mostly waits. It has no peer.
"""

from __future__ import annotations

import datetime
import json
import math
import random
import signal
import sys
import tempfile
import time
from collections import Counter, defaultdict
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import asdict, dataclass, field, replace
from functools import partial
from itertools import groupby
from pathlib import Path

from benchmarks import report
from benchmarks.fault_stack import ALERTS, INACTIVE_S, PROCESSES, FaultStack, wait

PAGING = tuple(name for name, (priority, _) in ALERTS.items() if priority in ("P0", "P1"))
# Where each alert that does not page is told.
TOLD = {
    "Two": ("#ops", "#everything", "#database", "database-team@whiteroom.example"),
    "Three": ("#notifications", "#everything"),
}
SERVERS = ("prometheus", "alertmanager")
# A fifth of the 60 s that an outage may last, and less between end and start: starting is not five
# times as fast.
OUTAGE_S = 12.0
LONGEST_OUTAGE_S = 8.0
SETTLES_S = 90.0
LONGER = "the same, where the machine made the outage longer than 60 s"
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
    repeated: int = 0
    broken: int = 0
    seconds: list[float] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)

    @property
    def is_good(self) -> bool:
        """Whether nothing went wrong. An outage of more than 60 s is the watchdog's."""
        if self.fault == LONGER:
            return True
        wrong = (self.lost, self.doubled, self.falsely_resolved, self.left_open, self.broken)
        return not any(wrong)

    def add(self, other: Outcome) -> None:
        """Add what the same kind of fault did in another stack."""
        for name, value in vars(other).items():
            if name != "fault":
                setattr(self, name, getattr(self, name) + value)


@dataclass(frozen=True)
class Outcomes:
    """Where one kind of fault is counted: outages that may be, and those that became longer."""

    meant: Outcome
    longer: Outcome = field(default_factory=lambda: Outcome(LONGER))


class Messages:
    """What Slack and mail were told of each alert that does not page, by place and alert."""

    def __init__(self) -> None:
        self._states: dict[tuple[str, str], list[str]] = defaultdict(list)
        self._seen: set[int] = set()

    def add(self, stack: FaultStack) -> None:
        """Take what has come since the last time."""
        for message in (*stack.messages("slack"), *stack.messages("email")):
            place = str(message["recipient"]), str(message["alert"])
            if message["id"] not in self._seen and place[0] in TOLD.get(place[1], ()):
                self._seen.add(message["id"])
                self._states[place].append(str(message["state"]))

    def last(self, place: str, alert: str) -> str:
        """Return the state that was told last."""
        return (self._states[place, alert] or ["resolved"])[-1]

    def begun(self, place: str, alert: str) -> int:
        """Return how often it was told that an alert fires, after that it does not."""
        return [state for state, _ in groupby(self._states[place, alert])].count("firing")

    def repeated(self, place: str, alert: str) -> int:
        """Return how often the same was told again."""
        states = self._states[place, alert]
        return len(states) - len(list(groupby(states)))

    def forget(self) -> None:
        """Keep only what is told to fire now."""
        for states in self._states.values():
            states[:] = [state for state in states[-1:] if state == "firing"]


class Experiment:
    """Changes alerts, breaks processes and knows what should follow."""

    def __init__(self, stack: FaultStack, seed: int) -> None:
        self.stack = stack
        self.random = random.Random(seed)
        # How often each alert has begun to fire visibly, and which are visible now.
        self.begun: Counter[str] = Counter()
        self.visible: set[str] = set()
        self.silenced: dict[str, str] = {}
        self.messages = Messages()
        self.kills = 0
        # When the last fault was over.
        self.broken = datetime.datetime.now(datetime.UTC)
        # Open at PagerDuty although silenced now: it was told before.
        self.open: set[str] = set()

    def change(self) -> None:
        """Switch one to three alerts, and sometimes silence one or end a silence."""
        switched = self.random.sample(list(ALERTS), self.random.randint(1, 3))
        self.stack.firing.symmetric_difference_update(switched)
        # Alertmanager pages what it still holds when its silence ends.
        ending = [name for name in self.silenced if name not in switched]
        if ending and self.random.random() < 0.5:
            self.stack.silences.expire_silence(self.silenced.pop(ending[-1]))
        elif self.random.random() < 0.3:
            name = self.random.choice(PAGING)
            # Not `setdefault`, which would make a second silence that nobody ends.
            if name not in self.silenced:
                self.silenced[name] = self._silence(name)
        self._acknowledge()
        self._expect()

    def _acknowledge(self) -> None:
        """Sometimes acknowledge what is open: an incident that is over must end all the same."""
        for incident in self.stack.incidents():
            if incident["state"] == "triggered" and self.random.random() < 0.3:
                self.stack.acknowledge(incident)

    def end_all(self) -> None:
        """Switch everything off; of what is silenced nobody hears."""
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

    def is_heard(self) -> bool:
        """Return whether Alertmanager has heard of all that fires since the last fault."""
        return {name for name in self.stack.heard(self.broken) if name in ALERTS} >= self.visible

    def problems(self) -> list[tuple[str, str]]:
        """Return what is not as it should be: the kind of a mistake, and a sentence."""
        self.messages.add(self.stack)
        return [*self._paging_problems(), *self._told_problems()]

    def _paging_problems(self) -> Iterator[tuple[str, str]]:
        incidents = self.stack.incidents()
        opened = Counter(str(incident["alert"]) for incident in incidents)
        is_open = {str(i["alert"]) for i in incidents if i["state"] != "resolved"}
        for name in PAGING:
            expected, count = self.begun[name], opened[name]
            if count != expected:
                kind = "lost" if count < expected else "doubled"
                yield kind, f"{name}: {count} incidents, expected {expected}"
            if name in self.open and name not in is_open:
                yield "falsely_resolved", f"{name} fires, and its incident is resolved"
            if name not in self.open and name in is_open:
                yield "left_open", f"{name} is over, and its incident is open"

    def _told_problems(self) -> Iterator[tuple[str, str]]:
        for name, places in TOLD.items():
            for place in places:
                expected, count = self.begun[name], self.messages.begun(place, name)
                state = self.messages.last(place, name)
                repeated = self.messages.repeated(place, name)
                if count != expected:
                    kind = "lost" if count < expected else "doubled"
                    yield kind, f"{name}: {place} was told {count} times, expected {expected}"
                if name in self.open and state != "firing":
                    yield "falsely_resolved", f"{name} fires, and {place} was told {state}"
                if name not in self.open and state != "resolved":
                    yield "left_open", f"{name} is over, and {place} was told {state}"
                if repeated > self.kills:
                    yield "doubled", f"{name}: {place} was told {repeated} times again"

    def repeated(self) -> int:
        """Return how many messages to Slack and mail were repetitions."""
        return sum(
            self.messages.repeated(place, name) for name, places in TOLD.items() for place in places
        )

    def settle(self, outcome: Outcome) -> None:
        """Wait until all is well, and note how long it took or what is wrong."""
        taken = wait(lambda: self.is_heard() and not self.problems(), SETTLES_S + INACTIVE_S)
        if taken is not None:
            outcome.seconds.append(taken)
            return
        for kind, sentence in self.problems() or [("lost", "Alertmanager has not heard of all")]:
            setattr(outcome, kind, getattr(outcome, kind) + 1)
            outcome.notes.append(f"fault {outcome.tried}: {kind}: {sentence}")
        # What went wrong is counted once.
        self.messages.forget()
        incidents = (str(i["alert"]) for i in self.stack.incidents())
        self.begun = Counter(name for name in incidents if name in PAGING)
        self.begun.update(name for name in TOLD if name in self.open)


def restart(experiment: Experiment, outcomes: Outcomes, names: Sequence[str]) -> Outcome:
    """Change alerts, end the processes ``names``, start them again a moment later, and settle.

    Return what it is counted as: an outage may be longer than was meant on a busy machine.
    """
    experiment.change()
    time.sleep(experiment.random.uniform(0, 6))
    number = experiment.random.choice((signal.SIGKILL, signal.SIGTERM))
    stopped_s = time.monotonic()
    for name in names:
        experiment.stack.stop(name, number)
        experiment.kills += 1
    time.sleep(experiment.random.uniform(0, LONGEST_OUTAGE_S))
    for name in names:
        experiment.stack.start(name)
    experiment.stack.wait_until_well()
    experiment.broken = datetime.datetime.now(datetime.UTC)
    outage_s = time.monotonic() - stopped_s
    is_meant = outage_s <= OUTAGE_S or "prometheus" not in names
    outcome = outcomes.meant if is_meant else outcomes.longer
    outcome.tried += 1
    experiment.settle(outcome)
    return outcome


@dataclass(frozen=True)
class Plan:
    """How many faults: ``restarts`` of both servers, ``kills`` of any process, until ``end_s``.

    ``end_s`` is of the monotonic clock; ``say`` is told of each fault.
    """

    restarts: int
    kills: int
    seed: int = SEED
    end_s: float = math.inf
    say: Callable[[str], None] = lambda text: None

    def share(self, index: int, count: int) -> Plan:
        """Return what stack ``index`` of ``count`` has of it."""
        restarts, kills = (
            number // count + (index < number % count) for number in (self.restarts, self.kills)
        )
        return replace(
            self,
            restarts=restarts,
            kills=kills,
            seed=self.seed + index,
            say=lambda text: self.say(f"stack {index}: {text}"),
        )


def measure(made: FaultStack, plan: Plan) -> list[Outcome]:
    """Return what the faults of ``plan`` do in one stack."""
    servers = Outcomes(Outcome("restarts and kills of Prometheus and Alertmanager"))
    anything = Outcomes(Outcome("kills of any one process"), servers.longer)
    try:
        with made as stack:
            experiment = Experiment(stack, plan.seed)
            for number in range(plan.restarts + plan.kills):
                if time.monotonic() > plan.end_s:
                    break
                both = number < plan.restarts
                outcome = _fault(experiment, servers if both else anything, both)
                plan.say(_progress(outcome))
            last = anything.meant if anything.meant.tried else servers.meant
            experiment.end_all()
            experiment.settle(last)
            last.repeated = experiment.repeated()
    except Exception as error:
        # What was seen until then is not thrown away.
        servers.meant.broken += 1
        servers.meant.notes.append(f"broken: {type(error).__name__}: {error}")
    outcomes = (servers.meant, anything.meant, servers.longer)
    return [outcome for outcome in outcomes if outcome.tried or outcome.broken]


def _fault(experiment: Experiment, outcomes: Outcomes, both: bool) -> Outcome:
    """Try one fault, of one or both servers or of any one process."""
    if both:
        count = experiment.random.randint(1, len(SERVERS))
        return restart(experiment, outcomes, experiment.random.sample(SERVERS, count))
    return restart(experiment, outcomes, [experiment.random.choice(PROCESSES)])


def _progress(outcome: Outcome) -> str:
    last = outcome.notes[-1] if outcome.notes else "nothing wrong"
    taken = f"{outcome.seconds[-1]:.1f} s" if outcome.seconds else "never"
    return f"{outcome.fault}: {outcome.tried} tried, well after {taken}; {last}"


def measure_many(folder: Path, count: int, plan: Plan) -> list[Outcome]:
    """Return the same of ``count`` stacks side by side, each with its share of the faults."""

    def measured(index: int) -> list[Outcome]:
        own = folder / str(index)
        own.mkdir()
        return measure(FaultStack(own), plan.share(index, count))

    total: dict[str, Outcome] = {}
    with ThreadPoolExecutor(count) as threads:
        for outcomes in threads.map(measured, range(count)):
            for outcome in outcomes:
                total.setdefault(outcome.fault, Outcome(outcome.fault)).add(outcome)
    return list(total.values())


def main() -> int:
    """Print the table. Return 1 when something was lost, doubled, falsely resolved or left open."""
    parser = report.parser(__doc__)
    parser.add_argument("--restarts", type=int, default=20, help="of both servers (%(default)s)")
    parser.add_argument("--kills", type=int, default=60, help="of any process (%(default)s)")
    parser.add_argument("--stacks", type=int, default=1, help="side by side (%(default)s)")
    parser.add_argument("--seed", type=int, default=SEED, help="of what is chosen (%(default)s)")
    parser.add_argument("--minutes", type=float, default=12 * 60.0, help="begin no fault later")
    arguments = parser.parse_args()
    plan = Plan(
        arguments.restarts,
        arguments.kills,
        arguments.seed,
        time.monotonic() + 60 * arguments.minutes,
        partial(print, file=sys.stderr, flush=True),
    )
    with tempfile.TemporaryDirectory(prefix="whiteroom-faults-") as folder:
        outcomes = measure_many(Path(folder), arguments.stacks, plan)
    if arguments.json:
        print(json.dumps([asdict(outcome) for outcome in outcomes], indent=2))
    else:
        print(table(outcomes))
    return int(not all(outcome.is_good for outcome in outcomes))


def table(outcomes: Sequence[Outcome]) -> str:
    """Return the outcomes as a table, and below it what went wrong.

    The seconds are those until all was well.

    >>> print(table([Outcome("kills", 2, repeated=1, seconds=[1.0, 3.0])]))
    fault  tried  lost  doubled  falsely resolved  left open  repeated  seconds (median, most)
    kills  2      0     0        0                 0          1         3.0, 3.0
    """
    head = (
        *("fault", "tried", "lost", "doubled", "falsely resolved", "left open", "repeated"),
        "seconds (median, most)",
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
    wrong = (outcome.lost, outcome.doubled, outcome.falsely_resolved, outcome.left_open)
    well = f"{taken[len(taken) // 2]:.1f}, {taken[-1]:.1f}" if taken else "never"
    return (outcome.fault, *map(str, (outcome.tried, *wrong, outcome.repeated)), well)


if __name__ == "__main__":
    sys.exit(main())
