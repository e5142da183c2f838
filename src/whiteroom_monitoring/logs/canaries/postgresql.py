"""Lets a PostgreSQL server log a line, by its protocol over a Unix socket.

psycopg would take 22 MB of a shipper that may have 60.
Source: https://www.postgresql.org/docs/15/protocol-message-formats.html
"""

from __future__ import annotations

import contextlib
import socket
import struct
from collections.abc import Iterator

_PROTOCOL = 3 << 16
_MAX_BYTES = 1 << 16


class PostgresError(OSError):
    """The server refuses, and says why."""


def raise_log(
    path: str, role: str, database: str, words: tuple[str, str, str], wait_s: float
) -> None:
    """Log three words. Raises OSError.

    The statement does not hold them side by side: where the server logs it, too, it is no canary.
    """
    # Not of users: they are the name of a job and numbers; a quote would end the text.
    first, *rest = ("".join(c for c in word if c not in "'%$\\") for word in words)
    arguments = ", ".join(f"'{word}'" for word in rest)
    statement = f"DO $canary$BEGIN RAISE LOG '{first} % %', {arguments}; END$canary$"
    with contextlib.closing(socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)) as connection:
        connection.settimeout(wait_s)
        connection.connect(path)
        parameters = f"user\0{role}\0database\0{database}\0application_name\0{first}\0\0".encode()
        connection.sendall(struct.pack("!ii", len(parameters) + 8, _PROTOCOL) + parameters)
        _until_ready(connection)
        connection.sendall(_message(b"Q", statement.encode() + b"\0"))
        _until_ready(connection)
        # A server that is gone by now needs no farewell.
        with contextlib.suppress(OSError):
            connection.sendall(_message(b"X", b""))


def _message(kind: bytes, body: bytes) -> bytes:
    return kind + struct.pack("!i", len(body) + 4) + body


def _until_ready(connection: socket.socket) -> None:
    """Read until the server waits for a query. Raises OSError where it refuses."""
    for kind, body in _messages(connection):
        if kind == b"E":
            fields = {part[:1]: part[1:] for part in body.split(b"\0") if part}
            raise PostgresError(fields.get(b"M", b"refused").decode(errors="replace"))
        if kind == b"R" and body[:4] != b"\0\0\0\0":
            raise PostgresError("the server asks for a password")
        if kind == b"Z":
            return


def _messages(connection: socket.socket) -> Iterator[tuple[bytes, bytes]]:
    while True:
        kind, length = struct.unpack("!ci", _exactly(connection, 5))
        if not 4 <= length <= _MAX_BYTES:
            raise PostgresError(f"found a message of {length} bytes")
        yield kind, _exactly(connection, length - 4)


def _exactly(connection: socket.socket, count: int) -> bytes:
    data = b""
    while len(data) < count:
        part = connection.recv(count - len(data))
        if not part:
            raise PostgresError("the server has closed the connection")
        data += part
    return data
