"""What `benchmarks.console` writes is what Prometheus reads."""

from __future__ import annotations

import shutil
import subprocess
from pathlib import Path

import pytest

from benchmarks.console_blocks import Series
from benchmarks.console_store import BLOCK_S, write
from benchmarks.console_values import DAY_S, values

END = 80_000 * BLOCK_S
STEP_S = 60
CALLED = ("one", "ratio 3", "level 2", "bytes 1", "counter 4 0.25", "still 5", "rare 5", "spell 7")


def dumped(folder: Path) -> set[str]:
    """Return the samples of the blocks in ``folder``, a line each."""
    program = shutil.which("promtool")
    if program is None:
        pytest.skip("promtool is not installed")
    # Without a log of what is not in a block yet, promtool reads nothing.
    (folder / "data/wal").mkdir()
    command = [program, "tsdb", "dump", str(folder / "data")]
    read = subprocess.run(command, capture_output=True, text=True, check=True)
    return set(read.stdout.splitlines())


def test_prometheus_reads_what_was_written(tmp_path: Path) -> None:
    """Every sample of a day is read with its labels, its time and its exact value."""
    series = [Series((("__name__", "m"), ("kind", called)), called) for called in sorted(CALLED)]
    write(tmp_path, series, END, STEP_S)
    read: dict[str, dict[int, float]] = {}
    for line in dumped(tmp_path):
        labels, value, time_ms = line.rsplit(" ", 2)
        read.setdefault(labels, {})[int(time_ms)] = float(value)
    start = END - DAY_S
    for called in CALLED:
        day = values(called, DAY_S // STEP_S, STEP_S)
        wanted = {
            (start + at * STEP_S) * 1000: value for at, value in enumerate(day) if value is not None
        }
        assert read.pop(f'{{__name__="m", kind="{called}"}}') == pytest.approx(wanted, rel=1e-12)
    assert not read


def test_a_damaged_block_is_not_read(tmp_path: Path) -> None:
    """Prometheus leaves out a block of which a bit has changed: it does check the sums."""
    write(tmp_path, [Series((("__name__", "m"),), "ratio 1")], END, STEP_S)
    segment = next((tmp_path / "data").glob("*/chunks/000001"))
    content = bytearray(segment.read_bytes())
    content[100] ^= 1
    segment.write_bytes(content)
    assert len(dumped(tmp_path)) == (DAY_S - BLOCK_S) // STEP_S
