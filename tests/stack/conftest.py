"""A real stack for tests: its own folder, its own ports, stopped in the end."""

from __future__ import annotations

import contextlib
import json
import os
import shutil
import signal
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from tests.support.offsets import free_offset
from tests.support.projects import PORTS
from whiteroom_monitoring.deploy.host import processes
from whiteroom_monitoring.deploy.paths import LOOPBACK, StackPaths


@dataclass(frozen=True)
class RunningStack:
    """Commands on one stack, as a user gives them."""

    paths: StackPaths

    def run(self, command: str, *options: str, check: bool = True) -> str:
        """Run a command and return what it prints; fail the test when it fails."""
        done = self.start(command, *options)
        out, err = done.communicate(timeout=200)
        assert not check or done.returncode == 0, f"{command}: {done.returncode}\n{out}\n{err}"
        return out + ("" if check else err)

    def start(self, command: str, *options: str) -> subprocess.Popen[str]:
        """Start a command in a process group of its own, as a shell does."""
        place = ["--data", str(self.paths.data), "--port-offset", str(self.paths.port_offset)]
        return subprocess.Popen(
            [sys.executable, "-m", "whiteroom_monitoring", command, *options, *place],
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
            process_group=0,
        )

    def status(self) -> dict[str, Any]:
        """Return the answer of `status --json`, of a stack that may be unwell."""
        done = self.start("status", "--json")
        content: dict[str, Any] = json.loads(done.communicate(timeout=60)[0])
        return content

    def component(self, name: str) -> dict[str, Any]:
        """Return the status of one component."""
        return next(c for c in self.status()["components"] if c["name"] == name)

    def kill(self, name: str) -> int:
        """Kill a component with SIGKILL and return the id that its process had."""
        pid = int(self.component(name)["pid"])
        os.kill(pid, signal.SIGKILL)
        return pid

    def leftovers(self) -> list[str]:
        """Return what is left of a stack that should be down."""
        leftovers = [str(process) for process in processes.of_stack(self.paths.data)]
        leftovers += [
            f"port {self.paths.port(name)}"
            for name in PORTS
            if not processes.can_listen(LOOPBACK, self.paths.port(name))
        ]
        leftovers += [str(path) for path in Path("/dev/shm").glob(f"*whiteroom-{self._offset}*")]
        return leftovers + ([str(self.paths.segments)] if self.paths.segments.exists() else [])

    @property
    def _offset(self) -> int:
        return self.paths.port_offset


@pytest.fixture
def offset() -> int:
    """An offset at which all ports of a stack are free."""
    return free_offset()


@contextlib.contextmanager
def stack_factory() -> Iterator[Callable[[], RunningStack]]:
    """Yield a function that makes a stack which does not run yet; all are stopped in the end."""
    stacks: list[RunningStack] = []

    def make() -> RunningStack:
        # Not below pytest's folder, which is closed to the users that PostgreSQL and others run as.
        folder = Path(tempfile.mkdtemp(prefix="whiteroom-test-"))
        folder.chmod(0o711)
        stacks.append(RunningStack(StackPaths(folder / "data", free_offset(), PORTS)))
        return stacks[-1]

    yield make
    for stack in stacks:
        stack.run("down", check=False)
        shutil.rmtree(stack.paths.data.parent)


@pytest.fixture(scope="module")
def make_stack() -> Iterator[Callable[[], RunningStack]]:
    """Return a function that makes a stack for the tests of a file."""
    with stack_factory() as make:
        yield make


@pytest.fixture
def make_new_stack() -> Iterator[Callable[[], RunningStack]]:
    """Return a function that makes a stack for one test: none runs beside the next ones."""
    with stack_factory() as make:
        yield make


@pytest.fixture(scope="module")
def stack(make_stack: Callable[[], RunningStack]) -> RunningStack:
    """A stack with the reference app, green."""
    made = make_stack()
    made.run("up")
    return made
