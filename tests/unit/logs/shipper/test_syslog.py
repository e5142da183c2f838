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
from whiteroom_monitoring.logs.shipper.config import Relabel, ScrapeConfig, Syslog
from whiteroom_monitoring.logs.shipper.pipeline import Pipeline
from whiteroom_monitoring.logs.shipper.relabel import Relabeling
from whiteroom_monitoring.logs.shipper.sources import syslog
from whiteroom_monitoring.logs.shipper.sources.stream_source import StreamSource
from whiteroom_monitoring.logs.shipper.stages.counting import CustomMetrics

HOSTILE = [
    lambda n: "<1>" + "T" * n,
    lambda n: "<1>" + "T" * (n // 2) + " " + "x" * (n // 2),
    lambda n: "<1>Oct 11 22:14:15 " + "x" * n,
    lambda n: "<1>Oct 11 22:14:15 " + "x:" * (n // 2) + " y" * (n // 2),
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


def test_messages_are_framed_by_counts_lines_or_both() -> None:
    """A line between counted messages is none, one may begin with a number, what is too long is
    left out and counted, and what follows it is taken."""
    dropped: list[str] = []
    parts = (
        b"5 <1>ab\n", b"7 <1>abcd", b"<2>c\r\n", b"\n", b"2024-01-02 d\n", b"123456789 x\n",
        b"<3>" + b"y" * 200 + b"\n", b"<4>z\n", b"150 " + b"q" * 150, b"4 <5>a",
    )  # fmt: skip
    frames = syslog.frames(io.BytesIO(b"".join(parts)), 100, lambda: dropped.append("x"))
    assert list(frames) == [
        b"<1>ab", b"<1>abcd", b"<2>c", b"2024-01-02 d", b"123456789 x", b"<4>z", b"<5>a",
    ]  # fmt: skip
    assert len(dropped) == 2


@pytest.mark.parametrize(
    ("message", "app", "host", "text", "severity"),
    [
        ("<13>Oct 11 22:14:15 app[123]: hello world", "app", "", "hello world", "notice"),
        ("<34>Oct 11 22:14:15 mine su: 'su root' failed", "su", "mine", "'su root' failed",
         "critical"),
        ("<13>Oct  1 22:14:15 fe80::1 kernel: [1.2] usb: x", "kernel", "fe80::1", "[1.2] usb: x",
         "notice"),
        ("<11>2026-10-11T22:14:15.123456+02:00 h app: x", "app", "h", "x", "error"),
        # What is neither: no time, a router's own form, no priority.
        ("<11>app: x", "", "", "app: x", "error"),
        ("<189>123: *Mar  1 18:46:11: %SYS-5: x", "", "", "123: *Mar  1 18:46:11: %SYS-5: x",
         "notice"),
        ("hello", "", "", "hello", "notice"),
        ("<11>1 2026-10-11T22:14:15.003Z h app 1 - [a@1 b=\"c\\]\"] x", "app", "h", "x", "error"),
        ("<11>1 - - - - - -", "", "", "", "error"),
    ],
)  # fmt: skip
def test_no_message_is_left_out_for_its_form(
    message: str, app: str, host: str, text: str, severity: str
) -> None:
    """What no specification describes is a message without a name, of the time of its arrival."""
    rules = [
        Relabel(source_labels=[f"__syslog_message_{name}"], target_label=name)
        for name in ("app_name", "hostname", "severity")
    ]
    port = free_port()
    source = StreamSource("s", "s", lambda clock: Pipeline([], CustomMetrics(), clock))
    config = Syslog(f"127.0.0.1:{port}", "udp")
    receiver = syslog.SyslogReceiver(ScrapeConfig("s"), config, Relabeling(rules), [source])
    try:
        receiver.take(message.encode(), "", may_wait=False)
    finally:
        receiver.close()
    line = source._queue.get_nowait()
    named = {"app_name": app, "hostname": host, "severity": severity}
    assert line.labels == {name: value for name, value in named.items() if value}
    assert line.text == text
