"""What the alerts page shows and does: what fires, what was silenced, what fired before."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

from whiteroom_monitoring.datasources.errors import RequestError
from whiteroom_monitoring.datasources.registry import DataSources
from whiteroom_monitoring.grafana import alert_list
from whiteroom_monitoring.grafana.time_range import TimeRange, grid

LONGEST_SILENCE_MINUTES = 7 * 24 * 60
_LONGEST_TEXT = 500
_HISTORY = 'ALERTS{alertstate="firing"}'
_HISTORY_POINTS = 1000


@dataclass(frozen=True)
class Spell:
    """One time that an alert fired; ``end`` is None while it does."""

    name: str
    labels: Mapping[str, str]
    start: float
    end: float | None


def current(sources: DataSources) -> list[dict[str, Any]]:
    """Return the active alerts, each with the silences that hold it. Raises SourceError."""
    held = [_held(raw) for raw in sources.alertmanager.alerts()]
    return [
        asdict(alert) | {"silences": _silences(alert.labels, held)}
        for alert in alert_list.active(sources)
    ]


def _held(raw: Mapping[str, Any]) -> tuple[Mapping[str, str], list[str]]:
    return raw["labels"], list(raw["status"]["silencedBy"])


def _silences(
    labels: Mapping[str, str], held: Sequence[tuple[Mapping[str, str], list[str]]]
) -> list[str]:
    # Alertmanager may know more labels, such as external ones.
    found = [ids for theirs, ids in held if labels.items() <= theirs.items()]
    return sorted({each for ids in found for each in ids})


def silences(sources: DataSources) -> list[dict[str, Any]]:
    """Return the silences that are in force or to come. Raises SourceError."""
    silences = sources.alertmanager.silences()
    return [dict(one) for one in silences if one["status"]["state"] != "expired"]


def silence(sources: DataSources, wanted: Mapping[str, Any], now: datetime) -> str:
    """Make a silence and return its id. Raises RequestError and SourceError."""
    labels = wanted.get("labels")
    if not isinstance(labels, dict) or not labels:
        raise RequestError('labels: expected at least one, such as {"alertname": "AudioXruns"}')
    minutes = wanted.get("minutes")
    if not isinstance(minutes, int) or not 1 <= minutes <= LONGEST_SILENCE_MINUTES:
        raise RequestError(f"minutes: found {minutes!r}, expected 1 to {LONGEST_SILENCE_MINUTES}")
    content = {
        "matchers": [
            {"name": str(n), "value": str(v), "isRegex": False, "isEqual": True}
            for n, v in labels.items()
        ],
        "startsAt": now.astimezone(UTC).isoformat(),
        "endsAt": (now + timedelta(minutes=minutes)).astimezone(UTC).isoformat(),
        "createdBy": _required(wanted, "author"),
        "comment": _required(wanted, "comment"),
    }
    return sources.alertmanager.create_silence(content)


def _required(wanted: Mapping[str, Any], name: str) -> str:
    text = wanted.get(name)
    if not isinstance(text, str) or not 0 < len(text.strip()) <= _LONGEST_TEXT:
        raise RequestError(f"{name}: expected a text of 1 to {_LONGEST_TEXT} characters")
    return text.strip()


def expire(sources: DataSources, identifier: str) -> None:
    """End a silence now. Raises SourceError."""
    sources.alertmanager.expire_silence(identifier)


def history(sources: DataSources, when: TimeRange) -> list[dict[str, Any]]:
    """Return when each alert fired within a range, the latest first. Raises SourceError."""
    moments = grid(when, _HISTORY_POINTS, 15)
    spells: list[Spell] = []
    for sample in sources.prometheus.range(_HISTORY, moments.start, moments.end, moments.step):
        own = {k: v for k, v in sample.labels.items() if k not in ("__name__", "alertstate")}
        for start, end in runs(sample.times, moments.step):
            lasts = end >= moments.end - moments.step / 2
            spells.append(Spell(own["alertname"], own, start, None if lasts else end))
    spells.sort(key=lambda spell: -spell.start)
    return [asdict(spell) for spell in spells]


def runs(times: Sequence[float], step: float) -> list[tuple[float, float]]:
    """Return the first and last of each run of moments without a gap."""
    runs: list[tuple[float, float]] = []
    for time in times:
        if runs and time - runs[-1][1] <= 1.5 * step:
            runs[-1] = (runs[-1][0], time)
        else:
            runs.append((time, time))
    return runs
