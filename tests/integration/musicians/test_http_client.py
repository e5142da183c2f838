"""Answers as they may come over the wire."""

from __future__ import annotations

import asyncio

import pytest
from whiteroom_musicians.errors import NoAnswerError, UsageError
from whiteroom_musicians.http_client import Address, ConnectionPool, Response


def ask(*replies: bytes, times: int = 1) -> tuple[list[Response], int]:
    """Return the answers from a server whose connections reply so in turn, and their number."""

    async def go() -> tuple[list[Response], int]:
        connections = 0

        async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
            nonlocal connections
            connections += 1
            for reply in replies:
                await reader.readuntil(b"\r\n\r\n")
                writer.write(reply)
            writer.close()

        async with await asyncio.start_server(serve, "127.0.0.1", 0) as server:
            address = Address("127.0.0.1", server.sockets[0].getsockname()[1], "")
            pool = ConnectionPool(address, timeout_s=1)
            answers = []
            for _ in range(times):
                answers.append(await pool.ask(address.encode("GET", "/me")))
                await asyncio.sleep(0.02)
            pool.close()
        return answers, connections

    return asyncio.run(go())


@pytest.mark.parametrize(
    ("reply", "expected"),
    [
        (b"HTTP/1.1 200 OK\r\ncontent-length: 2\r\n\r\n{}", Response(200, b"{}", 0)),
        (b"HTTP/1.1 204 No Content\r\n\r\n", Response(204, b"", 0)),
        (
            b"HTTP/1.0 503 No\r\nRetry-After: 7\r\nContent-Length: 0\r\nConnection: close\r\n\r\n",
            Response(503, b"", 7),
        ),
        (
            b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n"
            b"3\r\nabc\r\n2;x\r\nde\r\n0\r\n\r\n",
            Response(200, b"abcde", 0),
        ),
    ],
)
def test_an_answer_is_read(reply: bytes, expected: Response) -> None:
    """Status, body and Retry-After are those that were sent."""
    assert ask(reply) == ([expected], 1)


@pytest.mark.parametrize(
    ("reply", "kind"),
    [
        (b"220 mail\r\n\r\n", "garbage"),
        (b"HTTP/1.1 200 OK\r\n\r\n", "garbage"),
        (b"HTTP/1.1 200 OK\r\nContent-Length: 99999999999\r\n\r\n", "garbage"),
        (b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nxyz\r\n", "garbage"),
        (b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n-5\r\n", "garbage"),
        (b"HTTP/1.1 200 OK\r\nX: " + b"x" * 200_000, "garbage"),
        (b"HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\nhalf", "closed"),
        (b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n9\r\nhalf", "closed"),
        (b"HTTP/1.1 200", "closed"),
        (b"", "closed"),
    ],
)
def test_what_is_no_answer_says_what_it_is(reply: bytes, kind: str) -> None:
    """Nothing that a server sends raises anything but NoAnswerError of the right kind."""
    with pytest.raises(NoAnswerError) as caught:
        ask(reply)
    assert caught.value.kind == kind


def test_a_kept_connection_that_was_closed_is_replaced() -> None:
    """A server that closes after each response costs a connection each, and no error."""
    reply = b"HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n"
    answers, connections = ask(reply, times=3)
    assert (len(answers), connections) == (3, 3)
    assert ask(*[reply] * 3, times=3) == (answers, 1)


@pytest.mark.parametrize(
    "url",
    ["", "localhost:8090", "https://x", "http://", "http://h:99999", "http://[::1", "ftp://h"],
)
def test_an_address_that_is_none_is_refused(url: str) -> None:
    """The message has the URL, what was expected, and the option."""
    with pytest.raises(UsageError, match=r"--url .*expected http://HOST:PORT"):
        Address.parse(url)


def test_an_address_is_understood() -> None:
    """Host, port and a path before every request come from the URL."""
    assert Address.parse("http://localhost:8090") == Address("localhost", 8090, "")
    address = Address.parse("http://[::1]/studio/")
    assert address == Address("::1", 80, "/studio")
    head = address.encode("GET", "/me", None, "t").split(b"\r\n")
    assert head[:3] == [
        b"GET /studio/api/v1/me HTTP/1.1",
        b"Host: [::1]:80",
        b"Authorization: Bearer t",
    ]
