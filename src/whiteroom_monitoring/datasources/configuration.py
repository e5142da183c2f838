"""The data sources that the configuration names: Prometheus, Loki and Alertmanager.

Sources: https://prometheus.io/docs/prometheus/latest/querying/api/,
https://grafana.com/docs/loki/latest/reference/loki-http-api/
"""

from __future__ import annotations

from array import array
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from whiteroom_monitoring.datasources.errors import SourceError, UnsupportedError
from whiteroom_monitoring.datasources.http import Parameters, Server
from whiteroom_monitoring.datasources.single_flight import SharedAnswers
from whiteroom_monitoring.grafana.time_range import Grid, TimeRange


@dataclass(frozen=True)
class Sample:
    """A series as Prometheus answers it: its values, and when each of them was."""

    labels: dict[str, str]
    times: array[float]
    values: array[float]


# Of what is asked again and again, such as the values of a label.
_KEPT_S = 5.0
_MOST_ANSWERS = 64


@dataclass(frozen=True)
class Limits:
    """What one request may cost."""

    timeout_s: float = 10.0
    most_bytes: int = 32_000_000
    most_points: int = 2_000
    most_series: int = 500
    longest_range_s: float = 400 * 86400.0
    most_log_lines: int = 1_000


DEFAULT_LIMITS = Limits()


class Sources:
    """Every data source by its uid; ``urls`` maps a type (which is the uid, too) to an address."""

    def __init__(
        self,
        urls: Mapping[str, str],
        limits: Limits = DEFAULT_LIMITS,
        observe: Callable[[str, str], None] = lambda source, outcome: None,
    ) -> None:
        self.limits = limits
        self._observe = observe
        self._shared = SharedAnswers(_KEPT_S, _MOST_ANSWERS)
        self._servers = {
            uid: Server(uid.capitalize(), url, limits.timeout_s, limits.most_bytes)
            for uid, url in urls.items()
        }

    @property
    def uids(self) -> list[str]:
        """The uid of each data source."""
        return list(self._servers)

    def server(self, uid: str) -> Server:
        """Return the server of a data source. Raises SourceError."""
        if uid not in self._servers:
            raise SourceError(f"No data source {uid!r} is configured in this console.")
        return self._servers[uid]

    def range(self, expression: str, grid: Grid) -> list[Sample]:
        """Return what Prometheus says of every moment of ``grid``. Raises SourceError."""
        times = (("start", str(grid.start)), ("end", str(grid.end)), ("step", str(grid.step)))
        return self._query("query_range", (("query", expression), *times))

    def instant(self, expression: str, time: float) -> list[Sample]:
        """Return what Prometheus says of one moment. Raises SourceError."""
        return self._query("query", (("query", expression), ("time", f"{time:.3f}")))

    def label_values(self, label: str, selector: str, when: TimeRange) -> list[str]:
        """Return the values of a label, of the series that ``selector`` matches if it is given."""
        chosen = (("match[]", selector),) if selector else ()
        times = (("start", f"{when.start:.0f}"), ("end", f"{when.end:.0f}"))
        return list(self.prometheus(f"label/{label}/values", (*times, *chosen)))

    def prometheus(self, path: str, parameters: Parameters = ()) -> Any:
        """Return the data of an answer of Prometheus' API, shared. Raises SourceError."""
        return self._asked("prometheus", f"/api/v1/{path}", parameters)["data"]

    def alertmanager(self, path: str, parameters: Parameters = ()) -> Any:
        """Return an answer of Alertmanager's API, shared. Raises SourceError."""
        return self._asked("alertmanager", f"/api/v2/{path}", parameters)

    def change_alertmanager(self, method: str, path: str, content: object = None) -> Any:
        """Change something, such as a silence, and return the answer. Raises SourceError."""
        answer = self.server("alertmanager").send(method, f"/api/v2/{path}", content)
        self._shared.forget(lambda key: isinstance(key, tuple) and key[0] == "alertmanager")
        return answer

    def logs(self, query: str, when: TimeRange, limit: int) -> Any:
        """Return what Loki says of a range. Raises SourceError."""
        limit = min(limit, self.limits.most_log_lines)
        parameters = [
            ("query", query),
            ("start", f"{when.start * 1e9:.0f}"),
            ("end", f"{when.end * 1e9:.0f}"),
            ("limit", str(limit)),
        ]
        return self._asked("loki", "/loki/api/v1/query_range", parameters)["data"]

    def _query(self, path: str, parameters: Parameters) -> list[Sample]:
        timeout = ("timeout", f"{self.limits.timeout_s:g}s")
        most = self.limits.most_series
        found: list[Sample] = self._asked(
            "prometheus",
            f"/api/v1/{path}",
            (*parameters, timeout),
            form=True,
            read=lambda answer: samples(answer["data"], most),
        )
        return found

    def _asked(
        self,
        uid: str,
        path: str,
        parameters: Parameters,
        *,
        form: bool = False,
        read: Callable[[Any], Any] = lambda answer: answer,
    ) -> Any:
        """Ask a source, unless somebody is asking the same; what ``read`` makes of it is kept."""
        server = self.server(uid)

        def ask() -> Any:
            try:
                answer = (server.post_form if form else server.get)(path, parameters, read)
            except SourceError:
                self._observe(uid, "failed")
                raise
            self._observe(uid, "answered")
            return answer

        return self._shared.get((uid, path, tuple(parameters)), ask)


def samples(data: Any, most_series: int) -> list[Sample]:
    """Return the samples of an answer of Prometheus. Raises SourceError when they are too many."""
    kind, result = data["resultType"], data["result"]
    if kind == "scalar":
        return [_sample({}, [result])]
    if kind not in ("vector", "matrix"):
        raise UnsupportedError(f"a query that returns a {kind}")
    if len(result) > most_series:
        found = f"The query returns {len(result)} series"
        raise SourceError(f"{found}; at most {most_series} are shown. Ask for fewer.")
    return [
        _sample(entry["metric"], entry.get("values") or [entry["value"]])
        for entry in result
        if "values" in entry or "value" in entry
    ]


def _sample(labels: dict[str, str], pairs: Sequence[Sequence[Any]]) -> Sample:
    times = array("d", [pair[0] for pair in pairs])
    return Sample(labels, times, array("d", [float(pair[1]) for pair in pairs]))
