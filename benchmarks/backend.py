"""What the reference backend serves on this machine, and what its instrumentation costs.

Starts a stack of its own. First the musicians put the backend under stress through the web server;
then two more backends on the same database, one with metrics and one without, take turns with the
same requests, and their processor time is compared pair by pair. Takes about two and a half
minutes.
"""

from __future__ import annotations

import asyncio
import contextlib
import itertools
import json
import os
import random
import shutil
import subprocess
import sys
import tempfile
import urllib.request
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from statistics import median
from typing import Any

from components import postgresql, redis

from benchmarks import report
from benchmarks.report import Row
from benchmarks.stack import free_paths, require, whiteroom
from whiteroom_monitoring.deploy.paths import LOOPBACK, StackPaths
from whiteroom_monitoring.deploy.planner.placeholders import Placeholders
from whiteroom_monitoring.deploy.postgresql import BACKEND_ROLE
from whiteroom_monitoring.resources import repository_root, share

REQUESTS_PER_S = 500
STRESS_S = 20
PAIRS = 24
BATCH_S = 2
# As often as Prometheus does, every 15 s, and a little more.
BATCHES_PER_SCRAPE = 7
MUSICIANS = 20
SEED = 11


# Two backends in one process: two processes differ by several percent from the start, because of
# where their memory lies.
TWO_BACKENDS = """
import asyncio, sys
import uvicorn
from whiteroom_backend import command, service

common = sys.argv[1:]
parse = command.build_parser().parse_args
chosen = [parse(common), parse([*common, "--without-metrics"])]

async def both():
    await asyncio.gather(*(service.serve(each) for each in chosen))

with asyncio.Runner(loop_factory=uvicorn.Config("").get_loop_factory()) as runner:
    runner.run(both())
"""


@dataclass(frozen=True)
class TwoBackends:
    """A process with two backends, by the ports on which they serve."""

    process: subprocess.Popen[str]
    with_metrics: int
    without: int
    metrics: int

    def cpu_ns(self) -> int:
        """Return the processor time of all its threads so far."""
        tasks = Path(f"/proc/{self.process.pid}/task").glob("*/schedstat")
        return sum(int(task.read_text().split()[0]) for task in tasks)

    def scrape(self) -> None:
        """Read its metrics, as Prometheus does."""
        with urllib.request.urlopen(f"http://{LOOPBACK}:{self.metrics}/metrics") as response:
            response.read()


@contextlib.contextmanager
def running(paths: StackPaths, segments: Path) -> Iterator[TwoBackends]:
    """Run two backends on the stack's database and cache."""
    places = Placeholders(paths, repository_root())
    command = [
        *(sys.executable, "-c", TWO_BACKENDS, "--port", "0", "--metrics-port", "0"),
        *("--database", places.fill(postgresql.connection(BACKEND_ROLE))),
        *("--redis", places.fill(f"unix://{redis.SOCKET}"), "--segments", str(segments)),
    ]
    environment = {**os.environ, "PYTHONPATH": places.fill("{root}/reference_app/backend")}
    with subprocess.Popen(
        command,
        env=environment,
        text=True,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
    ) as process:
        try:
            assert process.stdout is not None
            entries = map(json.loads, process.stdout)
            serving = itertools.islice((e for e in entries if e["message"] == "serving"), 2)
            ports = {entry["metrics_port"]: entry["port"] for entry in serving}
            silent = ports.pop(None)
            [(metrics, recording)] = ports.items()
            yield TwoBackends(process, recording, silent, metrics)
        finally:
            # Each has taken over the other's signals, so there is no end in order.
            process.kill()
            shutil.rmtree(segments, ignore_errors=True)


def throughput(paths: StackPaths) -> list[Row]:
    """Put the stack's backend under stress through the web server."""
    report_ = asyncio.run(_stress_once(paths.port("web"), STRESS_S))
    rate = float(report_["achieved_per_s"])
    errors = float(sum(report_["errors"].values()) + report_["not_sent"])
    # The stream ends with its last response, a few milliseconds after its time.
    goal = 0.99 * REQUESTS_PER_S
    return [
        Row("requests served", "/s", rate, f">= {goal:g}", rate >= goal),
        report.at_most("of them failed", "", errors, 0),
        Row("95 % of them within", "ms", float(report_["p95_ms"]), "-", True),
    ]


async def _stress_once(port: int, for_s: float) -> dict[str, Any]:
    pool, sessions = await _sessions(port)
    try:
        return await _stress(pool, sessions, for_s)
    finally:
        pool.close()


async def _sessions(port: int) -> tuple[Any, list[Any]]:
    from whiteroom_musicians import stress  # noqa: PLC0415 - found by main()
    from whiteroom_musicians.backoff import Backoff  # noqa: PLC0415
    from whiteroom_musicians.client import ApiClient  # noqa: PLC0415
    from whiteroom_musicians.http_client import Address, ConnectionPool  # noqa: PLC0415
    from whiteroom_musicians.log import Log  # noqa: PLC0415
    from whiteroom_musicians.stats import Stats  # noqa: PLC0415

    pool = ConnectionPool(Address.parse(f"http://{LOOPBACK}:{port}"))
    backoff = Backoff("backend", Log(sys.stderr, True), random.Random(SEED))
    client = ApiClient(pool, Stats(), backoff)
    return pool, await stress.prepare_all(client, SEED, MUSICIANS)


async def _stress(pool: Any, sessions: list[Any], for_s: float) -> dict[str, Any]:
    from whiteroom_musicians.stress import Stress  # noqa: PLC0415 - as above

    answer: dict[str, Any] = await Stress(pool, sessions, REQUESTS_PER_S, SEED).run(
        asyncio.Event(), for_s
    )
    return answer


async def cost(backends: TwoBackends) -> Row:
    """Return the processor time of a request, with and without metrics, as the median of pairs."""
    sides = [(port, *await _sessions(port)) for port in (backends.with_metrics, backends.without)]
    pairs: list[list[float]] = []
    for number in range(PAIRS + 1):
        used = {}
        for port, pool, sessions in sides if number % 2 else reversed(sides):
            before = backends.cpu_ns()
            done = await _stress(pool, sessions, BATCH_S)
            if port == backends.with_metrics and number % BATCHES_PER_SCRAPE == 0:
                backends.scrape()
            used[port] = (backends.cpu_ns() - before) / 1e3 / done["requests"]
        if number:  # the first pair warms up
            pairs.append([used[backends.with_metrics], used[backends.without]])
    for _, pool, _ in sides:
        pool.close()
    ours, peer = (median(column) for column in zip(*pairs, strict=True))
    ratio = median(pair[0] / pair[1] for pair in pairs)
    name = "CPU of a request, with metrics ÷ without"
    return Row(name, "µs", ours, "<= 1.02", ratio <= 1.02, peer, ratio)


def main() -> int:
    """Measure everything on one stack of its own."""
    arguments = report.parser(__doc__).parse_args()
    sys.path.append(str(share("reference_app/musicians")))
    rows: list[Row] = []
    with tempfile.TemporaryDirectory(prefix="whiteroom-benchmark-") as name:
        folder = Path(name)
        folder.chmod(0o711)
        paths = free_paths(folder / "data")
        try:
            require(whiteroom(paths, "up", "--without", "engine", "--without", "musicians"))
            rows += throughput(paths)
            segments = paths.segments.with_name(f"{paths.segments.name}-compared")
            with running(paths, segments) as backends:
                rows.append(asyncio.run(cost(backends)))
        finally:
            require(whiteroom(paths, "down"))
    return report.show(rows, arguments.json)


if __name__ == "__main__":
    sys.exit(main())
