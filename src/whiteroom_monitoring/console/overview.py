"""Says in one line whether what is watched is well, and why not."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any, Literal

from whiteroom_monitoring.datasources.data_sources import DataSources
from whiteroom_monitoring.datasources.errors import SourceError
from whiteroom_monitoring.grafana.evaluation import alert_list
from whiteroom_monitoring.grafana.evaluation.frames import Alert

State = Literal["well", "degraded", "trouble", "unknown"]


@dataclass(frozen=True)
class Overview:
    """The state of what is watched: one ``line``, and the ``reasons`` below it."""

    state: State
    line: str
    reasons: tuple[str, ...]


def overview(sources: DataSources, title: str) -> Overview:
    """Return the state of what people call ``title``. What can't be asked is a reason, no error."""
    try:
        active = alert_list.active(sources)
        targets = sources.prometheus.get("targets", state="active")["activeTargets"]
    except SourceError as error:
        return Overview("unknown", "Status unknown.", (str(error),))
    firing = [alert for alert in active if alert.state == "firing"]
    down = [target for target in targets if target["health"] == "down"]
    # Also what holds and does not fire yet: a dashboard beside this line shows it already.
    wrong = [alert for alert in active if alert.level != "news"]
    reasons = [_sentence(alert) for alert in wrong]
    reasons += [f"{t['labels'].get('job')} at {t['labels'].get('instance')} is down." for t in down]
    # It fires for as long as the way from a rule to Alertmanager is open.
    watchdog = sources.alerts.watchdog
    if not any(alert.name == watchdog for alert in firing):
        reasons.append(f"The {watchdog} does not fire: rules are not evaluated, or not yet.")
    state = _state(firing, reasons)
    line = _line(state, firing, _services(wrong), title)
    return Overview(state, line, tuple(reasons) or _calm(targets))


def with_broken_path(known: Overview, problems: Sequence[str]) -> Overview:
    """Return the state where alerts may not reach people, as the watcher says, not Prometheus."""
    if not problems:
        return known
    reasons = (*problems, *(known.reasons if known.state != "well" else ()))
    if known.state != "well":
        return replace(known, reasons=reasons)
    return Overview("degraded", "Alerts may not reach people.", reasons)


def _state(firing: Sequence[Alert], reasons: Sequence[str]) -> State:
    if any(alert.level == "page" for alert in firing):
        return "trouble"
    return "degraded" if reasons else "well"


def _services(alerts: Sequence[Alert]) -> str:
    """Return which services alerts are about, as the end of a sentence."""
    names = sorted({alert.labels.get("service", "") for alert in alerts} - {""})
    return ": " + ", ".join(names) if names else ""


def _line(state: State, firing: Sequence[Alert], services: str, title: str) -> str:
    if state == "trouble":
        count = sum(alert.level == "page" for alert in firing)
        return f"{title} is in trouble: {_counted(count, 'alert pages', 'alerts page')}."
    return f"{title} is well." if state == "well" else f"{title} is degraded{services}."


def _sentence(alert: Alert) -> str:
    summary = alert.annotations.get("summary") or alert.name
    waiting = "" if alert.state == "firing" else "Pending: "
    return f"{waiting}{alert.priority} {alert.name}: {summary}".lstrip()


def _calm(targets: Sequence[Any]) -> tuple[str, ...]:
    return (f"{_counted(len(targets), 'target', 'targets')} scraped, nobody is paged.",)


def _counted(count: int, singular: str, plural: str) -> str:
    return f"{count} {singular if count == 1 else plural}"
