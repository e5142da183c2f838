"""Thresholds and texts become Grafana's thresholds and mappings."""

from __future__ import annotations

import pytest

from whiteroom_monitoring.dashboards.field_style import (
    BAD,
    GOOD,
    PLAIN,
    WARNING,
    FieldStyle,
    Thresholds,
    ValueText,
)

STEPS = [
    (Thresholds(0.7, 1), [(GOOD, None), (WARNING, 0.7), (BAD, 1)]),
    (Thresholds(20, 10), [(BAD, None), (WARNING, 10), (GOOD, 20)]),
]


@pytest.mark.parametrize(("limits", "steps"), STEPS)
def test_colours_begin_where_the_limits_are(limits: Thresholds, steps) -> None:
    """When the bad limit is the lower one, lower is worse."""
    assert limits.steps() == steps


def test_without_limits_nothing_is_good_or_bad() -> None:
    """A number that has no limits has no colour either."""
    [step] = FieldStyle("s").threshold_steps().build().steps
    assert (step.color, step.value) == (PLAIN, None)


def test_texts_stand_for_ranges_in_order() -> None:
    """The first text whose range holds a value is shown."""
    mappings = (ValueText("none", GOOD, 0, 0), ValueText("some", BAD, 0, 9))
    texts = [(m.options.from_val, m.options.to, m.options.result.text)
             for m in FieldStyle("s", mappings=mappings).value_mappings()]  # fmt: skip
    assert texts == [(0, 0, "none"), (0, 9, "some")]


def test_a_limit_line_is_dashed_and_red() -> None:
    """A dashed series has no area, and is red unless another colour is fixed."""
    style = FieldStyle("s", colors={"due": "text", "lost": "red"}, dashed=("due", "deadline"))
    overrides = {
        name: {option.id_val: option.value for option in values}
        for name, values in style.overrides()
    }
    assert overrides["deadline"]["color"] == {"mode": "fixed", "fixedColor": "red"}
    assert overrides["due"]["color"] == {"mode": "fixed", "fixedColor": "text"}
    assert overrides["due"]["custom.fillOpacity"] == 0
    assert "custom.lineStyle" not in overrides["lost"]
