"""Writers that are killed at random moments lose nothing that they have reported."""

from __future__ import annotations

import random
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
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
    text = _native.expose(str(segments), PROGRAM).text().decode()
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


@contextmanager
def _scraped(segments: Path) -> Iterator[list[int]]:
    """Scrape without pause, through the kills; what `rate()` would be computed from."""
    counts: list[int] = []
    ended = threading.Event()

    def scrape() -> None:
        while not ended.is_set():
            counts.append(_counted(segments))

    scraper = threading.Thread(target=scrape)
    scraper.start()
    try:
        yield counts
    finally:
        ended.set()
        scraper.join()


@pytest.mark.parametrize(
    "kills", [15, pytest.param(200, marks=[pytest.mark.long, pytest.mark.timeout(600)])]
)
def test_every_reported_increment_is_exposed(segments: Path, kills: int) -> None:
    """After each of many kills the counter holds all that was reported, and at most one chunk more
    for each kill; no scrape meanwhile sees it fall, which `rate()` would take for a reset, or rise
    above that."""
    chance = random.Random(SEED)
    reported = _reported(segments, 0)
    with _scraped(segments) as counts:
        for kill in range(2, kills + 2):
            reported += _reported(segments, chance.uniform(0, 0.05))
            counted = _counted(segments)
            assert reported <= counted <= reported + kill * CHUNK
            assert max(counts, default=0) <= counted
    assert reported > 0
    assert len(counts) > kills
    assert counts == sorted(counts)
