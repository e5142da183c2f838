"""The law of the log store that is killed: what was acknowledged is there, exactly once."""

from __future__ import annotations

import http.client
import random
import time
from collections import Counter
from pathlib import Path

import pytest

from tests.support.log_store import RunningStore, running_store
from whiteroom_monitoring.logs.store import check
from whiteroom_monitoring.logs.store.plain_reader import read_folder

# So little that a head is written to a segment several times between two kills.
HEAD = ("--limit", "head_bytes=40000")
LINES_A_PUSH = 50
_GONE = (http.client.HTTPException, OSError)


class Writer:
    """Pushes counted lines; what was not acknowledged is pushed again, as a client does."""

    def __init__(self, seed: int) -> None:
        self.random = random.Random(seed)
        self.started_ns = time.time_ns()
        self.acknowledged = 0
        self.pushes = 0

    def values(self) -> list[list[str]]:
        """Return the next lines."""
        numbers = range(self.acknowledged, self.acknowledged + LINES_A_PUSH)
        return [[str(self.started_ns + n // 2), f"line {n} {'x' * (n % 97)}"] for n in numbers]

    def write_until_killed(self, store: RunningStore, for_s: float) -> None:
        """Push until the deadline, then kill the store within a push."""
        deadline = time.monotonic() + for_s
        try:
            while True:
                if time.monotonic() > deadline:
                    store.process.kill()
                assert store.push({"job": "count"}, self.values()) == 204
                self.acknowledged += LINES_A_PUSH
                self.pushes += 1
                if self.random.random() < 0.05:
                    store.push({"job": "gone"}, [[str(time.time_ns()), "to be deleted"]])
                    query = "query=%7Bjob%3D%22gone%22%7D&start=0"
                    store.ask("POST", f"/loki/api/v1/delete?{query}", b"")
        except _GONE:
            assert store.process.wait(20) == -9


def _killed(folder: Path, kills: int) -> None:
    writer = Writer(kills)
    for _ in range(kills):
        with running_store(folder, *HEAD) as store:
            # At once, too: then the kill comes while the start's work is under way.
            writer.write_until_killed(store, writer.random.choice((0.0, 0.1, 0.2, 0.4)))
    assert writer.pushes > kills
    with running_store(folder, *HEAD) as store:
        last = writer.started_ns + writer.acknowledged
        held = Counter(line for _, line in _all(store, writer.started_ns, last))
        store.process.terminate()
        assert store.process.wait(20) == 0
    wanted = [int(line.split()[1]) for line in held]
    assert sorted(n for n in wanted if n < writer.acknowledged) == list(range(writer.acknowledged))
    assert set(held.values()) == {1}
    assert len(wanted) <= writer.acknowledged + LINES_A_PUSH
    report = check.verify(folder)
    assert report.segments > 1
    assert report.problems == []
    on_disk = Counter(line.line for line in read_folder(folder) if b"line " in line.line)
    assert on_disk == Counter({line.encode(): 1 for line in held})


def _all(store: RunningStore, start_ns: int, end_ns: int) -> list[tuple[str, str]]:
    """Return all lines, 2,000 nanoseconds at a time, of two lines each."""
    found: list[tuple[str, str]] = []
    for at in range(start_ns, end_ns + 1, 2000):
        found += store.lines('{job="count"}', start=at, end=at + 2000)
    return found


def test_twenty_kills_lose_and_repeat_nothing(tmp_path: Path) -> None:
    """Under load, during flush, deletion and start, each acknowledged line is there once."""
    _killed(tmp_path / "logs", 20)


@pytest.mark.long
@pytest.mark.timeout(3600)
def test_two_hundred_kills_lose_and_repeat_nothing(tmp_path: Path) -> None:
    """The same, ten times as long."""
    _killed(tmp_path / "logs", 200)
