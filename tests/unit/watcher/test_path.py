"""Which hop the watcher names, of servers that are simulated with their intervals and faults."""

from __future__ import annotations

import itertools
import random
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from whiteroom_monitoring.datasources.errors import SourceTimeoutError, UnreachableError
from whiteroom_monitoring.pager_path import CHANNELS, PathState, round_of
from whiteroom_monitoring.watcher.path import Followed, PagerPath
from whiteroom_monitoring.watcher.servers import ANSWER_S, Counts

LOOK_S = 2.5
INTERVAL_S = 5.0
PROMISED_S = 60.0
START = 1_796_124_560.0
STEP_S = 0.5


@dataclass
class World:
    """All servers, each with the newest sample that it has. ``faults`` are names of what is wrong.

    `step` lets half a second pass.
    """

    seed: int = 1
    # For how long the watcher has waited for answers within one look.
    waited_s: float = 0.0
    # How many of the questions get no answer in time, because the machine is busy.
    unanswered: float = 0.0
    now: float = START
    faults: set[str] = field(default_factory=set)
    sample: float = START
    scraped: float | None = None
    alert: float | None = None
    received: float | None = None
    delivered: dict[str, float] = field(default_factory=dict)
    lines: list[float] = field(default_factory=list)
    stored: float | None = None
    sent: dict[str, float] = field(default_factory=lambda: dict.fromkeys(CHANNELS, 0.0))
    refused: dict[str, float] = field(default_factory=lambda: dict.fromkeys(CHANNELS, 0.0))
    suppressed: bool = False

    def __post_init__(self) -> None:
        chance = random.Random(self.seed)
        self._phases = {
            name: chance.uniform(0, INTERVAL_S) for name in ("scrape", "rule", "group", "logs")
        }
        self._last = dict.fromkeys(self._phases, -1)
        self._notified: float | None = None
        self.chance = chance

    def is_down(self, *names: str) -> bool:
        """Return whether a server is stopped, or hangs."""
        return any(name in self.faults for name in names)

    def _is_due(self, name: str) -> bool:
        number = int((self.now - START + self._phases[name]) // INTERVAL_S)
        due, self._last[name] = number != self._last[name], number
        return due

    def step(self) -> None:
        """Let every server do what it does within half a second."""
        self.now += STEP_S
        scrape, rule, group, logs = (self._is_due(name) for name in self._last)
        if not self.is_down("prometheus"):
            if scrape and not self.is_down("exporter", "scrape", "storage"):
                self.scraped = self.now
            if rule and self.scraped and not self.is_down("rule"):
                self._evaluate()
        if group and not self.is_down("alertmanager", "stuck"):
            self._notify()
        if logs and not self.is_down("shipper", "log_store", "store_refuses"):
            # One line after the other: what has waited is not there at once.
            newer = (time for time in self.lines if self.stored is None or time > self.stored)
            self.stored = next(newer, self.stored)

    def _evaluate(self) -> None:
        assert self.scraped is not None
        if self.alert is None or round_of(self.scraped) != round_of(self.alert):
            self.alert = self.scraped
            if not self.is_down("alertmanager", "undelivered"):
                self.received = self.alert

    def _notify(self) -> None:
        if self.received is None or self.received == self._notified or self.suppressed:
            return
        self._notified = self.received
        for name in CHANNELS:
            self.sent[name] += 1
            if self.is_down("inbox", f"{name} refuses"):
                self.refused[name] += 1
            elif not self.is_down(f"{name} drops"):
                self.delivered[name] = self.received


class Servers:
    """What the watcher asks, answered by a world."""

    def __init__(self, world: World) -> None:
        self._world = world
        self.loki = self.shipper = SimpleNamespace()

    def _require(self, name: str, title: str) -> World:
        is_lost = self._world.chance.random() < self._world.unanswered
        if is_lost or f"{name} hangs" in self._world.faults:
            self._world.waited_s += ANSWER_S
            raise SourceTimeoutError(title, 3.0)
        if self._world.is_down(name):
            raise UnreachableError(title, "Connection refused")
        return self._world

    def exported(self) -> float:
        return self._require("exporter", "The segment exporter").now

    def scraped(self) -> float | None:
        return self._require("prometheus", "Prometheus").scraped

    def alerted(self) -> float | None:
        return self._require("prometheus", "Prometheus").alert

    def rejected(self) -> bool:
        return self._require("prometheus", "Prometheus").is_down("rejected")

    def received(self) -> float | None:
        return self._require("alertmanager", "Alertmanager").received

    def suppressed(self) -> bool:
        return self._require("alertmanager", "Alertmanager").suppressed

    def delivered(self) -> Mapping[str, float]:
        return self._require("inbox", "The inbox").delivered

    def inbox_problem(self) -> str:
        world = self._require("inbox", "The inbox")
        return "the inbox can't store a notification: status 503" if world.is_down("full") else ""

    def counts(self) -> Counts:
        world = self._require("alertmanager", "Alertmanager")
        return Counts(dict(world.sent), dict(world.refused))

    def target(self) -> tuple[bool, str]:
        world = self._require("prometheus", "Prometheus")
        return (False, "connection refused") if world.is_down("scrape") else (True, "")

    def rule(self) -> str:
        self._require("prometheus", "Prometheus")
        return "the rule is not evaluated, or finds no sample"

    def stored(self) -> float | None:
        return self._require("log_store", "The log store").stored

    def held_s(self) -> float:
        world = self._require("shipper", "The shipper")
        waits = world.is_down("log_store", "store_refuses")
        return world.now - (world.stored or START) if waits else 0.0


class Rounds:
    """The file of lines."""

    def __init__(self, world: World) -> None:
        self._world = world

    def write(self, now: float) -> None:
        self._world.lines.append(now)


def _path(world: World, **settings: Any) -> PagerPath:
    servers: Any = Servers(world)
    rounds: Any = Rounds(world)
    return PagerPath(servers, rounds, clock=lambda: world.now, **settings)


def _looks(world: World, path: PagerPath, for_s: float) -> Iterator[PathState]:
    """Let time pass, and yield what is seen each time that the watcher looks."""
    end = world.now + for_s
    while world.now < end:
        # It looks every 2.5 s, or at once when the last look took longer.
        for _ in range(int(max(LOOK_S, world.waited_s) / STEP_S)):
            world.step()
        world.waited_s = 0.0
        yield path.look(world.now, world.now)


def _named(states: Iterator[PathState]) -> list[str]:
    return sorted({hop.hop for state in states for hop in state.broken})


# Each fault of the world, and the hop that is to be named.
FAULTS = {
    "exporter": "exporter",
    "exporter hangs": "exporter",
    "prometheus": "prometheus",
    "prometheus hangs": "prometheus",
    "scrape": "scrape",
    "storage": "storage",
    "rule": "rules",
    "rejected": "rules",
    "alertmanager": "alertmanager",
    "alertmanager hangs": "alertmanager",
    "undelivered": "alertmanager",
    "stuck": "alertmanager",
    "inbox": "inbox",
    "inbox hangs": "inbox",
    "full": "inbox",
    "email refuses": "email",
    "slack drops": "slack",
    "pagerduty drops": "pagerduty",
    "log_store": "log_store",
    "log_store hangs": "log_store",
    "store_refuses": "log_store",
    "shipper": "shipper",
    "shipper hangs": "shipper",
}
# A server that hangs does nothing, either.
_HANGING = {"exporter", "prometheus", "alertmanager", "inbox", "log_store", "shipper"}


def broken_and_mended(
    fault: str, seed: int, blind: frozenset[str] = frozenset(), unanswered: float = 0.0
) -> tuple[list[str], float | None]:
    """Return what is named of a fault that comes after a while and goes, and after how long."""
    world = _HangingWorld(seed, unanswered)
    path = _path(world, blind=blind)
    names = set(_named(_looks(world, path, 60 + seed % 17)))
    world.faults.add(fault)
    began, after_s = world.now, None
    for state in _looks(world, path, PROMISED_S):
        names |= {hop.hop for hop in state.broken}
        if after_s is None and state.broken:
            after_s = world.now - began
    world.faults.clear()
    *_, last = _looks(world, path, 60)
    assert last.broken == ()
    return sorted(names), after_s


class _HangingWorld(World):
    """One in which a server that hangs does nothing."""

    def is_down(self, *names: str) -> bool:
        hanging = (f"{name} hangs" for name in names if name in _HANGING)
        return super().is_down(*names) or super().is_down(*hanging)


@pytest.mark.parametrize("fault", FAULTS)
def test_each_fault_has_the_name_of_its_hop(fault: str) -> None:
    """Whenever a hop breaks, it alone is named, within 60 s; when it is mended, nothing is."""
    results = [broken_and_mended(fault, seed) for seed in range(30)]
    assert {tuple(names) for names, _ in results} == {(FAULTS[fault],)}
    assert all(after_s is not None and after_s <= PROMISED_S for _, after_s in results)


def test_a_fault_has_its_own_name_when_another_was_before() -> None:
    """What was seen of one fault says nothing of the next, which comes as soon as all is well."""
    for seed in range(2):
        for first, second in itertools.permutations(FAULTS, 2):
            world = _HangingWorld(seed)
            path = _path(world)
            list(_looks(world, path, 60))
            world.faults.add(first)
            list(_looks(world, path, PROMISED_S))
            world.faults.clear()
            next(state for state in _looks(world, path, 60) if not state.broken)
            world.faults.add(second)
            named = _named(_looks(world, path, PROMISED_S))
            assert named == [FAULTS[second]], (first, second, seed)


@pytest.mark.parametrize("fault", sorted(set(FAULTS) - {"rejected", "full"}))
def test_a_busy_machine_leaves_the_names(fault: str) -> None:
    """With every tenth question unanswered, a fault has the same name."""
    results = [broken_and_mended(fault, seed, unanswered=0.1) for seed in range(30)]
    assert {tuple(names) for names, _ in results} == {(FAULTS[fault],)}


def test_a_blind_watcher_fails_the_proof() -> None:
    """The proof above needs every hop: a watcher that never names one is found by it."""
    names, after_s = broken_and_mended("email refuses", 3, frozenset({"email"}))
    assert (names, after_s) == ([], None)


def test_nothing_is_named_while_all_is_well() -> None:
    """A path that is whole is whole for a day, at whatever times its servers work."""
    for seed in range(5):
        world = World(seed)
        assert _named(_looks(world, _path(world), 4 * 3600)) == []


def test_a_short_outage_is_not_named() -> None:
    """A server that is restarted within 15 s is not broken."""
    for fault in ("prometheus", "alertmanager", "inbox", "log_store", "shipper", "exporter"):
        world = World(7)
        path = _path(world)
        named = _named(_looks(world, path, 60))
        world.faults.add(fault)
        named += _named(_looks(world, path, 15))
        world.faults.clear()
        assert named + _named(_looks(world, path, 60)) == []


def test_two_faults_have_two_names() -> None:
    """What breaks at once on different ways is named at once."""
    world = World(4)
    path = _path(world)
    list(_looks(world, path, 60))
    world.faults |= {"email refuses", "shipper"}
    assert _named(_looks(world, path, PROMISED_S)) == ["email", "shipper"]
    world.faults.add("prometheus")
    assert _named(_looks(world, path, PROMISED_S)) == ["email", "prometheus", "shipper"]


def test_a_silence_of_everything_is_told() -> None:
    """Alerts that a silence holds reach nobody, and it is Alertmanager that holds them."""
    world = World(2)
    path = _path(world)
    list(_looks(world, path, 60))
    world.suppressed = True
    *_, last = _looks(world, path, PROMISED_S)
    assert [str(hop) for hop in last.broken] == [
        "alertmanager: a silence at Alertmanager holds every alert"
    ]


@pytest.mark.parametrize(
    ("fault", "problem"),
    [
        ("exporter", "The segment exporter can't be reached: Connection refused."),
        ("prometheus hangs", "Prometheus did not answer within 3 s."),
        ("storage", "Prometheus scrapes and keeps no samples: is its disk full?"),
        ("scrape", "connection refused"),
        ("email refuses", "it refuses what Alertmanager sends"),
        ("slack drops", "it takes what Alertmanager sends, and nothing arrives"),
        ("stuck", "Alertmanager has the alerts, and sends none of them"),
        ("undelivered", "Alertmanager answers, and Prometheus' alerts do not arrive there"),
        ("shipper", "The shipper can't be reached: Connection refused."),
    ],
)
def test_the_problem_says_what_is_wrong(fault: str, problem: str) -> None:
    """What is named has a reason that the servers themselves have told."""
    world = _HangingWorld(5)
    path = _path(world)
    list(_looks(world, path, 60))
    world.faults.add(fault)
    *_, last = _looks(world, path, PROMISED_S)
    assert [hop.problem for hop in last.broken] == [problem]


def test_a_pause_of_the_watcher_names_nobody() -> None:
    """A watcher that was not run for minutes does not take them for the hops' own."""
    world = World(6)
    path = _path(world)
    list(_looks(world, path, 60))
    world.now += 600
    assert _named(_looks(world, path, 60)) == []


def test_a_machine_that_pauses_names_nobody() -> None:
    """Where everything stands still for half a minute, nothing is named when it goes on."""
    world = World(6)
    path = _path(world)
    list(_looks(world, path, 63))
    for _ in range(3):
        world.now += 32
        assert path.look(world.now, world.now).broken == ()
        assert _named(_looks(world, path, 60)) == []


def test_slow_looks_are_no_pause() -> None:
    """Where every server takes all the time that it may, what is broken is named all the same."""
    world = _HangingWorld(5)
    path = _path(world)
    list(_looks(world, path, 60))
    world.faults |= {"prometheus hangs", "inbox hangs", "log_store hangs"}
    names: set[str] = set()
    for _ in range(6):
        began = world.now
        # What a look takes, of which its own end tells.
        for _ in range(34):
            world.step()
        names |= {hop.hop for hop in path.look(began, began).broken}
    assert names == {"prometheus", "log_store"}


def test_a_clock_that_jumps_back_names_nobody() -> None:
    """After a backward jump of the clock, rounds begin anew."""
    world = World(8)
    path = _path(world)
    now_s = 0.0
    path.clock = lambda: now_s
    seen: set[str] = set()
    for jump in (0.0, -3600.0):
        world.now += jump
        world.scraped = world.alert = world.received = world.stored = None
        world.delivered.clear()
        for _ in range(40):
            for _ in range(5):
                world.step()
            now_s += LOOK_S
            seen |= {hop.hop for hop in path.look(now_s, world.now).broken}
    assert seen == set()


def test_what_is_not_there_is_not_followed() -> None:
    """Without an Alertmanager of its own, or logs, a stack's path ends before them."""
    world = World(9)
    path = _path(world, followed=lambda: Followed(alerting=False, logs=False))
    world.faults |= {"alertmanager", "inbox", "shipper", "log_store"}
    assert _named(_looks(world, path, 300)) == []


def test_a_server_that_never_was_there_is_named_after_a_while() -> None:
    """What does not start is named, too, when it had time to."""
    world = World(3)
    world.faults.add("alertmanager")
    path = _path(world)
    assert _named(_looks(world, path, 60)) == []
    assert _named(_looks(world, path, 90)) == ["alertmanager"]


def test_lines_that_can_not_be_written_are_no_fault_of_the_shipper(tmp_path: Path) -> None:
    """A disk of the watcher's own that is full blames nobody."""
    world = World(3)
    path = _path(world)

    def refuse(now: float) -> None:
        raise OSError("No space left on device")

    write: Callable[[float], None] = refuse
    path.rounds.write = write  # type: ignore[method-assign]
    assert _named(_looks(world, path, 300)) == []
