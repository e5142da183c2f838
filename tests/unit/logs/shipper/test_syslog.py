"""What strangers send to the syslog receiver costs little, and what it drops is counted."""

from __future__ import annotations

import io
import socket
import time
from collections.abc import Iterator
from typing import Any

import pytest

from tests.support.ports import free_port
from tests.support.wait import wait_until
from whiteroom_monitoring.logs.shipper.config import ScrapeConfig, Syslog
from whiteroom_monitoring.logs.shipper.pipeline import Pipeline
from whiteroom_monitoring.logs.shipper.relabel import Relabeling
from whiteroom_monitoring.logs.shipper.sources import syslog
from whiteroom_monitoring.logs.shipper.sources.stream_source import StreamSource
from whiteroom_monitoring.logs.shipper.stages.counting import CustomMetrics

HOSTILE = [
    lambda n: "<1>" + "T" * n,
    lambda n: "<1>" + "T" * (n // 2) + " " + "x" * (n // 2),
    lambda n: "<1>1 - - - - - " + "[" * n,
    lambda n: "<1>1 - - - - - " + "[a b=" * (n // 5),
    lambda n: "<1>1 - - - - - [" + '[a b="\\"' * (n // 8) + "]",
]


def _cost_s(make: Any, size: int) -> float:
    text = make(size)
    least = float("inf")
    for _ in range(5):
        began = time.process_time()
        match = syslog._RFC5424.fullmatch(text) or syslog._RFC3164.fullmatch(text)
        if match and "data" in match.groupdict():
            syslog._labels({k: v or "" for k, v in match.groupdict().items()}, "", True)
        least = min(least, time.process_time() - began)
    return least


@pytest.mark.parametrize("make", HOSTILE)
def test_a_hostile_message_costs_in_proportion_to_its_size(make: Any) -> None:
    """Sixteen times as long a message takes no hundred times as long: nothing is quadratic."""
    short_s, long_s = _cost_s(make, 4000), _cost_s(make, 64000)
    assert long_s < 100 * max(short_s, 1e-5)


@pytest.fixture(name="receiver")
def _receiver() -> Iterator[tuple[int, StreamSource, dict[str, int]]]:
    port = free_port()
    source = StreamSource("s", "s", lambda clock: Pipeline([], CustomMetrics(), clock))
    config = Syslog(f"127.0.0.1:{port}", "udp", max_message_length=100)
    receiver = syslog.SyslogReceiver(ScrapeConfig("s"), config, Relabeling([]), [source])
    dropped: dict[str, int] = {}
    receiver.drop = lambda reason: dropped.update({reason: dropped.get(reason, 0) + 1})  # type: ignore[method-assign]
    yield port, source, dropped
    receiver.close()


def test_a_datagram_that_is_too_long_is_counted(
    receiver: tuple[int, StreamSource, dict[str, int]],
) -> None:
    """``max_message_length`` holds for datagrams; what is longer is dropped and counted."""
    port, source, dropped = receiver
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as client:
        client.sendto(b"<1>1 - - - - - - " + b"x" * 100, ("127.0.0.1", port))
        client.sendto(b"<1>1 - - - - - - short", ("127.0.0.1", port))
    wait_until(lambda: source._queue.qsize() == 1, within_s=60)
    assert dropped == {"too_long": 1}


def test_a_counted_message_that_is_cut_is_an_error() -> None:
    """A connection that ends within a message does not pass the half of it."""
    with pytest.raises(ValueError, match="ends after 3 of 9"):
        list(syslog.frames(io.BytesIO(b"9 <1>"), 100))
