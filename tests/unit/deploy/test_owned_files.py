"""What is made where others may write follows no link that they planted, and trusts no folder."""

from __future__ import annotations

import os
import stat
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from whiteroom_monitoring.deploy import credentials, preflight
from whiteroom_monitoring.deploy.component import File
from whiteroom_monitoring.deploy.host import accounts, owned_files, preparation
from whiteroom_monitoring.deploy.paths import StackPaths
from whiteroom_monitoring.deploy.running import state
from whiteroom_monitoring.deploy.runtimes.supervisord import Supervisor


@pytest.fixture
def tmp_path() -> Iterator[Path]:
    """A folder whose path leaves room for the names of sockets, as pytest's own need not."""
    with tempfile.TemporaryDirectory(prefix="whiteroom-test-") as folder:
        yield Path(folder)


@pytest.fixture
def victim(tmp_path: Path) -> Path:
    """A file of somebody's that must stay as it is."""
    path = tmp_path / "victim"
    path.write_text("18 bytes of theirs")
    path.chmod(0o640)
    return path


def test_a_link_in_the_place_of_a_file_is_replaced(tmp_path: Path, victim: Path) -> None:
    """Every file that is written replaces a planted link, and what it leads to stays."""
    paths = StackPaths(tmp_path / "data")
    for folder in (paths.run, paths.secrets):
        folder.mkdir(parents=True)
    supervisor = Supervisor(paths)
    planted = [
        paths.run / "stack.json",
        paths.run / ".stack.json.new",
        paths.secrets / "smtp_password",
        paths.secrets / ".smtp_password.new",
        supervisor.configuration_file,
        paths.run / "file",
    ]
    for link in planted:
        link.symlink_to(victim)
    state.write(paths, state.StackState(True, ()))
    credentials.store(paths, {"SMTP_PASSWORD": "secret"})
    supervisor.write({"": "text"})
    preparation.write(File(str(paths.run / "file"), "text"))
    assert victim.read_text() == "18 bytes of theirs"
    assert stat.S_IMODE(victim.stat().st_mode) == 0o640
    assert (paths.run / "file").read_text() == "text"
    assert stat.S_IMODE((paths.secrets / "smtp_password").stat().st_mode) == 0o600


def test_a_link_in_the_place_of_a_folder_is_refused(tmp_path: Path) -> None:
    """A folder that somebody else has linked elsewhere gets neither owner nor mode."""
    theirs = tmp_path / "theirs"
    theirs.mkdir(mode=0o750)
    (tmp_path / "link").symlink_to(theirs)
    with pytest.raises(owned_files.ForeignFileError, match="is no folder"):
        accounts.make_folder(tmp_path / "link", mode=0o711)
    assert stat.S_IMODE(theirs.stat().st_mode) == 0o750


def test_the_probe_grows_nothing(tmp_path: Path, victim: Path) -> None:
    """A link at the place of the former probe is left alone, and so is what it leads to."""
    folder = tmp_path / "data"
    folder.mkdir()
    (folder / f".probe-{os.getpid()}").symlink_to(victim)
    preflight.inspect(StackPaths(folder, 30_000), [], [])
    assert victim.read_text() == "18 bytes of theirs"
    assert [path.name for path in folder.iterdir()] == [f".probe-{os.getpid()}"]


def test_a_folder_that_others_write_is_refused(tmp_path: Path) -> None:
    """Nothing is written into a folder before it is known that it is ours alone."""
    folder = tmp_path / "data"
    folder.mkdir()
    folder.chmod(0o777)
    with pytest.raises(preflight.PreflightError, match="can be written by others"):
        preflight.inspect(StackPaths(folder, 30_000), [], [])
    assert list(folder.iterdir()) == []


@pytest.mark.skipif(os.getuid() != 0, reason="only root can give a folder to another user")
def test_a_folder_of_another_user_is_refused(tmp_path: Path) -> None:
    """A data folder that another user has made is named, and neither written nor given away."""
    folder = tmp_path / "data"
    folder.mkdir()
    os.chown(folder, 65534, 65534)
    with pytest.raises(preflight.PreflightError, match="belongs to another user"):
        preflight.inspect(StackPaths(folder, 30_000), [], [])
    with pytest.raises(owned_files.ForeignFileError, match="belongs to user 65534"):
        accounts.make_folder(folder)
    assert list(folder.iterdir()) == []


@pytest.mark.skipif(os.getuid() != 0, reason="only root can give a folder to another user")
def test_a_folder_changes_hands_with_what_is_in_it(tmp_path: Path) -> None:
    """Root's data become an account's and back, but for what a link leads to; no other's do."""
    folder, outside = tmp_path / "data", tmp_path / "outside"
    (folder / "deep").mkdir(parents=True)
    (folder / "deep/file").touch()
    outside.touch()
    (folder / "deep/link").symlink_to(outside)
    owned_files.make_folder(folder, 65534, 65534, takes=(0,))
    assert {p.lstat().st_uid for p in (folder, *folder.rglob("*"))} == {65534}
    assert outside.stat().st_uid == 0
    owned_files.make_folder(folder, takes=(0, 65534))
    assert {p.lstat().st_uid for p in (folder, *folder.rglob("*"))} == {0}
    os.chown(folder, 1, 1)
    with pytest.raises(owned_files.ForeignFileError, match="belongs to user 1"):
        owned_files.make_folder(folder, 65534, 65534, takes=(0,))
