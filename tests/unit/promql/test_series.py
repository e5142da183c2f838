"""The index of series joins what several programs expose under one name."""

from __future__ import annotations

import pytest

from whiteroom_monitoring.promql.series import Labels, Series, SeriesIndex

JOINED = [
    ({"a": None}, {"b": None}, {"a", "b"}),
    ({"a": None}, None, None),
    (None, {"b": None}, {"b"}),
]


@pytest.mark.parametrize(("first", "second", "labels"), JOINED)
def test_series_of_one_name_have_the_labels_of_all(
    first: Labels | None, second: Labels | None, labels: set[str] | None
) -> None:
    """Labels add up, and the first source stays; where labels are unknown, the newest counts."""
    index = SeriesIndex(
        [Series("up", "gauge", first, "one"), Series("up", "gauge", second, "two")], {}
    )
    series = index.find("up")
    assert series is not None
    assert (series.labels if labels is None else set(series.labels or ())) == labels
    assert series.source == ("one" if first and second else "two")


def test_a_reason_comes_before_a_guess() -> None:
    """What is known of an old name is said; else the nearest name is."""
    index = SeriesIndex([Series("up", "gauge", {}, "test")], {"down": "it is now up"})
    assert index.why_not("down") == "it is now up"
    assert index.why_not("upp") == "did you mean up?"
    assert index.find("down") is None
