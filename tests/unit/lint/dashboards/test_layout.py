"""Panels have ids, places and legends."""

from __future__ import annotations

import pytest

from whiteroom_monitoring.lint.dashboards import dashboard_layout

BROKEN = [
    (lambda d: d["panels"][2].update(id=101), "found the id 101, expected a number of its own"),
    (lambda d: d["panels"][2].pop("id"), "found the id None"),
    (lambda d: d["panels"][1]["targets"][1].update(refId="A"), "its queries are named ['A', 'A']"),
    (lambda d: d["panels"][2]["gridPos"].update(x=11), "it lies over Callbacks"),
    (lambda d: d["panels"][2]["gridPos"].update(w=13), "it ends in column 25 of 24"),
    (
        lambda d: d["panels"][1]["options"]["legend"].update(showLegend=False),
        "its legend is hidden",
    ),
    (
        lambda d: d["panels"][1]["targets"][0].pop("legendFormat"),
        "the series of query A have no name",
    ),
]


def test_right_layout_has_no_diagnostics(written) -> None:
    """What the builder writes is right."""
    assert not list(dashboard_layout.diagnostics([written()]))


@pytest.mark.parametrize(("change", "problem"), BROKEN)
def test_broken_layout_is_a_diagnostic(change, problem: str, written) -> None:
    """What the foundation SDK leaves out, or a slip of a number, is a diagnostic."""
    [diagnostic] = dashboard_layout.diagnostics([written(change)])
    assert problem in diagnostic.problem
