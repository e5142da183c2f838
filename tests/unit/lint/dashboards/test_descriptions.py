"""Panels say what they show and what to do."""

from __future__ import annotations

import pytest

from whiteroom_monitoring.lint.dashboards import dashboard_descriptions

BROKEN = [
    ({"description": ""}, "its description is no sentence"),
    ({"description": "callbacks"}, "its description is no sentence"),
    ({"title": ""}, "a panel without a title"),
    ({"title": "Targets"}, "another panel of this dashboard has the same title"),
]


def test_right_descriptions_have_no_diagnostics(written) -> None:
    """A title of its own and a sentence are enough."""
    assert not list(dashboard_descriptions.diagnostics([written()]))


@pytest.mark.parametrize(("change", "problem"), BROKEN)
def test_panel_that_says_too_little_is_a_diagnostic(change, problem: str, written) -> None:
    """Whatever a reader would miss is a diagnostic."""
    file = written(lambda d: d["panels"][1].update(change))
    [diagnostic] = dashboard_descriptions.diagnostics([file])
    assert problem in diagnostic.problem
