"""What the reconciler does every second: asks both servers, and brings in order what is not."""

from __future__ import annotations

import datetime
import threading
import time
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from whiteroom_monitoring.datasources.alertmanager import AlertmanagerClient
from whiteroom_monitoring.datasources.errors import SourceError
from whiteroom_monitoring.datasources.http import HttpClient
from whiteroom_monitoring.datasources.prometheus import PrometheusClient
from whiteroom_monitoring.errors import MonitoringError
from whiteroom_monitoring.pager_path import NAME as PAGER_PATH
from whiteroom_monitoring.reconciler import incidents, notification_log, pagerduty, routes
from whiteroom_monitoring.reconciler.incidents import INACTIVE_S, OpenIncidents
from whiteroom_monitoring.reconciler.notification_journal import NotifiedGroups
from whiteroom_monitoring.reconciler.pagerduty import Service, ServiceError
from whiteroom_monitoring.reconciler.silences import Journal
from whiteroom_monitoring.reconciler.watch import Watch

STEP_S = 1.0
# Prometheus sends every alert again after 1 min, the Watchdog among them.
STALE_S = 150.0
# How old the newest sample of any target is, whether it is up or not.
_AGE = "time() - max(timestamp(up))"
# The folder of the journal of silences.
SILENCES = "silences"
# The receiver that is paged when nobody else can be asked.
CRITICAL = "pagerduty-critical"


def utc_now() -> datetime.datetime:
    """Return the time, with zone."""
    return datetime.datetime.now(datetime.UTC)


@dataclass
class Reconciler:
    """Everything for one pair of servers. ``log`` is Alertmanager's notification log.

    ``credentials`` is a folder with copies of the keys that its configuration names.

    ``step`` runs in one thread; the journal is held with ``lock``, because requests use it, too.
    """

    prometheus: HttpClient
    alertmanager: AlertmanagerClient
    log: Path
    alertmanager_yml: Path
    folder: Path
    inactive_s: float = INACTIVE_S
    say: Callable[[str], None] = print
    credentials: Path | None = None
    lock: threading.Lock = field(default_factory=threading.Lock)
    counts: dict[str, int] = field(default_factory=dict)
    stale_s: float = STALE_S
    _unusable: str = ""

    def __post_init__(self) -> None:
        self.journal = Journal(self.folder / SILENCES)
        self._told = NotifiedGroups(self.folder)
        self._incidents = OpenIncidents(
            self._post_ended, self._services, self.inactive_s, self._intervals_s
        )
        self._watch = Watch(self._critical, self.folder / "paged")
        self.counts |= dict.fromkeys(("ended", "silences", "problems"), 0)

    def step(self, now_s: float, now: datetime.datetime) -> None:
        """Look once. ``now_s`` is of a clock that never jumps."""
        problems = list(self._problems(now))
        self._tell("problems", self._watch.observe(problems, now_s))
        if problems:
            self._incidents.forget()
        try:
            with self.lock:
                self._tell("silences", self.journal.reconcile(self.alertmanager, now))
            if not problems:
                self._reconcile_incidents(now_s)
                self._unusable = ""
        except ServiceError as error:
            # The configuration can't be read, which says nothing about the servers: they are well.
            if str(error) != self._unusable:
                self.say(f"not reconciled: {error}")
            self._unusable = str(error)
        except (MonitoringError, OSError) as error:
            self._incidents.forget()
            if not problems:
                self.say(f"not reconciled: {error}")

    def _reconcile_incidents(self, now_s: float) -> None:
        active = incidents.active_groups(self.alertmanager.groups())
        # Nobody is notified of the pager path's rounds, and they have no end.
        notifications = [n for n in notification_log.read(self.log) if n.receiver != PAGER_PATH]
        self._tell("ended", self._incidents.reconcile(notifications, active, now_s))

    def keep_told(self, payload: object) -> None:
        """Write down what Alertmanager has told of. Raises NotifiedError or OSError."""
        with self.lock:
            self._told.keep(payload, time.time())

    def run(self, stop: threading.Event) -> None:
        """Step until ``stop`` is set."""
        while not stop.wait(STEP_S):
            self.step(time.monotonic(), utc_now())

    def _problems(self, now: datetime.datetime) -> Iterable[str]:
        """Yield what keeps alerts from being evaluated and sent."""
        try:
            if (status := self.prometheus.get_status("/-/ready")) != 200:
                yield f"Prometheus answers with {status}"
        except SourceError as error:
            yield f"Prometheus: {error}"
        else:
            yield from self._without_samples()
        try:
            updated = [_time(alert["updatedAt"]) for alert in self.alertmanager.alerts()]
        except SourceError as error:
            yield f"Alertmanager: {error}"
            return
        if not updated or (now - max(updated)).total_seconds() > STALE_S:
            yield "Alertmanager has heard of no alert, not even the Watchdog"

    def _without_samples(self) -> Iterable[str]:
        """Yield that Prometheus answers and takes no samples, as with a full disk."""
        try:
            age_s = PrometheusClient(self.prometheus).value(_AGE)
        except SourceError as error:
            yield f"Prometheus can't be queried: {error}"
            return
        if age_s is None:
            yield "Prometheus has no sample of the last 5 min: is its disk full?"
        elif age_s > self.stale_s:
            yield f"Prometheus has taken no sample for {age_s:.0f} s: is its disk full?"

    def _services(self) -> Mapping[str, Sequence[Service]]:
        return pagerduty.services(self.alertmanager_yml, self.credentials)

    def _intervals_s(self) -> Mapping[str, float]:
        return routes.group_intervals_s(self.alertmanager_yml)

    def _critical(self) -> Sequence[Service]:
        return self._services().get(CRITICAL, ())

    def _post_ended(self, labels: Mapping[str, str]) -> None:
        self.alertmanager.post_alerts([incidents.ended_alert(labels, utc_now())])

    def _tell(self, count: str, sentences: Iterable[str]) -> None:
        for sentence in sentences:
            self.counts[count] += 1
            self.say(f"{count}: {sentence}")


def _time(text: str) -> datetime.datetime:
    return datetime.datetime.fromisoformat(text)
