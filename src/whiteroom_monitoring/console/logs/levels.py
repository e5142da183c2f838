"""The levels of lines, by one name each, with their colours: the gravest first."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping

from whiteroom_monitoring.datasources.loki import LogLine

# Where the level of a line is told: by its stream, or found in it by the store.
LABELS = ("level", "detected_level")
# By the names that Grafana's histogram has; colours are the theme's.
COLORS: Mapping[str, str] = {
    "critical": "purple",
    "error": "red",
    "warn": "orange",
    "info": "green",
    "debug": "blue",
    "trace": "--muted",
    "unknown": "--faint",
}
_NAMES: Mapping[str, tuple[str, ...]] = {
    "critical": ("critical", "crit", "fatal", "emerg", "emergency", "alert", "panic"),
    "error": ("error", "err", "eror"),
    "warn": ("warn", "warning"),
    "info": ("info", "information", "informational", "notice", "log"),
    "debug": ("debug", "dbg"),
    "trace": ("trace", "verbose"),
}
_BY_NAME = {name: level for level, names in _NAMES.items() for name in names}


def named(text: str) -> str:
    """Return the level that a text means.

    >>> named("WARNING"), named("fatal"), named("loud")
    ('warn', 'critical', 'unknown')
    """
    return _BY_NAME.get(text.lower(), "unknown")


def of_labels(labels: Mapping[str, str]) -> str:
    """Return the level that labels tell, ``unknown`` where they tell none."""
    levels = (named(labels[name]) for name in LABELS if labels.get(name))
    return next((level for level in levels if level != "unknown"), "unknown")


def of_line(line: LogLine) -> str:
    """Return the level of a line."""
    return of_labels({**line.parsed, **line.metadata, **line.labels})


def label_filter(labels: Iterable[Mapping[str, str]]) -> str:
    """Return the stage of LogQL that keeps the lines of one level, which has these ``labels``.

    >>> label_filter([{"level": "err"}, {"level": "error"}])
    'level=~"err|error"'
    >>> label_filter([{"level": "fatal", "detected_level": "fatal"}, {"detected_level": "crit"}])
    'detected_level=~"crit|fatal"'
    >>> label_filter([{}])
    'level="", detected_level=""'
    """
    ways = list(labels)
    for name in reversed(LABELS):
        values = sorted({way[name] for way in ways if way.get(name)})
        if values and all(way.get(name) for way in ways):
            return f"{name}={_quoted(values[0])}" if len(values) == 1 else _any_of(name, values)
    parts = [", ".join(f"{name}={_quoted(way.get(name, ''))}" for name in LABELS) for way in ways]
    return parts[0] if len(parts) == 1 else " or ".join(f"({part})" for part in parts)


def _any_of(name: str, values: Iterable[str]) -> str:
    return f"{name}=~{_quoted('|'.join(values))}"


def _quoted(text: str) -> str:
    """Return a text as LogQL takes it between quotes, which is how JSON has it."""
    return json.dumps(text, ensure_ascii=False)
