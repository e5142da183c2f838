"""Data sources that answer at once, with the same series to whatever is asked."""

from __future__ import annotations

from array import array
from typing import Any

from tests.support.projects import WHITE_ROOM
from whiteroom_monitoring.datasources.alertmanager import AlertmanagerClient
from whiteroom_monitoring.datasources.data_sources import DataSources
from whiteroom_monitoring.datasources.errors import RefusedError
from whiteroom_monitoring.datasources.loki import LogLine, LogRange, LokiClient
from whiteroom_monitoring.datasources.prometheus import PrometheusClient, SampleStream

LABELS = ({"job": "a", "le": "1", "channel": "bass"}, {"job": "b", "le": "+Inf", "channel": "lead"})
ALERT = {
    "labels": {"alertname": "AudioXruns", "priority": "P1", "team": "audio"},
    "annotations": {"summary": "Clicks are heard."},
    "state": "firing",
    "activeAt": "2026-01-01T00:00:00.123456789Z",
}


class CannedPrometheus(PrometheusClient):
    """Two series for every expression, and two values for every label."""

    def __init__(self) -> None:
        """Stand on nothing."""

    def get(self, path: str, **parameters: str) -> Any:
        """Return what the console asks of the API."""
        return {
            "alerts": {"alerts": [ALERT]},
            "targets": {"activeTargets": [{"health": "up", "labels": {"job": "a"}}]},
            "query_exemplars": [],
        }[path]

    def instant(self, expression: str, time: float) -> list[SampleStream]:
        """Return one value of each series."""
        return [
            SampleStream(labels, array("d", [time]), array("d", [float(index)]))
            for index, labels in enumerate(LABELS)
        ]

    def range(self, expression: str, start: float, end: float, step: float) -> list[SampleStream]:
        """Return a value of each series at every moment; ``up up`` is refused."""
        if expression == "up up":
            raise RefusedError("Prometheus", 'parse error: unexpected identifier "up"', 400)
        times = array("d", [start + step * n for n in range(round((end - start) / step) + 1)])
        return [
            SampleStream(labels, times, array("d", [float(index)] * len(times)))
            for index, labels in enumerate(LABELS)
        ]

    def label_values(self, label: str, selector: str, start: float, end: float) -> list[str]:
        """Return two values."""
        return ["a", "b"]

    def label_names(self, selector: str, start: float, end: float) -> list[str]:
        """Return the labels of the series."""
        return list(LABELS[0])


class CannedLoki(LokiClient):
    """One line for every query."""

    def __init__(self) -> None:
        """Stand on nothing."""

    def lines(
        self, query: str, when: LogRange, limit: int, *, oldest: bool = False
    ) -> list[LogLine]:
        """Return one line."""
        return [LogLine(when.start_ns, {"job": "engine"}, "a line")]


class CannedAlertmanager(AlertmanagerClient):
    """No silences, and no alerts."""

    def __init__(self) -> None:
        """Stand on nothing."""

    def alerts(self) -> list[Any]:
        """Return nothing."""
        return []

    def silences(self) -> list[Any]:
        """Return nothing."""
        return []


class CannedSources(DataSources):
    """Every data source, canned."""

    def __init__(self) -> None:
        super().__init__(
            dict.fromkeys(("prometheus", "loki", "alertmanager"), "http://127.0.0.1:1"),
            alerts=WHITE_ROOM.alerts,
        )

    @property
    def prometheus(self) -> PrometheusClient:
        """A Prometheus that needs no server."""
        return CannedPrometheus()

    @property
    def loki(self) -> LokiClient:
        """A Loki that needs no server."""
        return CannedLoki()

    @property
    def alertmanager(self) -> AlertmanagerClient:
        """An Alertmanager that needs no server."""
        return CannedAlertmanager()
