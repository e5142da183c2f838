"""The laws of what is found in an expression without parsing it, held against the parser."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
import yaml

from whiteroom_monitoring.promql import parse
from whiteroom_monitoring.promql.render import render
from whiteroom_monitoring.promql.selectors import is_selector, with_matchers

ROOT = Path(__file__).parents[3]
ODD = (
    "up", "{a='}'}", "up{}", "up{a=`{`,}", "sum(up)", "sum by (a) (up)", "sum (up) without (a)",
    "a - (b)", "a\n* (b) > (c)", "sum # c\n (a)",
    "a + on (b) group_left (c) d", "a * ignoring (b) group_right e", "a and on () b",
    "1 + 2e3 * a", "count_values('a', b)", "topk(3, a{b!~'c # d'}) # a comment with {e}",
    "-a ^ 0x1F", "inf + a", "a[5m:1m] offset 1h", "rate(a[5m] offset 5m)", "a > bool 1",
    "a @ start() + b @ 1.5", "a or vector(0)", "max_over_time(deriv(a:b:c[10m])[1h:])",
    "sum by (on, by) (a)", "NaN == a", "avg without () (a)", "a{b='c' # d\n, e='f'}",
    "quantile by (le) (0.9, a) unless ignoring (x) a",
)  # fmt: skip


def of_rules() -> list[str]:
    """Return the expressions of the rules that the product has."""
    files = sorted((ROOT / "infrastructure/monitoring/prometheus/rules").rglob("*.yml"))
    groups = [group for file in files for group in yaml.safe_load(file.read_text())["groups"]]
    return [rule["expr"] for group in groups for rule in group["rules"]]


def selected(expression: Any) -> list[str]:
    """Return the matchers of each selector of an expression."""
    return sorted(
        render(part)
        for part in parse.descendants(expression)
        if isinstance(part, parse.VectorSelector)
    )


@pytest.mark.parametrize("expression", ODD)
def test_matchers_are_added_to_every_selector(expression: str) -> None:
    """Each selector has the further matcher, and nothing else of the expression is another."""
    before, after = parse.parse(expression), parse.parse(with_matchers(expression, ['z="y"']))
    added = [s for s in parse.descendants(after) if isinstance(s, parse.VectorSelector)]
    assert all('z="y"' in render(selector) for selector in added)
    removed = [text.replace('z="y", ', "").replace('{z="y"}', "") for text in selected(after)]
    assert sorted(removed) == selected(before)
    assert render(after).replace('z="y", ', "").replace('{z="y"}', "") == render(before)


def test_matchers_are_added_to_every_selector_of_our_rules() -> None:
    """The law holds for the expressions that the product itself evaluates."""
    expressions = of_rules()
    assert len(expressions) > 100
    for expression in expressions:
        test_matchers_are_added_to_every_selector(expression)


@pytest.mark.parametrize("expression", [*ODD, "sum", "offset", "", "{}", "{", "a{b", "a{b='}"])
def test_a_selector_is_what_the_parser_says(expression: str) -> None:
    """What is called a selector is one; what can't be parsed may be called either."""
    try:
        part = parse.parse(expression)
    except parse.ParseError:
        return
    is_one = isinstance(part, parse.VectorSelector) and part.offset is None and part.at is None
    assert is_selector(expression) <= is_one
    assert is_selector("up{a=~'b|}'}")
