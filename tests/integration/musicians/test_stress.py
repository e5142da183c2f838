"""An even stream of requests, and what is said of it."""

from __future__ import annotations

import asyncio
import signal
from collections.abc import Callable

import pytest
from whiteroom_musicians.http_client import Address, ConnectionPool
from whiteroom_musicians.stress import MIX, Session, Stress

from tests.support.wait import wait_until

from .conftest import Double, Musicians

Start = Callable[..., Musicians]


def test_the_asked_rate_is_reached(backend: Double, musicians: Start) -> None:
    """A backend that keeps up gets the asked rate, in the mix, without an error."""
    options = ("--stress", "200", "--musicians", "5", "--for", "1s")
    status, said, complaints = musicians("--url", backend.url, *options).end()
    report = said[-1]
    assert (status, complaints, report["message"], report["errors"]) == (0, "", "stress", {})
    assert report["requests"] == 200
    assert report["achieved_per_s"] == pytest.approx(200, rel=0.1)
    assert report["p50_ms"] <= report["p90_ms"] <= report["p99_ms"] <= report["max_ms"]
    opened = backend.answers["GET /api/v/songs/ 200"] / 200
    assert opened == pytest.approx(MIX["open"] / 100, abs=0.12)


def test_waiting_for_others_counts(backend: Double) -> None:
    """A backend that stands still shows in the latencies of all that should have begun then."""

    async def go() -> dict[str, object]:
        pool = ConnectionPool(Address.parse(backend.url))
        stream = Stress(pool, [Session("t", 1, 1, "grand-piano")], 200.0, 1)
        asyncio.get_running_loop().call_later(1, setattr, backend, "mood", "well")
        report = await stream.run(asyncio.Event(), 1.5)
        pool.close()
        return report

    backend.mood, backend.slow_s = "slow", 1.0
    report = asyncio.run(go())
    assert report["requests"] == 300
    assert report["p50_ms"] > 200
    assert report["p90_ms"] > 800


def test_a_signal_ends_it_with_the_report(backend: Double, musicians: Start) -> None:
    """SIGTERM ends the stream with the report and status 0, even if nothing is answered."""
    started = musicians("--url", backend.url, "--stress", "50", "--musicians", "1")
    wait_until(lambda: backend.answers["GET /api/v/songs/ 200"] >= 3, 10)
    backend.mood = "hang"
    wait_until(lambda: backend.under_way, 10)
    status, said, complaints = started.stop(signal.SIGTERM)
    assert (status, complaints, said[-1]["message"]) == (0, "", "stress")


def test_without_sessions_there_is_no_stream(backend: Double, musicians: Start) -> None:
    """A backend that lets nobody in is a failure that says so."""
    backend.mood = "500"
    status, said, complaints = musicians("--url", backend.url, "--stress", "50").end()
    assert (status, said) == (1, [])
    assert "musician 0 has no session and no song to begin with: status 500" in complaints
