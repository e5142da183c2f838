"""The law of the shipper that is killed: each line that was written is stored exactly once."""

from __future__ import annotations

import contextlib
import random
import time
from collections import Counter
from pathlib import Path

import pytest

from tests.support.log_store import RunningStore, running_store
from tests.support.ports import free_port
from tests.support.shipper import CountedLog, running_shipper, write_config
from tests.support.wait import wait_until

WITHIN_S = 100


def _job(folder: Path) -> dict[str, object]:
    return {
        "job_name": "count",
        "static_configs": [{"labels": {"job": "count", "__path__": f"{folder}/app.log"}}],
        "pipeline_stages": [
            {"regex": {"expression": r"^(?P<time>\S+) "}},
            {"timestamp": {"source": "time", "format": "RFC3339"}},
            {"labeldrop": ["filename"]},
        ],
    }


def _lines(store: RunningStore, since: float) -> list[str]:
    """Return the lines that the store has, asked for second by second."""
    found: list[str] = []
    for second in range(int(since) - 1, int(time.time()) + 2):
        start = second * 10**9
        part = store.lines('{job="count"}', start=start, end=start + 10**9)
        assert len(part) < 5000
        found += [line for _, line in part]
    return found


def _number(line: str) -> int:
    return int(line.split()[2])


def _killed(folder: Path, kills: int) -> None:
    """Kill the shipper, the store or both, and rotate while they run and while they don't."""
    chance = random.Random(kills)
    log = CountedLog(folder)
    port, since = free_port(), time.time()
    config = write_config(folder, port, [_job(folder)])
    kinds = list(log.rotations)
    store = contextlib.ExitStack()
    running = store.enter_context(running_store(folder / "store", "--port", str(port)))
    # A file that was rotated before the shipper first saw it is nobody's.
    with running_shipper(config):
        wait_until((folder / "positions.json").exists, within_s=WITHIN_S)
    for number in range(kills):
        with running_shipper(config) as shipper:
            if chance.random() < 0.7:
                wait_until(shipper.is_serving, within_s=WITHIN_S)
            log.write_for(chance.uniform(0.3, 1.5))
            log.rotations[kinds[number % 3]]()
            log.write_for(chance.uniform(0.1, 0.6))
            if chance.random() < 0.5:
                running.process.kill()
                log.write_for(0.3)
                shipper.process.kill()
                store.close()
                running = store.enter_context(running_store(folder / "store", "--port", str(port)))
        for _ in range(chance.choice((0, 1, 2))):
            log.rotations[chance.choice(kinds)]()
            log.write_for(0.1)
    with store, running_shipper(config):
        log.close()
        _everything_once(running, log, since)


def _everything_once(store: RunningStore, log: CountedLog, since: float) -> None:
    def missing() -> int:
        return log.written - len(set(_lines(store, since)))

    with contextlib.suppress(AssertionError):
        wait_until(lambda: missing() <= 0, within_s=WITHIN_S, what=missing)
    held = Counter(_lines(store, since))
    absent = sorted(set(range(log.written)) - {_number(line) for line in held})
    assert absent == []
    assert len(held) == log.written
    assert set(held.values()) == {1}


def test_five_kills_lose_and_repeat_nothing(tmp_path: Path) -> None:
    """Under rotation of every kind, each line of a counted writer is stored exactly once."""
    _killed(tmp_path, 5)


@pytest.mark.long
@pytest.mark.timeout(1800)
@pytest.mark.parametrize("kills", [20, 200])
def test_many_kills_lose_and_repeat_nothing(tmp_path: Path, kills: int) -> None:
    """The same, many times."""
    _killed(tmp_path, kills)
