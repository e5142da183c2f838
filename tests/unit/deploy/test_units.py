"""The laws of the units that start a stack with the machine."""

from __future__ import annotations

import plistlib
import shutil
import subprocess
from pathlib import Path

import pytest

from tests.support.paths import ROOT
from whiteroom_monitoring.deploy.paths import StackPaths
from whiteroom_monitoring.deploy.runtimes import units
from whiteroom_monitoring.deploy.runtimes.supervisord import Supervisor
from whiteroom_monitoring.project import load

PROJECT = load(ROOT)
# A path in which systemd would expand or split something.
PATHS = StackPaths(Path("/var/lib/white room 50%$x"), 100)


def lint(folder: Path, text: str) -> str:
    """Return what systemd finds amiss in the text of a unit."""
    path = folder / "whiteroom.service"
    path.write_text(text)
    command = ["systemd-analyze", "verify", "--man=no", path]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    return "\n".join(line for line in done.stderr.splitlines() if path.name in line)


@pytest.mark.skipif(shutil.which("systemd-analyze") is None, reason="systemd is not installed")
def test_systemd_finds_nothing_amiss(tmp_path: Path) -> None:
    """`systemd-analyze verify` accepts the unit, and refuses one whose program is missing."""
    assert lint(tmp_path, units.systemd(PROJECT, PATHS, "/usr/bin/env")) == ""
    assert "not executable" in lint(tmp_path, units.systemd(PROJECT, PATHS, "/missing/program"))


def test_systemd_watches_the_supervisor() -> None:
    """The service's process is supervisord, `down` ends it, and its death starts it anew."""
    lines = units.systemd(PROJECT, PATHS, "/opt/whiteroom").splitlines()
    pid_file = str(Supervisor(PATHS).pid_file).replace("%", "%%")
    assert f"PIDFile={pid_file}" in lines
    assert "Restart=on-failure" in lines
    place = '"/var/lib/white room 50%%$$x"'
    words = f'"--project" "{PROJECT.file}" "--data" {place} "--port-offset" "100"'
    assert f'ExecStart="/opt/whiteroom" "up" {words}' in lines
    assert f'ExecStop="/opt/whiteroom" "down" {words}' in lines


def test_launchd_leaves_the_stack_alone() -> None:
    """The property list is one, runs `up` with the stack's places, and ends nothing with it."""
    content = plistlib.loads(units.launchd(PROJECT, PATHS, "/opt/whiteroom").encode())
    assert content["ProgramArguments"][:2] == ["/opt/whiteroom", "up"]
    assert str(PATHS.data) in content["ProgramArguments"]
    assert content["RunAtLoad"] is True
    assert content["AbandonProcessGroup"] is True
