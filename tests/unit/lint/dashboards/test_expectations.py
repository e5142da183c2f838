"""Panels and expectations belong together one by one."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from whiteroom_monitoring.lint.dashboards import dashboard_expectations

RIGHT = {"whiteroom-system-health": {"101": {"expect": "data"}, "102": {"expect": "zero"}}}
BROKEN = [
    (
        {"whiteroom-system-health": {"101": {"expect": "data"}}},
        "Targets: nothing says what it shows",
    ),
    (
        RIGHT | {"whiteroom-alerts": {"101": {"expect": "empty"}}},
        "an expectation of panel 101 of whiteroom-alerts, which does not exist",
    ),
    ({"whiteroom-system-health": {"101": {"expect": "nothing"}}}, "found no expectations"),
]


def test_right_expectations_have_no_diagnostics(written, tmp_path: Path) -> None:
    """One for each panel with queries is right."""
    (tmp_path / "expectations.json").write_text(json.dumps(RIGHT))
    assert not list(dashboard_expectations.diagnostics([written()], tmp_path))


@pytest.mark.parametrize(("declared", "problem"), BROKEN)
def test_broken_expectations_are_a_diagnostic(
    declared, problem: str, written, tmp_path: Path
) -> None:
    """A panel that nobody vouches for is a diagnostic, and a promise about none is, too."""
    (tmp_path / "expectations.json").write_text(json.dumps(declared))
    [diagnostic] = dashboard_expectations.diagnostics([written()], tmp_path)
    assert problem in diagnostic.problem


def test_missing_file_is_a_diagnostic(written, tmp_path: Path) -> None:
    """Without the file nothing is promised at all."""
    [diagnostic] = dashboard_expectations.diagnostics([written()], tmp_path)
    assert diagnostic.remedy == "run `whiteroom generate`"
