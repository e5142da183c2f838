"""The client of Prometheus.

Source: https://prometheus.io/docs/prometheus/latest/querying/api/
"""

from __future__ import annotations

import urllib.parse
from array import array
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import msgspec

from whiteroom_monitoring.datasources.errors import SourceError
from whiteroom_monitoring.datasources.http import HttpClient, Parameters

# What Prometheus answers with series; a query of a string has none.
_RESULTS_WITH_SERIES = ("vector", "matrix")

# A time in seconds since 1970, and a value as text: JSON has no NaN.
_Point = tuple[float, str]


class _Result(msgspec.Struct, rename="camel"):
    result_type: str
    result: msgspec.Raw


class _Answer(msgspec.Struct):
    data: _Result


class _Series(msgspec.Struct):
    """A series; a native histogram has neither ``value`` nor ``values``."""

    metric: dict[str, str]
    value: _Point | None = None
    values: tuple[_Point, ...] = ()

    @property
    def points(self) -> Sequence[_Point]:
        """The points of a range, or the one of a moment."""
        return self.values or ((self.value,) if self.value else ())


_ANSWER = msgspec.json.Decoder(_Answer)
_POINT = msgspec.json.Decoder(_Point)
_SERIES = msgspec.json.Decoder(list[_Series])


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
            f"/api/v1/{path}", parameters, lambda body: streams(body, max_series)
        )


def _matching(selector: str, start: float, end: float) -> Parameters:
    matching = (("match[]", selector),) if selector else ()
    return (("start", f"{start:.0f}"), ("end", f"{end:.0f}"), *matching)


def _data(answer: Any) -> Any:
    return answer["data"]


def streams(body: bytes, max_series: int | None) -> list[SampleStream]:
    """Return the series of an answer of Prometheus. Raises SourceError when they are too many."""
    answer = _ANSWER.decode(body).data
    if answer.result_type == "scalar":
        return [_stream({}, [_POINT.decode(answer.result)])]
    if answer.result_type not in _RESULTS_WITH_SERIES:
        raise SourceError(f"The query returns a {answer.result_type}; a panel shows numbers.")
    result = _SERIES.decode(answer.result)
    if max_series is not None and len(result) > max_series:
        count = f"The query returns {len(result)} series"
        raise SourceError(f"{count}; at most {max_series} are shown. Ask for fewer.")
    return [_stream(series.metric, series.points) for series in result if series.points]


def _stream(labels: dict[str, str], points: Sequence[_Point]) -> SampleStream:
    times = array("d", [time for time, _ in points])
    return SampleStream(labels, times, array("d", [float(value) for _, value in points]))
