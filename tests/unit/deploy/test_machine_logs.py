"""A journal of the stack's own is there where the machine has none, and nowhere else."""

from __future__ import annotations

import subprocess
from dataclasses import replace
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from whiteroom_monitoring.deploy.component import MachineServiceAbsent
from whiteroom_monitoring.deploy.host import machine, machine_journal
from whiteroom_monitoring.deploy.paths import StackPaths
from whiteroom_monitoring.deploy.planner.placeholders import Placeholders

CONDITION = MachineServiceAbsent("systemd-journal", "the machine has one")
PLACES = Placeholders(StackPaths(Path("/x")), None)


@pytest.fixture
def bare(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> list[str]:
    """A machine without systemd, seen by root, and the names of its processes."""
    names: list[str] = ["bash"]

    def processes(fields: list[str]) -> list[Any]:
        assert fields == ["name"]
        return [SimpleNamespace(pid=n, info={"name": name}) for n, name in enumerate(names)]

    monkeypatch.setattr(machine, "_SYSTEMD", str(tmp_path / "system"))
    monkeypatch.setattr(machine.os, "getuid", lambda: 0)
    monkeypatch.setattr(machine.psutil, "process_iter", processes)
    monkeypatch.setattr(machine.processes, "member", lambda pid, data: None)
    return names


def test_it_is_there_where_there_is_no_other(bare: list[str]) -> None:
    """Of root's stack at the usual ports, on a machine without systemd."""
    assert machine.reason_against(CONDITION, PLACES) == ""


@pytest.mark.parametrize("case", ["user", "ports", "systemd", "another"])
def test_it_is_left_out(
    bare: list[str], case: str, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    """Each of these alone is a reason."""
    places = PLACES
    if case == "user":
        monkeypatch.setattr(machine.os, "getuid", lambda: 1000)
    elif case == "ports":
        places = replace(PLACES, paths=replace(PLACES.paths, port_offset=100))
    elif case == "systemd":
        (tmp_path / "system").mkdir()
    else:
        bare.append("systemd-journald")
    assert machine.reason_against(CONDITION, places) == CONDITION.reason


def test_the_stacks_own_is_no_reason(bare: list[str], monkeypatch: pytest.MonkeyPatch) -> None:
    """A second `up` leaves the journald that the first one has started."""
    bare.append("systemd-journal")
    monkeypatch.setattr(
        machine.processes, "member", lambda pid, data: machine.processes.Process(pid)
    )
    assert machine.reason_against(CONDITION, PLACES) == ""


@pytest.mark.parametrize(("content", "is_made"), [(None, True), ("", True), ("ab12\n", False)])
def test_a_machine_without_a_number_gets_one(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, content: str | None, is_made: bool
) -> None:
    """journald does not start without; one that is there is left alone."""
    number, commands = tmp_path / "machine-id", list[str]()
    if content is not None:
        number.write_text(content)
    monkeypatch.setattr(machine_journal, "NUMBER", number)
    monkeypatch.setattr(subprocess, "run", lambda command, **_: commands.extend(command))
    machine_journal.initialize(PLACES)
    assert commands == (["systemd-machine-id-setup"] if is_made else [])
