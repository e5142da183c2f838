"""Numbers have units."""

from __future__ import annotations

from whiteroom_monitoring.lint.dashboards import dashboard_units


def test_panel_without_a_unit_is_a_diagnostic(written) -> None:
    """A panel that loses its unit is named; one with a unit is not."""
    assert not list(dashboard_units.diagnostics([written()]))
    file = written(lambda d: d["panels"][1]["fieldConfig"]["defaults"].pop("unit"))
    [diagnostic] = dashboard_units.diagnostics([file])
    assert diagnostic.problem == "Callbacks: its numbers have no unit"


def test_panel_without_numbers_needs_no_unit(written) -> None:
    """A text has no numbers, and so no unit."""
    file = written(lambda d: d["panels"].append({"type": "text", "title": "Read me"}))
    assert not list(dashboard_units.diagnostics([file]))
