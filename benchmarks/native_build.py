"""Building the C++ measurements."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
BUILD = ROOT / "build/benchmarks"


def program(name: str) -> Path:
    """Build the programs of benchmarks/native and return one's path; ends the run on failure."""
    source = ROOT / "benchmarks/native"
    run("cmake", "-S", str(source), "-B", str(BUILD), "-G", "Ninja", "-DCMAKE_BUILD_TYPE=Release")
    run("cmake", "--build", str(BUILD), "--target", name)
    return BUILD / name


def run(*command: str) -> str:
    """Return what a command prints; ends the run when it fails or is not there."""
    try:
        done = subprocess.run(command, capture_output=True, text=True, check=False)
    except FileNotFoundError:
        sys.exit(f"{command[0]}: not found; run infrastructure/monitoring/start.sh --install-only")
    if done.returncode != 0:
        sys.exit(f"{' '.join(command)}: exit status {done.returncode}\n{done.stdout}{done.stderr}")
    return done.stdout
