"""The model of publishing and retiring series is right, and would tell if it were not."""

from __future__ import annotations

import re
import shutil
import subprocess
from pathlib import Path

import pytest

MODEL = Path(__file__).with_name("segment.pml")
BREAKS = sorted(set(re.findall(r"BREAK_[A-Z]+(?:_[A-Z]+)*", MODEL.read_text())))

pytestmark = pytest.mark.skipif(
    shutil.which("spin") is None, reason="spin is not installed (Debian: spin)"
)


def errors(folder: Path, *defines: str) -> int:
    """Return the number of errors that spin finds when it tries every interleaving."""
    subprocess.run(["spin", *defines, "-a", MODEL], cwd=folder, check=True, capture_output=True)
    compiler = ["cc", "-O2", "-w", "-DSAFETY", "-o", "pan", "pan.c"]
    subprocess.run(compiler, cwd=folder, check=True)
    said = subprocess.run(
        ["./pan", "-m100000"], cwd=folder, check=True, capture_output=True, text=True
    ).stdout
    assert "max search depth too small" not in said
    found = re.search(r"errors: (\d+)", said)
    assert found, said
    return int(found[1])


def test_every_interleaving_is_right(tmp_path: Path) -> None:
    """No reader sees half a record, a counter that falls, or a former owner's gauge."""
    assert errors(tmp_path) == 0


@pytest.mark.parametrize("broken", BREAKS)
def test_a_break_is_found(tmp_path: Path, broken: str) -> None:
    """Leaving out one thing that the code does makes an assertion fail."""
    assert errors(tmp_path, f"-D{broken}") == 1
