"""The alerts that an alert list shows, chosen by state and labels."""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import datetime
from typing import Any

from whiteroom_monitoring.datasources.data_sources import DataSources
from whiteroom_monitoring.grafana.evaluation.errors import UnsupportedError
from whiteroom_monitoring.grafana.evaluation.frames import Alert, Alerts
from whiteroom_monitoring.grafana.evaluation.interpolation import Scope
from whiteroom_monitoring.grafana.model.panel import AlertFilter
from whiteroom_monitoring.pager_path import ALERT as PROBE
from whiteroom_monitoring.project.model import Alerts as Settings

_MATCHER = re.compile(r'\s*([a-zA-Z_]\w*)\s*(=~|!~|!=|=)\s*"((?:[^"\\]|\\.)*)"\s*(?:,|$)')
_ORDER = {"firing": 0, "pending": 1}


def alerts(chosen: AlertFilter, scope: Scope, sources: DataSources) -> Alerts:
    """Return the alerts of Prometheus that a panel lists."""
    name = scope.tolerant_text(chosen.name)
    matchers = parsed(scope.tolerant_text(chosen.labels))
    listed = [
        alert
        for alert in active(sources)
        if alert.state in chosen.states and name in alert.name and _matches(alert.labels, matchers)
    ]
    return Alerts(tuple(listed[: chosen.max_items]))


def active(sources: DataSources) -> list[Alert]:
    """Return every alert that fires or is about to, the most urgent first. Raises SourceError."""
    raw = sources.prometheus.get("alerts")["alerts"]
    settings = sources.alerts
    # Nobody is notified of the pager path's.
    alerts = [_alert(a, settings) for a in raw if a["labels"].get("alertname") != PROBE]
    return sorted(alerts, key=lambda a: (_ORDER[a.state], settings.urgency(a.labels), -a.since))


def _alert(raw: Mapping[str, Any], settings: Settings) -> Alert:
    # Prometheus writes nanoseconds, which a datetime can't hold.
    since = datetime.fromisoformat(re.sub(r"\.(\d{6})\d*", r".\1", raw["activeAt"])).timestamp()
    labels = raw["labels"]
    return Alert(
        labels.get("alertname", ""),
        raw["state"],
        since,
        labels,
        raw["annotations"],
        settings.priority(labels),
        settings.level(labels),
    )


def parsed(text: str) -> list[tuple[str, str, str]]:
    """Return the matchers of a selector such as ``{team="tape"}``. Raises UnsupportedError."""
    inner = text.strip().removeprefix("{").removesuffix("}").strip()
    matchers, place = [], 0
    while place < len(inner):
        match = _MATCHER.match(inner, place)
        if match is None:
            raise UnsupportedError(f"the label filter {text[:60]!r}")
        matchers.append((match[1], match[2], match[3]))
        place = match.end()
    return matchers


def _matches(labels: Mapping[str, str], matchers: list[tuple[str, str, str]]) -> bool:
    return all(_holds(labels.get(name, ""), how, text) for name, how, text in matchers)


def _holds(value: str, how: str, text: str) -> bool:
    if "~" not in how:
        return (value == text) != (how == "!=")
    try:
        return (re.fullmatch(text, value) is not None) != how.startswith("!")
    except re.error as error:
        raise UnsupportedError(f"the label filter {text[:60]!r}: {error}") from error
