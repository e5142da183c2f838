"""A new project, in each language: written, built, started, verified, and paging for its alert."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import Any

import pytest

from tests.support.http import get_json
from tests.support.offsets import free_offset
from tests.support.paths import ROOT
from tests.support.projects import PORTS
from tests.support.wait import wait_until

# What each of these does is minutes of work on a busy machine.
pytestmark = [pytest.mark.long, pytest.mark.timeout(1800)]
NAME = "tape-looper"
HAS_SWIFT = shutil.which("swift") is not None


class OwnProject:
    """Commands in the folder of a project, as its maker types them."""

    def __init__(self, folder: Path) -> None:
        self.home, self.folder, self.offset = folder, folder / NAME, free_offset()
        self.variables: Mapping[str, str] = {
            **os.environ,
            "HOME": str(folder),
            "PATH": f"{Path(sys.executable).parent}:{os.environ['PATH']}",
            "WHITEROOM_SOURCES": str(ROOT),
        }

    def run(self, *words: str, within: Path | None = None) -> str:
        """Run a program and return what it prints; fail the test when it fails."""
        done = subprocess.run(
            ["nice", *words],
            cwd=within or self.folder,
            env=self.variables,
            capture_output=True,
            text=True,
            check=False,
        )
        assert done.returncode == 0, f"{words}\n{done.stdout}\n{done.stderr}"
        return done.stdout

    def whiteroom(self, command: str, *options: str) -> str:
        """Run a command on the project's stack."""
        stack = ("--port-offset", str(self.offset), "--data", str(self.home / "data"))
        return self.run("whiteroom", command, *options, *stack)

    def ask(self, port: int, path: str) -> Any:
        """Return what a server of the stack answers, as JSON."""
        return get_json(f"http://127.0.0.1:{port + self.offset}{path}")


def _built(project: OwnProject, kind: str) -> None:
    """Build a program, by the commands of its README.md, on the client's own build."""
    if kind == "cpp":
        project.run(
            "cmake", "--install", f"{ROOT}/build", "--prefix", f"{project.home}/.local",
            "--component", "cpp",
        )  # fmt: skip
        project.run("cmake", "-S", ".", "-B", "build", "-DCMAKE_PREFIX_PATH=../.local")
        project.run("cmake", "--build", "build")
    if kind == "swift":
        project.run("swift", "build", "-c", "release", "--jobs", "2")


@pytest.fixture
def make() -> Iterator[Callable[[str], OwnProject]]:
    """Return a function that makes and starts a project; all are stopped in the end."""
    made: list[OwnProject] = []

    def start(kind: str) -> OwnProject:
        # Not below pytest's folder, which is closed to the users that components run as.
        folder = Path(tempfile.mkdtemp(prefix="whiteroom-own-"))
        folder.chmod(0o755)
        project = OwnProject(folder)
        language = [] if kind == "python" else [f"--{kind}"]
        project.run("whiteroom", "init", NAME, *language, within=folder)
        _built(project, kind)
        made.append(project)
        return project

    yield start
    for project in made:
        project.whiteroom("down")
        project.run("rm", "-r", str(project.home), within=Path("/"))


@pytest.mark.parametrize(
    "kind",
    [
        "python",
        "cpp",
        pytest.param("swift", marks=pytest.mark.skipif(not HAS_SWIFT, reason="no Swift")),
    ],
)
def test_a_new_project_is_verified_and_pages(make: Callable[[str], OwnProject], kind: str) -> None:
    """From `init` to a graph of its metric and a page for its own alert, with every check held."""
    project = make(kind)
    assert "current" in project.run("whiteroom", "generate", "--check")
    project.run("whiteroom", "check")
    assert NAME in project.whiteroom("up")
    checks = json.loads(project.whiteroom("verify", "--json", "--wait", "300"))["checks"]
    [panels] = [check for check in checks if check["id"] == f"panels.{NAME}"]
    assert (panels["state"], panels["seen"]) == ("ok", "1 of alerts, 3 with data")
    (project.folder / "fail").touch()
    wait_until(lambda: "WorkFails" in str(project.ask(PORTS["inbox"], "/api/messages")), 900)
