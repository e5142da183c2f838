"""Before anything starts, every problem is found at once and named with its remedy."""

from __future__ import annotations

import os
import socket
import subprocess
import sys
import tempfile
from collections.abc import Iterator, Sequence
from pathlib import Path

import pytest

from tests.support.projects import WHITE_ROOM
from whiteroom_monitoring.deploy import preflight
from whiteroom_monitoring.deploy.component import Component, Program, Variant
from whiteroom_monitoring.deploy.host import processes
from whiteroom_monitoring.deploy.paths import StackPaths
from whiteroom_monitoring.deploy.planner.placeholders import Placeholders
from whiteroom_monitoring.deploy.planner.resolution import ResolvedComponent, resolve
from whiteroom_monitoring.deploy.planner.selection import candidates, select
from whiteroom_monitoring.deploy.preflight import PreflightError
from whiteroom_monitoring.deploy.registry import load
from whiteroom_monitoring.resources import repository_root

COMPONENTS = load(WHITE_ROOM)
OFFSET = 21_000


@pytest.fixture
def short_path() -> Iterator[Path]:
    """A folder whose path leaves room for the names of sockets, as pytest's own need not."""
    with tempfile.TemporaryDirectory(prefix="whiteroom-test-") as folder:
        yield Path(folder)


@pytest.fixture
def paths(short_path: Path, offset: int) -> Iterator[StackPaths]:
    """A stack whose segments' folder is removed in the end."""
    paths = StackPaths(short_path / "data", offset)
    yield paths
    if paths.segments.is_dir():
        paths.segments.rmdir()


def _monitoring(paths: StackPaths) -> list[ResolvedComponent]:
    """Return the components of a stack without the app."""
    places = Placeholders(paths, repository_root(), WHITE_ROOM)
    kept = select(candidates(COMPONENTS, with_app=False), (), places).kept
    return [resolve(component, variant, places) for component, variant in kept]


def _widget(paths: StackPaths, program: Program) -> ResolvedComponent:
    """Return a component that is run by ``program``."""
    variant = Variant(program, ())
    return resolve(Component("widget", 1, (variant,)), variant, Placeholders(paths, None))


def _problems(paths: StackPaths, components: Sequence[ResolvedComponent]) -> tuple[str, ...]:
    with pytest.raises(PreflightError) as caught:
        preflight.inspect(paths, components, running=())
    return caught.value.problems


def test_nothing_wrong(paths: StackPaths) -> None:
    """A machine with all programs and free ports passes, and no probe stays behind."""
    preflight.inspect(paths, _monitoring(paths), running=())
    assert list(paths.data.iterdir()) == []
    assert list(paths.segments.iterdir()) == []


def test_port_in_use_names_its_holder(paths: StackPaths) -> None:
    """A port in use is named with the component that wants it and the process that holds it."""
    with socket.create_server(("127.0.0.1", paths.port("prometheus"))):
        [problem] = _problems(paths, _monitoring(paths))
    # The listener is this very process, which does not look at itself.
    assert problem.startswith(f"port {paths.port('prometheus')} (prometheus) is in use by ")
    assert "--port-offset" in problem


def test_listener_is_found() -> None:
    """The process that listens on a port is found through /proc."""
    code = (
        "import socket, sys; s = socket.create_server(('127.0.0.1', 0)); "
        "print(s.getsockname()[1], flush=True); sys.stdin.read()"
    )
    with subprocess.Popen(
        ["python3", "-c", code], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    ) as child:
        assert child.stdout is not None
        port = int(child.stdout.readline())
        listener = processes.listener(port)
        assert listener is not None
        assert (listener.pid, "python3 -c import socket" in str(listener)) == (child.pid, True)
        child.communicate()
    assert processes.can_listen("127.0.0.1", port)


def test_missing_program_names_its_package(paths: StackPaths) -> None:
    """A missing program is named together with what brings it."""
    program = Program(("no-such-program",), "install Debian's package such")
    [problem] = _problems(paths, [_widget(paths, program)])
    assert problem == "widget: no-such-program was not found; install Debian's package such"


@pytest.mark.skipif(os.getuid() == 0, reason="root writes everywhere")
def test_folder_that_can_not_be_written(short_path: Path) -> None:
    """A data folder that can't be written is named with the reason."""
    short_path.chmod(0o500)
    [problem] = _problems(StackPaths(short_path / "data", OFFSET), [])
    assert problem.endswith("can't be written: Permission denied")


def test_folder_on_a_file_system_without_writing() -> None:
    """A data folder below /proc can't be written, by root neither."""
    problems = _problems(StackPaths(Path("/proc/whiteroom"), OFFSET), [])
    assert problems[0].startswith("data folder /proc/whiteroom can't be written: ")


@pytest.mark.parametrize("name", ['a"b', "a;b", "a\nb"])
def test_name_that_supervisord_can_not_hold(short_path: Path, name: str) -> None:
    """Characters that supervisord's configuration can't hold are refused, not mangled."""
    [problem] = _problems(StackPaths(short_path / name, OFFSET), [])
    assert problem.endswith("in its name can't be used")


def test_path_too_long_for_a_socket(tmp_path: Path) -> None:
    """A path that no Unix socket can have is refused before supervisord fails on it."""
    [problem] = _problems(StackPaths(tmp_path / ("x" * 100), OFFSET), [])
    assert "choose a shorter --data" in problem


def test_all_problems_at_once(tmp_path: Path) -> None:
    """Problems of different kinds are reported together."""
    paths = StackPaths(Path("/proc/whiteroom"), OFFSET)
    missing = _widget(paths, Program(("no-such-program",), "remedy"))
    assert len(_problems(paths, [missing])) == 2


def _may_mount() -> bool:
    command = ["unshare", "-m", "mount", "-t", "tmpfs", "tmpfs", "/mnt"]
    return os.getuid() == 0 and subprocess.run(command, check=False).returncode == 0


@pytest.mark.skipif(not _may_mount(), reason="only root mounts a file system of its own")
@pytest.mark.parametrize(
    ("place", "said"),
    [
        ("{data}", "data folder {data} has 1 MiB free, 512 MiB are needed"),
        ("/dev/shm", "memory file system: /dev/shm/whiteroom-0-21000 can't be written: No space"),
    ],
)
def test_full_file_system(short_path: Path, place: str, said: str) -> None:
    """A full disk and a full memory file system are said, exit status 1, and nothing starts."""
    data = short_path / "data"
    data.mkdir()
    mount = place.format(data=data)
    script = (
        f"mount -t tmpfs -o size=1m,mode=700 tmpfs {mount} && "
        f"exec {sys.executable} -m whiteroom_monitoring up --without-app "
        f"--data {data} --port-offset {OFFSET}"
    )
    done = subprocess.run(
        ["unshare", "-m", "sh", "-c", script], capture_output=True, text=True, check=False
    )
    assert said.format(data=data) in done.stderr
    assert done.returncode == 1
    assert processes.of_stack(data) == []
