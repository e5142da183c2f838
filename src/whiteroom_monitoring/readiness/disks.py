"""Whether there is room, and whether a small write is done at once."""

from __future__ import annotations

import os
import shutil
import tempfile
import time

from whiteroom_monitoring.diagnostics import CheckFailed, check
from whiteroom_monitoring.readiness.show import Show

LEAST_FREE_BYTES = 2 * 2**30
LEAST_FREE_RATIO = 0.05
LONGEST_WRITE_S = 0.1
# Little enough that nobody hears it, enough to meet one that is slow.
_WRITES = 20
_BLOCK = bytes(4096)
_PAUSE_S = 0.05


@check("room", "disks", f"{LEAST_FREE_BYTES >> 30} GiB and {LEAST_FREE_RATIO:.0%} free")
def room(show: Show) -> str:
    usage = shutil.disk_usage(show.stack.paths.data)
    ratio = usage.free / usage.total
    seen = f"{usage.free / 2**30:.1f} GiB ({ratio:.0%}) free"
    if usage.free < LEAST_FREE_BYTES or ratio < LEAST_FREE_RATIO:
        remedy = f"Make room below {show.stack.paths.data}: recordings stop where it is full."
        raise CheckFailed(seen, remedy=remedy)
    return seen


@check(
    "latency", "disks", f"a write on the disk within {LONGEST_WRITE_S * 1000:.0f} ms", programs=True
)
def latency(show: Show) -> str:
    times = write_times(show)
    slowest = max(times)
    seen = f"{slowest * 1000:.1f} ms at most"
    if slowest > LONGEST_WRITE_S:
        remedy = "See what writes: `iotop -o`. Updates, backups and indexing wait until afterwards."
        raise CheckFailed(seen, remedy=remedy)
    return seen


def write_times(show: Show) -> list[float]:
    """Return how long each of some small writes took until the disk had it, in seconds."""
    times = []
    with tempfile.TemporaryFile(dir=show.stack.paths.data) as file:
        for _ in range(_WRITES):
            begun = time.monotonic()
            file.write(_BLOCK)
            file.flush()
            os.fdatasync(file.fileno())
            times.append(time.monotonic() - begun)
            time.sleep(_PAUSE_S)
    return times
