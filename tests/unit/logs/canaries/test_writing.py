"""Canaries at sources of each kind, as the sources get them."""

from __future__ import annotations

import contextlib
import socket
import struct
import threading
from collections.abc import Callable, Iterator
from io import BytesIO
from pathlib import Path

import pytest

from whiteroom_monitoring.logs.canaries import marker, writing
from whiteroom_monitoring.logs.canaries.config import Canary, Postgresql
from whiteroom_monitoring.logs.shipper.sources.syslog import frames

_NS = 1_764_573_000_000_000_001


@contextlib.contextmanager
def _serving(
    server: socket.socket, answer: Callable[[socket.socket], bytes]
) -> Iterator[list[bytes]]:
    """Let a server take one connection, and keep what it got of it."""
    got: list[bytes] = []

    def run() -> None:
        connection, _ = server.accept()
        with connection:
            connection.settimeout(20)
            got.append(answer(connection))

    thread = threading.Thread(target=run)
    thread.start()
    try:
        yield got
    finally:
        thread.join()
        server.close()


@pytest.mark.parametrize("format", ["json", "logfmt"])
def test_a_file_gets_a_line(tmp_path: Path, format: str) -> None:
    """It is added to the file, and says source and time; a long file is renamed."""
    canary = Canary(job_name="engine", file=f"{tmp_path}/c/engine.log", format=format)  # type: ignore[arg-type]
    writing.make_folders([canary])
    for number in range(2):
        writing.write(canary, _NS + number)
    lines = Path(canary.file).read_text().splitlines()
    assert list(marker.find(iter(lines))) == [("engine", _NS), ("engine", _NS + 1)]
    assert all("2025-12-01T07:10:00.00000000" in line and "debug" in line for line in lines)
    writing.rotate(canary)
    assert Path(canary.file).read_text().splitlines() == lines
    Path(canary.file).write_text("x" * (writing.FILE_BYTES + 1))
    writing.rotate(canary)
    assert Path(canary.file).read_text() == ""
    assert Path(f"{canary.file}.1").stat().st_size > writing.FILE_BYTES


def test_a_server_gets_a_request() -> None:
    """The marker is its path, which the server logs."""
    server = socket.create_server(("127.0.0.1", 0))
    canary = Canary(job_name="nginx", http=f"http://127.0.0.1:{server.getsockname()[1]}/-")

    def answer(connection: socket.socket) -> bytes:
        head = connection.recv(4096)
        connection.sendall(b"HTTP/1.1 404 Not Found\r\nContent-Length: 0\r\n\r\n")
        return head

    with _serving(server, answer) as got:
        writing.write(canary, _NS)
    assert got[0].startswith(b"GET /-/whiteroom-canary/nginx/%d HTTP/1.1\r\n" % _NS)
    assert list(marker.find(iter([got[0].decode()]))) == [("nginx", _NS)]


@pytest.mark.parametrize("refusal", ["", "role does not exist"])
def test_a_database_is_asked_to_log(tmp_path: Path, refusal: str) -> None:
    """The statement is no canary, what it logs is one; a refusal is no silence."""
    server = socket.socket(socket.AF_UNIX)
    server.bind(f"{tmp_path}/.s.PGSQL.5432")
    server.listen()
    canary = Canary(
        job_name="postgresql", postgresql=Postgresql(socket=f"{tmp_path}", role="canary")
    )

    def answer(connection: socket.socket) -> bytes:
        start = connection.recv(4096)
        assert struct.unpack("!ii", start[:8]) == (len(start), 196608)
        if refusal:
            fields = f"SFATAL\0M{refusal}\0\0".encode()
            connection.sendall(b"E" + struct.pack("!i", len(fields) + 4) + fields)
            return start
        ready = b"Z\0\0\0\x05I"
        connection.sendall(b"R\0\0\0\x08\0\0\0\0" + ready)
        query = connection.recv(4096)
        connection.sendall(b"C\0\0\0\x07DO\0" + ready)
        return query

    with _serving(server, answer) as got:
        if refusal:
            with pytest.raises(writing.SourceAbsentError, match=refusal):
                writing.write(canary, _NS)
            return
        writing.write(canary, _NS)
    statement = got[0].decode()
    assert f"RAISE LOG 'whiteroom-canary % %', 'postgresql', '{_NS}'" in statement
    assert not list(marker.find(iter([statement])))


def test_a_receiver_of_syslog_gets_a_message() -> None:
    """By TCP it is framed by its length."""
    server = socket.create_server(("127.0.0.1", 0))
    canary = Canary(job_name="syslog", syslog=f"tcp://127.0.0.1:{server.getsockname()[1]}")
    with _serving(server, lambda connection: connection.recv(4096)) as got:
        writing.write(canary, _NS)
    (message,) = frames(BytesIO(got[0]), 8192)
    assert message == (
        b"<191>1 2025-12-01T07:10:00.000000Z - whiteroom-canary - - - "
        b"whiteroom-canary syslog %d" % _NS
    )


def test_a_journal_gets_an_entry(tmp_path: Path) -> None:
    """By its own protocol, with the name by which the shipper tells it."""
    path = f"{tmp_path}/socket"
    with contextlib.closing(socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)) as journal:
        journal.bind(path)
        writing.write(Canary(job_name="journal", journal=path), _NS)
        fields = journal.recv(4096).decode().splitlines()
    assert f"MESSAGE=whiteroom-canary journal {_NS}" in fields
    assert "SYSLOG_IDENTIFIER=whiteroom-canary" in fields


def _free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as server:
        return int(server.getsockname()[1])


@pytest.mark.parametrize(
    "absent",
    [
        lambda folder: Canary(job_name="a", file=f"{folder}/none.log"),
        lambda folder: Canary(job_name="a", http=f"http://127.0.0.1:{_free_port()}/-"),
        lambda folder: Canary(job_name="a", postgresql=Postgresql(socket=f"{folder}", role="r")),
        lambda folder: Canary(job_name="a", journal=f"{folder}/socket"),
        lambda folder: Canary(job_name="a", containers=f"{folder}/socket"),
    ],
    ids=["file", "http", "postgresql", "journal", "containers"],
)
def test_a_source_that_is_not_there(tmp_path: Path, absent: Callable[[Path], Canary]) -> None:
    """It is told as absent: nobody waits for what could not be written."""
    with pytest.raises(writing.SourceAbsentError):
        writing.write(absent(tmp_path), _NS)


def test_a_receiver_that_takes_nothing_is_there() -> None:
    """The shipper's own socket is never absent: what it does not take is silence."""
    canary = Canary(job_name="syslog", syslog=f"tcp://127.0.0.1:{_free_port()}")
    with pytest.raises(ConnectionRefusedError):
        writing.write(canary, _NS)
