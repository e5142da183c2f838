"""The musicians at the real engine, over its real socket."""

from __future__ import annotations

import asyncio
import io
import json
import random
import shutil
import signal
import subprocess
import tempfile
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from whiteroom_musicians.backoff import Backoff
from whiteroom_musicians.engine import Engine
from whiteroom_musicians.log import Log
from whiteroom_musicians.stats import Stats
from whiteroom_musicians.visit import Action

from tests.support.wait import wait_until

from .conftest import DEADLINE_S, ROOT, Musicians

PROGRAM = ROOT / "build/bin/whiteroom-engine"


class RealEngine:
    """A running engine and its log."""

    def __init__(self, folder: Path) -> None:
        self.socket = str(folder / "engine.sock")
        self._log = folder / "engine.log"
        self.process = subprocess.Popen(
            [
                *(PROGRAM, "--driver", "clock", "--metrics-port", "0", "--control", self.socket),
                *("--segments", str(folder / "segments"), "--log-file", str(self._log)),
            ]
        )

    def entries(self) -> list[dict[str, Any]]:
        """Return what it has logged."""
        text = self._log.read_text() if self._log.exists() else ""
        return [json.loads(line) for line in text.splitlines()]

    def commands(self) -> list[dict[str, Any]]:
        """Return what it was told, but for questions."""
        return [json.loads(entry["request"]) for entry in self.entries() if "request" in entry]

    def await_playing(self) -> None:
        """Wait until it takes commands."""
        wait_until(
            lambda: any(entry["message"] == "playing" for entry in self.entries()),
            DEADLINE_S,
            self.entries,
        )


@pytest.fixture
def engine() -> Iterator[RealEngine]:
    """An engine with its own folder, short enough for a socket."""
    if not PROGRAM.exists():
        pytest.skip(f"{PROGRAM}: is not built")
    folder = Path(tempfile.mkdtemp(prefix="whiteroom-musicians-", dir="/dev/shm"))
    running = RealEngine(folder)
    running.await_playing()
    yield running
    running.process.kill()
    running.process.wait(DEADLINE_S)
    shutil.rmtree(folder)


class Player:
    """One way to the engine, and what came of it."""

    def __init__(self, socket: str) -> None:
        self.said = io.StringIO()
        self.stats = Stats()
        backoff = Backoff("engine", Log(self.said, True), random.Random(1))
        self.engine = Engine(socket, self.stats, backoff)

    def do(self, *actions: Action, between: Callable[[], None] = lambda: None) -> list[bool]:
        """Do this in turn, then close."""

        async def go() -> list[bool]:
            done = []
            for action in actions:
                done.append(await self.engine.do(action, 0.5))
                between()
            await self.engine.close()
            return done

        return asyncio.run(go())


def test_every_action_is_a_command_that_the_engine_takes(engine: RealEngine) -> None:
    """The engine obeys everything, over one connection, and refuses nothing."""
    player = Player(engine.socket)
    player.do(Action.STOP, Action.PLAY, Action.PLAY_AT_TEMPO, Action.READ_METERS)
    assert player.stats.whole.errors == {}
    assert player.stats.whole.counts == {"engine_commands": 4}
    assert engine.commands() == [
        {"command": "stop"},
        {"command": "play"},
        {"command": "tempo", "bpm": 120},
    ]


def test_what_was_broken_is_mended_in_the_end(engine: RealEngine) -> None:
    """A plug-in that was made slow is mended when the musicians go, by its own command alone."""
    player = Player(engine.socket)
    player.do(Action.BREAK)
    slow, mended = engine.commands()
    assert slow["kind"] == "slow_plugin"
    assert slow["microseconds"] > 0
    assert mended == {**slow, "microseconds": 0}


def test_an_engine_that_dies_is_said_once(engine: RealEngine) -> None:
    """After the engine's end actions fail, one line says so, and nothing is sent in between."""
    player = Player(engine.socket)

    def kill() -> None:
        engine.process.kill()
        engine.process.wait(DEADLINE_S)

    assert player.do(Action.PLAY, *[Action.STOP] * 20, between=kill) == [True] + [False] * 20
    assert set(player.stats.whole.errors) <= {"engine_closed", "engine_refused"}
    assert player.stats.whole.counts["engine_skipped"] > 15
    assert player.said.getvalue().count("\n") == 1


def test_the_program_plays_the_engine_alone(
    engine: RealEngine, musicians: Callable[..., Musicians]
) -> None:
    """Without --url the musicians use the engine, without any fault, until they are told to end."""
    options = ("--rate", "5000", "--musicians", "2000")
    started = musicians("--control", engine.socket, *options)
    wait_until(engine.commands, DEADLINE_S)
    status, said, complaints = started.stop(signal.SIGTERM)
    assert (status, complaints) == (0, "")
    assert said[1]["message"] == "no --url: the musicians use the engine alone"
    assert said[-1]["errors"] == {}
    assert {command["command"] for command in engine.commands()} <= {"play", "stop", "tempo"}
