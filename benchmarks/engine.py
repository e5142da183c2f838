"""What monitoring costs the audio engine, in one run of each.

The C ABI's calls beyond two clock reads; the share of a core that the running engine spends on
monitoring with 128 frames at 48 kHz, as it says itself; and the adapter for JUCE beside JUCE's own
AudioProcessLoadMeasurer: the cost of a block, and what each of them sees of the same dropouts
(Debian: juce-modules-source-data, zlib1g-dev). Needs the build of start.sh; takes a minute.
"""

from __future__ import annotations

import json
import os
import re
import signal
import subprocess
import sys
import tempfile
import time
import urllib.request
from pathlib import Path
from typing import Any

from benchmarks import report
from benchmarks.report import Row

ROOT = Path(__file__).resolve().parent.parent
LIBRARY = ROOT / "build/lib/libwhiteroom_engine.so"
PROGRAM = ROOT / "build/bin/whiteroom-engine"
JUCE = ROOT / "build/juce-optimized"
BEYOND_CLOCK_READS_NS = 80
SHARE_OF_A_CORE_PERCENT = 0.1
SETTLING_S = 2
WATCHED_S = 10
MONITORING = re.compile(r"^audio_monitoring_seconds_total (\S+)$", re.M)

# The row of a judged callback, and how many times JUCE's AudioProcessLoadMeasurer it may cost.
JUDGED = "one block, measured"
DEAREST = 1.5


def calls(folder: str) -> list[Row]:
    """Measure calls over the C ABI."""
    program = f"{folder}/calls"
    source = ROOT / "benchmarks/native/calls.cpp"
    include = (f"-I{ROOT / 'reference_app/engine'}", f"-I{source.parent}")
    link = (str(LIBRARY), f"-Wl,-rpath,{LIBRARY.parent}")
    _run("g++", "-std=c++20", "-O3", *include, str(source), "-o", program, *link)
    return [
        report.at_most(
            f"{result['name']}, beyond 2 clock reads",
            "ns",
            result["ours"],
            BEYOND_CLOCK_READS_NS,
        )
        for result in _rows(program, folder)
    ]


def share_of_a_core(folder: str) -> Row:
    """Let the engine play and say how much of a core it has spent on monitoring."""
    options = ("--driver", "clock", "--buffer-frames", "128", "--metrics-port", "0")
    log = Path(folder) / "engine.log"
    files = ("--segments", f"{folder}/segments", "--log-file", str(log))
    with subprocess.Popen([str(PROGRAM), *options, *files]) as engine:
        time.sleep(SETTLING_S)
        entries = map(json.loads, log.read_text().splitlines())
        port = next(entry["metrics_port"] for entry in entries if entry["message"] == "playing")
        before, begin = _monitoring_s(port), time.monotonic()
        time.sleep(WATCHED_S)
        spent, elapsed = _monitoring_s(port) - before, time.monotonic() - begin
        engine.send_signal(signal.SIGTERM)
    name = "engine with all metrics, 128 frames at 48 kHz: monitoring"
    return report.at_most(name, "% of a core", 100 * spent / elapsed, SHARE_OF_A_CORE_PERCENT)


def _monitoring_s(port: int) -> float:
    with urllib.request.urlopen(f"http://127.0.0.1:{port}/metrics", timeout=5) as answer:
        match = MONITORING.search(answer.read().decode())
    assert match is not None
    return float(match[1])


def beside_juce(folder: str) -> list[Row]:
    """Measure the adapter for JUCE and JUCE's own measurer."""
    optimized = "-DWHITEROOM_JUCE_OPTIMIZED=ON"
    _run("cmake", "-S", str(ROOT / "tests/juce"), "-B", str(JUCE), "-G", "Ninja", optimized)
    _run("cmake", "--build", str(JUCE), "--target", "juce-compare")
    return [_beside(result) for result in _rows(str(JUCE / "juce-compare"), folder)]


def _beside(result: dict[str, float | str]) -> Row:
    name, ours, peer = str(result["name"]), float(result["ours"]), float(result["peer"])
    number = re.match(r"(\d+) ", name)
    if number is None:
        cost = ours / peer
        if name != JUDGED:
            return Row(f"JUCE: {name}", "ns", ours, "-", True, peer, cost)
        return Row(f"JUCE: {name}", "ns", ours, f"<= {DEAREST}", cost <= DEAREST, peer, cost)
    injected = int(number[1])
    return Row(f"JUCE: {name}, seen", "", ours, f"= {injected}", ours == injected, peer)


def _rows(program: str, folder: str) -> list[dict[str, Any]]:
    return [json.loads(line) for line in _run(program, segments=folder).splitlines()]


def _run(*command: str, segments: str = "") -> str:
    environment = {**os.environ, "WHITEROOM_SEGMENTS": segments} if segments else None
    done = subprocess.run(command, capture_output=True, text=True, check=False, env=environment)
    if done.returncode != 0:
        sys.exit(f"{' '.join(command)}: exit status {done.returncode}\n{done.stdout}{done.stderr}")
    return done.stdout


def main() -> int:
    """Measure all three."""
    arguments = report.parser(__doc__).parse_args()
    if not PROGRAM.exists():
        sys.exit(f"{PROGRAM}: not there; run infrastructure/monitoring/start.sh --install-only")
    with tempfile.TemporaryDirectory(prefix="whiteroom-bench-", dir="/dev/shm") as folder:
        rows = [*calls(folder), share_of_a_core(folder), *beside_juce(folder)]
    return report.show(rows, arguments.json)


if __name__ == "__main__":
    sys.exit(main())
