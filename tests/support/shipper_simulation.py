"""The shipper in one process, by a clock of its own, killed between any two of its pushes."""

from __future__ import annotations

import contextlib
import random
import time
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import msgspec
import pytest

from tests.support.shipper import CountedLog
from whiteroom_monitoring.logs.shipper import lane, positions, shipper
from whiteroom_monitoring.logs.shipper.config import Config
from whiteroom_monitoring.logs.shipper.endpoints import Client
from whiteroom_monitoring.logs.shipper.shipper import Shipping
from whiteroom_monitoring.logs.shipper.sources import file_source, files
from whiteroom_monitoring.logs.shipper.stages.counting import CustomMetrics

_KILL_CHANCE = 0.1
_STAGES = [
    {"regex": {"expression": r"^(?P<time>\S+) "}},
    {"timestamp": {"source": "time", "format": "RFC3339"}},
    {"labeldrop": ["filename"]},
]


class KilledError(BaseException):
    """The process is no more: nothing that handles errors may see it."""


class SimulatedTime:
    """The module ``time`` with a monotonic clock that is moved by hand."""

    def __init__(self) -> None:
        self.now_s = 1000.0

    def __getattr__(self, name: str) -> Any:
        return getattr(time, name)

    def monotonic(self) -> float:
        """Return the simulated moment."""
        return self.now_s


class SimulatedStore:
    """A target that keeps each pair of time and line once, and may kill who pushes to it."""

    name = "store"

    def __init__(self, chance: random.Random) -> None:
        self.held: set[tuple[str, str]] = set()
        self.is_up, self.is_deadly = True, False
        self._chance = chance
        self.client: Any = None

    def push(self, streams: list[dict[str, Any]], tenant: str) -> tuple[int, str]:
        """Take lines; the process may end before them, or after them and before its answer."""
        del tenant
        self._perhaps_kill()
        if not self.is_up:
            return 0, "no answer"
        self.held |= {(value[0], value[1]) for stream in streams for value in stream["values"]}
        self._perhaps_kill()
        return 204, ""

    def _perhaps_kill(self) -> None:
        if self.is_deadly and self._chance.random() < _KILL_CHANCE:
            raise KilledError

    def close(self) -> None:
        """Do nothing."""


class Simulation:
    """A counted log, which is rotated, and a shipper that is killed and started again."""

    def __init__(self, folder: Path, seed: int, kinds: list[str], pattern: str = "app.log") -> None:
        self.chance = random.Random(seed)
        self.log, self.kinds, self.folder = CountedLog(folder), kinds, folder
        self.store = SimulatedStore(self.chance)
        self.time = SimulatedTime()
        self.config = _config(folder, pattern)
        self._shipping: Shipping | None = None

    @contextlib.contextmanager
    def clock(self) -> Iterator[None]:
        """Let the shipper tell the simulated time."""
        with pytest.MonkeyPatch.context() as patch:
            for module in (lane, positions, shipper, file_source, files):
                patch.setattr(module, "time", self.time)
            yield
        self.log.close()

    def start(self, client: Client | None = None) -> Shipping:
        """Start a shipper for a client, by default the first."""
        client = client or self.config.clients[0]
        path = self.folder / "positions" / "positions.json"
        self._shipping = Shipping(self.config, client, path, CustomMetrics())
        self.store.client = client
        self._shipping._target = self.store  # type: ignore[assignment]
        return self._shipping

    def kill(self) -> None:
        """Let go of its files as the system does, and of all else."""
        assert self._shipping is not None
        sources = {id(s): s for s in self._sources(self._shipping)}
        for source in sources.values():
            source.close()
        self._shipping = None

    @staticmethod
    def _sources(shipping: Shipping) -> list[Any]:
        return [
            *(lane.source for lane in shipping._lanes),
            *(source for target in shipping._files for source in target._live),
        ]

    def turn(self, then_s: float) -> None:
        """Take a turn, and let time go by."""
        assert self._shipping is not None
        self._shipping._turn(self.time.now_s)
        self.time.now_s += then_s

    def rotate(self) -> None:
        """Rotate in one of the ways; delete only what the store has."""
        kind = self.chance.choice(self.kinds)
        if kind == "recreate" and not self._is_all_held():
            kind = "rename"
        self.log.rotations[kind]()

    def _is_all_held(self) -> bool:
        return len({line for _, line in self.store.held}) == self.log.written

    def live(self) -> None:
        """Write, rotate and ship until it is killed, or for a while."""
        chance = self.chance
        self.start()
        self.store.is_deadly = True
        rotated_at = chance.randint(0, 20)
        with contextlib.suppress(KilledError):
            for number in range(chance.randint(1, 40)):
                self.log.write(chance.choice((0, 1, 20, 60)))
                if number == rotated_at:
                    self.rotate()
                if chance.random() < 0.05:
                    self.store.is_up = not self.store.is_up
                self.turn(chance.choice((0.01, 0.05, 0.05, 0.25)))
        self.store.is_deadly, self.store.is_up = False, True
        self.kill()

    def rest(self) -> None:
        """Write and rotate while nobody ships."""
        for _ in range(self.chance.choice((0, 1, 2))):
            self.log.write(self.chance.choice((0, 20, 60)))
            self.rotate()
            self.log.write(self.chance.choice((0, 0, 20)))

    def run(self, kills: int) -> None:
        """Live and die, then ship all that is left."""
        self.start()
        self.turn(0.05)
        self.turn(0.05)
        self.kill()
        for _ in range(kills):
            self.live()
            self.rest()
        self.start()
        for then_s in [0.25] * 60 + [7.0] * 10:
            self.turn(then_s)
        self.kill()

    def differences(self) -> dict[str, list[int] | list[str]]:
        """Return what is absent, what is there twice, and what nobody has written."""
        counts = Counter(line for _, line in self.store.held)
        foreign = [line[:80] for line in counts if " line " not in line]
        numbers = {int(line.split()[2]): n for line, n in counts.items() if " line " in line}
        absent = sorted(set(range(self.log.written)) - numbers.keys())
        twice = sorted(number for number, count in numbers.items() if count > 1)
        return {"absent": absent, "twice": twice, "foreign": foreign}


def _config(folder: Path, pattern: str) -> Config:
    (folder / "positions").mkdir()
    backoff = {"min_period": "50ms", "max_period": "200ms"}
    client = {"url": "http://store:1/", "batchwait": "100ms", "backoff_config": backoff}
    labels = {"job": "count", "__path__": f"{folder}/{pattern}"}
    job = {"job_name": "count", "static_configs": [{"labels": labels}], "pipeline_stages": _STAGES}
    content = {
        "clients": [client],
        "positions": {"filename": "unused", "sync_period": "1s"},
        "target_config": {"sync_period": "200ms"},
        "scrape_configs": [job],
    }
    return msgspec.convert(content, Config)
