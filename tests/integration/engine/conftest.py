"""The reference engine as a process, with its own folder of segments, port and control socket."""

from __future__ import annotations

import json
import os
import shutil
import signal
import socket
import subprocess
import tempfile
import urllib.request
from collections.abc import Callable, Iterator
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest

from tests.support.paths import ROOT
from tests.support.wait import wait_until

PROGRAM = ROOT / "build/bin/whiteroom-engine"
START_S = 10.0


class Engine:
    """A running engine."""

    def __init__(self, folder: Path, *options: str, environment: dict[str, str]) -> None:
        self.folder = folder
        self.control = folder / "engine.sock"
        self.log_file = folder / "engine.log"
        self.log_file.unlink(missing_ok=True)
        self.process = subprocess.Popen(
            [
                PROGRAM,
                *("--metrics-port", "0"),
                *("--segments", str(folder / "segments")),
                *("--control", str(self.control)),
                *("--log-file", str(self.log_file)),
                *options,
            ],
            env={**os.environ, **environment},
            stderr=subprocess.PIPE,
            text=True,
        )
        self.playing = self._first("playing")

    def log(self) -> list[dict[str, Any]]:
        """Return the entries of the log."""
        text = self.log_file.read_text() if self.log_file.exists() else ""
        return [json.loads(line) for line in text.splitlines()]

    def metrics(self) -> dict[str, float]:
        """Return the value of each series."""
        url = f"http://127.0.0.1:{self.playing['metrics_port']}/metrics"
        with urllib.request.urlopen(url, timeout=5) as answer:
            lines = [line for line in answer.read().decode().splitlines() if line[0] != "#"]
        return {line.rpartition(" ")[0]: float(line.rpartition(" ")[2]) for line in lines}

    def ask(self, *lines: str | bytes | dict[str, Any]) -> list[dict[str, Any]]:
        """Send lines on one connection and return the answers."""
        answers = []
        with closing(socket.socket(socket.AF_UNIX)) as connection:
            connection.settimeout(5)
            connection.connect(str(self.control))
            reader = connection.makefile()
            for line in lines:
                text = json.dumps(line) if isinstance(line, dict) else line
                connection.sendall((text if isinstance(text, bytes) else text.encode()) + b"\n")
                answers.append(json.loads(reader.readline()))
        return answers

    def render(self, seconds: float) -> None:
        """Wait until the engine has rendered so much sound, by its own count of callbacks."""
        first = self.metrics()
        wanted = seconds / first["audio_buffer_duration_seconds"]
        wanted += first.get("audio_callbacks_total", 0)
        wait_until(lambda: self.metrics().get("audio_callbacks_total", 0) >= wanted, 10 + seconds)

    def stop(self, number: int = signal.SIGTERM) -> int:
        """End the engine and return its exit status."""
        if self.process.poll() is None:
            self.process.send_signal(number)
        self.process.communicate(timeout=10)
        return self.process.returncode

    def _first(self, message: str) -> dict[str, Any]:
        def logged() -> dict[str, Any] | None:
            assert self.process.poll() is None, self.process.communicate()[1]
            return next((entry for entry in self.log() if entry["message"] == message), None)

        entry = wait_until(logged, START_S, lambda: f"{message} in the log: {self.log()}")
        assert entry is not None
        return entry


@pytest.fixture
def folder() -> Iterator[Path]:
    """A folder on the memory file system, short enough for sockets."""
    made = Path(tempfile.mkdtemp(prefix="whiteroom-engine-", dir="/dev/shm"))
    yield made
    shutil.rmtree(made)


@pytest.fixture
def engine(folder: Path) -> Iterator[Callable[..., Engine]]:
    """Return a function that starts an engine with these options; all are ended."""
    started: list[Engine] = []

    def start(*options: str, **environment: str) -> Engine:
        started.append(Engine(folder, *options, environment=environment))
        return started[-1]

    yield start
    for running in started:
        running.stop(signal.SIGKILL)


@pytest.fixture
def run_engine() -> Callable[..., subprocess.CompletedProcess[str]]:
    """Return a function that runs the program to its end."""

    def run(*options: str) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            [PROGRAM, *options], capture_output=True, text=True, timeout=60, check=False
        )

    return run
