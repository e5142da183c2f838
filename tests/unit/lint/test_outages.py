"""What an outage of Prometheus of up to 60 s leaves of the alerts that fire.

A restarted Prometheus restores what fires if its expression holds at the first evaluation. What an
expression reads at once, recorded series included, is there for 5 min: a process that has just
started marks nothing as gone. What it reads over a range is there if the range reaches back over
the outage and a scrape before it.
"""

from __future__ import annotations

from collections.abc import Iterable

from tests.support.projects import WHITE_ROOM
from whiteroom_monitoring.promql.parse import MatrixSelector
from whiteroom_monitoring.promql.rule_files import Rule, descendants, read

OUTAGE_S = 60
# Scrapes are 15 s apart, and two of them make a rate.
SCRAPES_S = 2 * 15


def _ranges_s(rule: Rule) -> list[float]:
    """Return the ranges that an alert reads itself, in seconds."""
    assert rule.expression is not None
    selectors = [d for d in descendants(rule.expression) if isinstance(d, MatrixSelector)]
    return [selector.range.total_seconds() for selector in selectors]


def _too_short(rules: Iterable[Rule]) -> dict[str, list[float]]:
    shortest_s = OUTAGE_S + SCRAPES_S
    ranges_of = {rule.name: [r for r in _ranges_s(rule) if r < shortest_s] for rule in rules}
    return {name: ranges for name, ranges in ranges_of.items() if ranges}


def test_no_alert_reads_a_range_that_an_outage_empties() -> None:
    """Each range of each alert is longer than an outage of 60 s and the scrapes around it."""
    rules = read(WHITE_ROOM.files.rules.glob("*.yml"))
    assert rules.diagnostics == ()
    assert sum(bool(_ranges_s(rule)) for rule in rules.alerts) > 5
    assert _too_short(rules.alerts) == {}


def test_a_range_of_a_minute_would_be_found(tmp_path) -> None:
    """The measurement can fail: a rate over 1 min is empty after 60 s without samples."""
    path = tmp_path / "a.yml"
    path.write_text("groups: [{name: a, rules: [{alert: A, expr: 'rate(a_total[1m]) > 0'}]}]\n")
    assert _too_short(read([path]).alerts) == {"A": [60.0]}
