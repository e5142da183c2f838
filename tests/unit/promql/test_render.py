"""A parsed expression is written as text that parses to the same expression."""

from __future__ import annotations

import pytest
import yaml

from tests.support.paths import ROOT
from whiteroom_monitoring.promql.durations import DurationError, duration, seconds
from whiteroom_monitoring.promql.parse import parse
from whiteroom_monitoring.promql.render import render

KINDS = (
    "a @ end()",
    "a @ 100 offset 5m",
    'a{b="x"} > bool 3',
    "a / on (x) group_left (y) b",
    "a * ignoring (x) group_right b",
    "a and on () b or c unless d",
    "-a ^ 2",
    '{__name__=~"a.*", b!="", c!~"d"}',
    "max_over_time(rate(a[1m])[2h:5m] offset -15m)",
    "a[5m:]",
    "x[5m] offset 1m",
    "1e300 + +Inf - NaN",
    "(a + b) * 2",
    "sum without (x) (a)",
    "sum(a)",
    "sum by () (a)",
    'count_values("v", a)',
    'label_replace(a, "b", "$1\\n\\"", "c", "(.*)\\\\.d")',
    "time()",
    '{"my.metric", "a.b"="c"}',
    'sum by ("a.b") (a)',
    'a + on ("a.b") group_left ("c d") b',
    'a{"ä"="b"}',
)


@pytest.mark.parametrize("text", KINDS)
def test_each_kind(text: str) -> None:
    """Each kind of expression is the same after it was written."""
    assert parse(render(parse(text))).prettify() == parse(text).prettify()


def test_every_committed_rule() -> None:
    """Every rule of the project is the same after it was written."""
    folder = ROOT / "infrastructure/monitoring/prometheus/rules"
    groups = [
        g for path in folder.glob("*.yml") for g in yaml.safe_load(path.read_text())["groups"]
    ]
    texts = [rule["expr"] for group in groups for rule in group["rules"]]
    changed = [t for t in texts if parse(render(parse(t))).prettify() != parse(t).prettify()]
    assert len(texts) > 100
    assert changed == []


def test_durations_by_their_role() -> None:
    """Ranges, steps and offsets are changed, each by its role, and numbers are not."""
    factors = {"range": 2, "step": 3, "offset": 4}
    text = render(parse("max_over_time(a[10s:1s] offset 1m) > 60"), lambda s, r: s * factors[r])
    assert text == "max_over_time(a[20s:3s] offset 4m) > 60"


def test_matchers_with_or_are_refused() -> None:
    """A selector whose matchers have alternatives is not written as one without matchers."""
    with pytest.raises(TypeError, match="`or`"):
        render(parse('{a="b" or c="d"}'))


@pytest.mark.parametrize(("length_s", "text"), [(0.0004, "0s"), (0.667, "667ms"), (90, "1m30s")])
def test_duration(length_s: float, text: str) -> None:
    """A duration is written to the millisecond."""
    assert duration(length_s) == text


@pytest.mark.parametrize("text", ["abc", "", "5", "5 m", "-5m", "5m and more"])
def test_what_is_no_duration_is_refused(text: str) -> None:
    """A text that is no duration as a whole is an error that holds it, and not 0."""
    with pytest.raises(DurationError, match="expected a duration"):
        seconds(text)
