"""The watcher: looks at the path, keeps its state, records it, and tells people."""

from __future__ import annotations

import os
import threading
import time
import urllib.parse
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path

from whiteroom_monitoring.client.generated import watcher as metrics
from whiteroom_monitoring.datasources.http import HttpClient
from whiteroom_monitoring.errors import MonitoringError
from whiteroom_monitoring.pager_path import HOPS, NOT_PAGING, PathState
from whiteroom_monitoring.watcher.channels import LIMITS
from whiteroom_monitoring.watcher.keys import Keys
from whiteroom_monitoring.watcher.path import PagerPath
from whiteroom_monitoring.watcher.telling import Announcer

LOOK_S = 2.5
HEARTBEAT_S = 60.0


@dataclass
class Heartbeat:
    """Calls a dead man's switch elsewhere for as long as alerts reach people.

    ``url`` returns its address, or nothing where there is none. It raises the alarm when it is no
    longer called: the machine is gone, or the path is broken.
    """

    url: Callable[[], str]
    say: Callable[[str], None] = print
    _sent: float | None = None
    _problem: str = ""

    def beat(self, state: PathState, now_s: float) -> None:
        """Call it once a minute, while no hop is broken that alerts need."""
        is_due = self._sent is None or now_s - self._sent >= HEARTBEAT_S
        if not is_due or any(hop.hop not in NOT_PAGING for hop in state.broken):
            return
        if url := self.url():
            self._sent = now_s
            self._call(url)

    def _call(self, url: str) -> None:
        problem = ""
        try:
            address = urllib.parse.urlsplit(url)
            base = f"{address.scheme}://{address.netloc}"
            place = urllib.parse.urlunsplit(("", "", address.path or "/", address.query, ""))
            status = HttpClient("The dead man's switch", base, LIMITS).get_status(place)
            problem = "" if status < 400 else f"it answers with {status}"
        except MonitoringError as error:
            problem = str(error)
        metrics.watcher_heartbeats_total.inc(outcome="failed" if problem else "taken")
        if problem and problem != self._problem:
            self.say(f"heartbeat: {problem}")
        self._problem = problem


@dataclass
class Watcher:
    """One look after another, and a thread that tells people, who may be slow to be told."""

    path: PagerPath
    announcer: Announcer
    heartbeat: Heartbeat
    keys: Keys
    state_file: Path
    _state: PathState = field(default_factory=lambda: PathState(0.0, {}))

    def run(self, stop: threading.Event) -> None:
        """Look until ``stop`` is set."""
        teller = threading.Thread(target=self._tell, args=(stop,), name="telling")
        teller.start()
        while not stop.is_set():
            began = time.monotonic()
            self.step(began, time.time())
            stop.wait(max(0.0, LOOK_S - (time.monotonic() - began)))
        teller.join()

    def step(self, now_s: float, now: float) -> None:
        """Look once, and keep what was seen."""
        state = self.keys.with_broken(self.path.look(now_s, now))
        self._state = state
        _record(state)
        try:
            self._write(self.announcer.with_notified(state))
        except OSError as error:
            self.announcer.say(f"{self.state_file}: {error.strerror}")

    def tell(self, now_s: float) -> None:
        """Tell people of the newest state, and the dead man's switch that all is well."""
        self.announcer.announce(self._state, now_s)
        self.keys.probe(now_s, time.time())
        if self._state.written:
            self.heartbeat.beat(self._state, now_s)

    def _tell(self, stop: threading.Event) -> None:
        try:
            while not stop.wait(1.0):
                self.tell(time.monotonic())
        finally:
            # A watcher that can't tell anybody ends, and is started again.
            stop.set()

    def _write(self, state: PathState) -> None:
        temporary = self.state_file.with_suffix(".new")
        temporary.write_text(state.as_json(), encoding="utf-8")
        temporary.chmod(0o644)
        os.replace(temporary, self.state_file)


def _record(state: PathState) -> None:
    broken = {hop.hop for hop in state.broken}
    for hop in HOPS:
        metrics.watcher_hop_broken.set(float(hop in broken), hop=hop)  # type: ignore[arg-type]
    for hop, passed in state.passed.items():
        name = "log_store" if hop == "logs" else hop
        metrics.watcher_hop_passed_timestamp_seconds.set(passed, hop=name)  # type: ignore[arg-type]
