"""A Prometheus for `benchmarks.console`, with a day of samples of what our dashboards show."""

from __future__ import annotations

import contextlib
import itertools
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator, Sequence
from pathlib import Path

from benchmarks import console_blocks
from benchmarks.console_blocks import Series
from benchmarks.console_chunks import Chunk, chunks
from benchmarks.console_parts import free_port
from benchmarks.console_values import DAY_S, values
from whiteroom_monitoring.deploy.components.prometheus import PROGRAM as PROMETHEUS
from whiteroom_monitoring.deploy.host import machine

# As Prometheus makes of its blocks of two hours after a while.
BLOCK_S = 21_600


def write(folder: Path, series: Sequence[Series], end: int, step_s: int) -> None:
    """Write a day of samples that end at ``end``, a whole block after 1970, into blocks."""
    per_block = BLOCK_S // step_s
    start = end - DAY_S
    began = time.monotonic()
    count = DAY_S // step_s
    days = {called: values(called, count, step_s) for called in {s.values for s in series}}
    for number in range(DAY_S // BLOCK_S):
        at = start + number * BLOCK_S
        part = slice(number * per_block, (number + 1) * per_block)
        made = {
            (called, every): _chunks(at, step_s * every, days[called][part][::every])
            for called, every in {item.course for item in series}
        }
        console_blocks.write(folder / "data", number, (at, at + BLOCK_S), series, made)
        took = time.monotonic() - began
        print(f"{number + 1} of {DAY_S // BLOCK_S} blocks after {took:.0f} s", file=sys.stderr)


def _chunks(at: int, step_s: int, part: Sequence[float | None]) -> list[Chunk]:
    """Return the chunks of each stretch without a gap."""
    made: list[Chunk] = []
    for there, stretch in itertools.groupby(enumerate(part), lambda pair: pair[1] is not None):
        pairs = list(stretch)
        known = [value for _, value in pairs if value is not None]
        made += chunks(at + pairs[0][0] * step_s, step_s, known) if there else []
    return made


@contextlib.contextmanager
def prometheus(folder: Path) -> Iterator[str]:
    """Serve the blocks in ``folder`` for as long as the context lasts; yield the address."""
    (folder / "prometheus.yml").write_text("global: {}\n")
    port = free_port()
    command = [
        str(machine.installed(PROMETHEUS)),
        f"--config.file={folder}/prometheus.yml",
        f"--storage.tsdb.path={folder}/data",
        # So that it does not put the blocks together while it is measured.
        f"--storage.tsdb.max-block-duration={BLOCK_S}s",
        f"--web.listen-address=127.0.0.1:{port}",
    ]
    process = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    url = f"http://127.0.0.1:{port}"
    try:
        _wait(f"{url}/-/ready")
        yield url
    finally:
        process.terminate()
        process.wait(30)


def _wait(url: str) -> None:
    end = time.monotonic() + 60
    while time.monotonic() < end:
        with contextlib.suppress(OSError), urllib.request.urlopen(url, timeout=2):
            return
        time.sleep(0.1)
    raise SystemExit(f"{url} does not answer")
