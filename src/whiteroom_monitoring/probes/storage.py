"""Probes of what Prometheus keeps, and of how fast it answers."""

from __future__ import annotations

import time

from whiteroom_monitoring.diagnostics import CheckFailed
from whiteroom_monitoring.probes.stack import Stack, probe


@probe("prometheus.retention", "storage", "15 days and at most 10 GB")
def prometheus_retention(stack: Stack) -> str:
    flags = stack.prometheus.get("status/flags")
    age = flags["storage.tsdb.retention.time"]
    size = flags["storage.tsdb.retention.size"]
    # Prometheus prints 15d as 15d, and 10GB as 10GB or 10GiB: it counts in powers of 1024.
    if age not in {"15d", "2w1d"} or size not in {"10GB", "10GiB"}:
        raise CheckFailed(f"{age} and {size}")
    return f"{age} and {size}"


@probe("prometheus.speed", "storage", "a query of every series answered within 5 s")
def prometheus_speed(stack: Stack) -> str:
    start = time.monotonic()
    stack.prometheus.query("count by (job) ({__name__=~'.+'})")
    elapsed = time.monotonic() - start
    if elapsed > 5:
        raise CheckFailed(f"{elapsed:.1f} s")
    return f"{elapsed:.2f} s"
