"""Probes of what Prometheus keeps, and of how fast it answers."""

from __future__ import annotations

import re
import time

from whiteroom_monitoring.diagnostics import CheckFailed
from whiteroom_monitoring.probes.stack import Stack, probe
from whiteroom_monitoring.promql.durations import seconds

_SIZE = re.compile(r"([\d.]+)([KMGTPE]?)i?B")
_POWERS = {unit: power for power, unit in enumerate(" KMGTPE")}


def size_bytes(text: str) -> float:
    """Return a size as Prometheus writes it, which counts in powers of 1024 by either name.

    >>> size_bytes("10GB") == size_bytes("10GiB")
    True
    """
    match = _SIZE.fullmatch(text)
    return float(match[1]) * 1024 ** _POWERS[match[2] or " "] if match else 0.0


@probe(
    "prometheus.retention",
    "storage",
    "metrics kept as long, and as many, as the project wants",
)
def prometheus_retention(stack: Stack) -> str:
    flags = stack.prometheus.get("status/flags")
    settings = stack.project.stack
    age = flags["storage.tsdb.retention.time"]
    size = flags["storage.tsdb.retention.size"]
    same_age = seconds(age) == seconds(settings.retention_time)
    if not same_age or size_bytes(size) != size_bytes(settings.retention_size):
        raise CheckFailed(
            f"{age} and {size}, expected {settings.retention_time} and {settings.retention_size}"
        )
    return f"{age} and {size}"


@probe("prometheus.speed", "storage", "a query of every series answered within 5 s")
def prometheus_speed(stack: Stack) -> str:
    start = time.monotonic()
    stack.prometheus.query("count by (job) ({__name__=~'.+'})")
    elapsed = time.monotonic() - start
    if elapsed > 5:
        raise CheckFailed(f"{elapsed:.1f} s")
    return f"{elapsed:.2f} s"
