"""What the tests of commands share: running one, and a stack that is only written down."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from whiteroom_monitoring.cli import main
from whiteroom_monitoring.deploy.paths import StackPaths
from whiteroom_monitoring.deploy.running import state
from whiteroom_monitoring.deploy.running.state import ComponentState, ResolvedProbe, StackState


class Ran:
    """What a command has answered."""

    def __init__(self, status: int, out: str, err: str) -> None:
        self.status, self.out, self.err = status, out, err

    @property
    def lines(self) -> list[str]:
        """What it has printed."""
        return self.out.splitlines()

    @property
    def json(self) -> Any:
        """What it has printed, as JSON."""
        return json.loads(self.out)


@pytest.fixture
def whiteroom(capsys: pytest.CaptureFixture[str]) -> Callable[..., Ran]:
    """Runs a command with its words."""

    def run(*words: object) -> Ran:
        capsys.readouterr()
        status = main.main([str(word) for word in words])
        captured = capsys.readouterr()
        return Ran(status, captured.out, captured.err)

    return run


@pytest.fixture
def stack(tmp_path: Path) -> StackPaths:
    """A stack of two components that has been started, and runs no more."""
    paths = StackPaths(tmp_path / "data", 7000)
    for folder in (paths.run, paths.log):
        folder.mkdir(parents=True)
    probe = ResolvedProbe("http://127.0.0.1:1/")
    components = (
        ComponentState("prometheus", "prometheus", "http://p/", probe, False, "2.42", "prometheus"),
        ComponentState("studio", "studio", None, probe, True, "", "juce-backend", 10),
    )
    state.write(paths, StackState(True, components, left_out={"nginx": "no nginx"}))
    return paths
