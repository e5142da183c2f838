"""With WHITEROOM_MONITORING_OFF recording leaves no instruction."""

from __future__ import annotations

import re
import shutil
import subprocess
from pathlib import Path

import pytest

from tests.support.paths import ROOT

SOURCE = """
#include <whiteroom/monitoring/ffi_metrics.h>
#include <whiteroom/monitoring/generated/audio.h>
#include <whiteroom/monitoring/prometheus_metrics.h>

using namespace whiteroom::monitoring;

extern "C" void record(audio::Realtime& realtime, audio::Shared& shared, ffi::Shared& calls) {
  realtime.audio_callbacks_total.increment();
  realtime.audio_dropouts_total[audio::Cause::device].increment();
  realtime.audio_dropout_seconds_total[audio::Cause::device].add(std::chrono::nanoseconds(5));
  realtime.audio_engine_render_time_seconds.observe(std::chrono::nanoseconds(7));
  realtime.audio_engine_load_ratio.observe(0.5);
  shared.audio_engine_xruns_total.increment();
  shared.audio_buffer_frames.set(256);
  const FfiCall call(calls, ffi::Function::sch_engine_create);
  call.ended(3);
  const ScopedTimer timer(calls.ffi_call_duration_seconds[ffi::Function::sch_engine_create]);
}
"""

pytestmark = pytest.mark.skipif(
    not shutil.which("g++") or not shutil.which("objdump"),
    reason="needs a clone, g++ and objdump",
)


def _instructions(folder: Path, *options: str) -> list[str]:
    """Return the instructions that `record` is compiled to."""
    source, made = folder / "record.cpp", folder / "record.o"
    source.write_text(SOURCE)
    include = ROOT / "juce_backend/src/monitoring/include"
    subprocess.run(
        ["g++", "-std=c++20", "-O2", "-I", include, *options, "-c", source, "-o", made], check=True
    )
    text = subprocess.run(
        ["objdump", "--disassemble=record", "--no-show-raw-insn", made],
        capture_output=True,
        text=True,
        check=True,
    ).stdout
    instructions = re.findall(r"^\s+[0-9a-f]+:\s+(\w+)", text, re.M)
    # What pads a function and marks its entry does nothing.
    return [
        name
        for name in instructions
        if name not in {"endbr64", "nop", "nopw", "data16", "cs", "xchg"}
    ]


def test_compiled_out_recording_is_a_bare_return(tmp_path: Path) -> None:
    """A function that records everything consists of its return alone."""
    assert _instructions(tmp_path, "-DWHITEROOM_MONITORING_OFF") == ["ret"]


def test_recording_that_is_compiled_in_is_seen(tmp_path: Path) -> None:
    """The same function has instructions otherwise: the test would notice them."""
    assert len(_instructions(tmp_path)) > 20
