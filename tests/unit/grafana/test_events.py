"""Single events in charts: lines of a log that are annotations, and exemplars."""

from __future__ import annotations

import json
from typing import Any

import pytest

from tests.support.data_sources import CannedLoki, CannedPrometheus, CannedSources
from whiteroom_monitoring.console.presentation import encoded_panel
from whiteroom_monitoring.datasources.errors import SourceError
from whiteroom_monitoring.datasources.loki import LogLine, LogRange, LokiClient
from whiteroom_monitoring.datasources.prometheus import PrometheusClient
from whiteroom_monitoring.grafana.evaluation.annotations import Annotation, annotate
from whiteroom_monitoring.grafana.evaluation.evaluate import Evaluated, Evaluator, View
from whiteroom_monitoring.grafana.evaluation.exemplars import MOST, Exemplar
from whiteroom_monitoring.grafana.evaluation.interpolation import Scope
from whiteroom_monitoring.grafana.evaluation.time_range import TimeRange
from whiteroom_monitoring.grafana.model.dashboard import parse

HOUR = TimeRange(7200.0, 10_800.0)
LOKI = {"type": "loki", "uid": "loki"}
EVENT = {
    "name": "Dropouts",
    "enable": True,
    "datasource": LOKI,
    "expr": '{job="$job"} | json',
    "titleFormat": "{{cause}}",
    "textFormat": "{{plugin}}",
    "iconColor": "purple",
}


class Prometheus(CannedPrometheus):
    """One that keeps exemplars, or fails when it is asked for them."""

    def __init__(self, answer: list[Any] | SourceError) -> None:
        super().__init__()
        self.answer, self.requests = answer, list[dict[str, str]]()

    def get(self, path: str, **parameters: str) -> Any:
        """Return the exemplars."""
        assert path == "query_exemplars"
        self.requests.append(parameters)
        if isinstance(self.answer, SourceError):
            raise self.answer
        return self.answer


class Loki(CannedLoki):
    """One line with ids, or none at all."""

    def __init__(self, fails: bool = False) -> None:
        super().__init__()
        self.fails, self.requests = fails, list[tuple[str, LogRange, int]]()

    def lines(
        self, query: str, when: LogRange, limit: int, *, oldest: bool = False
    ) -> list[LogLine]:
        """Return a dropout."""
        self.requests.append((query, when, limit))
        if self.fails:
            raise SourceError("gone")
        parsed = {"cause": "device", "plugin": "reverb", "trace_id": ""}
        ids = {"dropout_id": "a7", "detected_level": "warn"}
        return [LogLine(7_300_123_456_789, {"job": "engine"}, "t", ids, parsed)]


class Sources(CannedSources):
    """Sources with one of them."""

    def __init__(self, prometheus: PrometheusClient, loki: LokiClient) -> None:
        super().__init__()
        self._own_prometheus, self._own_loki = prometheus, loki

    @property
    def prometheus(self) -> PrometheusClient:
        """The Prometheus of the test."""
        return self._own_prometheus

    @property
    def loki(self) -> LokiClient:
        """The Loki of the test."""
        return self._own_loki


def _view(evaluator: Evaluator, **dashboard: Any) -> View:
    variable = {"name": "job", "type": "constant", "query": "engine"}
    raw = {"uid": "u", "title": "T", "templating": {"list": [variable]}, **dashboard}
    return evaluator.view(parse(json.dumps(raw), "t"), HOUR)


def test_lines_are_marked_at_their_moment() -> None:
    """An annotation of Loki marks each line, with its labels and the ids by which it is told."""
    loki = Loki()
    evaluator = Evaluator(Sources(CannedPrometheus(), loki))
    [mark] = annotate(_view(evaluator, annotations={"list": [EVENT]}), evaluator)
    at = 7300.123456789
    assert mark == Annotation(
        at, at, "device", "reverb", "purple", "Dropouts", {"dropout_id": "a7"}
    )
    when = LogRange(7200 * 10**9, 10_800 * 10**9)
    assert loki.requests == [('{job="engine"} | json', when, 200)]


def test_lines_that_can_not_be_read_mark_nothing() -> None:
    """A log store that is down costs no chart its data."""
    evaluator = Evaluator(Sources(CannedPrometheus(), Loki(fails=True)))
    assert annotate(_view(evaluator, annotations={"list": [EVENT]}), evaluator) == []


def _exemplars(
    answer: list[Any] | SourceError, kind: str = "timeseries", *, asked: bool = True
) -> tuple[Evaluated, Prometheus]:
    prometheus = Prometheus(answer)
    evaluator = Evaluator(Sources(prometheus, CannedLoki()))
    target = {"refId": "A", "expr": "rate(up[$__rate_interval])", "exemplar": asked}
    panel = {"id": 1, "type": kind, "targets": [target]}
    view = _view(evaluator, panels=[panel])
    return evaluator.panel(view, view.dashboard.panel(1)), prometheus


def _raw(*times: float) -> list[Any]:
    labels = {"trace_id": "t", "span_id": "s", "other": "x"}
    listed = [{"labels": labels, "value": "0.5", "timestamp": time} for time in times]
    return [{"seriesLabels": {"job": "a"}, "exemplars": listed}]


def test_a_query_asks_for_its_exemplars() -> None:
    """Exemplars are those of the query and the range, with the ids of each."""
    evaluated, prometheus = _exemplars(_raw(7300.5))
    event = Exemplar(7300.5, 0.5, {"trace_id": "t", "span_id": "s"})
    assert evaluated.exemplars == [event]
    [request] = prometheus.requests
    assert (request["start"], request["end"]) == ("7200.000", "10800.000")
    assert request["query"].startswith("rate(up[")
    assert encoded_panel(evaluated, Scope())["exemplars"] == [
        {"time": 7300.5, "value": 0.5, "ids": {"trace_id": "t", "span_id": "s"}}
    ]


def test_the_newest_exemplars_are_shown() -> None:
    """Of more than can be told apart, the newest are shown, the oldest of them first."""
    evaluated, _ = _exemplars(_raw(*(7200.0 + n for n in range(MOST + 5, 0, -1))))
    times = [exemplar.time for exemplar in evaluated.exemplars]
    assert times == [7200.0 + n for n in range(6, MOST + 6)]


@pytest.mark.parametrize(
    ("kind", "asked", "answer"),
    [
        ("timeseries", False, _raw(7300.0)),
        ("stat", True, _raw(7300.0)),
        ("timeseries", True, SourceError("no such feature")),
    ],
)
def test_nobody_waits_for_exemplars_in_vain(
    kind: str, asked: bool, answer: list[Any] | SourceError
) -> None:
    """Without a query that asks, a chart or a Prometheus that keeps them there are none."""
    evaluated, prometheus = _exemplars(answer, kind, asked=asked)
    assert list(evaluated.exemplars) == []
    assert evaluated.problem == ""
    assert "exemplars" not in encoded_panel(evaluated, Scope())
    assert bool(prometheus.requests) == (kind == "timeseries" and asked)
