"""A store that is filled from a dashboard's queries has what these select."""

from __future__ import annotations

import json
from typing import Any

import pytest

from benchmarks.console_corpus import Outcome, _rows, has_data
from benchmarks.console_corpus_series import series
from benchmarks.console_values import constant
from whiteroom_monitoring.console.encoding import packed


def labels(expression: str, **more: Any) -> list[dict[str, str]]:
    """Return the labels of the series for one query."""
    content = {"panels": [{"targets": [{"expr": expression, **more}]}]}
    return [dict(one.labels) for one in series([content])]


def test_series_have_what_a_query_names() -> None:
    """Matchers, groupings and legends are labels of the series that a query selects."""
    made = labels('sum by (pod) (up{mode="idle", zone=~"a|b"})', legendFormat="{{ node }}")
    assert {one["mode"] for one in made} == {"idle"}
    assert {one["zone"] for one in made} == {"a", "b"}
    assert {"pod", "node", "job", "instance"} <= made[0].keys()


def test_histograms_have_buckets() -> None:
    """A quantile of buckets has bounds up to infinity."""
    made = labels("histogram_quantile(0.9, sum by (le) (rate(d_bucket[$__rate_interval])))")
    assert "+Inf" in {one["le"] for one in made}


def test_what_others_are_joined_with_is_there_once() -> None:
    """The one side of a join has a single series for each partner."""
    made = labels('a * on (instance) group_left (kind) b_info{kind=~"x|y"}')
    partners = [one["instance"] for one in made if one["__name__"] == "b_info"]
    assert len(partners) == len(set(partners)) == 2


def test_labels_that_a_join_adds_do_not_tell_its_series_apart() -> None:
    """What the side of many has of the labels that are added is the same in all its series."""
    made = labels('a{node=~"x|y"} * on (instance) group_left (node) b', legendFormat="{{node}}")
    assert {one["node"] for one in made if one["__name__"] == "a"} == {"x"}


@pytest.mark.parametrize(
    ("expression", "value"),
    [("up == 1", 1.0), ("max(up > 5)", 6.0), ("(up) < 1", 0.0), ("up > 2 or up > 10", 11.0)],
)
def test_a_metric_passes_the_comparisons_of_a_dashboard(expression: str, value: float) -> None:
    """What a query compares with a number has a value that it lets through."""
    content = {"panels": [{"targets": [{"expr": expression}]}]}
    assert {one.values for one in series([content])} == {constant(value)}


def test_variables_stand_for_what_there_is() -> None:
    """A value that a variable has at first is one that its metric has."""
    variable = {"name": "q", "type": "query", "query": "label_values(a, quantile)"}
    targets = [{"expr": 'a{quantile="0.05"}'}, {"expr": 'b{quantile="$q"}'}]
    made = series([{"panels": [{"targets": targets}], "templating": {"list": [variable]}}])
    assert "0.05" in {dict(one.labels).get("quantile") for one in made if "b" in str(one.labels[0])}


GAPS: Any = {
    "series": {"values": packed([None, None])},
    "singleValues": {"value": None, "text": None},
    "rows": {"spans": []},
    "bars": {"values": [None, None]},
    "columns": {"kind": "number", "cells": [None]},
}
VALUES: Any = {
    "series": {"values": packed([None, 0.0])},
    "singleValues": {"value": 0.0, "text": None},
    "rows": {"spans": [{"value": 0.0}]},
    "bars": {"values": [None, 0.0]},
    "columns": {"kind": "number", "cells": [None, 0.0]},
}


@pytest.mark.parametrize("kind", GAPS)
def test_a_panel_of_gaps_is_not_drawn(kind: str) -> None:
    """Of every kind of data, only a value that is no gap counts; zero is one."""
    assert [has_data({kind: [part]}) for part in (GAPS[kind], VALUES[kind])] == [False, True]
    assert not has_data({kind: []})
    assert not has_data({"singleValues": [{"value": None, "text": "-"}], "noValue": "-"})


def test_times_alone_are_no_data() -> None:
    """A table whose values are all gaps has its times still, and nothing to show."""
    times = {"kind": "time", "cells": [1.0]}
    assert not has_data({"columns": [times, GAPS["columns"]]})


def test_json_stands_alone(capsys: pytest.CaptureFixture[str]) -> None:
    """With --json, standard output is JSON and nothing else, also where a goal is missed."""
    assert _rows([Outcome("f", "1", "stat", "T", "empty")], as_json=True) == 1
    output = capsys.readouterr()
    assert json.loads(output.out)[0]["kind"] == "empty"
    assert "share of panels drawn" in output.err
