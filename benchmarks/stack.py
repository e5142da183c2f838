"""How fast the stack is up, verified and answering, how much memory it takes, and how it ends.

Starts a stack of its own beside others, with its own data folder and ports, and stops it. It has no
peer: the goals are figures that operators rely on. Takes about six minutes, most of them waiting
for ServiceDown to be due and to be resolved.
"""

from __future__ import annotations

import contextlib
import json
import os
import signal
import subprocess
import sys
import tempfile
import time
import urllib.error
import urllib.request
from collections.abc import Callable
from pathlib import Path
from typing import Any

import psutil

from benchmarks import report
from benchmarks.report import Row
from whiteroom_monitoring.datasources.errors import SourceError
from whiteroom_monitoring.datasources.http import HttpClient
from whiteroom_monitoring.deploy import access, registry
from whiteroom_monitoring.deploy.host import processes
from whiteroom_monitoring.deploy.paths import LOOPBACK, StackPaths
from whiteroom_monitoring.project import load

OFFSETS = range(24_000, 30_000, 100)
REPETITIONS = 5
KILLS = 3
# Components with a budget of their own, in MB of resident memory.
BUDGETS_MB = {"reconciler": 40, "log-store": 150}


def whiteroom(paths: StackPaths, command: str, *options: str) -> subprocess.CompletedProcess[str]:
    """Run a command on the stack, without judging its exit status."""
    place = ["--data", str(paths.data), "--port-offset", str(paths.port_offset)]
    words = [sys.executable, "-m", "whiteroom_monitoring", command, *options, *place]
    return subprocess.run(words, capture_output=True, text=True, check=False)


def require(done: subprocess.CompletedProcess[str]) -> subprocess.CompletedProcess[str]:
    """Return ``done``; end the benchmark when the command has failed."""
    if done.returncode != 0:
        sys.exit(
            f"{' '.join(done.args[1:])}: exit status {done.returncode}\n{done.stdout}{done.stderr}"
        )
    return done


def seconds(run: Callable[[], object]) -> float:
    """Return how long ``run`` takes."""
    start = time.monotonic()
    run()
    return time.monotonic() - start


def until(condition: Callable[[], bool], limit_s: float) -> float:
    """Return after how many seconds ``condition`` holds; infinite when not within ``limit_s``."""
    start = time.monotonic()
    while time.monotonic() - start < limit_s:
        with contextlib.suppress(SourceError):
            if condition():
                return time.monotonic() - start
        time.sleep(0.2)
    return float("inf")


def status(paths: StackPaths) -> dict[str, Any]:
    """Return the answer of `whiteroom status --json`."""
    content: dict[str, Any] = json.loads(whiteroom(paths, "status", "--json").stdout)
    return content


def starting(paths: StackPaths) -> list[Row]:
    """Measure `up` until green, and `verify` until everything is proven."""
    start = time.monotonic()
    require(whiteroom(paths, "up", "--json"))
    green = time.monotonic() - start
    require(whiteroom(paths, "verify", "--json"))
    verified = time.monotonic() - start
    return [
        report.at_most("from up to green", "s", green, 20),
        report.at_most("from up to verified", "s", verified, 90),
    ]


def memory(paths: StackPaths) -> list[Row]:
    """Sum what the monitoring takes of the machine's memory, logs and supervisor included.

    A page that several processes share, as the interpreter's code, is in the machine once: each has
    its part of it (PSS). What a process has resident counts it whole.
    """
    stack = status(paths)
    own = [component for component in stack["components"] if not component["of_app"]]
    pids = [*(component["pid"] for component in own), stack["supervisor_pid"]]
    total = sum(psutil.Process(pid).memory_full_info().pss for pid in pids) / 1e6
    sizes = {component["name"]: component["resident_bytes"] / 1e6 for component in own}
    return [
        report.at_most("memory of the monitoring", "MB", total, 450),
        *(
            report.at_most(f"resident memory of the {name}", "MB", sizes[name], budget)
            for name, budget in BUDGETS_MB.items()
            if name in sizes
        ),
    ]


def answering(paths: StackPaths) -> list[Row]:
    """Measure the commands that must be there at once: the median of several runs."""

    def median(*words: str) -> float:
        times = [seconds(lambda: whiteroom(paths, *words)) for _ in range(REPETITIONS)]
        return sorted(times)[REPETITIONS // 2]

    return [
        report.at_most("whiteroom status", "s", median("status"), 0.3),
        report.at_most("whiteroom --help", "s", median("up", "--help"), 0.3),
    ]


def kills(paths: StackPaths) -> list[Row]:
    """Kill the engine: how long until it serves again, and does a counter lose or jump?"""
    outages, lowest, highest = [], [], []
    for _ in range(KILLS):
        before, at = _callbacks(paths)
        os.kill(_pid(paths, "engine"), signal.SIGKILL)
        killed = time.monotonic()
        left = until(lambda: _segment_exporter_has_engine(paths) or _serves(paths), 5)
        outages.append(until(lambda: _serves(paths), 30) + left)
        after, then = _callbacks(paths)
        due = (then - at) * 48_000 / 256
        lowest.append(after - before)
        highest.append((after - before) / due)
        # Two kills within the start's own time would count as a failure to start.
        time.sleep(max(0.0, 8 - (time.monotonic() - killed)))
    return [
        report.at_most("engine killed, serving again", "s", max(outages), 10),
        Row("callbacks lost by a kill", "", max(0.0, -min(lowest)), "<= 0", min(lowest) >= 0),
        report.at_most("callbacks counted over a kill ÷ due", "", max(highest), 1.05),
        report.at_most("rate of callbacks over the kills ÷ due", "", _rate(paths), 1.1),
    ]


def _rate(paths: StackPaths) -> float:
    """Return the highest rate that Prometheus shows over the kills, as a share of the due one."""
    time.sleep(12)
    query = 'max_over_time(rate(audio_callbacks_total{job="juce-backend"}[30s])[2m:5s])'
    value = access.prometheus(paths).value(query)
    return float("inf") if value is None else value / (48_000 / 256)


def _callbacks(paths: StackPaths) -> tuple[float, float]:
    text = _fetch(paths.url("engine", "/metrics")) or ""
    samples = [line for line in text.splitlines() if line.startswith("audio_callbacks_total ")]
    return float(samples[0].split()[1]), time.monotonic()


def _serves(paths: StackPaths) -> bool:
    return "audio_callbacks_total " in (_fetch(paths.url("engine", "/metrics")) or "")


def _segment_exporter_has_engine(paths: StackPaths) -> bool:
    return "audio_callbacks_total " in (_fetch(paths.url("segment-exporter", "/metrics")) or "")


def _fetch(url: str) -> str | None:
    try:
        with urllib.request.urlopen(url, timeout=5) as answer:
            text: str = answer.read().decode()
            return text
    except (urllib.error.URLError, OSError):
        return None


def _pid(paths: StackPaths, name: str) -> int:
    return next(int(c["pid"]) for c in status(paths)["components"] if c["name"] == name)


def service_down(paths: StackPaths) -> list[Row]:
    """Kill the engine for good: how long until ServiceDown is in the inbox, then its resolution?"""
    require(whiteroom(paths, "up", "--json", "--no-restart", "engine"))
    time.sleep(20)
    os.kill(_pid(paths, "engine"), signal.SIGKILL)
    paged = until(lambda: _notified(paths, "firing"), 150)
    require(whiteroom(paths, "up", "--json"))
    resolved = until(lambda: _notified(paths, "resolved"), 150)
    return [
        report.at_most("engine gone, ServiceDown in the inbox", "s", paged, 100),
        report.at_most("engine back, resolution in the inbox", "s", resolved, 100),
    ]


def _notified(paths: StackPaths, state: str) -> bool:
    inbox = HttpClient("The inbox", paths.url("inbox"))
    answer: Any = inbox.get_json("/api/messages", (("search", "ServiceDown"), ("limit", "50")))
    return any(message["state"] == state for message in answer["messages"])


def stopping(paths: StackPaths) -> list[Row]:
    """Measure `down`, and count what it leaves."""
    took = seconds(lambda: require(whiteroom(paths, "down", "--json")))
    ports = [p for p in paths.ports if not processes.can_listen(LOOPBACK, paths.port(p))]
    memory_files = [path for path in (paths.segments,) if path.exists()]
    left = len(processes.of_stack(paths.data)) + len(ports) + len(memory_files)
    return [
        report.at_most("whiteroom down", "s", took, 15),
        report.at_most("processes, ports and shared memory left by down", "", left, 0),
    ]


def free_paths(data: Path) -> StackPaths:
    """Return a stack whose ports are all free."""
    ports = registry.port_numbers(registry.load(load(None)))
    for offset in OFFSETS:
        paths = StackPaths(data, offset, ports)
        if all(processes.can_listen(LOOPBACK, paths.port(name)) for name in ports):
            return paths
    sys.exit("no free ports")


def main() -> int:
    """Measure everything on one stack of its own."""
    arguments = report.parser(__doc__).parse_args()
    rows: list[Row] = []
    with tempfile.TemporaryDirectory(prefix="whiteroom-benchmark-") as folder:
        # PostgreSQL and others run as users of their own, who have to get there.
        Path(folder).chmod(0o711)
        paths = free_paths(Path(folder) / "data")
        try:
            rows += starting(paths)
            rows += answering(paths)
            rows += memory(paths)
            rows += kills(paths)
            rows += service_down(paths)
        finally:
            rows += stopping(paths)
    return report.show(rows, arguments.json)


if __name__ == "__main__":
    sys.exit(main())
