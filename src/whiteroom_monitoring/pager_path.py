"""The path from a sample to a pager, hop by hop: names, and the state that the watcher writes.

A fresh sample (the segment exporter's own clock) is scraped by a job, becomes an alert by a rule
and is sent by a route to a receiver, all of this path alone. So it tells where the path is broken,
and nobody is notified of it. Of the logs, a line takes the way through shipper and store.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterable
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

# The scrape job, the group of rules, the receiver and the job of the shipper.
NAME = "pager-path"
# The alert of every round. It asks nothing of anybody, and no list shows it.
ALERT = "PagerPathProbe"
# The alert of a marked message to people, before a show. It ends within the minute.
PAGER_PROBE = "PagerProbe"
# What the segment exporter adds to each exposition: the time at which it was made.
SAMPLE = "segment_exporter_time_seconds"
# A sample of a new round is a new alert, and so a notification of its own.
ROUND_S = 10
# The rounds whose labels differ; what fires again after so many is new to Alertmanager.
ROUNDS = 12
# The routes of the inbox begin with it, and mail for the address belongs to it.
PREFIX = f"/{NAME}"
ADDRESS = f"{NAME}@whiteroom.invalid"

# The hops, in the order of the path. Each has an alert of its own when it is broken.
HOPS = (
    *("exporter", "prometheus", "scrape", "storage", "rules", "alertmanager", "inbox"),
    *("pagerduty", "slack", "email", "shipper", "log_store"),
)
CHANNELS = ("pagerduty", "slack", "email")
# Without these, alerts still reach people.
NOT_PAGING = frozenset({"exporter", "shipper", "log_store"})
# A state that is older says nothing but that the watcher does not look any more.
STALE_S = 30.0
STATE_FILE = "watcher/state.json"

_TIMES = re.compile(r"\b\d{9,11}\.\d{3}\b")


@dataclass(frozen=True)
class BrokenHop:
    """A hop that passes nothing on: since when (seconds since 1970) and why.

    ``notified`` are the channels by which people were told.
    """

    hop: str
    since: float
    problem: str
    notified: tuple[str, ...] = ()

    def __str__(self) -> str:
        return f"{self.hop}: {self.problem}"


@dataclass(frozen=True)
class PathState:
    """What the watcher has seen, at ``written`` in seconds since 1970.

    ``passed`` has the time of the newest sample that each hop has passed on.
    """

    written: float
    passed: dict[str, float]
    broken: tuple[BrokenHop, ...] = ()

    def problems(self, now: float) -> list[str]:
        """Return a sentence for each hop that is broken, or that nobody looks at the path."""
        if now - self.written > STALE_S:
            age = f"{now - self.written:.0f} s"
            return [f"The watcher has not looked at the pager path for {age}."]
        return [f"The pager path is broken at {hop}" for hop in self.broken]

    def as_json(self) -> str:
        """Return what the state file holds."""
        return json.dumps(asdict(self))


def read_state(file: Path) -> PathState | None:
    """Return the state in a file; None where there is none, or no whole one."""
    try:
        content: dict[str, Any] = json.loads(file.read_text(encoding="utf-8"))
        broken = (
            BrokenHop(**{**hop, "notified": tuple(hop["notified"])}) for hop in content["broken"]
        )
        return PathState(float(content["written"]), dict(content["passed"]), tuple(broken))
    except (OSError, ValueError, KeyError, TypeError, AttributeError):
        return None


def newest_time(texts: Iterable[str]) -> float | None:
    """Return the newest time of a sample that texts hold, in seconds since 1970.

    >>> newest_time(["pager-path 1796124560.250 1796124570.251", "nothing"])
    1796124570.251
    """
    times = [float(match) for text in texts for match in _TIMES.findall(text)]
    return max(times, default=None)


def round_of(time: float) -> int:
    """Return the round that a time belongs to."""
    return int(time // ROUND_S)
