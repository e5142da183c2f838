"""A store that is filled from a dashboard's queries has what these select."""

from __future__ import annotations

import json
from typing import Any

import pytest

from benchmarks.console_corpus import Outcome, _rows, has_data
from benchmarks.console_corpus_series import series
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
