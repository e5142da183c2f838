"""What the musicians count."""

from __future__ import annotations

import math
import random

import pytest
from whiteroom_musicians.stats import Latencies, Stats


def test_quantiles_are_exact_to_two_percent() -> None:
    """A quantile differs by at most 2 % from that of the sorted values."""
    source = random.Random(1)
    values = [source.lognormvariate(-4, 1.5) for _ in range(10_001)]
    latencies = Latencies()
    for value in values:
        latencies.record(value)
    for share in (0.01, 0.5, 0.95, 0.99, 1):
        expected = sorted(values)[math.ceil(share * len(values)) - 1]
        assert latencies.quantile(share) == pytest.approx(expected, rel=0.021)


def test_nothing_has_no_quantile_and_extremes_have_one() -> None:
    """Latencies outside of the buckets are counted in the outermost ones."""
    latencies = Latencies()
    assert latencies.summary(50) == {"p50_ms": None}
    latencies.record(0)
    latencies.record(1e6)
    assert latencies.quantile(0.5) == pytest.approx(1e-4, rel=0.03)
    assert latencies.longest_s == 1e6


def test_the_minute_begins_anew_and_the_whole_goes_on() -> None:
    """The minutes together are the whole."""
    stats = Stats()
    stats.request(0.1)
    stats.error("503")
    first = stats.next_minute()
    stats.request(0.2)
    stats.count("sign_ups")
    assert (first.requests, stats.minute.requests, stats.whole.requests) == (1, 1, 2)
    assert (first.errors, stats.minute.errors, stats.whole.errors) == (
        {"503": 1},
        {},
        {"503": 1},
    )
