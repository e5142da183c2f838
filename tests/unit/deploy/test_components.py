"""What a stack is made of: what the machine has, and nothing that needs what it lacks."""

from __future__ import annotations

import os
import string
import subprocess
import sys
from dataclasses import fields, is_dataclass
from pathlib import Path
from types import MappingProxyType

import pytest
from components import engine, redis

from tests.support.projects import WHITE_ROOM
from whiteroom_monitoring.deploy.component import STAGES, Component, Program
from whiteroom_monitoring.deploy.host import accounts, machine
from whiteroom_monitoring.deploy.host.preparation import INITIALIZERS
from whiteroom_monitoring.deploy.paths import StackPaths, default_ports
from whiteroom_monitoring.deploy.planner import selection
from whiteroom_monitoring.deploy.planner.placeholders import (
    PlaceholderError,
    Placeholders,
    interpreter,
)
from whiteroom_monitoring.deploy.planner.resolution import ResolvedComponent, resolve
from whiteroom_monitoring.deploy.planner.selection import Selection, candidates, select
from whiteroom_monitoring.deploy.registry import load, port_numbers, scrape_jobs
from whiteroom_monitoring.resources import repository_root, share

COMPONENTS = load(WHITE_ROOM)
PATHS = StackPaths(Path("/nowhere"), 0, port_numbers(COMPONENTS))
NAMES = {component.name for component in COMPONENTS}
OF_BACKEND = {
    *("postgresql", "postgres-exporter", "redis", "redis-exporter"),
    *("backend", "nginx", "nginx-exporter", "musicians"),
}


def _select(*unwanted: str, root: Path | None = repository_root()) -> Selection:  # noqa: B008
    return select(COMPONENTS, unwanted, Placeholders(PATHS, root, WHITE_ROOM))


def _resolved(*unwanted: str) -> dict[str, ResolvedComponent]:
    places = Placeholders(PATHS, repository_root(), WHITE_ROOM)
    return {c.name: resolve(c, variant, places) for c, variant in _select(*unwanted).kept}


@pytest.fixture
def with_frontend(monkeypatch, tmp_path: Path) -> str:
    """A machine on which the front end and what it hosts are built; return the program."""
    program = tmp_path / "whiteroom-frontend"
    program.touch(mode=0o755)
    monkeypatch.setenv("WHITEROOM_FRONTEND", str(program))
    monkeypatch.setattr(machine, "_exists", lambda path, places: True)
    return str(program)


@pytest.mark.parametrize(
    ("unwanted", "left_out"),
    [
        ([], set()),
        (["redis"], {"redis", "redis-exporter"}),
        (["postgresql"], OF_BACKEND - {"redis", "redis-exporter"}),
        (["backend"], {"backend", "nginx", "nginx-exporter", "musicians"}),
        (["cadvisor", "engine"], {"cadvisor", "engine", "frontend", "jack"}),
        (["frontend"], {"frontend"}),
        (["jack"], {"jack"}),
    ],
)
def test_what_needs_the_absent_is_absent(
    unwanted: list[str], left_out: set[str], with_frontend: str
) -> None:
    """A component goes, and with it whatever needs it, and nothing else."""
    chosen = _select(*unwanted)
    assert chosen.left_out.keys() == left_out
    assert {component.name for component, _ in chosen.kept} == NAMES - left_out


def test_without_jack_a_clock_calls_the_engine(with_frontend: str) -> None:
    """The engine takes JACK where the stack has it, else a clock; so does the front end."""
    for unwanted, driver in (((), "jack"), (("jack",), "clock")):
        kept = _resolved(*unwanted)
        for name in ("engine", "frontend"):
            command = kept[name].command
            assert command[command.index("--driver") + 1] == driver


def test_the_front_end_hosts_the_engine(with_frontend: str) -> None:
    """Where the front end is, the engine's process is its program, and it has none of its own."""
    kept = _resolved()
    assert kept["engine"].command[0] == with_frontend
    assert kept["engine"].command == kept["frontend"].command
    assert kept["frontend"].process == kept["engine"].process == "engine"


def test_without_the_front_end_the_engine_runs_alone(monkeypatch) -> None:
    """A machine without Swift runs the C++ engine by its own program, and says what is missing."""
    monkeypatch.setenv("WHITEROOM_FRONTEND", "/nowhere/whiteroom-frontend")
    monkeypatch.setattr(machine, "_exists", lambda path, places: True)
    chosen = _select()
    kept = {component.name: variant for component, variant in chosen.kept}
    assert kept["engine"].program == engine.ENGINE
    assert chosen.left_out == {
        "frontend": "/nowhere/whiteroom-frontend was not found; install Swift and run "
        "infrastructure/monitoring/start.sh --install-only"
    }


def test_a_missing_program_is_said_with_its_remedy(monkeypatch) -> None:
    """The reason names the program and the package that brings it."""
    monkeypatch.setattr(machine, "find", lambda program, places: None)
    chosen = _select()
    expected = "redis-server was not found; install Debian's package redis-server"
    assert chosen.left_out["redis"] == expected
    assert chosen.left_out["musicians"] == "it needs nginx"
    kept = {component.name for component, _ in chosen.kept}
    assert kept == {"prometheus", "alertmanager", "segment-exporter", "inbox", "reconciler"}


def test_without_a_clone_there_is_no_backend() -> None:
    """An installed package leaves out the whole backend, its database included, and says why."""
    left_out = _select(root=None).left_out
    assert left_out["redis"] == "the reference app comes with the repository only"
    assert left_out.keys() >= OF_BACKEND


def test_without_the_app_nobody_watches_it() -> None:
    """The monitoring alone has neither the app nor the exporters of its parts."""
    names = {component.name for component in candidates(COMPONENTS, with_app=False)}
    assert names == NAMES - OF_BACKEND - {"engine", "frontend", "jack"}


def test_the_descriptions_fit_together() -> None:
    """Stages, needs, jobs, rules and initializers name only what exists, in an order that works."""
    stage = {component.name: component.stage for component in COMPONENTS}
    rules = {path.name for path in share("infrastructure/monitoring/prometheus/rules").iterdir()}
    for component in COMPONENTS:
        assert component.stage in STAGES
        assert all(stage[needed] < component.stage for needed in component.needs)
        assert {component.only_with, component.process_of} - {""} <= NAMES
        assert component.initializer in {"", *INITIALIZERS}
        assert component.scrape is None or component.ports
        assert len(component.rules) == len(set(component.rules))
    assert {rule for component in COMPONENTS for rule in component.rules} <= rules
    assert len({job.name for job in scrape_jobs(COMPONENTS).values()}) == len(
        scrape_jobs(COMPONENTS)
    )
    numbers = [port.number for component in COMPONENTS for port in component.ports]
    assert len(numbers) == len(set(numbers))


def _texts(value: object) -> list[str]:
    """Return every text of a description. Fails when it holds anything but data."""
    if isinstance(value, str):
        return [value]
    if isinstance(value, tuple):
        return [text for item in value for text in _texts(item)]
    if isinstance(value, dict | MappingProxyType):
        return [text for item in value.items() for text in _texts(item)]
    if is_dataclass(value):
        return [text for field in fields(value) for text in _texts(getattr(value, field.name))]
    assert value is None or isinstance(value, int | bool), value
    return []


@pytest.mark.parametrize("component", COMPONENTS, ids=lambda component: component.name)
def test_a_description_is_data(component: Component) -> None:
    """A description holds texts and numbers alone, and each placeholder has a value in a clone."""
    places = Placeholders(PATHS, Path("/root"), WHITE_ROOM)
    for text in _texts(component):
        # Compose fills in `${NAME:-default}` itself.
        if "{" in text and "{{" not in text and "${" not in text:
            names = {name for _, name, _, _ in string.Formatter().parse(text) if name}
            assert names
            assert "{" not in places.fill(text, home="/home")


def test_an_unknown_placeholder_is_named() -> None:
    """A description with a port that nobody has can't be filled in, and the text is named."""
    with pytest.raises(PlaceholderError, match=r"port\[nobody\]"):
        Placeholders(PATHS, None).fill("http://{port[nobody]}")


def test_making_descriptions_asks_no_machine() -> None:
    """The descriptions are the same whatever is installed and set, and need no other package."""
    code = (
        "import os, shutil, subprocess; from pathlib import Path\n"
        "def refuse(*a, **k): raise AssertionError('the machine was asked')\n"
        "shutil.which = Path.exists = subprocess.Popen = os.getuid = refuse\n"
        "from whiteroom_monitoring.deploy.registry import COMPONENTS, components_in\n"
        "print(repr([*COMPONENTS, *components_in(Path('reference_app/components'))]))"
    )
    root = repository_root()
    assert root is not None
    printed = set()
    for environment in ({}, {"WHITEROOM_ENGINE": "/x", "WHITEROOM_FRONTEND": "/y", "PATH": "/z"}):
        done = subprocess.run(
            # -S: without the packages of the environment.
            [sys.executable, "-S", "-c", code],
            env={"PYTHONPATH": str(root / "src"), **environment},
            cwd=root,
            capture_output=True,
            text=True,
            check=False,
        )
        assert done.returncode == 0, done.stderr
        printed.add(done.stdout)
    assert len(printed) == 1


def test_no_service_listens_on_a_port_without_need() -> None:
    """Database and cache are reached by sockets below the stack's own folder."""
    [cache] = [c for c in COMPONENTS if c.name == "redis"]
    assert cache.ports == ()
    socket = Placeholders(PATHS, None).fill(redis.SOCKET)
    assert Path(socket).is_relative_to(PATHS.run)


def test_a_closed_folder_on_the_way_is_found(tmp_path: Path) -> None:
    """The first folder that others can't enter is named."""
    closed = tmp_path / "closed"
    closed.mkdir(mode=0o700)
    tmp_path.chmod(0o755)
    barrier = accounts.barrier(closed / "data")
    assert barrier is not None
    assert (closed / "data").is_relative_to(barrier)


def test_an_installed_grafana_takes_the_place_of_the_console(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    """Where a `grafana` is on the PATH, it serves at the console's port, on loopback, provisioned
    from this stack's configuration, and nothing else changes."""
    ours = _resolved()["console"]
    (tmp_path / "bin").mkdir()
    program = tmp_path / "bin/grafana"
    program.write_text("#!/bin/sh\n")
    program.chmod(0o755)
    monkeypatch.setenv("PATH", f"{program.parent}:{os.environ['PATH']}")
    theirs = _resolved()["console"]
    assert ours.ports == theirs.ports == {"console": default_ports()["console"]}
    assert ours.command[0] == interpreter()
    assert theirs.command == (str(program), "server", "--homepath", "/usr/share/grafana")
    assert theirs.environment["GF_SERVER_HTTP_ADDR"] == "127.0.0.1"
    assert theirs.environment["GF_SERVER_HTTP_PORT"] == str(PATHS.port("console"))
    assert theirs.environment["GF_PATHS_PROVISIONING"].startswith(str(PATHS.config))
    # An unpacked archive has its own home.
    (tmp_path / "conf").mkdir()
    assert _resolved()["console"].command[-1] == str(tmp_path)


def test_the_version_of_the_data_chooses_the_program(tmp_path: Path) -> None:
    """The newest version of a program is taken, by number; data that are there choose theirs."""
    for version in ("9.6", "15", "17"):
        folder = tmp_path / f"lib/{version}"
        folder.mkdir(parents=True)
        (folder / "server").touch(mode=0o755)
    version_file = tmp_path / "VERSION"
    program = Program((f"{tmp_path}/lib/*/server",), "install it", version_file=str(version_file))
    places = Placeholders(PATHS, None)
    assert machine.find(program, places) == f"{tmp_path}/lib/17/server"
    version_file.write_text("15\n")
    assert machine.find(program, places) == f"{tmp_path}/lib/15/server"
    version_file.write_text("14\n")
    assert machine.find(program, places) is None
    assert machine.remedy(program, places) == (
        "its data was made by version 14: install that version"
    )


def test_reasons_spread_until_nothing_changes(monkeypatch) -> None:
    """A component that goes takes along what needs it, over any number of links."""
    monkeypatch.setattr(selection.machine, "find", lambda program, places: "/bin/true")
    left_out = _select("postgresql").left_out
    assert left_out["musicians"] == "it needs nginx"
    assert left_out["nginx"] == "it needs backend"
    assert left_out["backend"] == "it needs postgresql"


def test_a_python_has_one_path(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """By any of its names it is the same, so that no component starts anew; another one is not."""
    real, other = sys.executable, tmp_path / "other"
    other.touch()
    for name in ("python", "python3", "python3.11"):
        (tmp_path / name).symlink_to(real)
    for name in ("python", "python3", "python3.11"):
        monkeypatch.setattr(sys, "executable", str(tmp_path / name))
        assert interpreter() == str(tmp_path / "python3")
    monkeypatch.setattr(sys, "executable", str(other))
    assert interpreter() == str(other)
