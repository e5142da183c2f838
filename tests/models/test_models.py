"""The models of series that come and go, and of the log, are right, and would tell if not."""

from __future__ import annotations

import re
import shutil
import subprocess
from pathlib import Path

import pytest

SEGMENT = Path(__file__).with_name("segment.pml")
EVICTION = Path(__file__).with_name("eviction.pml")
LOG = Path(__file__).with_name("log.pml")
# Each process of the first must come to its end; a killed one of the others does not.
FLAGS = {SEGMENT: [], EVICTION: ["-E"], LOG: ["-E"]}
BREAKS = [
    pytest.param(model, broken, id=broken)
    for model in FLAGS
    for broken in sorted(set(re.findall(r"BREAK_[A-Z]+(?:_[A-Z]+)*", model.read_text())))
]

pytestmark = pytest.mark.skipif(
    shutil.which("spin") is None, reason="spin is not installed (Debian: spin)"
)


def errors(folder: Path, model: Path, *defines: str) -> int:
    """Return the number of errors that spin finds when it tries every interleaving."""
    subprocess.run(["spin", *defines, "-a", model], cwd=folder, check=True, capture_output=True)
    compiler = ["cc", "-O2", "-w", "-DSAFETY", "-o", "pan", "pan.c"]
    subprocess.run(compiler, cwd=folder, check=True)
    said = subprocess.run(
        ["./pan", "-m100000", *FLAGS[model]],
        cwd=folder,
        check=True,
        capture_output=True,
        text=True,
    ).stdout
    assert "max search depth too small" not in said
    count = re.search(r"errors: (\d+)", said)
    assert count, said
    return int(count[1])


def test_every_interleaving_is_right(tmp_path: Path) -> None:
    """No reader sees half a record, a counter that falls, or a former owner's gauge."""
    assert errors(tmp_path, SEGMENT) == 0


def test_every_eviction_is_right(tmp_path: Path) -> None:
    """A series goes as a whole and for good, and no other one has its counts, also after a kill."""
    assert errors(tmp_path, EVICTION) == 0


def test_every_event_is_accounted_for(tmp_path: Path) -> None:
    """An event has one line, is whole there, or is counted as lost, also after a kill."""
    assert errors(tmp_path, LOG) == 0


@pytest.mark.parametrize(("model", "broken"), BREAKS)
def test_a_break_is_found(tmp_path: Path, model: Path, broken: str) -> None:
    """Leaving out one thing that the code does makes an assertion fail."""
    assert errors(tmp_path, model, f"-D{broken}") == 1
