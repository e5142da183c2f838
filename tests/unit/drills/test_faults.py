"""A fault ends with its context, whatever happens in it: the next scenario finds a whole copy."""

from __future__ import annotations

import contextlib
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from whiteroom_monitoring.drills import faults
from whiteroom_monitoring.drills.faults import Engine, FaultError, Run, Sql, Write
from whiteroom_monitoring.errors import MonitoringError


class SupervisorError(MonitoringError):
    """What a supervisor that is gone raises."""


def _places(text: str) -> str:
    return text


def _stack(**parts: Any) -> Any:
    places = SimpleNamespace(fill=_places, fill_all=tuple)
    return SimpleNamespace(places=places, user=lambda component: None, **parts)


def test_an_engine_is_mended_after_an_error(monkeypatch: pytest.MonkeyPatch) -> None:
    """What ends a drill early does not leave the engine with its fault."""
    told: list[str] = []
    monkeypatch.setattr(faults, "ask_engine", lambda path, request: told.append(request["command"]))
    stack = _stack(paths=SimpleNamespace(control_socket=Path("/nowhere")))
    with pytest.raises(SupervisorError), Engine(fault={"kind": "stall"}).during(stack):
        raise SupervisorError("gone")
    assert told == ["fault", "faults_off"]


def test_a_file_comes_back_when_nobody_reads_it(tmp_path: Path) -> None:
    """A component that can't be told to read its file leaves the file as it was."""
    path = tmp_path / "file"
    path.write_text("before")
    signals: list[str] = []

    def signal(component: str, name: str) -> None:
        signals.append(name)
        if len(signals) == 1:
            raise SupervisorError("gone")

    stack = _stack(supervisor=SimpleNamespace(signal=signal))
    harm = Write(path=str(path), text="after", reload="prometheus")
    with pytest.raises(SupervisorError), harm.during(stack):
        pass
    assert (path.read_text(), signals) == ("before", ["HUP", "HUP"])


def test_no_command_outlives_one_that_fails(monkeypatch: pytest.MonkeyPatch) -> None:
    """When the second copy of a command can't be started, the first one is ended."""
    started: list[object] = []
    ended: list[object] = []

    def process(*words: Any) -> object:
        if started:
            raise OSError("no more processes")
        started.append(object())
        return started[0]

    monkeypatch.setattr(faults, "_process", process)
    monkeypatch.setattr(faults, "_end", ended.append)
    with pytest.raises(OSError, match="no more"), Run(command=("x",), copies=2).during(_stack()):
        pass
    assert ended == started


@pytest.mark.parametrize(("ended", "is_fault"), [([None, 3], True), ([3, 3], False)])
def test_statements_that_the_server_refuses_are_no_fault(
    monkeypatch: pytest.MonkeyPatch, ended: list[int | None], is_fault: bool
) -> None:
    """A drill is not blamed on the alert when no session stood while it was awaited."""
    clients = iter([SimpleNamespace(poll=lambda status=status: status) for status in ended])
    monkeypatch.setattr(Sql, "_client", lambda *_: next(clients))
    monkeypatch.setattr(faults, "_end", lambda client: None)
    harm = Sql(statements=("LOCK TABLE nowhere;",), sessions=2)
    expected = contextlib.nullcontext() if is_fault else pytest.raises(FaultError, match="nowhere")
    with expected, harm.during(_stack()):
        pass
