"""Writers that are killed at random moments lose nothing that they have reported."""

from __future__ import annotations

import random
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from whiteroom_monitoring.client import _native

SEED = 4
PROGRAM = "business-metrics"
# Increments between two reports.
CHUNK = 1000

WRITER = f"""
import os, sys
from whiteroom_monitoring import client
from whiteroom_monitoring.client.generated import business
client.prepare("{PROGRAM}", sys.argv[1])
inc, total = business.songs_created_total.inc, 0
os.write(1, b"0\\n")
while True:
    for _ in range({CHUNK}):
        inc()
    total += {CHUNK}
    os.write(1, b"%d\\n" % total)
"""


def _counted(segments: Path) -> int:
    text = _native.expose(str(segments), PROGRAM)[0].decode()
    line = next(line for line in text.splitlines() if line.startswith("songs_created_total "))
    return int(line.split()[1])


def _reported(segments: Path, after_s: float) -> int:
    """Return the last count that a writer reported before it was killed."""
    command = [sys.executable, "-c", WRITER, str(segments)]
    with subprocess.Popen(command, stdout=subprocess.PIPE) as writer:
        assert writer.stdout is not None
        writer.stdout.readline()
        time.sleep(after_s)
        writer.send_signal(signal.SIGKILL)
        lines = writer.stdout.read().split(b"\n")
    # The last element is what follows the last line end: a report that was cut short.
    return int(lines[-2]) if len(lines) > 1 else 0


@pytest.mark.parametrize(
    "kills", [15, pytest.param(200, marks=[pytest.mark.long, pytest.mark.timeout(600)])]
)
def test_every_reported_increment_is_exposed(segments: Path, kills: int) -> None:
    """After each of many kills the counter holds all that was reported, at most one chunk more for
    each kill, and has never fallen."""
    chance = random.Random(SEED)
    reported = before = 0
    for kill in range(1, kills + 1):
        reported += _reported(segments, chance.uniform(0, 0.05))
        counted = _counted(segments)
        assert reported <= counted <= reported + kill * CHUNK
        assert counted >= before
        before = counted
    assert reported > 0
