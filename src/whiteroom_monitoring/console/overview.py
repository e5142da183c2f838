"""Says in one line whether White Room is well, and why not."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Literal

from whiteroom_monitoring.datasources.errors import SourceError
from whiteroom_monitoring.datasources.registry import DataSources
from whiteroom_monitoring.grafana import alert_list
from whiteroom_monitoring.grafana.frames import Alert

State = Literal["well", "care", "trouble", "unknown"]
# It fires for as long as the way from a rule to Alertmanager is open.
WATCHDOG = "Watchdog"
_PAGED = ("P0", "P1")
_CARED_FOR = ("P2",)


@dataclass(frozen=True)
class Overview:
    """The state of White Room: one ``line``, and the ``reasons`` below it."""

    state: State
    line: str
    reasons: tuple[str, ...]


def overview(sources: DataSources) -> Overview:
    """Return how White Room is. What can't be asked is a reason, not an error."""
    try:
        active = alert_list.active(sources)
        targets = sources.prometheus.get("targets", state="active")["activeTargets"]
    except SourceError as error:
        return Overview("unknown", "Nobody knows how White Room is.", (str(error),))
    firing = [alert for alert in active if alert.state == "firing"]
    down = [target for target in targets if target["health"] == "down"]
    reasons = [_sentence(a) for a in firing if alert_list.priority(a) in (*_PAGED, *_CARED_FOR)]
    reasons += [f"{t['labels'].get('job')} at {t['labels'].get('instance')} is down." for t in down]
    if not any(alert.name == WATCHDOG for alert in firing):
        reasons.append("The Watchdog does not fire: rules are not evaluated, or not yet.")
    state = _state(firing, reasons)
    return Overview(state, _line(state, firing), tuple(reasons) or _calm(targets, active))


def _state(firing: Sequence[Alert], reasons: Sequence[str]) -> State:
    if any(alert_list.priority(alert) in _PAGED for alert in firing):
        return "trouble"
    return "care" if reasons else "well"


def _line(state: State, firing: Sequence[Alert]) -> str:
    if state == "trouble":
        count = sum(alert_list.priority(alert) in _PAGED for alert in firing)
        return f"White Room is in trouble: {_counted(count, 'alert pages', 'alerts page')}."
    return {"well": "White Room is well.", "care": "White Room needs care."}[state]


def _sentence(alert: Alert) -> str:
    summary = alert.annotations.get("summary") or alert.name
    return f"{alert_list.priority(alert)} {alert.name}: {summary}"


def _calm(targets: Sequence[Any], active: Sequence[Alert]) -> tuple[str, ...]:
    pending = sum(alert.state == "pending" for alert in active)
    watched = f"{_counted(len(targets), 'target', 'targets')} scraped, nobody is paged"
    waiting = f", {_counted(pending, 'alert is', 'alerts are')} about to" if pending else ""
    return (f"{watched}{waiting}.",)


def _counted(count: int, one: str, many: str) -> str:
    return f"{count} {one if count == 1 else many}"
