"""Follows rounds along the path of alerts and that of logs, and names the hop that is broken."""

from __future__ import annotations

import math
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field

from whiteroom_monitoring.pager_path import CHANNELS, BrokenHop, PathState, round_of
from whiteroom_monitoring.watcher import diagnosis
from whiteroom_monitoring.watcher.servers import Answer, Counts, RoundsLog, Servers, ask
from whiteroom_monitoring.watcher.waiting import LIMIT_S, Hop

# A watcher that was not run for so long between two looks, or needed so long for one, although each
# server has 3 s, knows nothing of the time between.
GAP_S = 15.0
LONGEST_LOOK_S = 45.0
# A hop that has never passed anything may still be starting.
STARTS_S = 60.0
# What Prometheus says of a reload does not get better by waiting: so much of the limit is enough.
REJECTED = 0.2
# From when on a hop is looked at more closely, so that there is something to compare with.
SUSPECT_S = 8.0


@dataclass(frozen=True)
class Followed:
    """What there is to follow: Alertmanager and channels, and logs."""

    alerting: bool = True
    logs: bool = True


@dataclass
class Evidence:
    """What was seen while a hop waits: Alertmanager's counts at first, and how the shipper was."""

    counts: Counts | None = None
    shipper_looks: int = 0
    shipper_failures: int = 0
    shipper_problem: str = ""
    held_s: float = 0.0

    def shipper_is_silent(self) -> bool:
        """Return whether the shipper has answered no more than every fourth time."""
        return self.shipper_failures * 4 >= self.shipper_looks * 3 > 0


@dataclass
class PagerPath:
    """Both paths. `look` is called by one thread; moments are of ``clock``, which never jumps.

    ``followed`` returns what there is to follow. ``blind`` are hops that are never named: the proof
    of this class fails with one.
    """

    servers: Servers
    rounds: RoundsLog
    followed: Callable[[], Followed] = Followed
    limit_s: float = LIMIT_S
    starts_s: float = STARTS_S
    blind: frozenset[str] = frozenset()
    clock: Callable[[], float] = time.monotonic
    hops: dict[str, Hop] = field(default_factory=dict)
    problems: dict[str, str] = field(default_factory=dict)
    evidence: Evidence = field(default_factory=Evidence)
    _times: dict[str, float] = field(default_factory=dict)
    _broken: dict[str, tuple[BrokenHop, ...]] = field(default_factory=dict)
    _suspects: dict[str, str] = field(default_factory=dict)
    _began: float | None = None
    _ended: float = -math.inf
    _round: int = 0
    _rejected_since: float | None = None
    _unstorable: str = ""
    _unstorable_since: float = 0.0

    def __post_init__(self) -> None:
        names = ("exporter", "scrape", "rules", "alertmanager", *CHANNELS, "logs")
        self.hops = {name: Hop(name) for name in names}

    def look(self, now_s: float, now: float) -> PathState:
        """Ask every server once, and return which hops are broken. ``now`` is since 1970."""
        self._prepare(now_s, round_of(now))
        followed = self.followed()
        self._look_at_prometheus(now_s, now)
        if followed.alerting:
            self._look_at_channels(now_s)
        if followed.logs and self.servers.loki is not None:
            self._look_at_logs(now_s, now)
        self._round = round_of(now)
        self._judge(now_s, now)
        self._end(now_s)
        broken = {b.hop: b for hops in self._broken.values() for b in hops}
        passed = {name: time for name, time in self._times.items() if time}
        return PathState(now, passed, tuple(b for b in broken.values() if b.hop not in self.blind))

    def _prepare(self, now_s: float, number: int) -> None:
        if number < self._round - 1:
            for hop in self.hops.values():
                hop.forget()
        self._began = now_s if self._began is None else self._began
        paused = now_s - self._ended > GAP_S
        for hop in self.hops.values():
            if paused or (hop.passed is None and now_s - self._began < self.starts_s):
                hop.begin_anew(now_s)

    def _end(self, began_s: float) -> None:
        ended = self.clock()
        self._ended = -math.inf if ended - began_s > LONGEST_LOOK_S else ended

    def _ask(self, name: str, question: Callable[[], float | None], now_s: float) -> Answer:
        """Ask for what a hop waits for, and note it; one that waits for nothing is left alone."""
        if not self.hops[name].is_waiting():
            return Answer()
        answer = ask(question)
        self._see(name, answer, now_s)
        return answer

    def _see(self, name: str, answer: Answer, now_s: float) -> None:
        number = None if answer.time is None else round_of(answer.time)
        self.hops[name].see(number, now_s, answered=answer.answered)
        self.problems[name] = answer.problem
        if answer.time is not None:
            self._times[name] = answer.time

    def _look_at_prometheus(self, now_s: float, now: float) -> None:
        exporter, scrape, rules = (self.hops[name] for name in ("exporter", "scrape", "rules"))
        exporter.give(round_of(now), now_s)
        self._ask("exporter", self.servers.exported, now_s)
        scrape.give(exporter.passed, now_s)
        answer = self._ask("scrape", self.servers.scraped, now_s)
        rules.give(scrape.passed, now_s)
        if not answer.answered:
            self._see("rules", answer, now_s)
            return
        self._ask("rules", self.servers.alerted, now_s)
        if round_of(now) > self._round:
            self._look_at_reload(now_s)

    def _look_at_reload(self, now_s: float) -> None:
        """Ask once a round whether Prometheus has taken its files."""
        rejected = ask(lambda: float(self.servers.rejected()))
        if rejected.answered and not rejected.time:
            self._rejected_since = None
        elif rejected.answered and self._rejected_since is None:
            self._rejected_since = now_s

    def _look_at_channels(self, now_s: float) -> None:
        alertmanager = self.hops["alertmanager"]
        alertmanager.give(self.hops["rules"].passed, now_s)
        self._ask("alertmanager", self.servers.received, now_s)
        for name in CHANNELS:
            self.hops[name].give(alertmanager.passed, now_s)
        if any(self.hops[name].is_waiting() for name in CHANNELS):
            self._look_at_deliveries(now_s)
        self._look_at_counts(now_s)
        self._look_at_inbox(now_s)

    def _look_at_deliveries(self, now_s: float) -> None:
        times: dict[str, float] = {}

        def delivered() -> float | None:
            times.update(self.servers.delivered())
            return None

        answer = ask(delivered)
        for name in CHANNELS:
            self._see(name, Answer(times.get(name), answer.problem, answer.answered), now_s)

    def _look_at_counts(self, now_s: float) -> None:
        """Keep Alertmanager's counts from when a channel became suspect."""
        waits_s = max(self.hops[name].waits_s(now_s) for name in CHANNELS)
        if waits_s < SUSPECT_S:
            self.evidence.counts = None
        elif self.evidence.counts is None:
            self.evidence.counts = diagnosis.counts(self.servers)

    def _look_at_inbox(self, now_s: float) -> None:
        """Ask once a round whether the inbox, if it answers, could store a notification."""
        if self.hops["exporter"].passed == self._round and not self._unstorable:
            return
        answer = ""

        def storable() -> float | None:
            nonlocal answer
            answer = self.servers.inbox_problem()
            return None

        if not ask(storable).answered:
            return
        if answer and not self._unstorable:
            self._unstorable_since = now_s
        self._unstorable = answer

    def _look_at_logs(self, now_s: float, now: float) -> None:
        hop = self.hops["logs"]
        if round_of(now) > self._round:
            try:
                self.rounds.write(now)
            except OSError as error:
                self.problems["rounds"] = str(error)
            else:
                hop.give(round_of(now), now_s)
        before = hop.passed
        self._ask("logs", self.servers.stored, now_s)
        is_suspect = hop.waits_s(now_s) >= SUSPECT_S and hop.passed == before
        if not is_suspect or self.servers.shipper is None:
            self.evidence.shipper_failures = self.evidence.shipper_looks = 0
            self.evidence.held_s = 0.0
            return
        answer = ask(self.servers.held_s)
        self.evidence.shipper_looks += 1
        if not answer.answered:
            self.evidence.shipper_failures += 1
            self.evidence.shipper_problem = answer.problem
        self.evidence.held_s = max(self.evidence.held_s, answer.time or 0.0)

    def _judge(self, now_s: float, now: float) -> None:
        """Name what is broken; what was named keeps its name until its hop passes on again."""
        waiting = {
            name: hop for name, hop in self.hops.items() if hop.is_broken(now_s, self.limit_s)
        }
        kept = {key: hops for key, hops in self._broken.items() if key in waiting}
        new = [name for name in waiting if name not in kept]
        suspects: dict[str, str] = {}
        for key, name, problem in self._names(new, set(waiting)):
            suspects[key] = name
            # Two looks have to agree: servers are asked one after the other, and one that is mended
            # meanwhile looks as if the next one were broken.
            if self._suspects.get(key) == name:
                waited_s = self.hops[key].waits_s(now_s)
                kept[key] = (BrokenHop(name, now - waited_s, problem),)
        self._suspects = suspects
        self._broken = kept | dict(self._others(now_s, now))

    def _names(self, new: list[str], waiting: set[str]) -> Iterator[tuple[str, str, str]]:
        channels = [name for name in new if name in CHANNELS]
        for name in new:
            if name not in CHANNELS:
                yield (name, *diagnosis.of_hop(self, name))
        if channels:
            yield from diagnosis.of_channels(self, channels, waiting.issuperset(CHANNELS))

    def _others(self, now_s: float, now: float) -> Iterator[tuple[str, tuple[BrokenHop, ...]]]:
        """Yield what no round tells: files that were rejected, an inbox that can't store."""
        before = {key: hops[0].since for key, hops in self._broken.items() if hops}
        rejected_s = 0.0 if self._rejected_since is None else now_s - self._rejected_since
        if rejected_s >= self.limit_s * REJECTED:
            since = before.get("rejected", now)
            yield "rejected", (BrokenHop("rules", since, diagnosis.REJECTED),)
        if self._unstorable and now_s - self._unstorable_since >= self.limit_s:
            since = before.get("unstorable", now)
            yield "unstorable", (BrokenHop("inbox", since, self._unstorable),)
