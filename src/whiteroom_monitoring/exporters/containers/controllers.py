"""What the controllers of a cgroup account for, as pairs of metric name and value.

Files and units: Documentation/admin-guide/cgroup-v1/ and cgroup-v2.rst of Linux 6.1. A missing
file leaves out its metrics. Every function raises UnreadableError.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

from whiteroom_monitoring.exporters.containers.files import content, integer, number, table

Figures = Iterator[tuple[str, float]]

# What version 1 says for "no limit" is the greatest multiple of the page size; so cAdvisor.
_UNLIMITED = 1 << 62


def _given(**figures: float | None) -> Figures:
    return ((f"container_{name}", value) for name, value in figures.items() if value is not None)


def _scaled(value: int | None, units_per_second: int) -> float | None:
    return None if value is None else value / units_per_second


def _memory(usage: int | None, inactive_file: int | None, rss: int | None) -> Figures:
    working_set = None
    if usage is not None and inactive_file is not None:
        working_set = max(0, usage - inactive_file)
    return _given(memory_usage_bytes=usage, memory_working_set_bytes=working_set, memory_rss=rss)


def _throttling(stat: dict[str, int], seconds: float | None) -> Figures:
    return _given(
        cpu_cfs_periods_total=stat.get("nr_periods"),
        cpu_cfs_throttled_periods_total=stat.get("nr_throttled"),
        cpu_cfs_throttled_seconds_total=seconds,
    )


def cpuacct_1(folder: Path) -> Figures:
    yield from _given(cpu_usage_seconds_total=_scaled(number(folder / "cpuacct.usage"), 10**9))


def cpu_1(folder: Path) -> Figures:
    quota = number(folder / "cpu.cfs_quota_us")
    yield from _given(
        spec_cpu_shares=number(folder / "cpu.shares"),
        spec_cpu_period=number(folder / "cpu.cfs_period_us"),
    )
    if quota is not None and quota > 0:
        stat = table(folder / "cpu.stat")
        yield from _given(spec_cpu_quota=quota)
        yield from _throttling(stat, _scaled(stat.get("throttled_time"), 10**9))


def memory_1(folder: Path) -> Figures:
    stat = table(folder / "memory.stat")
    usage = number(folder / "memory.usage_in_bytes")
    yield from _memory(usage, stat.get("total_inactive_file"), stat.get("total_rss"))
    limit = number(folder / "memory.limit_in_bytes")
    yield from _given(
        spec_memory_limit_bytes=0 if limit is not None and limit > _UNLIMITED else limit,
        oom_events_total=table(folder / "memory.oom_control").get("oom_kill"),
    )


def pids(folder: Path) -> Figures:
    yield from _given(threads=number(folder / "pids.current"))


def cpu_2(folder: Path) -> Figures:
    stat = table(folder / "cpu.stat")
    yield from _given(
        cpu_usage_seconds_total=_scaled(stat.get("usage_usec"), 10**6),
        spec_cpu_shares=_shares(number(folder / "cpu.weight")),
    )
    path = folder / "cpu.max"
    quota, _, period = (content(path) or "max").strip().partition(" ")
    if period:
        yield from _given(spec_cpu_period=integer(path, period))
    if quota != "max":
        yield from _given(spec_cpu_quota=integer(path, quota))
        yield from _throttling(stat, _scaled(stat.get("throttled_usec"), 10**6))


def _shares(weight: int | None) -> int | None:
    # cAdvisor's way back from runc's weights: [1, 10000] onto [2, 262144].
    return None if weight is None else 2 + (weight - 1) * 262142 // 9999


def memory_2(folder: Path) -> Figures:
    stat = table(folder / "memory.stat")
    usage = number(folder / "memory.current")
    yield from _memory(usage, stat.get("inactive_file"), stat.get("anon"))
    limit = (content(folder / "memory.max") or "").strip()
    if limit:
        unlimited = limit == "max"
        yield from _given(
            spec_memory_limit_bytes=0 if unlimited else integer(folder / "memory.max", limit)
        )
    yield from _given(oom_events_total=table(folder / "memory.events").get("oom_kill"))


Reader = Callable[[Path], Figures]

# controller: reader of its folder
VERSION_1: dict[str, Reader] = {
    "cpu": cpu_1,
    "cpuacct": cpuacct_1,
    "memory": memory_1,
    "pids": pids,
}
VERSION_2: dict[str, Reader] = {"cpu": cpu_2, "memory": memory_2, "pids": pids}
