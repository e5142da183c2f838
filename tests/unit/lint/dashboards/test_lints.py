"""Every lint is made on the dashboards of an infrastructure, and fails on what it is for."""

from __future__ import annotations

import shutil
from dataclasses import dataclass
from pathlib import Path

import pytest

from tests.support.projects import white_room_with
from whiteroom_monitoring.deploy import registry
from whiteroom_monitoring.deploy.configuration import config
from whiteroom_monitoring.diagnostics import CheckResult
from whiteroom_monitoring.diagnostics.registry import discover
from whiteroom_monitoring.lint.workspace import Workspace
from whiteroom_monitoring.resources import share

CHECKS = {check.id: check for check in discover("whiteroom_monitoring.lint.dashboards")}
SOUND = "grafana/dashboards/application-performance.json"


@dataclass(frozen=True)
class Break:
    """``lint`` fails when ``old`` is replaced by ``new`` in ``file``."""

    lint: str
    old: str
    new: str
    file: str = SOUND


BREAKS = [
    Break("dashboard-files", '"panels": [', '"panes": ['),
    Break("dashboard-types", '"editable"', '"editible"'),
    Break("dashboard-features", '"type": "gauge"', '"type": "piechart"'),
    Break("dashboard-expressions", "audio_callbacks_total", "audio_calls_total"),
    Break("dashboard-rates", "$__rate_interval", "5m"),
    Break("dashboard-units", '"unit": "hertz"', '"unit": ""'),
    Break("dashboard-descriptions", "halves the deadline.", ""),
    Break("dashboard-data-sources", '"uid": "${datasource}"', '"uid": "mine"'),
    Break("dashboard-variables", '"name": "channel"', '"name": "chanel"'),
    Break("dashboard-links", "${runbooks}AudioXruns.md", "${runbooks}AudioXrun.md"),
    Break("dashboard-layout", '"showLegend": true', '"showLegend": false'),
    Break("dashboard-expectations", '"101": {', '"199": {', "grafana/expectations.json"),
    Break("orphan-metrics", "audio_engine_memory_bytes", "process_resident_memory_bytes"),
]


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A copy of this repository's infrastructure."""
    target = tmp_path_factory.mktemp("lints") / "monitoring"
    shutil.copytree(share("infrastructure/monitoring"), target)
    return target


def _result(folder: Path, lint: str) -> CheckResult:
    project = white_room_with(folder)
    workspace = Workspace(
        project,
        project.files.prometheus,
        project.files.alertmanager,
        config.additions(project, registry.load(project)),
    )
    return CHECKS[lint].result(workspace)


@pytest.mark.parametrize("lint", CHECKS)
def test_right_dashboards_pass_every_lint(lint: str, folder: Path) -> None:
    """Nothing is wrong with what we deploy."""
    result = _result(folder, lint)
    assert (result.state, result.diagnostics) == ("ok", ())


@pytest.mark.parametrize("case", BREAKS, ids=lambda case: case.lint)
def test_break_fails_its_lint(case: Break, folder: Path) -> None:
    """A slip of the kind that a lint is for makes it fail."""
    path = folder / case.file
    before = path.read_text()
    assert case.old in before
    path.write_text(before.replace(case.old, case.new))
    try:
        result = _result(folder, case.lint)
        assert result.state == "failed"
        assert result.diagnostics
    finally:
        path.write_text(before)


def test_every_lint_has_a_break() -> None:
    """No lint is without a break that makes it fail."""
    assert {case.lint for case in BREAKS} == set(CHECKS)
