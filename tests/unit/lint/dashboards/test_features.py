"""Dashboards use only what the console shows, too."""

from __future__ import annotations

import pytest

from whiteroom_monitoring.lint.dashboards import dashboard_features

BROKEN = [
    (lambda d: d["panels"][1].update(type="piechart"), "type is 'piechart', expected one of"),
    (lambda d: d["panels"][1].update(repeat="job"), "repeat is not among what is supported"),
    (
        lambda d: d["panels"][1]["fieldConfig"]["defaults"].update(unit="mflops"),
        "fieldConfig.defaults.unit is 'mflops'",
    ),
    (
        lambda d: d["panels"][1]["options"]["legend"].update(displayMode="table"),
        "options.legend.displayMode is 'table', expected one of list",
    ),
    (
        lambda d: d["panels"][1].update(transformations=[{"id": "reduce", "options": {}}]),
        "transformations[].id is not among what is supported",
    ),
]


def test_right_features_have_no_diagnostics(written) -> None:
    """What the builders write is supported."""
    assert not list(dashboard_features.diagnostics([written()]))


@pytest.mark.parametrize(("change", "problem"), BROKEN)
def test_unsupported_feature_is_a_diagnostic(change, problem: str, written) -> None:
    """A feature that only Grafana has is found, with the panel and the place."""
    problems = [
        diagnostic.problem for diagnostic in dashboard_features.diagnostics([written(change)])
    ]
    assert any(problem in text for text in problems), problems
