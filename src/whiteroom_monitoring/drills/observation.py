"""What is seen of a run, at every hop: Prometheus' rules, Alertmanager's alerts, the inbox."""

from __future__ import annotations

import re
import threading
import time
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from whiteroom_monitoring.datasources.errors import SourceError
from whiteroom_monitoring.drills.stack import DrillStack
from whiteroom_monitoring.pager_path import ALERT as PROBE
from whiteroom_monitoring.proofs import ledger

_POLL_S = 0.25
_PAGE = 500

Labels = frozenset[tuple[str, str]]


@dataclass
class SeenAlert:
    """One alert with its labels, and when it was where: seconds since the epoch, or None."""

    labels: Mapping[str, str]
    over_threshold: float | None = None
    firing: float | None = None
    grouped: float | None = None
    ended: float | None = None
    summary: str = ""
    annotations: frozenset[str] = frozenset()
    # Where its rule is, as `ledger.place` says it.
    rule: str = ""

    @property
    def name(self) -> str:
        """The alert's name."""
        return self.labels.get("alertname", "")

    def has(self, labels: Mapping[str, str]) -> bool:
        """Return whether it carries the labels."""
        return labels.items() <= self.labels.items()


@dataclass
class Observation:
    """What was seen since ``begun``: alerts by their labels, and messages, oldest first."""

    begun: float = field(default_factory=time.time)
    alerts: dict[Labels, SeenAlert] = field(default_factory=dict)
    messages: list[dict[str, Any]] = field(default_factory=list)

    def of(self, name: str, labels: Mapping[str, str]) -> list[SeenAlert]:
        """Return the alerts of a name that carry the labels."""
        return [a for a in self.alerts.values() if a.name == name and a.has(labels)]

    def fired(self) -> set[str]:
        """Return the names of the alerts that fired."""
        fired = {alert.name for alert in self.alerts.values() if alert.firing is not None}
        # One of the pager path fires in each of its rounds.
        return fired - {PROBE}


class Observer:
    """Watches a stack from a thread of its own, while its context is open."""

    def __init__(self, stack: DrillStack) -> None:
        self._stack = stack
        self._lock = threading.Lock()
        self._ended = threading.Event()
        self._last = _last_id(stack)
        self._seen = Observation()
        self._thread = threading.Thread(target=self._watch, daemon=True)

    def __enter__(self) -> Observer:
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._ended.set()
        self._thread.join()

    def seen(self) -> Observation:
        """Return what was seen until now."""
        with self._lock:
            return Observation(self._seen.begun, dict(self._seen.alerts), list(self._seen.messages))

    def _watch(self) -> None:
        while not self._ended.wait(_POLL_S):
            for look in (self._look_at_rules, self._look_at_groups, self._look_at_inbox):
                # A fault may be that one of them does not answer.
                try:
                    look()
                except (SourceError, OSError, KeyError):
                    continue

    def _look_at_rules(self) -> None:
        groups = self._stack.prometheus.get("rules", type="alert")["groups"]
        now, active = time.time(), set[Labels]()
        with self._lock:
            for group in groups:
                for number, rule in enumerate(group["rules"]):
                    place = ledger.place(group["file"], group["name"], number)
                    active |= {self._note(alert, now, place) for alert in rule["alerts"]}
            for labels, known in self._seen.alerts.items():
                if labels not in active and known.firing is not None and known.ended is None:
                    known.ended = now

    def _note(self, alert: Mapping[str, Any], now: float, place: str) -> Labels:
        labels = frozenset(alert["labels"].items())
        known = self._seen.alerts.setdefault(labels, SeenAlert(alert["labels"], rule=place))
        if known.over_threshold is None:
            known.over_threshold = _moment(alert["activeAt"])
        if alert["state"] == "firing":
            known.firing = known.firing or now
            known.ended = None
            known.summary = alert["annotations"].get("summary", known.summary)
            known.annotations = frozenset(alert["annotations"])
        return labels

    def _look_at_groups(self) -> None:
        alerts = self._stack.alertmanager.alerts()
        now = time.time()
        with self._lock:
            for alert in alerts:
                known = self._seen.alerts.get(frozenset(alert["labels"].items()))
                if known is not None and known.grouped is None:
                    known.grouped = now

    def _look_at_inbox(self) -> None:
        new = [m for m in messages(self._stack, _PAGE) if m["id"] > self._last]
        with self._lock:
            for message in reversed(new):
                self._last = max(self._last, message["id"])
                self._seen.messages.append(message)


def messages(stack: DrillStack, limit: int) -> list[dict[str, Any]]:
    """Return the newest messages of the inbox, newest first."""
    newest: list[dict[str, Any]] = stack.inbox.get_json(
        "/api/messages", (("limit", str(limit)),), lambda answer: answer["messages"]
    )
    return newest


def _last_id(stack: DrillStack) -> int:
    return max((int(m["id"]) for m in messages(stack, 1)), default=0)


def received(message: Mapping[str, Any]) -> float:
    """Return when a message arrived, in seconds since the epoch."""
    return _moment(message["received"])


def _moment(text: str) -> float:
    # Of nanoseconds, which Prometheus writes, Python reads six digits.
    head, _, tail = text.removesuffix("Z").partition(".")
    return datetime.fromisoformat(f"{head}.{(tail or '0')[:6]:0<6}+00:00").timestamp()


def active(stack: DrillStack) -> dict[str, set[str]]:
    """Return the states of the alerts that are pending or firing now, by their names."""
    states: dict[str, set[str]] = {}
    for alert in stack.prometheus.get("alerts")["alerts"]:
        if alert["labels"]["alertname"] == PROBE:
            continue
        states.setdefault(alert["labels"]["alertname"], set()).add(alert["state"])
    return states


def names_in(message: Mapping[str, Any], known: Collection[str]) -> set[str]:
    """Return the alerts that a message is about: those whose names or runbooks it has."""
    text = " ".join(_texts(message))
    return {name for name in known if re.search(rf"\b{re.escape(name)}\b", text)}


def _texts(message: Mapping[str, Any]) -> Iterable[str]:
    yield from _leaves(message["raw"])
    # A mail's source breaks its lines.
    yield str(message["text"])
    yield str(message["title"])


def _leaves(node: Any) -> Iterable[str]:
    """Yield the texts of a payload, in whatever they are nested."""
    if isinstance(node, dict | list):
        for child in node.values() if isinstance(node, dict) else node:
            yield from _leaves(child)
    else:
        yield str(node)
