"""What recording and exposing cost, ours against the usual clients, in one run.

C++ against prometheus-cpp (Debian: prometheus-cpp-dev), Python against prometheus_client and the
OpenTelemetry SDK (pip install -r benchmarks/requirements.txt). Each figure is a median over batches
that take turns, so that a machine which drifts drifts for both. Takes about two minutes.
"""

from __future__ import annotations

import importlib.util
import json
import shutil
import sys
import tempfile
import timeit
from collections.abc import Callable
from dataclasses import dataclass
from statistics import median

from benchmarks import report
from benchmarks.native_build import program, run
from benchmarks.report import Row

BATCHES = 9
BATCH_S = 0.05
EXPOSED_SERIES = 100_000


@dataclass(frozen=True)
class Goal:
    """How many times cheaper than the peer; ``limit`` is a bound on our own figure instead."""

    times: float | None = None
    limit: float | None = None

    def row(self, name: str, unit: str, ours: float, peer: float | None) -> Row:
        """Return the row of a measurement, judged by this goal."""
        ratio = peer / ours if peer is not None else None
        if self.limit is not None:
            return Row(
                name, unit, ours, f"<= {self.limit:g} {unit}", ours <= self.limit, peer, ratio
            )
        if self.times is None or ratio is None:
            return Row(name, unit, ours, "-", True, peer, ratio)
        return Row(name, unit, ours, f">= {self.times:g} times", ratio >= self.times, peer, ratio)


# By the names that the program in native/ prints.
NATIVE = {
    "counter increment, realtime": ("ns", Goal(times=4)),
    "histogram observe, 14 buckets, realtime": ("ns", Goal(times=2.5)),
    "labelled increment, 2 closed labels": ("ns", Goal(times=40)),
    "limit: a plain add to memory": ("ns", Goal()),
    "any counter, all cores": ("ns", Goal(times=2)),
    "exposition of 100,000 series": ("ns", Goal(times=8)),
    "memory of a counter series": ("bytes", Goal(limit=64)),
    "p99.99 of observe, scraped / not": ("times", Goal(limit=1.5)),
    "first plug-in instance, beside 100 dead segments": ("ms", Goal(limit=2)),
    "memory of the first plug-in instance": ("KiB", Goal(limit=1024)),
    "log event on an audio thread, 5 fields": ("ns", Goal(limit=15)),
    "log event that reads the clock, too": ("ns", Goal()),
    "log event that finds the ring full": ("ns", Goal(limit=15)),
}


def native() -> list[Row]:
    """Build and run the C++ measurements."""
    rows = []
    for line in run(str(program("clients"))).splitlines():
        result = json.loads(line)
        # A name that is not among the goals says that counts were lost.
        unit, goal = NATIVE.get(result["name"], ("", Goal(limit=0)))
        rows.append(goal.row(f"C++ {result['name']}", unit, result["ours"], result["peer"]))
    return rows


def in_python() -> list[Row]:
    """Measure the Python client against its peers, in this process."""
    import prometheus_client  # noqa: PLC0415 - the peers are not among our dependencies
    from opentelemetry.sdk.metrics import MeterProvider  # noqa: PLC0415
    from opentelemetry.sdk.metrics.export import InMemoryMetricReader  # noqa: PLC0415

    from whiteroom_monitoring import client  # noqa: PLC0415
    from whiteroom_monitoring.client.generated import business, http  # noqa: PLC0415

    folder = tempfile.mkdtemp(prefix="whiteroom-bench-", dir="/dev/shm")
    client.prepare("business-metrics", folder)
    registry = prometheus_client.CollectorRegistry()
    counter = prometheus_client.Counter("a", "A", registry=registry)
    bounds = (0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10)
    histogram = prometheus_client.Histogram("b", "B", buckets=bounds, registry=registry)
    labelled = prometheus_client.Counter("c", "C", ["feature"], registry=registry)
    meter = MeterProvider([InMemoryMetricReader()]).get_meter("benchmark")
    otel_counter, otel_histogram = meter.create_counter("a"), meter.create_histogram("b")

    inc, observe = business.songs_created_total.inc, http.http_request_duration_seconds.observe
    by_feature = business.feature_usage_total.inc
    rows = [
        _compared("counter inc", 12, ("f()", inc), ("f()", counter.inc)),
        _compared("histogram observe", 20, ("f(0.07)", observe), ("f(0.07)", histogram.observe)),
        _compared(
            "labelled inc, by keyword",
            8,
            ("f(feature='mixer')", by_feature),
            ("f(feature='mixer').inc()", labelled.labels),
        ),
        _compared("counter inc, OpenTelemetry", 80, ("f()", inc), ("f(1)", otel_counter.add)),
        _compared(
            "histogram observe, OpenTelemetry",
            80,
            ("f(0.07)", observe),
            ("f(0.07)", otel_histogram.record),
        ),
    ]
    client.close()
    shutil.rmtree(folder)
    return rows


# A statement that calls `f`, and what `f` is.
Call = tuple[str, Callable[..., object]]


def _compared(name: str, times: float, ours: Call, peer: Call) -> Row:
    timers = [
        timeit.Timer(statement, globals={"f": function}) for statement, function in (ours, peer)
    ]
    loops = []
    for timer in timers:
        number, taken = timer.autorange()
        loops.append(max(1, round(number * BATCH_S / taken)))
    batches = [
        [timer.timeit(number) / number * 1e9 for timer, number in zip(timers, loops, strict=True)]
        for _ in range(BATCHES)
    ]
    ours_ns, peer_ns = (median(column) for column in zip(*batches, strict=True))
    return Goal(times=times).row(f"Python {name}", "ns", ours_ns, peer_ns)


def exposition_in_python(ours_ns: float) -> Row:
    """Measure prometheus_client's exposition of as many series as the C++ program has exposed."""
    import prometheus_client  # noqa: PLC0415 - as above

    registry = prometheus_client.CollectorRegistry()
    family = prometheus_client.Counter("bench_open", "E", ["series"], registry=registry)
    for number in range(EXPOSED_SERIES):
        family.labels(f"series-{number}").inc(number)
    peer = min(timeit.repeat(lambda: prometheus_client.generate_latest(registry), number=1)) * 1e9
    return Goal(times=100).row("exposition, prometheus_client", "ns", ours_ns, peer)


def main() -> int:
    """Measure everything that the installed peers allow."""
    arguments = report.parser(__doc__).parse_args()
    missing = [
        name
        for name in ("opentelemetry.sdk", "prometheus_client")
        if importlib.util.find_spec(name.partition(".")[0]) is None
    ]
    if missing:
        sys.exit(f"{', '.join(missing)}: pip install -r benchmarks/requirements.txt")
    rows = native()
    rows += in_python()
    exposed = next(row for row in rows if row.name == "C++ exposition of 100,000 series")
    rows.append(exposition_in_python(exposed.ours))
    return report.show(rows, arguments.json)


if __name__ == "__main__":
    sys.exit(main())
