"""Every metric that the exporter can emit.

Names, types and units are those of cAdvisor (metrics/prometheus.go and
docs/storage/prometheus.md of google/cadvisor), except where the name begins with ``whiteroom_``.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

IDENTITY = ("id", "image", "name")


@dataclass(frozen=True)
class Metric:
    """One family; ``labels`` are sorted by name."""

    name: str
    type: Literal["counter", "gauge"]
    help: str
    labels: tuple[str, ...] = IDENTITY

    def __str__(self) -> str:
        return " ".join((self.name, self.type, *self.labels))


def _network(direction: str, done: str) -> tuple[Metric, ...]:
    helps = {
        "bytes": f"Bytes {done}.",
        "packets": f"Packets {done}.",
        "errors": f"Errors while packets were {done}.",
        "packets_dropped": f"Packets dropped that were to be {done}.",
    }
    return tuple(
        Metric(
            f"container_network_{direction}_{quantity}_total",
            "counter",
            text,
            ("id", "image", "interface", "name"),
        )
        for quantity, text in helps.items()
    )


METRICS = (
    Metric("container_last_seen", "gauge", "Unix time of the scrape that saw the container."),
    Metric("container_start_time_seconds", "gauge", "Unix time of the container's latest start."),
    Metric(
        "container_cpu_usage_seconds_total",
        "counter",
        "CPU time of the container on all processors together.",
        ("cpu", *IDENTITY),
    ),
    Metric(
        "container_cpu_cfs_periods_total",
        "counter",
        "Scheduling periods that passed while a CPU quota applied.",
    ),
    Metric(
        "container_cpu_cfs_throttled_periods_total",
        "counter",
        "Scheduling periods in which the CPU quota ran out.",
    ),
    Metric(
        "container_cpu_cfs_throttled_seconds_total",
        "counter",
        "Time that the container waited because its CPU quota had run out.",
    ),
    Metric("container_memory_usage_bytes", "gauge", "Memory in use, page cache included."),
    Metric(
        "container_memory_working_set_bytes",
        "gauge",
        "Memory in use without the page cache that can be reclaimed first.",
    ),
    Metric("container_memory_rss", "gauge", "Anonymous memory in bytes."),
    Metric(
        "container_oom_events_total",
        "counter",
        "Processes of the container that were killed for want of memory.",
    ),
    Metric("container_processes", "gauge", "Processes in the container."),
    Metric("container_threads", "gauge", "Threads in the container."),
    *_network("receive", "received"),
    *_network("transmit", "transmitted"),
    Metric("container_spec_memory_limit_bytes", "gauge", "Memory limit; 0 when there is none."),
    Metric("container_spec_cpu_period", "gauge", "Period of the CPU quota in microseconds."),
    Metric("container_spec_cpu_quota", "gauge", "CPU time for each period in microseconds."),
    Metric("container_spec_cpu_shares", "gauge", "CPU weight on the scale of shares (1024)."),
    Metric(
        "whiteroom_container_restarts_total",
        "counter",
        "Restarts by the container engine's restart policy.",
        ("image", "name"),
    ),
    Metric(
        "container_scrape_error",
        "gauge",
        "1 when a part of this scrape could not be read, else 0.",
        (),
    ),
)


def vocabulary() -> str:
    """Return the lines of the exporter's vocabulary file: name, type and labels, by name."""
    lines = sorted(str(metric) for metric in METRICS)
    return "\n".join(["# Listed by containers/metrics.py: name, type, labels.", *lines, ""])
