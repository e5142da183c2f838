"""What is counted of canaries that come back, and of those that do not."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from whiteroom_monitoring.client.generated import shipper as metrics
from whiteroom_monitoring.client.testing import RecordedMetrics, recorded_metrics
from whiteroom_monitoring.logs.canaries.stats import AGAIN_S, LATE_S, MISSING_S, READS, CanaryStats

_BEGIN_NS = 1_764_573_000 * 10**9


def _at(seconds: float) -> int:
    return _BEGIN_NS + round(seconds * 10**9)


@pytest.fixture(name="recorded")
def _recorded() -> Iterator[RecordedMetrics]:
    with recorded_metrics() as recorded:
        yield recorded


@pytest.fixture(name="printed")
def _printed() -> list[str]:
    return []


@pytest.fixture(name="stats")
def _stats(printed: list[str]) -> CanaryStats:
    return CanaryStats(printed.append)


def test_a_canary_that_comes_back_tells_its_latency(
    recorded: RecordedMetrics, stats: CanaryStats
) -> None:
    """Each way counts once, by how long it took; the newest canary is the last word."""
    stats.write("engine", _at(0))
    stats.find("query", [("engine", _at(0))], _at(1.5))
    stats.find("query", [("engine", _at(0)), ("engine", _at(-10))], _at(4))
    stats.expire(_at(MISSING_S + 1))
    latency = metrics.log_canary_latency_seconds
    recorded.assert_observed(latency, 1, total=1.5, source="engine", read="query")
    recorded.assert_observed(latency, 0, source="engine", read="tail")
    found = metrics.log_canary_found_timestamp_seconds
    recorded.assert_set(found, _at(0) / 10**9, source="engine")
    recorded.assert_set(metrics.log_canary_live, 1, source="engine")


def test_a_canary_is_late_and_then_missing(
    recorded: RecordedMetrics, stats: CanaryStats, printed: list[str]
) -> None:
    """By each way, once; nobody waits for it after that, and it is printed."""
    stats.write("engine", _at(0))
    stats.find("tail", [("engine", _at(0))], _at(1))
    late, missing = metrics.log_canary_late_entries_total, metrics.log_canary_missing_entries_total
    stats.expire(_at(LATE_S))
    recorded.assert_increased(late, 0, source="engine", read="query")
    for seconds in (LATE_S + 1, LATE_S + 5, MISSING_S):
        stats.expire(_at(seconds))
    recorded.assert_increased(late, 1, source="engine", read="query")
    recorded.assert_increased(late, 0, source="engine", read="tail")
    recorded.assert_increased(missing, 0, source="engine", read="query")
    assert stats.begin_ns(_at(MISSING_S)) == _at(0)
    for seconds in (MISSING_S + 1, MISSING_S + 5):
        stats.expire(_at(seconds))
    recorded.assert_increased(missing, 1, source="engine", read="query")
    recorded.assert_increased(missing, 0, source="engine", read="tail")
    assert printed == [f"canary: 'whiteroom-canary engine {_at(0)}' is missing by query"]
    assert stats.begin_ns(_at(MISSING_S + 5)) == _at(MISSING_S + 5 - AGAIN_S)


def test_a_canary_that_is_stored_twice_is_doubled(
    recorded: RecordedMetrics, stats: CanaryStats
) -> None:
    """Only within one answer of a query, also later, and once; a tail may repeat lines."""
    for source in ("engine", "syslog"):
        stats.write(source, _at(0))
    engine, syslog = ("engine", _at(0)), ("syslog", _at(0))
    stats.find("query", [engine, syslog], _at(1))
    stats.find("query", [engine, syslog], _at(2))
    stats.find("tail", [syslog, syslog], _at(2))
    doubled = metrics.log_canary_duplicate_entries_total
    recorded.assert_increased(doubled, 0, source="engine")
    for seconds in (3, 4):
        stats.find("query", [engine, engine, syslog], _at(seconds))
    recorded.assert_increased(doubled, 1, source="engine")
    recorded.assert_increased(doubled, 0, source="syslog")


def test_a_source_that_is_not_there_is_not_silent(
    recorded: RecordedMetrics, stats: CanaryStats
) -> None:
    """What could not be written is neither late nor missing; silence begins when it is there."""
    stats.write("nginx", _at(0))
    stats.leave_out("nginx", _at(0))
    stats.expire(_at(MISSING_S + 1))
    recorded.assert_set(metrics.log_canary_live, 0, source="nginx")
    for read in READS:
        recorded.assert_increased(
            metrics.log_canary_late_entries_total, 0, source="nginx", read=read
        )
    stats.write("nginx", _at(900))
    recorded.assert_set(metrics.log_canary_live, 1, source="nginx")
    found = metrics.log_canary_found_timestamp_seconds
    recorded.assert_set(found, _at(900) / 10**9, source="nginx")


def test_an_old_canary_that_comes_late_is_not_the_newest(
    recorded: RecordedMetrics, stats: CanaryStats
) -> None:
    """The time of the newest one that is back does not go backwards."""
    for seconds in (0, 10):
        stats.write("engine", _at(seconds))
    stats.find("query", [("engine", _at(10))], _at(11))
    stats.find("query", [("engine", _at(0))], _at(12))
    found = metrics.log_canary_found_timestamp_seconds
    recorded.assert_set(found, _at(10) / 10**9, source="engine")
