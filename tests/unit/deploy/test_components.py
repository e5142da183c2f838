"""What a stack is made of: what the machine has, and nothing that needs what it lacks."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from whiteroom_monitoring.deploy import accounts
from whiteroom_monitoring.deploy.component import STAGES, Program
from whiteroom_monitoring.deploy.components import console, engine, frontend, redis, reference_app
from whiteroom_monitoring.deploy.config import JOBS, RULES
from whiteroom_monitoring.deploy.paths import PORTS, StackPaths
from whiteroom_monitoring.deploy.registry import components, select

PATHS = StackPaths(Path("/nowhere"), 0)
NAMES = {component.name for component in components(PATHS, with_app=True)}
OF_BACKEND = {
    *("postgresql", "postgres-exporter", "redis", "redis-exporter"),
    *("backend", "nginx", "nginx-exporter", "musicians"),
}


@pytest.fixture
def with_frontend(monkeypatch, tmp_path: Path) -> str:
    """A machine on which the front end and what it hosts are built; return the program."""
    program = tmp_path / "whiteroom-frontend"
    program.touch(mode=0o755)
    monkeypatch.setenv("WHITEROOM_FRONTEND", str(program))
    monkeypatch.setattr(frontend, "library", lambda: program)
    return str(program)


@pytest.mark.parametrize(
    ("unwanted", "left_out"),
    [
        ([], set()),
        (["redis"], {"redis", "redis-exporter"}),
        (["postgresql"], OF_BACKEND - {"redis", "redis-exporter"}),
        (["backend"], {"backend", "nginx", "nginx-exporter", "musicians"}),
        (["cadvisor", "engine"], {"cadvisor", "engine", "frontend"}),
        (["frontend"], {"frontend"}),
    ],
)
def test_what_needs_the_absent_is_absent(
    unwanted: list[str], left_out: set[str], with_frontend: str
) -> None:
    """A component goes, and with it whatever needs it, and nothing else."""
    found = select(PATHS, True, unwanted)
    assert found.left_out.keys() == left_out
    assert {component.name for component in found.kept} == NAMES - left_out


def test_the_front_end_hosts_the_engine(with_frontend: str) -> None:
    """Where the front end is, the engine's process is its program, and it has none of its own."""
    kept = {component.name: component for component in select(PATHS, True, []).kept}
    assert kept["engine"].program.find() == with_frontend
    assert kept["engine"].arguments == kept["frontend"].arguments
    assert kept["frontend"].process == kept["engine"].process == "engine"


def test_without_the_front_end_the_engine_runs_alone(monkeypatch) -> None:
    """A machine without Swift runs the C++ engine by its own program, and says what is missing."""
    monkeypatch.setenv("WHITEROOM_FRONTEND", "/nowhere/whiteroom-frontend")
    monkeypatch.setattr(frontend, "library", lambda: Path("/"))
    found = select(PATHS, True, [])
    kept = {component.name: component for component in found.kept}
    assert kept["engine"].program == engine.engine_program()
    assert found.left_out == {
        "frontend": "/nowhere/whiteroom-frontend was not found; install Swift and run "
        "infrastructure/monitoring/start.sh --install-only"
    }


def test_a_missing_program_is_said_with_its_remedy(monkeypatch) -> None:
    """The reason names the program and the package that brings it."""
    monkeypatch.setattr(Program, "find", lambda program: None)
    left_out = select(PATHS, True, []).left_out
    expected = "redis-server was not found; install Debian's package redis-server"
    assert left_out["redis"] == expected
    assert left_out["musicians"] == "it needs nginx"
    kept = {component.name for component in select(PATHS, True, []).kept}
    assert kept == {"prometheus", "alertmanager", "segment-exporter", "inbox"}


def test_without_a_clone_there_is_no_backend(monkeypatch) -> None:
    """An installed package leaves out the whole backend, its database included, and says why."""
    monkeypatch.setattr(reference_app, "repository_root", lambda: None)
    left_out = select(PATHS, True, []).left_out
    assert left_out["redis"] == "the reference app comes with the repository only"
    assert left_out.keys() >= OF_BACKEND


def test_without_the_app_nobody_watches_it() -> None:
    """The monitoring alone has neither the app nor the exporters of its parts."""
    found = {component.name for component in components(PATHS, with_app=False)}
    assert found == NAMES - OF_BACKEND - {"engine", "frontend", "jack"}


def test_the_descriptions_fit_together() -> None:
    """Stages, ports, needs, jobs and rules name only what exists, in an order that works."""
    stage = {component.name: component.stage for component in components(PATHS, with_app=True)}
    for component in components(PATHS, with_app=True):
        assert component.stage in STAGES
        assert PORTS.keys() >= set(component.ports)
        assert all(stage[needed] < component.stage for needed in component.needs)
    assert set(JOBS.values()) <= NAMES
    assert set(RULES.values()) <= NAMES


def test_no_service_listens_on_a_port_without_need() -> None:
    """Database and cache are reached by sockets below the stack's own folder."""
    [cache] = [c for c in components(PATHS, with_app=True) if c.name == "redis"]
    assert cache.ports == ()
    assert redis.socket(PATHS).is_relative_to(PATHS.run)


def test_a_closed_folder_on_the_way_is_found(tmp_path: Path) -> None:
    """The first folder that others can't enter is named."""
    closed = tmp_path / "closed"
    closed.mkdir(mode=0o700)
    tmp_path.chmod(0o755)
    found = accounts.barrier(closed / "data")
    assert found is not None
    assert (closed / "data").is_relative_to(found)


def test_an_installed_grafana_takes_the_place_of_the_console(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    """Where a `grafana` is on the PATH, it serves at the console's port, on loopback, provisioned
    from this stack's configuration, and nothing else changes."""
    ours = console.component(PATHS)
    (tmp_path / "grafana").write_text("#!/bin/sh\n")
    (tmp_path / "grafana").chmod(0o755)
    monkeypatch.setenv("PATH", f"{tmp_path}:{os.environ['PATH']}")
    theirs = console.component(PATHS)
    assert (ours.name, ours.ports) == (theirs.name, theirs.ports) == ("console", ("console",))
    assert theirs.arguments[0] == "server"
    assert theirs.environment["GF_SERVER_HTTP_ADDR"] == "127.0.0.1"
    assert theirs.environment["GF_SERVER_HTTP_PORT"] == str(PATHS.port("console"))
    assert theirs.environment["GF_PATHS_PROVISIONING"].startswith(str(PATHS.config))
