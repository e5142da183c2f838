"""What hostile and careless clients send: the right status codes, and the endpoint lives on."""

from __future__ import annotations

import contextlib
import random
import socket

import pytest

from tests.integration.endpoints.conftest import ROOT, Endpoint, started, status_of

GET = b"GET /metrics HTTP/1.1\r\nHost: localhost\r\n"
CLOSE = b"Connection: close\r\n\r\n"


@pytest.mark.parametrize(
    ("request_bytes", "statuses"),
    [
        (GET + CLOSE, {200}),
        (b"GET /metrics HTTP/1.0\r\n\r\n", {200}),
        (b"GET http://a/metrics HTTP/1.1\r\nHost: localhost\r\n" + CLOSE, {200, 404}),
        (b"BREW /metrics HTTP/1.1\r\nHost: localhost\r\n" + CLOSE, {405}),
        (
            b"POST /metrics HTTP/1.1\r\nHost: localhost\r\nContent-Length: 4\r\n" + CLOSE + b"abcd",
            {405},
        ),
        (
            b"POST /metrics HTTP/1.1\r\nHost: localhost\r\nTransfer-Encoding: chunked\r\n"
            + CLOSE
            + b"4\r\nabcd\r\n0\r\n\r\n",
            {405},
        ),
        # libmicrohttpd closes without a word what has no request line at all.
        (b"garbage\r\n\r\n", {400, 0}),
        (b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03 a TLS hello\r\n\r\n", {400}),
        (GET + b"Content-Length: many\r\n" + CLOSE, {400}),
        (GET + b"A: " + b"x" * 100_000 + b"\r\n" + CLOSE, {431}),
        (GET + b"A: x\r\n" * 20_000 + CLOSE, {431}),
        (b"GET /" + b"x" * 100_000 + b" HTTP/1.1\r\nHost: localhost\r\n" + CLOSE, {414, 431}),
    ],
)
def test_status(endpoint: Endpoint, request_bytes: bytes, statuses: set[int]) -> None:
    """Each request has its status, and the next one is answered as ever."""
    assert status_of(endpoint.ask(request_bytes)) in statuses
    assert endpoint.status() == 200


def test_pipelined_requests_are_answered_in_order(endpoint: Endpoint) -> None:
    """Three requests that arrive together get three answers, in their order."""
    health = b"GET /-/healthy HTTP/1.1\r\nHost: localhost\r\n"
    answers = endpoint.ask(health + b"\r\n" + GET + b"\r\n" + health + CLOSE)
    assert answers.count(b"HTTP/1.1 200") == 3
    places = [answers.index(b"ok\n"), answers.index(b"# TYPE"), answers.rindex(b"ok\n")]
    assert places == sorted(places)


def _mutant(chance: random.Random) -> bytes:
    headers = b"Accept: text/plain;q=0.5, */*\r\nAccept-Encoding: gzip;q=1\r\n"
    data = bytearray(GET + headers + CLOSE)
    for _ in range(chance.randrange(1, 8)):
        place = chance.randrange(len(data))
        match chance.randrange(4):
            case 0:
                data[place] = chance.randrange(256)
            case 1:
                del data[place : place + chance.randrange(1, 20)]
            case 2:
                data[place:place] = data[: chance.randrange(1, 60)]
            case _:
                data[place:place] = chance.randbytes(chance.randrange(1, 60))
        data = data or bytearray(b"\n")
    return bytes(data)


@pytest.mark.parametrize(
    "mutants", [500, pytest.param(20_000, marks=[pytest.mark.long, pytest.mark.timeout(900)])]
)
def test_no_request_ends_it(endpoint: Endpoint, mutants: int) -> None:
    """Mutated requests are answered or refused; the process goes on, and answers as ever."""
    _pester(endpoint, mutants)


@pytest.mark.parametrize("sanitizer", ["address", "thread"])
@pytest.mark.parametrize(
    "mutants", [100, pytest.param(20_000, marks=[pytest.mark.long, pytest.mark.timeout(900)])]
)
def test_sanitizers_find_nothing(sanitizer: str, mutants: int) -> None:
    """The same under AddressSanitizer and ThreadSanitizer, which end a program that is at fault."""
    program = ROOT / f"build-{sanitizer}/bin/whiteroom-endpoint"
    if not program.is_file():
        pytest.skip(f"{program.parent.parent.name} is not built (./test.sh builds it)")
    with started("c++", program=program) as endpoint:
        _pester(endpoint, mutants)
        assert endpoint.end() > 0
        assert endpoint.process.returncode == 0


def _pester(endpoint: Endpoint, mutants: int) -> None:
    chance = random.Random(5)
    known = {0, 200, 400, 404, 405, 408, 421, 411, 413, 414, 417, 426, 431, 501, 505}
    for _ in range(mutants):
        with endpoint.connect(timeout_s=0.3) as connection, contextlib.suppress(TimeoutError):
            connection.sendall(_mutant(chance))
            connection.shutdown(socket.SHUT_WR)
            assert status_of(connection.recv(65536)) in known
    assert endpoint.process.poll() is None
    assert endpoint.status() == 200
