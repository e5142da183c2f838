"""What the watcher asks each server of the path, by the server's own API."""

from __future__ import annotations

import re
import time
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from whiteroom_monitoring.datasources.errors import SourceError
from whiteroom_monitoring.datasources.http import HttpClient
from whiteroom_monitoring.datasources.limits import Limits
from whiteroom_monitoring.datasources.prometheus import PrometheusClient
from whiteroom_monitoring.pager_path import ALERT, CHANNELS, NAME, PREFIX, SAMPLE, newest_time

# A server that takes longer does not answer.
ANSWER_S = 3.0
LIMITS = Limits(timeout_s=ANSWER_S)
# A scrape of the path's job is older only when there is none any more.
SCRAPED_S = 20.0
# Lines of logs that wait longer at the shipper are not taken by the store.
HELD_S = 10.0
# What the line of a round says, and when.
LINE = "pager-path {time:.3f}"
ROTATED_BYTES = 256 * 1024

_SAMPLE = re.compile(rf"^{SAMPLE} (\S+)", re.MULTILINE)
_SENT, _REFUSED = (
    re.compile(rf'^alertmanager_{name}\{{[^}}]*integration="(\w+)"[^}}]*\}} (\S+)', re.MULTILINE)
    for name in ("notifications_total", "notification_requests_failed_total")
)
_HELD = re.compile(
    rf'^log_shipper_waiting_seconds\{{[^}}]*source="{NAME}"[^}}]*\}} (\S+)', re.MULTILINE
)
_NS = 10**9


@dataclass(frozen=True)
class Answer:
    """What a server has said: the newest ``time`` of a sample there, or why there is none."""

    time: float | None = None
    problem: str = ""
    answered: bool = True


def ask(question: Callable[[], float | None]) -> Answer:
    """Return the answer to a question that may fail with SourceError."""
    try:
        return Answer(question())
    except SourceError as error:
        return Answer(problem=str(error), answered=False)


@dataclass(frozen=True)
class Counts:
    """Alertmanager's counts by protocol: what it began to send, and requests that were refused."""

    sent: Mapping[str, float]
    refused: Mapping[str, float]

    def grew(self, before: Counts, channel: str) -> tuple[bool, bool]:
        """Return whether Alertmanager has sent by a channel, and whether it was refused."""
        sent = self.sent.get(channel, 0.0) > before.sent.get(channel, 0.0)
        return sent, self.refused.get(channel, 0.0) > before.refused.get(channel, 0.0)


@dataclass(frozen=True)
class Servers:
    """The servers of the path. ``loki`` and ``shipper`` are None where there are no logs."""

    exporter: HttpClient
    prometheus: HttpClient
    alertmanager: HttpClient
    inbox: HttpClient
    loki: HttpClient | None = None
    shipper: HttpClient | None = None

    def exported(self) -> float | None:
        """Return the time of the exporter's own sample. Raises SourceError."""
        return _first(_SAMPLE, self.exporter.get_text("/metrics"))

    def scraped(self) -> float | None:
        """Return the time of the newest sample that Prometheus has. Raises SourceError.

        Also of one that it had when an exporter stopped to answer: since then it has none of now.
        """
        newest = f'max(max_over_time({SAMPLE}{{job="{NAME}"}}[5m]))'
        return PrometheusClient(self.prometheus).value(newest)

    def alerted(self) -> float | None:
        """Return the time that the alert of the rule tells. Raises SourceError."""
        alerts = self.prometheus.get_json("/api/v1/alerts", decode=lambda a: a["data"]["alerts"])
        return newest_time(_samples(alerts))

    def rejected(self) -> bool:
        """Return whether Prometheus has rejected its files at the last reload."""
        status = self.prometheus.get_json("/api/v1/status/runtimeinfo", decode=lambda a: a["data"])
        return not status.get("reloadConfigSuccess", True)

    def received(self) -> float | None:
        """Return the time that the newest alert at Alertmanager tells. Raises SourceError."""
        alerts = self.alertmanager.get_json("/api/v2/alerts", _of_path(), list)
        return newest_time(_samples(alerts))

    def suppressed(self) -> bool:
        """Return whether every alert of the path is silenced at Alertmanager."""
        alerts = self.alertmanager.get_json("/api/v2/alerts", _of_path(), list)
        states = {alert["status"]["state"] for alert in alerts}
        return states == {"suppressed"}

    def delivered(self) -> Mapping[str, float]:
        """Return the time that each channel's newest message tells. Raises SourceError."""
        messages = self.inbox.get_json(f"{PREFIX}/messages", decode=lambda a: a["messages"])
        times = {name: newest_time(messages.get(name, ())) for name in CHANNELS}
        return {name: time for name, time in times.items() if time is not None}

    def inbox_problem(self) -> str:
        """Return why the inbox could not store a notification; nothing where it could."""
        status = self.inbox.get_status("/-/healthy")
        return "" if status == 200 else f"the inbox can't store a notification: status {status}"

    def counts(self) -> Counts:
        """Return how much Alertmanager has sent since it began, and what of it was refused."""
        text = self.alertmanager.get_text("/metrics")
        return Counts(_by_label(_SENT, text), _by_label(_REFUSED, text))

    def target(self) -> tuple[bool, str]:
        """Return whether Prometheus scrapes the path's job, and what it says of it."""
        targets = self.prometheus.get_json(
            "/api/v1/targets", (("state", "active"),), lambda a: a["data"]["activeTargets"]
        )
        own = [target for target in targets if target["labels"].get("job") == NAME]
        if not own:
            return False, f"Prometheus has no target of the job {NAME}"
        is_well = all(target["health"] == "up" for target in own)
        return is_well, "; ".join(target["lastError"] for target in own if target["lastError"])

    def rule(self) -> str:
        """Return why there is no alert of the rule, as Prometheus says it."""
        groups = self.prometheus.get_json(
            "/api/v1/rules", (("type", "alert"),), lambda a: a["data"]["groups"]
        )
        rules = [rule for group in groups for rule in group["rules"] if rule["name"] == ALERT]
        if not rules:
            return f"Prometheus has no rule {ALERT}"
        return str(rules[0].get("lastError") or "the rule is not evaluated, or finds no sample")

    def stored(self) -> float | None:
        """Return the time that the newest line in the log store tells. Raises SourceError."""
        assert self.loki is not None
        now_ns = time.time_ns()
        parameters = (
            ("query", f'{{job="{NAME}"}}'),
            ("start", str(now_ns - 600 * _NS)),
            ("end", str(now_ns + 60 * _NS)),
            ("limit", "5"),
        )
        streams = self.loki.get_json(
            "/loki/api/v1/query_range", parameters, lambda answer: answer["data"]["result"]
        )
        return newest_time(value[1] for stream in streams for value in stream["values"])

    def held_s(self) -> float:
        """Return how long the shipper has waited for the store with lines of the path.

        Raises SourceError where the shipper does not answer.
        """
        assert self.shipper is not None
        return _first(_HELD, self.shipper.get_text("/metrics")) or 0.0


def _of_path() -> tuple[tuple[str, str], ...]:
    return (("filter", f'alertname="{ALERT}"'),)


def _samples(alerts: Any) -> Iterator[str]:
    for alert in alerts:
        if alert["labels"].get("alertname") == ALERT:
            yield str(alert["annotations"].get("sample", ""))


def _first(pattern: re.Pattern[str], text: str) -> float | None:
    match = pattern.search(text)
    return float(match[1]) if match else None


def _by_label(pattern: re.Pattern[str], text: str) -> dict[str, float]:
    sums: dict[str, float] = {}
    for match in pattern.finditer(text):
        sums[match[1]] = sums.get(match[1], 0.0) + float(match[2])
    return sums


class RoundsLog:
    """The file that gets a line in each round, which the shipper reads."""

    def __init__(self, file: Path) -> None:
        self._file = file

    def write(self, now: float) -> None:
        """Append the line of a round. Raises OSError."""
        self._file.parent.mkdir(mode=0o755, parents=True, exist_ok=True)
        if self._file.exists() and self._file.stat().st_size > ROTATED_BYTES:
            self._file.rename(self._file.with_name(f"{self._file.name}.1"))
        with self._file.open("a", encoding="utf-8") as file:
            file.write(LINE.format(time=now) + "\n")
