"""What becomes of a target's thread that fails."""

from __future__ import annotations

import os
import signal
from pathlib import Path

import pytest

from tests.support.shipper_simulation import Simulation


def test_a_thread_that_fails_ends_the_process(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """A target that gets nothing any more is seen: the error is printed, and the process told."""
    simulation = Simulation(tmp_path, 1, ["rename"])
    simulation.log.close()
    shipping = simulation.start()
    signals: list[tuple[int, int]] = []

    def failing(now: float) -> bool:
        raise MemoryError(f"no more at {now > 0}")

    monkeypatch.setattr(shipping, "_turn", failing)
    monkeypatch.setattr(os, "kill", lambda process, number: signals.append((process, number)))
    shipping.run()
    assert shipping.has_failed
    assert signals == [(os.getpid(), signal.SIGTERM)]
    assert "MemoryError: no more at True" in capsys.readouterr().err


def test_a_source_that_goes_back_sends_the_same_again(tmp_path: Path) -> None:
    """After a defect, lines are read again from what was acknowledged, and stored once."""
    simulation = Simulation(tmp_path, 1, ["rename"])
    with simulation.clock():
        shipping = simulation.start()
        simulation.log.write(20)
        simulation.turn(0.01)
        (lane,) = shipping._lanes
        assert lane.held_bytes > 0
        assert lane.source.rewind()
        lane._batch = type(lane._batch)()
        for _ in range(20):
            simulation.turn(0.25)
        simulation.kill()
    assert simulation.differences() == {"absent": [], "twice": [], "foreign": []}
