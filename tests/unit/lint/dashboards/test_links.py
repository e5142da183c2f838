"""Links lead to dashboards and runbooks that exist."""

from __future__ import annotations

from pathlib import Path

import pytest

from whiteroom_monitoring.lint.dashboards import dashboard_links, files


def _link(url: str):
    return lambda d: d["panels"][1]["links"][0].update(url=url)


BROKEN = [
    (_link("/d/whiteroom-system/system"), "no dashboard is at /d/whiteroom-system/system"),
    (_link("https://elsewhere.example/"), "expected a dashboard or a runbook"),
    (
        _link("${runbooks}Nothing.md"),
        "there is no runbook Nothing.md",
    ),
]


@pytest.fixture
def runbooks(tmp_path: Path) -> Path:
    """A folder with the one runbook that the small dashboard links to."""
    (tmp_path / "AudioCallbacksStopped.md").write_text("# AudioCallbacksStopped\n")
    return tmp_path


def test_right_links_have_no_diagnostics(written, runbooks) -> None:
    """A link to a runbook that exists is right."""
    assert not list(dashboard_links.diagnostics([written()], runbooks))


@pytest.mark.parametrize(("change", "problem"), BROKEN)
def test_link_to_nowhere_is_a_diagnostic(change, problem: str, written, runbooks) -> None:
    """Nobody on call should find a dead link."""
    [diagnostic] = dashboard_links.diagnostics([written(change)], runbooks)
    assert problem in diagnostic.problem


def test_dashboard_without_a_link_is_a_diagnostic(written, runbooks) -> None:
    """From every dashboard a link leads to every other one."""
    file = written()
    other = file.path.with_name("alerts.json")
    other.write_text(file.text.replace("whiteroom-system-health", "whiteroom-alerts"))
    dashboards, _ = files.read(other.parent)
    problems = [
        diagnostic.problem for diagnostic in dashboard_links.diagnostics(dashboards, runbooks)
    ]
    assert problems == [
        "no link leads to whiteroom-system-health",
        "no link leads to whiteroom-alerts",
    ]
