"""Stopping a stack removes the segments of the dead, and leaves those of the living alone."""

from __future__ import annotations

import errno
import fcntl
import os
from pathlib import Path

import pytest

from whiteroom_monitoring.deploy.host.shared_memory import remove_dead_segments


def test_only_the_dead_are_removed(tmp_path: Path) -> None:
    """A program with a living process keeps all its files; of others nothing stays."""
    for name in ("dead.1.a.seg", "dead.base.seg", "dead.lock", "dead.2.b.new"):
        (tmp_path / name).touch()
    os.utime(tmp_path / "dead.2.b.new", (0, 0))
    for name in ("alive.3.c.seg", "alive.4.d.seg", "alive.base.seg", "alive.lock"):
        (tmp_path / name).touch()
    with (tmp_path / "alive.3.c.seg").open() as segment:
        fcntl.flock(segment, fcntl.LOCK_EX)
        remove_dead_segments(tmp_path)
        left = sorted(path.name for path in tmp_path.iterdir())
    assert left == ["alive.3.c.seg", "alive.4.d.seg", "alive.base.seg", "alive.lock"]


def test_nothing_is_taken_from_a_program_that_starts_meanwhile(tmp_path: Path) -> None:
    """A segment that is being made keeps its program's files, though nobody holds it yet."""
    for name in ("program.1.a.new", "program.base.seg"):
        (tmp_path / name).touch()
    remove_dead_segments(tmp_path)
    left = {path.name for path in tmp_path.iterdir()}
    assert {"program.1.a.new", "program.base.seg"} <= left


def test_a_file_that_can_not_be_opened_is_not_dead(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Without descriptors nobody can say who lives, so nothing is removed."""

    def fail(*_: object) -> int:
        raise OSError(errno.EMFILE, "Too many open files")

    (tmp_path / "program.1.a.seg").touch()
    with monkeypatch.context() as patched:
        patched.setattr(os, "open", fail)
        remove_dead_segments(tmp_path)
    assert (tmp_path / "program.1.a.seg").exists()


def test_folder_goes_with_its_last_segment(tmp_path: Path) -> None:
    """Without a living process the folder goes, too; one that is not there is no error."""
    folder = tmp_path / "segments"
    folder.mkdir()
    (folder / "dead.1.a.seg").touch()
    remove_dead_segments(folder)
    assert not folder.exists()
    remove_dead_segments(folder)
