"""Streams: a set of labels, and what is known of its lines."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from whiteroom_monitoring.logs.logql.lexer import quote
from whiteroom_monitoring.logs.logql.parser import parse_labels

LEAST_NS = -(2**63)
SERVICE_NAME = "service_name"
UNKNOWN_SERVICE = "unknown_service"
# The labels that name a service, the first that is there (`discover_service_name`).
_SERVICE_LABELS = (
    "service", "app", "application", "app_name", "name", "app_kubernetes_io_name", "container",
    "container_name", "k8s_container_name", "component", "workload", "job", "k8s_job_name",
)  # fmt: skip
# The labels that tell the level of all lines of a stream.
_LEVEL_LABELS = (
    "level", "LEVEL", "Level", "severity", "SEVERITY", "Severity", "SeverityText", "lvl", "LVL",
    "Lvl", "severity_text", "Severity_Text", "SEVERITY_TEXT",
)  # fmt: skip


@dataclass
class Stream:
    """``newest_ns`` is of all lines, ``stored_ns`` of those in segments."""

    labels: str
    fields: Mapping[str, str]
    newest_ns: int = LEAST_NS
    stored_ns: int = LEAST_NS
    level: str = field(init=False)

    def __post_init__(self) -> None:
        self.level = next((self.fields[n] for n in _LEVEL_LABELS if n in self.fields), "")


def canonical(fields: Mapping[str, str]) -> str:
    """Return labels as they are stored and shown, in the order of their names.

    >>> canonical({"job": "x", "env": 'a"b'})
    '{env="a\\\\"b", job="x"}'
    """
    pairs = (f"{name}={quote(value)}" for name, value in sorted(fields.items()))
    return "{" + ", ".join(pairs) + "}"


def with_service(fields: Mapping[str, str]) -> dict[str, str]:
    """Return labels with ``service_name``, taken from another label where it is missing."""
    if SERVICE_NAME in fields:
        return dict(fields)
    named = (fields[name] for name in _SERVICE_LABELS if fields.get(name))
    return {**fields, SERVICE_NAME: next(named, UNKNOWN_SERVICE)}


class StreamCatalog:
    """The streams that have lines. Used by one thread, but for reading."""

    def __init__(self) -> None:
        self._by_labels: dict[str, Stream] = {}

    def __len__(self) -> int:
        return len(self._by_labels)

    def get(self, labels: str) -> Stream | None:
        """Return a stream by its canonical labels."""
        return self._by_labels.get(labels)

    def add(self, labels: str) -> Stream:
        """Return the stream of canonical labels, which is made where there is none."""
        stream = self._by_labels.get(labels)
        if stream is None:
            stream = self._by_labels[labels] = Stream(labels, parse_labels(labels))
        return stream

    def remove_before(self, time_ns: int) -> None:
        """Forget streams whose newest line is older."""
        self._by_labels = {k: s for k, s in self._by_labels.items() if s.newest_ns >= time_ns}

    def all(self) -> list[Stream]:
        """Return all streams."""
        return list(self._by_labels.values())
