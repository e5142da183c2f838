"""Drills prove what was there when they began, and say what they did not do."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any, cast

import pytest

from whiteroom_monitoring.cli import drill_run
from whiteroom_monitoring.cli.main import main
from whiteroom_monitoring.drills import campaign, runner
from whiteroom_monitoring.drills.evidence import Verdict
from whiteroom_monitoring.drills.observation import SeenAlert
from whiteroom_monitoring.drills.runner import Runner, RunResult
from whiteroom_monitoring.drills.scenario import ExpectedAlert, Scenario, Settings
from whiteroom_monitoring.drills.stack import DrillStack
from whiteroom_monitoring.project import Project, load
from whiteroom_monitoring.promql import rule_files
from whiteroom_monitoring.proofs import ledger

RULES = """\
groups:
  - name: g
    rules:
      - {alert: Down, expr: a == 0, labels: {priority: P1}}
      - {alert: Burning, expr: b > 1, labels: {window: 1h}}
      - {alert: Burning, expr: b > 2, labels: {window: 6h}}
"""
SCENARIO = """\
title = "t"
faults = [{ kind = "stop", component = "prometheus" }]
[[alerts]]
name = "Down"
"""


@pytest.fixture
def project(tmp_path: Path) -> Project:
    """A project with three alerts, of which one has a scenario."""
    (tmp_path / "whiteroom.toml").write_text('name = "p"\n[stack]\ndata = "kept"\n')
    files = {"prometheus/rules/a.yml": RULES, "drills/down.toml": SCENARIO}
    for name, text in files.items():
        path = tmp_path / "monitoring" / name
        path.parent.mkdir(parents=True)
        path.write_text(text)
    return load(tmp_path)


def proven(scenario: Scenario, place: str) -> RunResult:
    """Return a run in which the first alert of the scenario was as expected."""
    alert = scenario.alerts[0]
    seen = SeenAlert({"alertname": alert.name}, firing=1.0, ended=2.0, rule=place)
    return RunResult(scenario, 0.0, 1.0, 2.0, (Verdict(alert, seen, (), ()),))


def standings(project: Project) -> list[str]:
    """Return how the alerts stand, by the files as they are now."""
    rows = ledger.standings(project, rule_files.read(project.files.rules.glob("*.yml")))
    return [rows.of(rule, proof) for rule, _, proof in rows.alerts]


def test_a_run_proves_its_rule(project: Project) -> None:
    """The rule that was there before the run is proven by it."""
    drills = campaign.read(project)
    drills.note(proven(drills.written.scenarios[0], "a.yml/g/0"), 30)
    assert standings(project) == ["proven", "never", "never"]


def test_a_rule_that_changes_during_the_run_is_not_proven(project: Project) -> None:
    """What somebody writes while drills run is not what they have seen."""
    drills = campaign.read(project)
    path = project.files.rules / "a.yml"
    path.write_text(RULES.replace("a == 0", "a == 1"))
    drills.note(proven(drills.written.scenarios[0], "a.yml/g/0"), 30)
    assert standings(project) == ["changed", "never", "never"]


def test_an_alert_without_a_scenario_expects_each_of_its_rules(project: Project) -> None:
    """Rules of one name are expected one by one, each with its labels."""
    chosen = campaign.read(project).chosen([], ["Burning"])
    labels = [alert.labels for scenario in chosen for alert in scenario.alerts]
    assert labels == [{"window": "1h"}, {"window": "6h"}]


def test_a_covered_rule_is_not_to_be_drilled(project: Project) -> None:
    """A rule for which the drill of another one stands is neither proven nor waits for a drill."""
    (project.files.drills / "burning.toml").write_text(
        SCENARIO.replace("Down", "Burning")
        + 'labels = { window = "1h" }\ncovers = [{ window = "6h" }]\n'
    )
    assert standings(project) == ["never", "never", "covered"]


@pytest.mark.parametrize(
    ("old", "new", "problem"),
    [
        ('"prometheus"', '"promethues"', "2:40: no component is named promethues"),
        ('"Down"', '"Dawn"', "4:8: no alert is named Dawn"),
        ("[[alerts]]", 'may_fire = ["Dawn"]\n[[alerts]]', "3:13: no alert is named Dawn"),
        ("[[alerts]]", 'needs = ["disk"]\n[[alerts]]', "3:10: no component is named disk"),
    ],
)
def test_unknown_names_are_errors_with_a_place(
    project: Project, capsys: pytest.CaptureFixture[str], old: str, new: str, problem: str
) -> None:
    """A scenario that names what does not exist ends the command, which says where."""
    (project.files.drills / "down.toml").write_text(SCENARIO.replace(old, new))
    assert main(["drill", "--list", "--project", str(project.root)]) == 1
    assert f"down.toml:{problem}" in capsys.readouterr().err


@pytest.mark.parametrize("offset", ["-1", "65535"])
def test_an_impossible_port_offset_is_bad_usage(
    project: Project, capsys: pytest.CaptureFixture[str], offset: str
) -> None:
    """An offset at which not every port exists is refused before anything starts."""
    command = ["drill", "Down", "--without-app", "--project", str(project.root)]
    assert main([*command, "--port-offset", offset]) == 2
    assert f"--port-offset {offset}: expected 0 to " in capsys.readouterr().err


def test_what_was_asked_for_and_skipped_is_a_failure(project: Project) -> None:
    """A run of all may skip scenarios; one that was named has to run."""
    scenario = campaign.read(project).written.scenarios[0]
    runs = [RunResult(scenario, 0.0, 0.0, 0.0, skipped="this stack has no prometheus")]
    assert drill_run.status(runs, is_asked_for=True) == 1
    assert drill_run.status(runs, is_asked_for=False) == 0


def test_reports_are_in_the_data_folder_of_the_project(project: Project) -> None:
    """The key `data` of the project's stack says where reports go."""
    assert drill_run.report_folder(project) == project.root / "kept/drills"


class _ActiveStack:
    """A stack whose Prometheus says that one alert is active, whatever its rules are."""

    def __init__(self, project: Project) -> None:
        self.project = project
        self.components = {"prometheus"}
        self.prometheus = self

    def get(self, path: str) -> dict[str, Any]:
        return {"alerts": [{"labels": {"alertname": "Down"}, "state": "pending"}]}

    def rule_files(self) -> dict[str, Any]:
        return {}

    def put_rules_in_force(self, changed: Any) -> None:
        """Take them."""


def test_an_alert_that_is_active_before_the_fault_is_an_error(
    project: Project, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Nothing is harmed, and the run says that the alert was there before."""
    monkeypatch.setattr(runner, "_QUIET_WITHIN_S", 0.0)
    monkeypatch.setattr(runner, "SHORTEST_SCRAPE_S", 0.0)
    stack = cast(DrillStack, _ActiveStack(project))
    said: Callable[[str], None] = lambda text: None  # noqa: E731
    progress = cast(Any, type("Quiet", (), {"step": staticmethod(said)}))
    scenario = Scenario(title="t", faults=(), alerts=(ExpectedAlert(name="Down"),))
    run = Runner(stack, Settings(), {"Down"}, progress).run(scenario)
    assert (run.ok, run.error) == (
        False,
        "Down: active before the fault, which proves nothing",
    )
