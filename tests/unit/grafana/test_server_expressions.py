"""The laws of queries of other queries: math, reduce, resample and threshold."""

from __future__ import annotations

import math
from typing import Any

import pytest

from tests.support.dashboards import read, shown
from tests.support.data_sources import CannedPrometheus, CannedSources
from whiteroom_monitoring.datasources.prometheus import PrometheusClient, SampleStream
from whiteroom_monitoring.grafana.evaluation.errors import UnsupportedError
from whiteroom_monitoring.grafana.evaluation.evaluate import Evaluated, Evaluator
from whiteroom_monitoring.grafana.evaluation.frames import Lines, Series
from whiteroom_monitoring.grafana.evaluation.server_expressions import evaluate
from whiteroom_monitoring.grafana.evaluation.time_range import TimeRange
from whiteroom_monitoring.grafana.model.query import ServerExpression

LINES = Lines(
    (0.0, 30.0, 60.0),
    (
        Series("A", "a", {"job": "a"}, [1.0, None, 3.0]),
        Series("B", "b", {"job": "a", "host": "x"}, [2.0, 4.0, 0.0]),
    ),
)


def result(kind: str, expression: str, **settings: Any) -> list[Any]:
    """Return the values of an expression of A and B."""
    query = ServerExpression(kind, expression, settings)
    [item] = evaluate({"C": query}, LINES, ["A", "B"])["C"]
    return list(item.values)


@pytest.mark.parametrize(
    ("expression", "expected"),
    [
        ("$A + $B", [3.0, None, 3.0]),
        ("$B / $A * 100", [200.0, None, 0.0]),
        ("${A} > 2", [0.0, None, 1.0]),
        ("$A > 0 && $B > 1", [1.0, None, 0.0]),
        ("!($B > 1)", [0.0, 0.0, 1.0]),
        ("-abs($B) - 1", [-3.0, -5.0, -1.0]),
        ("1 + 2 * 3", [7.0]),
        ("!$B > 1", [0.0, 0.0, 0.0]),
        ("!$B == 1 && $B != 1", [0.0, 0.0, 1.0]),
        ("(0 - $A) ** 0.5", [None, None, None]),
        ("$B ** 1000 ** 2", [None, None, 0.0]),
        ("is_null($A)", [0.0, 1.0, 0.0]),
        ("is_nan($A)", [0.0, 0.0, 0.0]),
        ("is_nan(($B - 4) / ($B - 4))", [0.0, 1.0, 0.0]),
        ("is_nan(0 * ($B - 4) / ($B - 4) > 1)", [0.0, 1.0, 0.0]),
        ("is_number($A)", [1.0, 0.0, 1.0]),
        ("is_inf($A / ($B - 2))", [1.0, 0.0, 0.0]),
    ],
)
def test_math(expression: str, expected: Any) -> None:
    """Series whose labels are among each other's are calculated moment by moment."""
    assert result("math", expression) == expected


@pytest.mark.parametrize(
    ("reducer", "settings", "expected"),
    [
        ("mean", {}, 2.0),
        ("sum", {"settings": {"mode": "replaceNN", "replaceWithValue": 5}}, 9.0),
        ("last", {}, 3.0),
        ("count", {}, 2.0),
    ],
)
def test_reduce(reducer: str, settings: Any, expected: float) -> None:
    """A series becomes one number."""
    assert result("reduce", "A", reducer=reducer, **settings) == [expected]


def test_threshold_and_resample() -> None:
    """A threshold judges each value; a window has one value."""
    condition = {"evaluator": {"type": "within_range", "params": [1, 3]}}
    assert result("threshold", "B", conditions=[condition]) == [1.0, 0.0, 0.0]
    assert result("resample", "B", window="1m", downsampler="max") == [4.0, 4.0, 0.0]


@pytest.mark.parametrize(
    ("kind", "expression"),
    [
        ("math", "__import__('os')"), ("math", "$A.real"), ("math", "$Z + 1"), ("sql", "select 1"),
        ("math", "[x for x in $A]"), ("reduce", "C"), ("math", "9**9**9**9**9"),
        ("math", "1" * 400), ("math", "~$A"), ("math", "(0 - 8) ** 0.5"),
    ],
)  # fmt: skip
def test_what_is_no_expression_is_named(kind: str, expression: str) -> None:
    """Nothing but numbers, queries and the functions of Grafana is calculated."""
    with pytest.raises(UnsupportedError):
        evaluate({"C": ServerExpression(kind, expression, {})}, LINES, ["A", "B"])


@pytest.mark.parametrize("reducer", ["mean", "sum"])
def test_infinities_have_no_sum(reducer: str) -> None:
    """A series with infinities of both signs is reduced to a gap."""
    lines = Lines((0.0, 1.0), (Series("A", "a", {}, [math.inf, -math.inf]),))
    query = ServerExpression("reduce", "A", {"reducer": reducer})
    [item] = evaluate({"C": query}, lines, ["A"])["C"]
    assert item.values == [None]


def test_pairs_are_bounded() -> None:
    """Series that all belong together are refused before their pairs are calculated."""
    series = tuple(Series(ref, ref, {}, [1.0] * 500) for ref in ("A", "B") for _ in range(80))
    query = ServerExpression("math", "$A + $B", {})
    with pytest.raises(UnsupportedError, match="3200000 values"):
        evaluate({"C": query}, Lines([float(t) for t in range(500)], series), ["A", "B"])


def test_a_panel_shows_its_expressions_and_not_what_is_hidden() -> None:
    """An expression is drawn beside the other queries; those that are hidden only feed it."""
    expression = {"refId": "B", "datasource": {"type": "__expr__", "uid": "__expr__"},
                  "type": "math", "expression": "$A * 2"}  # fmt: skip
    panel = {"type": "timeseries", "targets": [
        {"refId": "A", "expr": "up", "hide": True}, expression,
    ]}  # fmt: skip
    [content] = shown(read(title="T", panels=[panel]))
    assert (content["notice"], len(content["series"])) == ("", 2)


class CountingSources(CannedSources):
    """Data sources whose Prometheus remembers what it is asked."""

    def __init__(self) -> None:
        super().__init__()
        self.counting = CountingPrometheus()

    @property
    def prometheus(self) -> PrometheusClient:
        """The Prometheus that remembers."""
        return self.counting


class CountingPrometheus(CannedPrometheus):
    """A Prometheus that remembers what it is asked."""

    def __init__(self) -> None:
        super().__init__()
        self.expressions: list[str] = []

    def range(self, expression: str, start: float, end: float, step: float) -> list[SampleStream]:
        """Remember the expression, and answer as any."""
        self.expressions.append(expression)
        return super().range(expression, start, end, step)


EXPRESSION = {"refId": "C", "datasource": {"type": "__expr__", "uid": "__expr__"},
              "type": "math", "expression": "$A + $B"}  # fmt: skip


def asked(*targets: Any) -> tuple[list[str], Evaluated]:
    """Return what Prometheus is asked for a panel, and what the panel shows."""
    dashboard = read(title="T", panels=[{"type": "timeseries", "targets": list(targets)}])
    sources = CountingSources()
    evaluator = Evaluator(sources)
    viewed = evaluator.view(dashboard, TimeRange(0.0, 3600.0))
    [panel] = dashboard.panels()
    return sources.counting.expressions, evaluator.panel(viewed, panel)


def test_a_query_is_asked_once() -> None:
    """A query that is shown and an input is asked once; one that is neither, never."""
    hidden = {"refId": "B", "expr": "up * 2", "hide": True}
    unused = {"refId": "D", "expr": "up * 3", "hide": True}
    expressions, evaluated = asked({"refId": "A", "expr": "up"}, hidden, unused, EXPRESSION)
    assert sorted(expressions) == ["up", "up * 2"]
    assert isinstance(evaluated.data, Lines)
    assert {series.query for series in evaluated.data.series} == {"A", "C"}


def test_a_hidden_query_of_another_source_is_named() -> None:
    """An expression's query of Loki is not sent to Prometheus; an unused one is no matter."""
    loki = {"refId": "B", "expr": "{job=1}", "hide": True, "datasource": {"type": "loki"}}
    expressions, evaluated = asked({"refId": "A", "expr": "up"}, loki, EXPRESSION)
    assert (expressions, "the data source loki" in evaluated.notice) == ([], True)
    expressions, evaluated = asked({"refId": "A", "expr": "up"}, loki)
    assert (expressions, evaluated.notice) == (["up"], "")


def test_a_panel_shows_what_another_one_asks() -> None:
    """A panel of `-- Dashboard --` has the series of the panel that it names."""
    source = {"type": "datasource", "uid": "-- Dashboard --"}
    first = {"id": 1, "type": "timeseries", "targets": [{"expr": "up"}]}
    second = {"id": 2, "type": "stat", "datasource": source,
              "targets": [{"refId": "A", "panelId": 1, "datasource": source}]}  # fmt: skip
    itself = {"id": 3, "type": "stat", "datasource": source,
              "targets": [{"refId": "A", "panelId": 3, "datasource": source}]}  # fmt: skip
    answers = shown(read(title="T", panels=[first, second, itself]))
    assert len(answers[1]["singleValues"]) == len(answers[0]["series"])
    assert "each other" in answers[2]["notice"]
