"""The alerts that an alert list shows, chosen by state and labels."""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import datetime
from typing import Any

from whiteroom_monitoring.datasources.registry import DataSources
from whiteroom_monitoring.grafana.errors import UnsupportedError
from whiteroom_monitoring.grafana.frames import Alert, Alerts
from whiteroom_monitoring.grafana.interpolation import Scope

_MATCHER = re.compile(r'\s*([a-zA-Z_]\w*)\s*(=~|!~|!=|=)\s*"((?:[^"\\]|\\.)*)"\s*(?:,|$)')
_ORDER = {"firing": 0, "pending": 1}


def found(options: Mapping[str, Any], scope: Scope, sources: DataSources) -> Alerts:
    """Return the alerts of Prometheus that a panel with ``options`` lists."""
    wanted = options.get("stateFilter") or {"firing": True, "pending": True}
    name = scope.text(str(options.get("alertName") or ""))
    matchers = parsed(scope.text(str(options.get("alertInstanceLabelFilter") or "")))
    chosen = [
        alert
        for alert in active(sources)
        if wanted.get(alert.state) and name in alert.name and _matches(alert.labels, matchers)
    ]
    return Alerts(tuple(chosen[: int(options.get("maxItems") or 20)]))


def active(sources: DataSources) -> list[Alert]:
    """Return every alert that fires or is about to, the most urgent first. Raises SourceError."""
    raw = sources.prometheus.get("alerts")["alerts"]
    return sorted(map(_alert, raw), key=lambda a: (_ORDER[a.state], priority(a), -a.since))


def priority(alert: Alert) -> str:
    """Return P0 to P3; what has none comes last."""
    return alert.labels.get("priority", "P9")


def _alert(raw: Mapping[str, Any]) -> Alert:
    # Prometheus writes nanoseconds, which a datetime can't hold.
    since = datetime.fromisoformat(re.sub(r"\.(\d{6})\d*", r".\1", raw["activeAt"])).timestamp()
    labels = raw["labels"]
    return Alert(labels.get("alertname", ""), raw["state"], since, labels, raw["annotations"])


def parsed(text: str) -> list[tuple[str, str, str]]:
    """Return the matchers of a selector such as ``{team="audio"}``. Raises UnsupportedError."""
    inner = text.strip().removeprefix("{").removesuffix("}").strip()
    matchers, place = [], 0
    while place < len(inner):
        one = _MATCHER.match(inner, place)
        if one is None:
            raise UnsupportedError(f"the label filter {text[:60]!r}")
        matchers.append((one[1], one[2], one[3]))
        place = one.end()
    return matchers


def _matches(labels: Mapping[str, str], matchers: list[tuple[str, str, str]]) -> bool:
    return all(_holds(labels.get(name, ""), how, text) for name, how, text in matchers)


def _holds(value: str, how: str, text: str) -> bool:
    equal = re.fullmatch(text, value) is not None if "~" in how else value == text
    return equal != how.startswith("!")
