"""Waiting for what is away, on a clock that the test moves."""

from __future__ import annotations

import io
import json
import random

import pytest
from whiteroom_musicians.backoff import CALM_S, LONGEST_WAIT_S, Backoff
from whiteroom_musicians.log import Log


class Room:
    """A backoff on a clock of its own."""

    def __init__(self) -> None:
        self.now = 0.0
        self._stream = io.StringIO()
        log = Log(self._stream, True)
        self.backoff = Backoff("backend", log, random.Random(1), lambda: self.now)

    @property
    def said(self) -> list[str]:
        return [json.loads(line)["message"] for line in self._stream.getvalue().splitlines()]

    def wait(self) -> float:
        """Let time pass until one may ask again; return how much it was."""
        begin = self.now
        while self.backoff.waits:
            self.now += 0.01
        return self.now - begin


@pytest.fixture
def room() -> Room:
    return Room()


def test_waits_grow_to_a_limit(room: Room) -> None:
    """Each failure doubles the wait, within a jitter of one half, up to the longest."""
    waits = []
    for _ in range(20):
        room.backoff.failed("gone")
        waits.append(room.wait())
    for number, waited in enumerate(waits):
        longest = min(0.5 * 2**number, LONGEST_WAIT_S)
        assert longest / 2 - 0.02 <= waited <= longest + 0.02
    assert len({round(waited, 1) for waited in waits[8:]}) > 3


def test_failures_at_one_time_count_as_one(room: Room) -> None:
    """Sixteen requests that fail together make one wait, not sixteen doublings."""
    for _ in range(16):
        room.backoff.failed("gone")
    assert room.wait() <= 0.52


def test_the_backend_may_ask_for_a_longer_wait(room: Room) -> None:
    """Retry-After is kept, but not beyond the longest wait."""
    room.backoff.failed("503", 7)
    assert room.wait() == pytest.approx(7, abs=0.02)
    room.backoff.failed("503", 1e6)
    assert room.wait() == pytest.approx(LONGEST_WAIT_S, abs=0.02)


def test_what_fails_now_and_then_is_said_once(room: Room) -> None:
    """However often it comes and goes, one line says away; one says back when it stays."""
    for _ in range(50):
        room.backoff.failed("gone")
        room.now += 1
        room.backoff.answered()
    assert room.said == ["backend away"]
    room.now += CALM_S
    room.backoff.answered()
    room.backoff.answered()
    assert room.said == ["backend away", "backend back"]
