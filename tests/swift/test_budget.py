"""Recording in Swift keeps its budget: no allocation, no retain, no release, no system call."""

from __future__ import annotations

import json
import subprocess
from pathlib import Path
from typing import Any

import pytest

from tests.swift.machine_code import external_calls

BUDGET: dict[str, Any] = json.loads(Path(__file__).with_name("recording_budget.json").read_text())
PROOF = "whiteroom-swift-proof"


def _heap_calls(program: Path, function: str) -> dict[str, int]:
    done = subprocess.run([program, function], capture_output=True, text=True, check=True)
    counts: dict[str, int] = json.loads(done.stdout)
    return counts


def test_recording_asks_nothing_of_the_heap(build) -> None:
    """A thousand rounds of every recording function allocate and free what the budget allows."""
    counts = _heap_calls(build(PROOF), "recordEverything")
    assert counts == {"allocations": BUDGET["allocations"], "frees": BUDGET["frees"]}


def test_recording_calls_nothing_but_the_clock(build) -> None:
    """No retain, release, allocation or lock is in the machine code that recording can reach."""
    assert external_calls(build(PROOF), "recordEverything") <= set(BUDGET["calls"])


def test_an_allocation_would_be_noticed(build) -> None:
    """A function that allocates is over the budget, on the heap and in the machine code."""
    program = build(PROOF)
    assert _heap_calls(program, "recordAndAllocate")["allocations"] >= BUDGET["rounds"]
    assert "swift_allocObject" in external_calls(program, "recordAndAllocate")


@pytest.mark.parametrize("call", ["swift_retain", "swift_release"])
def test_reference_counting_would_be_noticed(call: str, build) -> None:
    """A function that keeps an object is over the budget: its machine code retains and releases."""
    assert call in external_calls(build(PROOF), "recordAndRetain")
