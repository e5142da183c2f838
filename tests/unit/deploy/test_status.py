"""Status: what supervisord, health probes and the log of restarts say of each component."""

from __future__ import annotations

import time
from collections import Counter
from pathlib import Path
from typing import Any

import pytest

from tests.support.json_server import json_server
from whiteroom_monitoring.deploy.host import processes
from whiteroom_monitoring.deploy.host.processes import Process
from whiteroom_monitoring.deploy.paths import StackPaths
from whiteroom_monitoring.deploy.running import health, state, status
from whiteroom_monitoring.deploy.running.state import ComponentState, ResolvedProbe, StackState
from whiteroom_monitoring.deploy.runtimes.supervisord import ProcessState

NOTHING = ResolvedProbe()


@pytest.fixture
def paths(tmp_path: Path) -> StackPaths:
    """A stack of two components; the second runs in the process of the first."""
    paths = StackPaths(tmp_path)
    paths.run.mkdir()
    paths.log.mkdir()
    components = (
        ComponentState("front", "front", "http://f/", NOTHING, True, "1.0"),
        ComponentState("hosted", "front", None, ResolvedProbe(file="/nowhere"), False),
    )
    state.write(paths, StackState(True, components, left_out={"nginx": "no nginx"}))
    return paths


@pytest.fixture
def supervised(monkeypatch: pytest.MonkeyPatch) -> Any:
    """Makes supervisord run with this state of the process."""

    def make(**values: Any) -> None:
        usual = {"state": "RUNNING", "pid": 7, "since": time.time() - 30.5, "problem": ""}
        process = ProcessState("front", **{**usual, **values})
        monkeypatch.setattr(status.Supervisor, "pid", lambda _: 1)
        monkeypatch.setattr(status.Supervisor, "states", lambda _: {"front": process})
        monkeypatch.setattr(processes, "resident_bytes", lambda pid: pid * 1000)

    return make


def test_a_stack_that_runs(paths: StackPaths, supervised: Any) -> None:
    """Each component has the state of its process, and a health of its own."""
    supervised()
    stack = status.read(paths)
    front, hosted = stack.components
    assert (front.state, front.health, front.pid, front.uptime_seconds) == ("running", "ok", 7, 30)
    assert (front.resident_bytes, front.restarts, front.version) == (7000, 0, "1.0")
    assert (hosted.state, hosted.health, hosted.well) == (
        "running", "/nowhere is not there", False
    )  # fmt: skip
    assert (front.well, stack.well, stack.supervisor_pid) == (True, False, 1)
    assert stack.left_out == {"nginx": "no nginx"}


@pytest.mark.parametrize(
    ("values", "expected", "reason"),
    [
        ({"state": "STARTING"}, "starting", "ok"),
        ({"state": "BACKOFF", "pid": 0, "problem": "exited"}, "restarting", "exited"),
        ({"state": "STOPPED", "pid": 0}, "stopped", "not running"),
        ({"state": "STOPPING", "pid": 7}, "stopped", "not running"),
        (
            {"state": "FATAL", "pid": 0},
            "failed",
            "ended 3 times right after its start; see `whiteroom logs front`",
        ),
        (
            {"state": "FATAL", "pid": 0, "problem": "no file"},
            "failed",
            "no file; see `whiteroom logs front`",
        ),
    ],
)
def test_what_does_not_run_says_why(
    paths: StackPaths, supervised: Any, values: Any, expected: str, reason: str
) -> None:
    """Only what runs is asked how it is; what is down has no uptime and no memory."""
    supervised(**values)
    front = status.read(paths).components[0]
    assert (front.state, front.health) == (expected, reason)
    assert front.well is False
    if not values.get("pid", 7):
        assert (front.pid, front.uptime_seconds, front.resident_bytes) == (None, None, 0)


def test_orphans_are_found(paths: StackPaths, monkeypatch: pytest.MonkeyPatch) -> None:
    """What runs without its supervisor is told; when nothing runs, there are no components."""
    monkeypatch.setattr(status.Supervisor, "pid", lambda _: None)
    monkeypatch.setattr(processes, "of_stack", lambda data: [Process(7, "front")])
    stack = status.read(paths)
    assert [(c.state, c.pid, c.uptime_seconds) for c in stack.components] == [
        ("orphaned", 7, None)
    ] * 2
    assert stack.components[0].health == "ok"
    monkeypatch.setattr(processes, "of_stack", lambda data: [])
    stack = status.read(paths)
    assert (stack.components, stack.left_out, stack.well) == ((), {}, False)
    assert stack.delivery_failures() == []


def test_a_stack_that_was_never_started(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Without a record there are no components, whatever runs; a damaged one is none."""
    paths = StackPaths(tmp_path)
    monkeypatch.setattr(processes, "of_stack", lambda data: [Process(7, "front")])
    assert status.read(paths).components == ()
    paths.run.mkdir()
    one = '{"with_app": true, "components": [{"name": 1}]}'
    for text in ("{", "[]", "[" * 9999, one, '{"components": []}'):
        (paths.run / "stack.json").write_text(text)
        assert state.read(paths) is None


def test_restarts_are_counted_since_the_supervisors_start(
    paths: StackPaths, supervised: Any
) -> None:
    """A start that follows an end is one; the first start is none, and older ones are forgotten."""
    lines = [
        "INFO spawned: 'front' with pid 1", "WARN exited: front (exit status 1)",
        "INFO spawned: 'front' with pid 2", "INFO supervisord started with pid 3",
        "INFO spawned: 'front' with pid 4", "WARN exited: front (exit status 1)",
        "INFO spawned: 'front' with pid 5", "INFO spawned: 'front' with pid 6",
    ]  # fmt: skip
    (paths.log / "supervisord.log").write_text("\n".join(lines))
    supervised()
    assert [c.restarts for c in status.read(paths).components] == [1, 1]
    (paths.log / "supervisord.log").unlink()
    assert status._restarts(paths) == Counter()


def test_health_is_that_of_the_probe(tmp_path: Path) -> None:
    """A file is there or not, a command succeeds or not, a page is answered with 200 or not."""
    there = tmp_path / "there"
    there.touch()
    with json_server({"/ok": {}, "/ill": 503}) as url:
        answers = health.of(
            {
                "nothing": NOTHING,
                "there": ResolvedProbe(file=str(there)),
                "gone": ResolvedProbe(file="/nowhere"),
                "ok": ResolvedProbe(url=f"{url}/ok"),
                "ill": ResolvedProbe(url=f"{url}/ill"),
                "refused": ResolvedProbe(url="http://127.0.0.1:1/"),
                "success": ResolvedProbe(command=("true",)),
                "failure": ResolvedProbe(command=("sh", "-c", "echo full; exit 1")),
                "silent": ResolvedProbe(command=("false",)),
                "missing": ResolvedProbe(command=("/nowhere",)),
            }
        )
    assert answers == {
        "nothing": "ok", "there": "ok", "gone": "/nowhere is not there", "ok": "ok",
        "ill": "status 503", "refused": "no answer: Connection refused", "success": "ok",
        "failure": "no answer: full", "silent": "no answer: it does not accept connections",
        "missing": "/nowhere: No such file or directory",
    }  # fmt: skip
    assert health.of({}) == {}


def test_a_command_that_hangs_is_ill(monkeypatch: pytest.MonkeyPatch) -> None:
    """Status never waits longer than its time-out for anybody."""
    monkeypatch.setattr(health, "TIMEOUT_S", 0.05)
    assert health.of({"a": ResolvedProbe(command=("sleep", "60"))}) == {
        "a": "no answer within 0.05 s"
    }
