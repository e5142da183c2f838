"""Dashboards are what the types of Grafana's foundation SDK describe."""

from __future__ import annotations

import pytest

from whiteroom_monitoring.lint.dashboards import dashboard_types

BROKEN = [
    (lambda d: d.update(colour="blue"), "colour is unknown to the SDK's types"),
    (lambda d: d["panels"][1].update(colour="blue"), "colour is unknown to the SDK's types"),
    (
        lambda d: d["panels"][1]["options"].update(legends=True),
        "legends is unknown to the SDK's types",
    ),
    (lambda d: d.update(uid=7), "uid is 7, expected"),
    (lambda d: d.update(graphTooltip=9), "graph_tooltip is 9, expected"),
    (
        lambda d: d["panels"][1]["options"]["tooltip"].update(mode="loud"),
        "tooltip.mode is 'loud', expected",
    ),
    (
        lambda d: d["panels"][1]["fieldConfig"]["defaults"].update(min="0"),
        "defaults.min_val is '0', expected",
    ),
    (lambda d: d["panels"][1]["links"][0].update(url=1), "links is [{"),
    (lambda d: d["panels"][1]["links"][0].update(link="x"), "links is [{"),
]


def test_right_dashboard_has_no_diagnostics(written) -> None:
    """What the SDK writes fits its types, with what we add."""
    assert not list(dashboard_types.diagnostics([written()]))


@pytest.mark.parametrize(("change", "problem"), BROKEN)
def test_value_of_another_type_is_a_diagnostic(change, problem: str, written) -> None:
    """Unknown keys and values of another type are found at every depth."""
    problems = [diagnostic.problem for diagnostic in dashboard_types.diagnostics([written(change)])]
    assert any(problem in text for text in problems), problems
