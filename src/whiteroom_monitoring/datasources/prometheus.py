"""The client of Prometheus.

Source: https://prometheus.io/docs/prometheus/latest/querying/api/
"""

from __future__ import annotations

import urllib.parse
from array import array
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from whiteroom_monitoring.datasources.errors import SourceError
from whiteroom_monitoring.datasources.http import HttpClient, Parameters

# What Prometheus answers with series; a query of a string has none.
_RESULTS_WITH_SERIES = ("vector", "matrix")


@dataclass(frozen=True)
class SampleStream:
    """A series as Prometheus answers it: its values, and the time of each in seconds since 1970."""

    labels: dict[str, str]
    times: array[float]
    values: array[float]


class PrometheusClient:
    """Prometheus' HTTP API."""

    def __init__(self, http: HttpClient) -> None:
        self._http = http

    @classmethod
    def at(cls, url: str) -> PrometheusClient:
        """Return a client of the server at ``url``, such as http://127.0.0.1:9090."""
        return cls(HttpClient("Prometheus", url))

    def get(self, path: str, **parameters: str) -> Any:
        """Return the ``data`` of the API's answer at ``path``. Raises SourceError."""
        return self._get(path, tuple(parameters.items()))

    def query(self, expression: str) -> list[tuple[dict[str, str], float]]:
        """Return labels and value of each series of an expression now. Raises SourceError."""
        streams = self._query("query", (("query", expression),))
        return [(stream.labels, stream.values[-1]) for stream in streams]

    def value(self, expression: str) -> float | None:
        """Return the value of an expression that has one series at most, None without any."""
        samples = self.query(expression)
        return samples[0][1] if samples else None

    def instant(self, expression: str, time: float) -> list[SampleStream]:
        """Return the series of an expression at one moment. Raises SourceError."""
        return self._limited("query", (("query", expression), ("time", f"{time:.3f}")))

    def range(self, expression: str, start: float, end: float, step: float) -> list[SampleStream]:
        """Return the series of an expression every ``step`` seconds. Raises SourceError."""
        times = (("start", str(start)), ("end", str(end)), ("step", str(step)))
        return self._limited("query_range", (("query", expression), *times))

    def label_values(self, label: str, selector: str, start: float, end: float) -> list[str]:
        """Return the values of a label, of the series that ``selector`` matches if it is given."""
        name = urllib.parse.quote(label, safe="")
        values = self._get(f"label/{name}/values", _matching(selector, start, end))
        return [str(value) for value in values]

    def label_names(self, selector: str, start: float, end: float) -> list[str]:
        """Return the labels of the series that ``selector`` matches, or of all."""
        return [str(name) for name in self._get("labels", _matching(selector, start, end))]

    def _get(self, path: str, parameters: Parameters) -> Any:
        return self._http.get_json(f"/api/v1/{path}", parameters, _data)

    def _limited(self, path: str, parameters: Parameters) -> list[SampleStream]:
        timeout = ("timeout", f"{self._http.limits.timeout_s:g}s")
        return self._query(path, (*parameters, timeout), self._http.limits.max_series)

    def _query(
        self, path: str, parameters: Parameters, max_series: int | None = None
    ) -> list[SampleStream]:
        return self._http.post_form(
            f"/api/v1/{path}", parameters, lambda answer: streams(_data(answer), max_series)
        )


def _matching(selector: str, start: float, end: float) -> Parameters:
    matching = (("match[]", selector),) if selector else ()
    return (("start", f"{start:.0f}"), ("end", f"{end:.0f}"), *matching)


def _data(answer: Any) -> Any:
    return answer["data"]


def streams(data: Any, max_series: int | None) -> list[SampleStream]:
    """Return the series of an answer of Prometheus. Raises SourceError when they are too many."""
    kind, result = data["resultType"], data["result"]
    if kind == "scalar":
        return [_stream({}, [result])]
    if kind not in _RESULTS_WITH_SERIES:
        raise SourceError(f"The query returns a {kind}; a panel shows numbers.")
    if max_series is not None and len(result) > max_series:
        count = f"The query returns {len(result)} series"
        raise SourceError(f"{count}; at most {max_series} are shown. Ask for fewer.")
    return [
        _stream(entry["metric"], entry.get("values") or [entry["value"]])
        for entry in result
        if "values" in entry or "value" in entry
    ]


def _stream(labels: dict[str, str], pairs: Sequence[Sequence[Any]]) -> SampleStream:
    times = array("d", [pair[0] for pair in pairs])
    return SampleStream(labels, times, array("d", [float(pair[1]) for pair in pairs]))
