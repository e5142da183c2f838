"""A store that is filled from a dashboard's queries has what these select."""

from __future__ import annotations

from typing import Any

from benchmarks.console_corpus_series import series


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
