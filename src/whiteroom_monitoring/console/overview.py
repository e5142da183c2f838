"""Says in one line whether White Room is well, and why not."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Literal

from whiteroom_monitoring.datasources.errors import SourceError
from whiteroom_monitoring.datasources.registry import DataSources
from whiteroom_monitoring.grafana.evaluation import alert_list
from whiteroom_monitoring.grafana.evaluation.frames import Alert
from whiteroom_monitoring.priorities import NEEDING_ACTION, PAGING

State = Literal["well", "degraded", "trouble", "unknown"]
# It fires for as long as the way from a rule to Alertmanager is open.
WATCHDOG = "Watchdog"


@dataclass(frozen=True)
class Overview:
    """The state of White Room: one ``line``, and the ``reasons`` below it."""

    state: State
    line: str
    reasons: tuple[str, ...]


def overview(sources: DataSources) -> Overview:
    """Return the state of White Room. What can't be asked is a reason, not an error."""
    try:
        active = alert_list.active(sources)
        targets = sources.prometheus.get("targets", state="active")["activeTargets"]
    except SourceError as error:
        return Overview("unknown", "Status unknown.", (str(error),))
    firing = [alert for alert in active if alert.state == "firing"]
    down = [target for target in targets if target["health"] == "down"]
    reasons = [_sentence(a) for a in firing if alert_list.priority(a) in NEEDING_ACTION]
    reasons += [f"{t['labels'].get('job')} at {t['labels'].get('instance')} is down." for t in down]
    if not any(alert.name == WATCHDOG for alert in firing):
        reasons.append("The Watchdog does not fire: rules are not evaluated, or not yet.")
    state = _state(firing, reasons)
    return Overview(state, _line(state, firing), tuple(reasons) or _calm(targets, active))


def _state(firing: Sequence[Alert], reasons: Sequence[str]) -> State:
    if any(alert_list.priority(alert) in PAGING for alert in firing):
        return "trouble"
    return "degraded" if reasons else "well"


def _line(state: State, firing: Sequence[Alert]) -> str:
    if state == "trouble":
        count = sum(alert_list.priority(alert) in PAGING for alert in firing)
        return f"White Room is in trouble: {_counted(count, 'alert pages', 'alerts page')}."
    return "White Room is well." if state == "well" else "White Room is degraded."


def _sentence(alert: Alert) -> str:
    summary = alert.annotations.get("summary") or alert.name
    return f"{alert_list.priority(alert)} {alert.name}: {summary}"


def _calm(targets: Sequence[Any], active: Sequence[Alert]) -> tuple[str, ...]:
    pending = sum(alert.state == "pending" for alert in active)
    scraped = f"{_counted(len(targets), 'target', 'targets')} scraped, nobody is paged"
    waiting = f", {_counted(pending, 'alert is', 'alerts are')} pending" if pending else ""
    return (f"{scraped}{waiting}.",)


def _counted(count: int, one: str, many: str) -> str:
    return f"{count} {one if count == 1 else many}"
