"""What the alerts page shows and does: active alerts and silences."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict
from datetime import UTC, datetime, timedelta
from typing import Any

from whiteroom_monitoring.datasources.data_sources import DataSources
from whiteroom_monitoring.datasources.errors import RequestError
from whiteroom_monitoring.grafana.evaluation import alert_list

MAX_SILENCE_MINUTES = 7 * 24 * 60
_MAX_TEXT = 500


def current(sources: DataSources) -> list[dict[str, Any]]:
    """Return the active alerts, each with the silences that hold it. Raises SourceError."""
    silenced = [
        (alert["labels"], list(alert["status"]["silencedBy"]))
        for alert in sources.alertmanager.alerts()
    ]
    return [
        asdict(alert) | {"silences": _silences_of(alert.labels, silenced)}
        for alert in alert_list.active(sources)
    ]


def _silences_of(
    labels: Mapping[str, str], silenced: Sequence[tuple[Mapping[str, str], list[str]]]
) -> list[str]:
    # Alertmanager may know more labels, such as external ones.
    matching = (ids for theirs, ids in silenced if labels.items() <= theirs.items())
    return sorted({identifier for ids in matching for identifier in ids})


def silences(sources: DataSources) -> list[dict[str, Any]]:
    """Return the silences that are active or pending. Raises SourceError."""
    every = sources.alertmanager.silences()
    return [dict(silence) for silence in every if silence["status"]["state"] != "expired"]


def silence(sources: DataSources, content: Mapping[str, Any], now: datetime) -> str:
    """Create a silence and return its id. Raises RequestError and SourceError."""
    labels = content.get("labels")
    if not isinstance(labels, dict) or not labels:
        raise RequestError('labels: expected at least one, such as {"alertname": "AudioXruns"}')
    minutes = content.get("minutes")
    if type(minutes) is not int or not 1 <= minutes <= MAX_SILENCE_MINUTES:
        raise RequestError(f"minutes: found {minutes!r}, expected 1 to {MAX_SILENCE_MINUTES}")
    return sources.alertmanager.create_silence(
        {
            "matchers": [
                {"name": str(name), "value": str(value), "isRegex": False, "isEqual": True}
                for name, value in labels.items()
            ],
            "startsAt": now.astimezone(UTC).isoformat(),
            "endsAt": (now + timedelta(minutes=minutes)).astimezone(UTC).isoformat(),
            "createdBy": _required(content, "author"),
            "comment": _required(content, "comment"),
        }
    )


def _required(content: Mapping[str, Any], name: str) -> str:
    text = content.get(name)
    if not isinstance(text, str) or not 0 < len(text.strip()) <= _MAX_TEXT:
        raise RequestError(f"{name}: expected a text of 1 to {_MAX_TEXT} characters")
    return text.strip()


def expire(sources: DataSources, identifier: str) -> None:
    """End a silence now. Raises SourceError."""
    sources.alertmanager.expire_silence(identifier)
