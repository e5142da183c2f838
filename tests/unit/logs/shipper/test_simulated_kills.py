"""The law of the shipper that is killed, held by many lives in one process."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.support.shipper_simulation import Simulation
from whiteroom_monitoring.logs.shipper.sources.file_source import READ_BYTES

NOTHING: dict[str, list[int] | list[str]] = {"absent": [], "twice": [], "foreign": []}
KINDS = {
    "rename": ["rename"],
    "gzip": ["rename", "gzip"],
    "recreate": ["recreate"],
    "link": ["link"],
    "copy": ["copy"],
    "all": ["rename", "gzip", "recreate", "copy"],
}


def _run(folder: Path, seed: int, kinds: list[str], kills: int) -> None:
    simulation = Simulation(folder, seed, kinds)
    with simulation.clock():
        simulation.run(kills)
    assert simulation.differences() == NOTHING


@pytest.mark.parametrize(
    ("seed", "kinds"),
    [(188, "all"), (200, "gzip"), (200, "copy"), (200, "link"), (200, "recreate")],
)
def test_killed_it_loses_and_repeats_nothing(tmp_path: Path, kinds: str, seed: int) -> None:
    """Killed before or after any push, under any rotation, each line is stored exactly once."""
    _run(tmp_path, seed, KINDS[kinds], kills=8)


@pytest.mark.long
@pytest.mark.parametrize("kinds", KINDS)
@pytest.mark.parametrize("seed", range(200, 240))
def test_killed_many_times_it_loses_nothing(tmp_path: Path, kinds: str, seed: int) -> None:
    """The same, with many seeds."""
    _run(tmp_path, seed, KINDS[kinds], kills=20)


@pytest.mark.parametrize("minutes", [6, pytest.param(30, marks=pytest.mark.long)])
def test_a_store_that_is_away_loses_nothing_and_costs_no_memory(
    tmp_path: Path, minutes: int
) -> None:
    """Half an hour without a store, under rotation: one batch is held, and nothing is lost."""
    simulation = Simulation(tmp_path, 1, ["rename", "gzip"])
    with simulation.clock():
        shipping = simulation.start()
        simulation.store.is_up = False
        most = 0
        for minute in range(minutes):
            for _ in range(60):
                simulation.log.write(100)
                simulation.turn(1)
                most = max(most, sum(lane.held_bytes for lane in shipping._lanes))
            if minute % 2:
                simulation.rotate()
        assert 0 < most < READ_BYTES // 4
        simulation.store.is_up = True
        for _ in range(10 * minutes):
            simulation.turn(0.25)
        simulation.kill()
    assert simulation.log.written == minutes * 6000
    assert simulation.differences() == NOTHING
