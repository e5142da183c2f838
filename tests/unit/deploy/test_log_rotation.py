"""Logs that programs write are set aside, and no line goes with them."""

from __future__ import annotations

import fcntl
import os
import threading
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from tests.support.wait import wait_until
from whiteroom_monitoring.deploy.component import Component, File
from whiteroom_monitoring.deploy.runtimes import log_rotation, supervisord_config
from whiteroom_monitoring.deploy.runtimes.log_rotation import LogRotation, RotatedLog, set_aside


@pytest.fixture
def log(tmp_path: Path) -> Path:
    """A log with a line."""
    path = tmp_path / "a.log"
    path.write_text("line\n")
    path.chmod(0o640)
    return path


def test_a_log_that_is_too_large_is_set_aside(log: Path) -> None:
    """Its place is taken by an empty one with its rights; two older ones are kept."""
    assert not set_aside(str(log), 6)
    for number in range(4):
        log.write_text(f"{number}\n")
        assert set_aside(str(log), 2)
    files = {path.name: path.read_text() for path in log.parent.iterdir()}
    assert files == {"a.log": "", "a.log.1": "3\n", "a.log.2": "2\n"}
    assert log.stat().st_mode & 0o777 == 0o640
    assert log.stat().st_nlink == 1


def test_there_is_a_log_all_the_time(log: Path) -> None:
    """Who opens it for each line, and may not make it, finds it, and each line is in one file."""
    written, stopped = 0, threading.Event()

    def write() -> None:
        nonlocal written
        while not stopped.is_set():
            file = os.open(log, os.O_WRONLY | os.O_APPEND)
            os.write(file, b"%d\n" % written)
            os.close(file)
            written += 1

    log.write_text("")
    writer = threading.Thread(target=write)
    writer.start()
    kept: list[str] = []
    try:
        for _ in range(100):
            # There is something to set aside when the writer has had its turn.
            wait_until(lambda: set_aside(str(log), 1), 20)
            # The one before it may still be written to by who had it open.
            older = log.with_name("a.log.2")
            kept += older.read_text().split() if older.exists() else []
    finally:
        stopped.set()
        writer.join()
    for name in ("a.log.1", "a.log"):
        kept += log.with_name(name).read_text().split()
    assert sorted(map(int, kept)) == list(range(written))
    assert written > 0


def test_what_another_one_sets_aside_is_left_alone(log: Path) -> None:
    """A program that may rename its log does so under a lock."""
    with log.open() as file:
        fcntl.flock(file, fcntl.LOCK_EX)
        assert not set_aside(str(log), 1)
    assert set_aside(str(log), 1)


@pytest.mark.parametrize("kind", ["link", "folder", "pipe"])
def test_what_is_no_file_is_left_alone(tmp_path: Path, kind: str) -> None:
    """A link of a program's leads nobody elsewhere."""
    path, other = tmp_path / "a.log", tmp_path / "other"
    other.write_text("secret\n")
    {"link": lambda: path.symlink_to(other), "folder": path.mkdir, "pipe": lambda: os.mkfifo(path)}[
        kind
    ]()
    try:
        assert not set_aside(str(path), 0)
    except OSError:
        assert kind == "link"
    assert other.read_text() == "secret\n"
    assert not path.with_name("a.log.1").exists()


class Supervisord:
    """What an extension sees of it: processes, which take signals, and a log."""

    def __init__(self) -> None:
        self.signals: list[int] = []
        self.warnings: list[str] = []
        process = SimpleNamespace(pid=1, signal=self.signals.append)
        self.process_groups = {"nginx": SimpleNamespace(processes={"nginx": process})}
        logger = SimpleNamespace(warn=self.warnings.append)
        self.options = SimpleNamespace(logger=logger)


def test_a_program_is_told_to_open_its_log_again(log: Path, tmp_path: Path) -> None:
    """After its log was set aside, and then alone; a plan that changes is read anew."""
    plan, supervisord = tmp_path / "plan", Supervisord()
    rotation = LogRotation(supervisord, plan)
    rotation.look()
    log_rotation.write_plan(plan, [RotatedLog(str(log), 5, "nginx", "USR1")])
    rotation.look()
    rotation.look()
    assert supervisord.signals == [10]
    other = tmp_path / "b.log"
    other.write_text("x")
    log_rotation.write_plan(plan, [RotatedLog(str(other), 1)])
    os.utime(plan, ns=(1, 1))
    rotation.look()
    assert other.read_text() == ""
    assert supervisord.signals == [10]
    assert supervisord.warnings == []


def test_what_fails_is_said_once_and_stops_nothing(
    log: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A log that can't be set aside harms no other one; supervisord goes on."""
    plan, supervisord = tmp_path / "plan", Supervisord()
    log_rotation.write_plan(plan, [RotatedLog("/nowhere/x.log", 1), RotatedLog(str(log), 1)])

    def refuse(path: str, like: Any) -> None:
        raise PermissionError(1, "not permitted")

    rotation = LogRotation(supervisord, plan)
    with monkeypatch.context() as patch:
        patch.setattr(log_rotation, "_make", refuse)
        rotation.look()
        rotation.look()
    assert supervisord.warnings == [f"{log}: can't be set aside: not permitted"]
    rotation.look()
    assert log.read_text() == ""
    plan.write_text("{")
    os.utime(plan, ns=(1, 1))
    rotation.look()
    assert len(supervisord.warnings) == 2


def test_files_of_components_are_in_the_plan() -> None:
    """A log with a limit is set aside, once, and whoever writes it is told."""
    files = (File("/a.log", max_bytes=10, reopen="USR1"), File("/b.conf"))
    components: Any = [
        SimpleNamespace(files=files, process=name, description=Component(name, 1, ()))
        for name in ("x", "y")
    ]
    assert supervisord_config.rotated_logs(components) == {
        "/a.log": RotatedLog("/a.log", 10, "y", "USR1")
    }
