"""One table of laws over all servers of ours: what a stranger sends ends none, and costs little."""

from __future__ import annotations

import contextlib
import signal
import socket
from typing import Any

import pytest

CONNECTIONS = 1500
BURST = 500
MIB = 2**20
# A stranger's request is refused with one of these, and never with a fault of the server. 502: it
# is another server that judges, which is not here.
REFUSALS = {400, 401, 403, 404, 405, 408, 411, 413, 414, 415, 421, 422, 431, 501, 502, 503}


def status_of(answer: bytes) -> int:
    """Return the status of an answer of HTTP; 0 when the connection was closed."""
    return int(answer.split()[1]) if answer.startswith(b"HTTP/") else 0


def post(path: str, head: bytes, body: bytes) -> bytes:
    """Return a request that changes something, and closes its connection."""
    return f"POST {path} HTTP/1.1\r\nConnection: close\r\n".encode() + head + b"\r\n" + body


def test_idle_connections_keep_nobody_out(server: Any, descriptors: None) -> None:
    """With more connections than the server has descriptors, the next one is answered."""
    with contextlib.ExitStack() as held:
        for _ in range(CONNECTIONS):
            with contextlib.suppress(ConnectionError):
                held.enter_context(server.connect())
        assert server.is_well()
    assert server.is_well()
    assert len(server.output.read_bytes().splitlines()) < 100


def test_a_burst_is_kept_waiting_and_not_sent_away(server: Any, descriptors: None) -> None:
    """What connects while the server does something else is in its queue, and then answered."""
    if not server.kind.is_tcp:
        pytest.skip("one client at a time speaks to this socket")
    with contextlib.ExitStack() as held:
        server.process.send_signal(signal.SIGSTOP)
        try:
            # Beyond its queue the kernel forgets a connection, and the client asks again for 20 s.
            for _ in range(BURST):
                held.enter_context(server.connect(deadline_s=0.5))
        finally:
            server.process.send_signal(signal.SIGCONT)
        assert server.is_well()
    assert server.is_well()


def test_a_body_without_end_is_not_kept(server: Any) -> None:
    """Who sends 64 MiB, announced or in chunks or as a mail, costs a few of them at most."""
    before = server.resident_bytes()
    block = b"x" * MIB
    if server.kind.is_http:
        kinds = (b"Content-Length: 1000000000\r\n\r\n", b"Transfer-Encoding: chunked\r\n\r\n")
        starts = [
            f"POST {path} HTTP/1.1\r\nHost: localhost\r\n".encode() + JSON + kind
            for path in (server.kind.posts, "/login", "/")
            for kind in kinds
        ]
    else:
        starts = [b"EHLO a\r\nMAIL FROM:<a@b.example>\r\nRCPT TO:<c@d.example>\r\nDATA\r\n"]
    for start in starts:
        chunk = b"100000\r\n" + block + b"\r\n" if b"chunked" in start else block
        with server.connect() as connection, contextlib.suppress(OSError):
            connection.sendall(start)
            for _ in range(64):
                connection.sendall(chunk)
    assert server.is_well()
    assert server.resident_bytes() - before < 24 * MIB


JSON = b"Content-Type: application/json\r\n"
ODD = {
    "another name": b"Host: evil.example\r\n" + JSON + b"Content-Length: 2\r\n",
    "another origin": b"Host: localhost\r\nOrigin: http://evil.example\r\n" + JSON,
    "a form's origin": b"Host: localhost\r\nOrigin: null\r\n" + JSON,
    "another site": b"Host: localhost\r\nSec-Fetch-Site: cross-site\r\n" + JSON,
    "a page of another port": b"Host: localhost\r\nSec-Fetch-Site: same-site\r\n" + JSON,
    "a plain text": b"Host: localhost\r\nContent-Type: text/plain\r\n",
    "no type": b"Host: localhost\r\n",
}


@pytest.mark.parametrize("head", ODD.values(), ids=ODD)
def test_a_page_elsewhere_changes_nothing(server: Any, head: bytes) -> None:
    """By its name, its origin, its site or its content type, such a request is refused."""
    if not server.kind.is_http:
        pytest.skip("no browser speaks this protocol")
    body = b'{"text": "x"}'
    head += f"Content-Length: {len(body)}\r\n".encode() if b"Content-Length" not in head else b""
    assert status_of(server.exchange(post(server.kind.posts, head, body))) in REFUSALS
    assert server.is_well()


def test_a_page_elsewhere_reads_nothing(server: Any) -> None:
    """A name that was made to lead here is answered by nobody."""
    if not server.kind.is_http:
        pytest.skip("no browser speaks this protocol")
    request = b"GET /metrics HTTP/1.1\r\nHost: evil.example\r\nConnection: close\r\n\r\n"
    assert status_of(server.exchange(request)) == 421


DEEP = {
    "arrays": b"[" * 100_000,
    "objects": b'{"command":' * 30_000,
    "number": b'{"action": ' + b"9" * 60_000 + b"}",
    "types": b'{"action": [1], "command": [1], "labels": 7, "text": {}}',
}


@pytest.mark.parametrize("body", DEEP.values(), ids=DEEP)
def test_odd_content_is_refused(server: Any, body: bytes) -> None:
    """What is nested too deeply or has wrong types is a clear error, and no fault of the server."""
    if server.kind.is_http:
        head = b"Host: localhost\r\n" + JSON + f"Content-Length: {len(body)}\r\n".encode()
        assert status_of(server.exchange(post(server.kind.posts, head, body))) in REFUSALS
    else:
        answer = server.exchange(body + b"\n")
        assert b"Traceback" not in answer
    assert server.is_well()
    assert b"Traceback" not in server.output.read_bytes()


def test_a_client_that_says_nothing_more_is_let_go(server: Any) -> None:
    """Half a request holds its connection until it is closed, and keeps nobody out meanwhile."""
    with server.connect() as connection:
        connection.sendall(server.kind.request[:5])
        assert server.is_well()
        connection.shutdown(socket.SHUT_WR)
