"""Probes of who may do what: secrets of processes, their users, and their rights."""

from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from whiteroom_monitoring.deploy.host import processes
from whiteroom_monitoring.deploy.running.state import ComponentState, ResolvedProbe
from whiteroom_monitoring.diagnostics import CheckFailed, CheckSkipped
from whiteroom_monitoring.probes import access

SECRET = "a-secret-of-enough-letters"


@pytest.fixture
def stack(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Callable[..., Any]:
    """Makes a stack of one process, the inbox, of which everybody can read these texts."""

    def make(shown: str = "", in_containers: bool = False, **component: Any) -> Any:
        secrets = tmp_path / "secrets"
        secrets.mkdir()
        (secrets / "token").write_text(SECRET + "\n")
        (secrets / "short").write_text("short\n")
        inbox = ComponentState("inbox", "inbox", None, ResolvedProbe(), of_app=False, **component)
        known = SimpleNamespace(in_containers=in_containers, components=(inbox,))
        process = processes.Process(7, "inbox")
        monkeypatch.setattr(access.state, "read", lambda paths: known)
        monkeypatch.setattr(access.processes, "of_stack", lambda data: [process])
        monkeypatch.setattr(access, "_told", lambda pid: [("environment", shown)])
        return SimpleNamespace(paths=SimpleNamespace(data=tmp_path, secrets=secrets))

    return make


@pytest.mark.parametrize("place", [f"TOKEN={SECRET}", SECRET, f"--url http://{SECRET}@h/"])
def test_a_secret_that_a_process_shows_is_a_failure(stack: Callable[..., Any], place: str) -> None:
    """A secret within the environment or the arguments of a process fails the check."""
    with pytest.raises(CheckFailed, match=r"^inbox environment$"):
        access.access_secrets.run(stack(place))


def test_what_is_no_secret_may_be_shown(stack: Callable[..., Any]) -> None:
    """A part of a secret, and one that is too short to be one, are none."""
    assert access.access_secrets.run(stack(f"{SECRET[:-1]} short")) == "1 processes"


@pytest.mark.parametrize("check", [access.access_secrets, access.access_processes])
def test_processes_in_containers_are_out_of_sight(stack: Callable[..., Any], check: Any) -> None:
    """Where an engine of containers keeps the processes, the check is skipped."""
    with pytest.raises(CheckSkipped, match="its engine confines them"):
        check.run(stack(in_containers=True))


def test_without_a_stack_nothing_is_skipped(monkeypatch: pytest.MonkeyPatch) -> None:
    """A stack that nobody has written down is looked at as any other."""
    monkeypatch.setattr(access.state, "read", lambda paths: None)
    unknown: Any = SimpleNamespace(paths=None)
    access._require_processes(unknown)


@pytest.mark.parametrize(
    ("mask", "rights"),
    [
        (0, "no capability"),
        (1 << 19, "sys_ptrace"),
        (1 << 2 | 1 << 23, "dac_read_search, sys_nice"),
        (1 << 20, "capabilities"),
        (1 << 19 | 1 << 4, "capabilities"),
    ],
)
def test_rights_have_the_kernels_names(
    monkeypatch: pytest.MonkeyPatch, mask: int, rights: str
) -> None:
    """Capabilities that a component may keep are named; with any other it has too many."""
    status = f"Name:\tinbox\nodd\nCapEff:\t{mask:016x}\n"
    monkeypatch.setattr(access.Path, "read_text", lambda self, encoding: status)
    user, seen = access._rights(os.getpid())
    assert (bool(user), seen) == (True, rights)


@pytest.mark.parametrize(
    ("user", "rights", "fits"),
    [
        ("whiteroom-inbox", "no capability", True),
        ("whiteroom-inbox", "sys_ptrace", True),
        ("whiteroom-inbox", "capabilities", False),
        ("root", "no capability", False),
    ],
)
def test_a_process_has_no_right_beyond_its_description(
    monkeypatch: pytest.MonkeyPatch, stack: Callable[..., Any], user: str, rights: str, fits: bool
) -> None:
    """It runs as the user of its component, with the capabilities that are declared, or none."""
    monkeypatch.setattr(access, "_rights", lambda pid: (user, rights))
    made = stack(user="whiteroom-inbox", capabilities=("sys_ptrace",))
    if fits:
        assert access.access_processes.run(made) == f"inbox ({user}, {rights})"
        return
    with pytest.raises(CheckFailed, match=f"inbox runs as {user} with {rights}, expected"):
        access.access_processes.run(made)
