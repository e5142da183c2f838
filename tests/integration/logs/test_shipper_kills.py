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

WITHIN_S = 120
# How the logs are rotated: one by its names, one by a link that leads elsewhere.
KINDS = {"named": ["rename", "gzip", "recreate"], "linked": ["link"]}


def _job(name: str, folder: Path, pattern: str = "app.log") -> dict[str, object]:
    return {
        "job_name": name,
        "static_configs": [{"labels": {"job": name, "__path__": f"{folder}/{pattern}"}}],
        "pipeline_stages": [
            {"regex": {"expression": r"^(?P<time>\S+) "}},
            {"timestamp": {"source": "time", "format": "RFC3339"}},
            {"labeldrop": ["filename"]},
        ],
    }


def _lines(store: RunningStore, name: str, since: float) -> list[str]:
    """Return the lines that the store has, asked for by what fits into an answer."""
    lines: list[str] = []
    start, end = int(since) - 1, int(time.time()) + 2
    while start < end:
        part_s = 4
        while True:
            part = store.lines(
                f'{{job="{name}"}}', start=start * 10**9, end=(start + part_s) * 10**9
            )
            if len(part) < 5000:
                break
            assert part_s > 1
            part_s //= 2
        lines += [line for _, line in part]
        start += part_s
    return lines


def _hold_exactly_once(store: RunningStore, name: str, log: CountedLog, since: float) -> None:
    """Hold that each line of a log is stored exactly once, after a while."""
    log.close()
    with contextlib.suppress(AssertionError):
        wait_until(lambda: len(set(_lines(store, name, since))) >= log.written, within_s=WITHIN_S)
    counts = Counter(_lines(store, name, since))
    stored = {int(line.split()[2]) for line in counts}
    assert sorted(set(range(log.written)) - stored) == []
    assert [line for line, count in counts.items() if count > 1] == []
    assert len(counts) == log.written


class Killing:
    """Two logs that are written and rotated, and a shipper and a store that are killed."""

    def __init__(self, folder: Path, seed: int) -> None:
        self.chance = random.Random(seed)
        for name in KINDS:
            (folder / name).mkdir()
        self.logs = {name: CountedLog(folder / name) for name in KINDS}
        self.folder, self.port, self.since = folder, free_port(), time.time()
        self.config = write_config(folder, self.port, [_job(n, folder / n) for n in KINDS])
        self._open = contextlib.ExitStack()
        self.restart_store()

    def restart_store(self) -> None:
        """Start a store, in place of the one that was killed."""
        self._open.close()
        self.store = self._open.enter_context(
            running_store(self.folder / "store", "--port", str(self.port))
        )

    def write(self, for_s: float) -> None:
        """Write to both logs, several hundred lines a second."""
        deadline = time.monotonic() + for_s
        while time.monotonic() < deadline:
            for log in self.logs.values():
                log.write(self.chance.choice((1, 5, 20)))
            time.sleep(0.03)

    def rotate(self, is_shipped: bool) -> None:
        """Rotate both logs. One that is deleted is lost for who has not read it: it is shipped."""
        for name, log in self.logs.items():
            kind = self.chance.choice(KINDS[name])
            if kind == "recreate" and is_shipped:
                wait_until(lambda name=name: self._is_stored(name), within_s=WITHIN_S)
            log.rotations["rename" if kind == "recreate" and not is_shipped else kind]()

    def _is_stored(self, name: str) -> bool:
        return len(set(_lines(self.store, name, self.since))) >= self.logs[name].written

    def kill_once(self) -> None:
        """Let a shipper live, and kill it, the store, or both."""
        chance = self.chance
        with running_shipper(self.config) as shipper:
            if chance.random() < 0.7:
                wait_until(shipper.is_serving, within_s=WITHIN_S)
            self.write(chance.uniform(0.1, 0.8))
            if chance.random() < 0.7:
                self.rotate(is_shipped=True)
            self.write(chance.uniform(0.1, 0.4))
            if chance.random() < 0.3:
                self.store.process.kill()
                self.write(0.2)
                if chance.random() < 0.5:
                    shipper.process.kill()
                self.restart_store()
        for _ in range(chance.choice((0, 1, 2))):
            self.rotate(is_shipped=False)
            self.write(0.1)

    def end(self) -> None:
        """Hold that each line of each log is stored exactly once."""
        with self._open, running_shipper(self.config):
            for name, log in self.logs.items():
                _hold_exactly_once(self.store, name, log, self.since)


def _killed(folder: Path, kills: int, seed: int) -> None:
    killing = Killing(folder, seed)
    # A file that was rotated before the shipper first saw it is nobody's.
    with running_shipper(killing.config):
        wait_until((folder / "positions.json").exists, within_s=WITHIN_S)
    for _ in range(kills):
        killing.kill_once()
    killing.end()


@pytest.mark.timeout(900)
def test_twenty_kills_lose_and_repeat_nothing(tmp_path: Path) -> None:
    """Under rotation of every kind, each line of a counted writer is stored exactly once."""
    _killed(tmp_path, 20, seed=5)


@pytest.mark.timeout(600)
@pytest.mark.parametrize("pattern", ["app.log", "app.log*"])
def test_copies_lose_and_repeat_nothing(tmp_path: Path, pattern: str) -> None:
    """Copied and truncated while it is read, and while nobody reads, also where copies match."""
    chance = random.Random(7)
    folder, since = tmp_path / "copied", time.time()
    folder.mkdir()
    log = CountedLog(folder)
    with running_store(tmp_path / "store") as store:
        config = write_config(tmp_path, store.port, [_job("copied", folder, pattern)])
        with running_shipper(config):
            wait_until((tmp_path / "positions.json").exists, within_s=WITHIN_S)
        for lives in range(3):
            with running_shipper(config) as shipper:
                if lives != 1:
                    wait_until(shipper.is_serving, within_s=WITHIN_S)
                for _ in range(3):
                    log.write_for(chance.uniform(0.5, 0.9))
                    log.copy_and_truncate()
            if lives:
                log.write_for(0.2)
                log.copy_and_truncate()
        with running_shipper(config):
            _hold_exactly_once(store, "copied", log, since)


@pytest.mark.long
@pytest.mark.timeout(7200)
@pytest.mark.parametrize("seed", [1, 2])
def test_many_kills_lose_and_repeat_nothing(tmp_path: Path, seed: int) -> None:
    """The same, many times."""
    _killed(tmp_path, 200, seed)
