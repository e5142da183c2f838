"""What recording rules add to the series that exist, and what they are made of."""

from __future__ import annotations

from pathlib import Path

import pytest

from whiteroom_monitoring.promql import rule_files
from whiteroom_monitoring.promql.parse import parse
from whiteroom_monitoring.promql.recordings import add_recordings, scraped_metrics
from whiteroom_monitoring.promql.rule_files import RuleSet
from whiteroom_monitoring.promql.series import Series, SeriesIndex

RULES = """\
groups:
  - name: g
    rules:
      - {record: 'a:a:a', expr: 'sum without (instance) (b:b:b)'}
      - {record: 'b:b:b', expr: 'c:c:c', labels: {kind: x}}
      - {record: 'c:c:c', expr: 'up'}
      - {record: 'd:d:d', expr: 'd:d:d + e:e:e'}
      - {record: 'e:e:e', expr: 'rate(wait_seconds_bucket[5m]) + on () group_left () unknown'}
      - {record: 'f:f:f', expr: 'sum by (job) (up)'}
      - {record: 'f:f:f', expr: 'sum by (instance) (up)'}
      - {record: 'g:g:g', expr: 'sum('}
"""


@pytest.fixture
def rules(tmp_path: Path) -> RuleSet:
    """Rules that build on each other, on themselves, and on nothing that is known."""
    path = tmp_path / "rules.yml"
    path.write_text(RULES)
    return rule_files.read([path])


LABELS = [
    ("a:a:a", {"job", "kind"}),
    ("b:b:b", {"job", "instance", "kind"}),
    ("c:c:c", {"job", "instance"}),
    ("d:d:d", None),
    ("e:e:e", None),
    ("f:f:f", {"job", "instance"}),
    ("g:g:g", None),
]


@pytest.mark.parametrize(("name", "labels"), LABELS)
def test_a_recording_has_the_labels_that_its_expression_leaves(
    rules: RuleSet, name: str, labels: set[str] | None
) -> None:
    """Rules may be in any order; rules of one name add up; what is unknown stays unknown."""
    index = SeriesIndex([Series("up", "gauge", {"job": None, "instance": None}, "test")], {})
    add_recordings(rules, index)
    series = index.find(name)
    assert series is not None
    assert series.kind == "recorded"
    assert (series.labels if labels is None else set(series.labels or ())) == labels


MADE_OF = [
    ("up", {"up"}),
    ("a:a:a", {"up"}),
    ("a:a:a / up + c:c:c", {"up"}),
    ("d:d:d", {"wait_seconds", "unknown"}),
    ("wait_seconds_count / wait_seconds_sum", {"wait_seconds"}),
    ("my_bucket_total", {"my_bucket_total"}),
    ("topk(scalar(limit), up)", {"limit", "up"}),
    ("g:g:g", set()),
    ("vector(1)", set()),
    ('{job="a"}', set()),
]


@pytest.mark.parametrize(("text", "metrics"), MADE_OF)
def test_recordings_are_looked_through(rules: RuleSet, text: str, metrics: set[str]) -> None:
    """An expression is made of scraped metrics; parts of a histogram count as the histogram."""
    recordings = {rule.name: rule for rule in rules.recordings}
    assert scraped_metrics(parse(text), recordings) == metrics


def test_no_expression_is_made_of_nothing() -> None:
    """A rule that does not parse reads no metric."""
    assert scraped_metrics(None, {}) == set()
