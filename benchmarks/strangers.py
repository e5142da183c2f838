"""What strangers can do to each server of ours: mutated requests, idle connections, many messages.

It has no peer: the goals are that no server ends, that no answer takes longer than a second, that
memory stays within 1.5 times of idle, that 1,500 idle connections delay another request by 0.5 s at
the most, and that the inbox shows its page within 0.2 s however many messages it has.
"""

from __future__ import annotations

import contextlib
import json
import random
import resource
import socket
import sys
import time
from collections.abc import Iterator

from benchmarks import report
from benchmarks.report import Row, at_most
from tests.support.servers import SERVERS, Kind, Running, started

SEED = 21
IDLE = 1500
SLOWEST_S = 1.0
HALF_S = 0.2
MOST_MEMORY = 1.5
IDLE_S = 0.5
PAGE_S = 0.2
_JSON = b"Content-Type: application/json\r\n"
_PIECES = (b"\x00", b"\r\n", b"\xff" * 50, b"[" * 200, b'"', b"9" * 500, b"%00", b"{", b": ", b"=?")


def mutated(request: bytes, source: random.Random) -> bytes:
    """Return the request with one to four bytes or pieces changed, doubled, added or left out."""
    for _ in range(source.randint(1, 4)):
        start = source.randrange(len(request) + 1)
        end = min(len(request), start + source.choice((0, 1, 1, 8)))
        middle = source.choice((b"", source.randbytes(1), source.choice(_PIECES), request[:64]))
        request = request[:start] + middle + request[end:]
    return request


def valid(kind: Kind) -> list[bytes]:
    """Return requests that the server takes."""
    if not kind.is_http:
        lines = (b"EHLO a", b"MAIL FROM:<a@b.c>", b"RCPT TO:<d@e.f>", b"DATA", b"S: t", b"", b".")
        mail = b"\r\n".join([*lines, b""])
        return [kind.request, b'{"command": "tempo", "bpm": 100}\n' if kind.port is None else mail]
    body = json.dumps({"text": "x", "labels": {"a": "b"}, "minutes": 1}).encode()
    head = f"POST {kind.posts} HTTP/1.1\r\nHost: localhost\r\nContent-Length: {len(body)}\r\n"
    return [kind.request, head.encode() + _JSON + b"Connection: close\r\n\r\n" + body]


def mutations(name: str, server: Running, count: int) -> Iterator[Row]:
    """Send so many mutated requests, one after the other."""
    source, slowest, idle = random.Random(SEED), 0.0, server.resident_bytes()
    for _ in range(count):
        request = mutated(source.choice(valid(server.kind)), source)
        slowest = max(slowest, _answered(server, request))
    ended = 0.0 if server.process.poll() is None and server.is_well() else 1.0
    yield at_most(f"{name}: ended by {count} mutated requests", "times", ended, 0)
    yield at_most(f"{name}: slowest answer", "s", slowest, SLOWEST_S)
    memory = server.resident_bytes() / idle
    yield at_most(f"{name}: memory against idle", "times", memory, MOST_MEMORY)


def _answered(server: Running, request: bytes) -> float:
    """Return how long an answer took, in seconds: to this request, else to another beside it."""
    begin = time.perf_counter()
    with server.connect() as connection, contextlib.suppress(OSError):
        connection.settimeout(HALF_S)
        connection.sendall(request)
        connection.shutdown(socket.SHUT_WR)
        try:
            connection.recv(65536)
        except TimeoutError:
            # It is half a request, for whose rest the server waits in vain.
            begin = time.perf_counter()
            server.is_well()
    return time.perf_counter() - begin


def idle_connections(name: str, server: Running) -> Iterator[Row]:
    """Ask one thing while 1,500 connections are open and idle."""
    with contextlib.ExitStack() as held:
        for _ in range(IDLE):
            with contextlib.suppress(ConnectionError):
                held.enter_context(server.connect())
        begin = time.perf_counter()
        is_well = server.is_well()
        took = time.perf_counter() - begin if is_well else float("inf")
    yield at_most(f"{name}: an answer beside {IDLE} idle connections", "s", took, IDLE_S)


def messages(server: Running, count: int) -> Iterator[Row]:
    """Fill the inbox, and read its page."""
    body = json.dumps({"channel": "#ops", "text": "P1: engine down\n" + "a line\n" * 20}).encode()
    head = f"POST /slack HTTP/1.1\r\nHost: localhost\r\nContent-Length: {len(body)}\r\n".encode()
    for _ in range(count):
        server.exchange(head + _JSON + b"Connection: close\r\n\r\n" + body)
    begin = time.perf_counter()
    with server.connect() as connection:
        connection.sendall(b"GET / HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n")
        while connection.recv(65536):
            pass
    took = time.perf_counter() - begin
    yield at_most(f"inbox: page after {count} messages", "s", took, PAGE_S)
    mebibytes = server.resident_bytes() / 2**20
    yield at_most(f"inbox: memory after {count} messages", "MiB", mebibytes, 100)


def measure(requests: int, count: int) -> Iterator[Row]:
    """Yield every row."""
    hard = resource.getrlimit(resource.RLIMIT_NOFILE)[1]
    resource.setrlimit(resource.RLIMIT_NOFILE, (min(hard, 4096), hard))
    for name, kind in SERVERS.items():
        with started(kind) as server:
            yield from mutations(name, server, requests)
            yield from idle_connections(name, server)
    with started(SERVERS["inbox"]) as server:
        yield from messages(server, count)


def main() -> int:
    """Print the table. Return 1 when a goal is missed."""
    parser = report.parser(__doc__)
    parser.add_argument("--requests", type=int, default=100_000, help="a server (%(default)s)")
    parser.add_argument("--messages", type=int, default=20_000, help="in the inbox (%(default)s)")
    arguments = parser.parse_args()
    rows = list(measure(arguments.requests, arguments.messages))
    return report.show(rows, arguments.json)


if __name__ == "__main__":
    sys.exit(main())
