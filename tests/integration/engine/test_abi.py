"""The engine's C ABI as the library shows it: every function of it is recorded."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

from tests.support.paths import ROOT
from whiteroom_monitoring.catalogue.load import load
from whiteroom_monitoring.client import _native
from whiteroom_monitoring.resources import share

HEADER = ROOT / "reference_app/engine/abi/sch_engine.h"
LIBRARY = ROOT / "build/lib/libwhiteroom_engine.so"
CALLER = Path(__file__).with_name("call_functions.py")
COUNT = re.compile(r'^ffi_calls_total\{function="(\w+)"\} (\d+)$', re.M)
TIMED = re.compile(r'^ffi_call_duration_seconds_count\{function="(\w+)"\} (\d+)$', re.M)


def shown(library: Path) -> list[str]:
    """Return the functions that a library shows."""
    command = ["nm", "--dynamic", "--defined-only", "--format=posix", str(library)]
    done = subprocess.run(command, capture_output=True, text=True, check=True)
    return [line.split()[0] for line in done.stdout.splitlines() if line.split()[1] in "TW"]


def unrecorded(library: Path, segments: Path) -> list[str]:
    """Call each function of a library once; return those that were not counted and timed once."""
    functions = shown(library)
    subprocess.run(
        [sys.executable, str(CALLER), str(library), *functions],
        env={**os.environ, "WHITEROOM_SEGMENTS": str(segments)},
        check=True,
    )
    text = _native.expose_unserved(str(segments)).text().decode()
    counts, timed = dict(COUNT.findall(text)), dict(TIMED.findall(text))
    return [name for name in functions if (counts.get(name), timed.get(name)) != ("1", "1")]


@pytest.fixture
def forgetful(folder: Path) -> Path:
    """A library with one function of the ABI, which nobody records; the header is C, too."""
    made = folder / "libforgetful.so"
    source = Path(__file__).with_name("forgotten.c")
    command = ["cc", "-std=c11", "-Wall", "-Wpedantic", "-Werror", "-shared", "-fPIC"]
    include = f"-I{HEADER.parent.parent}"
    subprocess.run([*command, include, str(source), "-o", str(made)], check=True)
    return made


def test_the_library_shows_the_abi_and_nothing_else() -> None:
    """The library's functions are those that the header declares and the catalogue measures."""
    declared = re.findall(r"^SCH_EXPORT int32_t (\w+)\(", HEADER.read_text(), re.M)
    assert sorted(shown(LIBRARY)) == sorted(declared)
    calls = next(metric for metric in load(share("catalogue")) if metric.name == "ffi_calls_total")
    assert sorted(calls.labels[0].values or ()) == sorted(declared)


def test_every_function_is_recorded(folder: Path) -> None:
    """Each function that the library shows is counted and timed once when it is called once."""
    assert unrecorded(LIBRARY, folder / "segments") == []


def test_a_forgotten_function_is_found(forgetful: Path, folder: Path) -> None:
    """A function that is shown and not recorded is named."""
    assert unrecorded(forgetful, folder / "segments") == ["sch_engine_forgotten"]
