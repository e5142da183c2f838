"""supervisord: what it is told, and what is made of its answers."""

from __future__ import annotations

import http.client
import os
import subprocess
import sys
import xmlrpc.client
from collections.abc import Callable, Iterator
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from whiteroom_monitoring.deploy.component import Component
from whiteroom_monitoring.deploy.host import accounts, processes
from whiteroom_monitoring.deploy.paths import StackPaths
from whiteroom_monitoring.deploy.runtimes import supervisord, supervisord_config
from whiteroom_monitoring.deploy.runtimes.supervisord import Supervisor, SupervisorError

Fault = xmlrpc.client.Fault


@pytest.fixture
def supervisor(tmp_path: Path) -> Supervisor:
    """The supervisor of a stack that does not run."""
    paths = StackPaths(tmp_path)
    paths.run.mkdir()
    return Supervisor(paths)


@pytest.fixture
def answers(supervisor: Supervisor, monkeypatch: pytest.MonkeyPatch) -> Callable[..., list[Any]]:
    """Makes supervisord answer; gives the calls that it got."""

    def make(**methods: Any) -> list[Any]:
        calls: list[Any] = []

        class Proxy:
            def __init__(self, *_: Any) -> None:
                self.supervisor = self

            def __enter__(self) -> Any:
                return self

            def __exit__(self, *_: object) -> None:
                pass

            def __getattr__(self, name: str) -> Any:
                def call(*arguments: Any) -> Any:
                    calls.append((name, *arguments))
                    answer = methods.get(name, True)
                    if isinstance(answer, Exception):
                        raise answer
                    return answer

                return call

        monkeypatch.setattr(supervisord.xmlrpc.client, "ServerProxy", Proxy)
        return calls

    return make


def _component(**changes: Any) -> Any:
    usual = {
        "name": "inbox", "command": ["/bin/inbox", "--name", "a b", "100%"], "user": None,
        "environment": {"A": "50%"},
        "description": Component("inbox", 1, ()), "capabilities": (),
    }  # fmt: skip
    return SimpleNamespace(**{**usual, **changes})


def test_a_program_is_started_by_hand_and_restarted(supervisor: Supervisor) -> None:
    """`up` starts in its order; what ends thrice within three seconds of its start stays down,
    and what is stopped has ten seconds."""
    hosted = _component(name="x", description=Component("x", 1, (), process_of="inbox"))
    sections = supervisord_config.sections(supervisor, [_component(), hosted], [])
    assert list(sections) == ["", "inbox"]
    lines = sections["inbox"].splitlines()
    assert lines[0] == "[program:inbox]"
    assert "command=/bin/inbox --name 'a b' 100%%" in lines
    assert {
        "autostart=false", "autorestart=true", "startsecs=3", "startretries=2", "stopsignal=TERM",
        "stopwaitsecs=10", "stopasgroup=true",
    } <= set(lines)  # fmt: skip
    assert not [line for line in lines if line.startswith("user=")]
    [environment] = [line for line in lines if line.startswith("environment=")]
    assert 'A="50%%"' in environment
    assert 'WHITEROOM_COMPONENT="inbox"' in environment


def test_who_stays_down_and_who_is_somebody_else(supervisor: Supervisor) -> None:
    """--no-restart leaves a component down when it ends; root's components have accounts."""
    section = supervisord_config.sections(supervisor, [_component(user="redis")], ["inbox"])[
        "inbox"
    ]
    assert "autorestart=false\n" in section
    assert "user=redis\n" in section


@pytest.mark.parametrize(("user", "named"), [(0, True), (1000, False)])
def test_only_root_says_as_whom_it_runs(
    supervisor: Supervisor, monkeypatch: pytest.MonkeyPatch, user: int, named: bool
) -> None:
    """Root must say that root is meant; others may not name a user."""
    monkeypatch.setattr(supervisord.os, "getuid", lambda: user)
    assert ("user=root\n" in supervisord_config.sections(supervisor, [], [])[""]) == named


def test_its_configuration_is_its_owners_alone(supervisor: Supervisor) -> None:
    """Written and read back, it is the same sections; before, there are none."""
    assert supervisor.sections() == {}
    sections = supervisord_config.sections(supervisor, [_component(), _component(name="other")], [])
    supervisor.write(sections)
    assert supervisor.sections() == sections
    assert supervisor.configuration_file.stat().st_mode & 0o777 == 0o600


def test_states_of_components(supervisor: Supervisor, answers: Callable[..., list[Any]]) -> None:
    """Each has a state, a process and what went wrong."""
    known = {"name": "a", "statename": "RUNNING", "pid": 7, "start": 9.0, "spawnerr": "no"}
    answers(getAllProcessInfo=[known])
    [state] = supervisor.states().values()
    assert (state.name, state.state, state.pid, state.since, state.problem) == (
        "a", "RUNNING", 7, 9.0, "no"
    )  # fmt: skip


@pytest.mark.parametrize(("code", "fails"), [(50, False), (60, False), (10, True)])
def test_starting_what_runs_already_is_no_failure(
    supervisor: Supervisor, answers: Callable[..., list[Any]], code: int, fails: bool
) -> None:
    """Nor is one that ended at once: it is started again. Nobody waits for a start."""
    calls = answers(startProcess=Fault(code, "BAD"))
    if fails:
        with pytest.raises(SupervisorError, match=r"startProcess\('a', False\): BAD"):
            supervisor.start_component("a")
    else:
        supervisor.start_component("a")
    assert calls == [("startProcess", "a", False)]


@pytest.mark.parametrize("error", [OSError("gone"), http.client.BadStatusLine("x")])
def test_a_supervisor_that_is_gone_is_said(
    supervisor: Supervisor, answers: Callable[..., list[Any]], error: Exception
) -> None:
    """Whatever goes wrong on the way is an error of ours."""
    answers(getAllProcessInfo=error)
    with pytest.raises(SupervisorError, match="supervisord does not answer: "):
        supervisor.states()


def test_an_update_touches_what_has_changed_alone(
    supervisor: Supervisor, answers: Callable[..., list[Any]]
) -> None:
    """What has changed is stopped and added anew, what is gone is stopped, what is new added."""
    calls = answers(reloadConfig=[[["new"], ["changed"], ["gone"]]])
    supervisor.update()
    assert calls == [
        ("reloadConfig",),
        ("stopProcessGroup", "changed"), ("removeProcessGroup", "changed"),
        ("stopProcessGroup", "gone"), ("removeProcessGroup", "gone"),
        ("addProcessGroup", "new"), ("addProcessGroup", "changed"),
    ]  # fmt: skip


@pytest.fixture
def child() -> Iterator[Callable[..., subprocess.Popen[bytes]]]:
    """Starts a process that waits, with these variables."""
    started: list[subprocess.Popen[bytes]] = []

    def start(**variables: str) -> subprocess.Popen[bytes]:
        program = "import sys; print(flush=True); sys.stdin.read()"
        process = subprocess.Popen(
            [sys.executable, "-c", program],
            env={**os.environ, **variables},
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
        )
        assert process.stdout is not None
        process.stdout.readline()
        started.append(process)
        return process

    yield start
    for process in started:
        process.kill()
        process.communicate()


def test_a_process_id_is_that_of_the_own_supervisor(
    supervisor: Supervisor, tmp_path: Path, child: Callable[..., subprocess.Popen[bytes]]
) -> None:
    """A number that another program has by now is not the supervisor."""
    file = tmp_path / "run" / "supervisord.pid"
    assert supervisor.pid() is None
    file.write_text("nonsense")
    assert supervisor.pid() is None
    file.write_text(str(os.getpid()))
    assert supervisor.pid() is None
    process = child(WHITEROOM_STACK=str(tmp_path), WHITEROOM_COMPONENT="supervisord")
    file.write_text(str(process.pid))
    assert supervisor.pid() == process.pid
    assert supervisor.paths.data == tmp_path


def test_shutting_down_waits_and_then_insists(
    supervisor: Supervisor,
    tmp_path: Path,
    answers: Callable[..., list[Any]],
    child: Callable[..., subprocess.Popen[bytes]],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Whoever does not end in fifteen seconds after being asked is ended; nothing runs, no word."""
    calls = answers()
    supervisor.shut_down()
    assert calls == []
    process = child(WHITEROOM_STACK=str(tmp_path))
    (tmp_path / "run" / "supervisord.pid").write_text(str(process.pid))
    now = [0.0]

    def sleep(seconds: float) -> None:
        now[0] += 1.0

    clock = SimpleNamespace(monotonic=lambda: now[0], sleep=sleep)
    monkeypatch.setattr(supervisord, "time", clock)
    supervisor.shut_down()
    assert calls == [("shutdown",)]
    assert now == [15.0]
    assert process.wait(10) is not None


def test_processes_of_a_stack_are_known_by_their_environment(
    tmp_path: Path, child: Callable[..., subprocess.Popen[bytes]]
) -> None:
    """Its folder says to which stack a process belongs; a zombie belongs to none."""
    process = child(WHITEROOM_STACK=str(tmp_path), WHITEROOM_COMPONENT="inbox")
    member = processes.member(process.pid, tmp_path)
    assert member == processes.Process(process.pid, "inbox")
    assert processes.of_stack(tmp_path) == [member]
    assert processes.member(process.pid, tmp_path / "other") is None
    assert str(member).startswith(f"process {process.pid} ({sys.executable} -c ")
    assert processes.resident_bytes(process.pid) > 1_000_000
    processes.end([member], patience_s=10)
    assert not processes.is_alive(process.pid)
    assert processes.member(process.pid, tmp_path) is None
    process.wait()
    assert processes.resident_bytes(process.pid) == 0
    assert processes.Process(process.pid).command_line == "?"
    processes.end([member])


@pytest.mark.parametrize(("length", "shown"), [(80, "x" * 80), (81, "x" * 77 + "...")])
def test_a_long_command_is_cut(length: int, shown: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """Eighty characters tell which process it is."""
    monkeypatch.setattr(processes.Process, "command_line", "x" * length)
    assert str(processes.Process(7)) == f"process 7 ({shown})"


@pytest.mark.parametrize("may", [True, False])
def test_a_confined_component_gives_roots_rights_away(
    supervisor: Supervisor, monkeypatch: pytest.MonkeyPatch, may: bool
) -> None:
    """Where that is allowed, what needs no right of root's is started without any."""
    monkeypatch.setattr(accounts, "can_confine", lambda: may)
    description = Component("inbox", 1, (), confined=True, umask=0o027)
    section = supervisord_config.sections(supervisor, [_component(description=description)], [])[
        "inbox"
    ]
    prefix = f"{' '.join(accounts.CONFINEMENT)} " if may else ""
    assert f"command={prefix}/bin/inbox" in section
    assert "umask=027\n" in section


def test_an_account_of_its_own_comes_with_no_right(
    supervisor: Supervisor, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Its user, its groups and no capability; who is root keeps those that it needs alone."""
    monkeypatch.setattr(accounts, "can_confine", lambda: True)
    confined = Component("inbox", 1, (), confined=True)
    apart = _component(description=confined, user="whiteroom-inbox")
    section = supervisord_config.sections(supervisor, [apart], [])["inbox"]
    whose = "--reuid=whiteroom-inbox --regid=whiteroom-inbox --init-groups"
    assert f"setpriv {whose} --bounding-set=-all --inh-caps=-all --no-new-privs -- /bin" in section
    assert "user=" not in section.replace("--reuid=", "")
    able = _component(description=confined, capabilities=("sys_ptrace",))
    section = supervisord_config.sections(supervisor, [able], [])["inbox"]
    assert "--bounding-set=-all,+sys_ptrace --inh-caps=-all" in section
    both = _component(description=confined, user="whiteroom-app", capabilities=("sys_nice",))
    section = supervisord_config.sections(supervisor, [both], [])["inbox"]
    assert "--no-new-privs --ambient-caps=-all,+sys_nice -- /bin" in section
