"""What recording costs in Swift: ours against C++, a lock and a plain atomic, in one process.

Swift and C++ go through the same optimiser, and batches take turns, so that a machine which drifts
drifts for both. Needs Swift. Takes about five seconds after the build.
"""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

from benchmarks import report
from benchmarks.report import Row

ROOT = Path(__file__).resolve().parent.parent
PROGRAM = "whiteroom-swift-benchmark"

# By the ends of the names that the program prints: how many times the peer's time ours may take.
# A counter for every thread is an atomic add, so it can only be as fast as an Atomic; the goal says
# that labels and the segment cost nothing on top.
GOALS = {
    "against C++": 1.5,
    "counter, any thread, against an Atomic": 1.1,
    "counter, realtime, against an Atomic": 0.25,
    "counter, any thread, against a Mutex": 0.67,
    "histogram, realtime, against a Mutex": 0.5,
}


def _run(*command: str) -> str:
    try:
        done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    except FileNotFoundError:
        sys.exit(f"{command[0]}: not found; install Swift 6.2 or later from swift.org")
    if done.returncode != 0:
        sys.exit(f"{' '.join(command)}: exit status {done.returncode}\n{done.stdout}{done.stderr}")
    return done.stdout


def _row(line: str) -> Row:
    result = json.loads(line)
    [goal] = [goal for ending, goal in GOALS.items() if result["name"].endswith(ending)]
    ratio = result["ratio"]
    return Row(
        f"Swift {result['name']}",
        "ns",
        result["ours"],
        f"<= {goal:g} times",
        ratio <= goal,
        result["peer"],
        ratio,
    )


def main() -> int:
    """Build and run the program."""
    arguments = report.parser(__doc__).parse_args()
    _run("swift", "build", "-c", "release", "--product", PROGRAM)
    lines = _run(str(ROOT / ".build/release" / PROGRAM)).splitlines()
    return report.show([_row(line) for line in lines], arguments.json)


if __name__ == "__main__":
    sys.exit(main())
