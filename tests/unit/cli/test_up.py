"""``whiteroom up``: its options become a request, and what was asked wrongly changes nothing."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from whiteroom_monitoring.cli import up_run
from whiteroom_monitoring.deploy.planner.planning import Request
from whiteroom_monitoring.deploy.running import status
from whiteroom_monitoring.deploy.running.status import StackStatus


@pytest.fixture
def requests(monkeypatch: pytest.MonkeyPatch) -> list[Request]:
    """What is asked of the planner; nothing is started."""
    made: list[Request] = []

    class Nothing:
        def __init__(self, plan: Request, progress: Any) -> None:
            self.plan = plan

        def run(self) -> None:
            made.append(self.plan)

    monkeypatch.setattr(up_run.planning, "make", lambda request: request)
    monkeypatch.setattr(up_run, "Application", Nothing)
    monkeypatch.setattr(up_run.signal, "signal", lambda *_: None)
    monkeypatch.setattr(status, "read", lambda paths: StackStatus(paths, 1, None, ()))
    return made


def test_options_become_a_request(
    whiteroom: Callable[..., Any], requests: list[Request], tmp_path: Path
) -> None:
    """By default everything is started, from the committed configuration and its .env."""
    place = ("--data", tmp_path, "--port-offset", 7)
    ran = whiteroom("up", *place)
    assert ran.status == 0
    assert ran.lines[-1].startswith("green after 0.")
    [request] = requests
    assert (request.with_app, request.unwanted, request.without_restart) == (True, [], [])
    assert request.project.files.folder.name == "monitoring"
    assert request.env_file == request.project.files.folder / ".env"
    assert (request.paths.data, request.paths.port_offset) == (tmp_path, 7)
    assert whiteroom("up", "--without", "cadvisor", "--no-restart", "console", *place).status == 0
    assert (requests[1].unwanted, requests[1].without_restart) == (["cadvisor"], ["console"])


def test_json_has_the_seconds_to_one_digit(
    whiteroom: Callable[..., Any], requests: list[Request], tmp_path: Path, monkeypatch: Any
) -> None:
    """Programs read how long it took until all was green."""
    monkeypatch.setattr(up_run.Progress, "seconds", 12.3456)
    ran = whiteroom("up", "--json", "--data", tmp_path)
    assert ran.json["seconds"] == 12.3


def test_files_may_be_others(
    whiteroom: Callable[..., Any], requests: list[Request], tmp_path: Path
) -> None:
    """Another configuration and other credentials are used where they are named and exist."""
    (tmp_path / "mine.env").write_text("")
    own = ("--config", tmp_path, "--data", tmp_path / "data")
    assert whiteroom("up", *own, "--env-file", tmp_path / "mine.env").status == 0
    assert requests[0].project.files.folder == tmp_path
    assert requests[0].env_file == tmp_path / "mine.env"
    ran = whiteroom("up", *own, "--env-file", tmp_path / "none.env")
    assert ran.status == 2
    assert "no such file" in ran.err
    assert len(requests) == 1


@pytest.mark.parametrize(
    ("words", "problem"),
    [
        (("--without", "prometheus"), "prometheus is required and cannot be left out"),
        (("--without", "nobody"), "--without nobody: expected"),
        (("--no-restart", "nobody"), "--no-restart nobody: expected"),
        (("--without-app", "--without", "engine"), "--without engine: expected"),
    ],
)
def test_what_can_not_be_is_refused(
    whiteroom: Callable[..., Any],
    requests: list[Request],
    tmp_path: Path,
    words: tuple[str, ...],
    problem: str,
) -> None:
    """A component that is required, unknown, or of an app that is not wanted, is named."""
    ran = whiteroom("up", "--data", tmp_path, *words)
    assert ran.status == 2
    assert problem in ran.err
    assert requests == []


def test_a_former_name_of_a_component_is_understood(
    whiteroom: Callable[..., Any], requests: list[Request], tmp_path: Path
) -> None:
    """The present name is said once, behind its option."""
    ran = whiteroom("up", "--data", tmp_path, "--no-restart", "agent")
    assert ran.err.startswith("--no-restart agent is now --no-restart segment-exporter\n")
    assert requests[0].without_restart == ["segment-exporter"]
    assert "is now" not in whiteroom("up", "--data", tmp_path, "--no-restart", "inbox").err


@pytest.mark.parametrize("obstacles", [[], ["port taken"]])
def test_a_plan_that_can_not_be_applied_is_a_failure(
    whiteroom: Callable[..., Any],
    requests: list[Request],
    monkeypatch: pytest.MonkeyPatch,
    obstacles: list[str],
) -> None:
    """`up --plan` prints the plan, and starts nothing."""

    class Plan:
        def __init__(self) -> None:
            self.obstacles = obstacles

        def as_text(self) -> str:
            return "the plan"

        def as_json(self) -> dict[str, int]:
            return {"steps": 3}

    monkeypatch.setattr(up_run.planning, "make", lambda request: Plan())
    ran = whiteroom("up", "--plan")
    assert (ran.status, ran.out) == (len(obstacles), "the plan\n")
    ran = whiteroom("up", "--plan", "--json")
    assert (ran.status, ran.json) == (len(obstacles), {"steps": 3})
    assert requests == []


def test_a_configuration_adds_components(
    whiteroom: Callable[..., Any], requests: list[Request], tmp_path: Path
) -> None:
    """What `--config` brings comes beside the project's own components, and replaces none."""
    (tmp_path / "components").mkdir()
    text = "from whiteroom_monitoring.deploy.component import Component\n"
    (tmp_path / "components/lamps.py").write_text(
        text + "COMPONENTS = (Component('lamps', 1, ()),)"
    )
    assert whiteroom("up", "--config", tmp_path, "--data", tmp_path / "data").status == 0
    names = {component.name for component in requests[0].descriptions}
    assert {"lamps", "engine", "prometheus"} <= names
