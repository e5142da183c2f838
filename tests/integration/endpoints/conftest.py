"""The three endpoints as processes of their own: C++, Python's small server, and the agent."""

from __future__ import annotations

import contextlib
import os
import shutil
import socket
import subprocess
import sys
import tempfile
import textwrap
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from tests.support.paths import ROOT

PROGRAM = ROOT / "build/bin/whiteroom-endpoint"

_PYTHON = """
    import pathlib, sys, threading
    from whiteroom_monitoring import client
    from whiteroom_monitoring.client.exposition import server
    from whiteroom_monitoring.client.exposition.credentials import Credentials
    from whiteroom_monitoring.client.generated import business

    folder, _series, *files = sys.argv[1:]
    security = server.Security()
    if len(files) == 1:
        security = server.Security(Credentials.bearer(pathlib.Path(files[0])))
    if len(files) == 2:
        security = server.Security(None, *map(pathlib.Path, files))
    client.prepare("business-metrics", folder)
    ended = threading.Event()
    times = 0

    def record():
        global times
        while not ended.wait(0.0001):
            business.songs_created_total.inc()
            times += 1

    recorder = threading.Thread(target=record)
    with server.MetricsServer("127.0.0.1", 0, security=security) as serving:
        recorder.start()
        print(serving.port, flush=True)
        sys.stdin.read()
        ended.set()
        recorder.join()
    print(times)
"""


# Whose metrics the agent serves: a program that is gone.
_LEFT = "whiteroom-inbox"


@dataclass
class Endpoint:
    """A program that serves metrics; ``counter`` is what it counts without pause, if it does."""

    process: subprocess.Popen[str]
    port: int
    folder: Path
    counter: str

    def connect(self, timeout_s: float = 20) -> socket.socket:
        """Return a connection."""
        return socket.create_connection(("127.0.0.1", self.port), timeout_s)

    def ask(self, request: bytes, timeout_s: float = 20) -> bytes:
        """Send bytes and return all that comes back until the connection is closed."""
        with self.connect(timeout_s) as connection:
            with contextlib.suppress(ConnectionError):
                connection.sendall(request)
            return read_all(connection)

    def get(self, path: str, *headers: str, timeout_s: float = 20) -> bytes:
        """Return the answer to a GET."""
        lines = [f"GET {path} HTTP/1.1", "Host: localhost", "Connection: close", *headers, "", ""]
        return self.ask("\r\n".join(lines).encode(), timeout_s)

    def status(self, path: str = "/metrics", timeout_s: float = 20) -> int:
        """Return the status of the answer to a GET."""
        return status_of(self.get(path, timeout_s=timeout_s))

    def resident_bytes(self) -> int:
        """Return how much memory the process uses."""
        pages = int(Path(f"/proc/{self.process.pid}/statm").read_text().split()[1])
        return pages * os.sysconf("SC_PAGE_SIZE")

    def threads(self) -> int:
        """Return how many threads the process has."""
        return len(list(Path(f"/proc/{self.process.pid}/task").iterdir()))

    def end(self) -> int:
        """End the program in order; return how often it says that it has recorded."""
        out, _ = self.process.communicate("", timeout=30)
        return int(out or 0)


def read_all(connection: socket.socket) -> bytes:
    """Return what comes until the other side closes, by an end or a reset."""
    read = []
    with contextlib.suppress(ConnectionError):
        while block := connection.recv(65536):
            read.append(block)
    return b"".join(read)


def status_of(answer: bytes) -> int:
    """Return the status code of an answer, 0 of none."""
    first = answer.partition(b"\r\n")[0].split()
    return int(first[1]) if len(first) > 1 and first[0].startswith(b"HTTP/") else 0


@contextlib.contextmanager
def started(
    kind: str, series: int = 100, *files: Path, program: Path = PROGRAM
) -> Iterator[Endpoint]:
    """Start an endpoint in a fresh folder; ``files`` are a token, or a certificate and a key.

    ``program`` is the one in C++, if it is not the usual one.
    """
    folder = Path(tempfile.mkdtemp(prefix="whiteroom-endpoint-", dir="/dev/shm"))
    python = [sys.executable, "-c", textwrap.dedent(_PYTHON)]
    agent_options = {1: ["--bearer-token-file"], 2: ["--tls-certificate", "--tls-key"]}
    named = [
        word for pair in zip(agent_options.get(len(files), []), files, strict=True) for word in pair
    ]
    agent = [sys.executable, "-m", "whiteroom_monitoring", "segment-exporter", "--port", "0"]
    command = {
        "c++": [program, folder, str(series), *files],
        "python": [*python, folder, str(series), *files],
        "agent": [*agent, "--segments", folder, *named],
    }[kind]
    if kind == "agent":
        leave = f"from whiteroom_monitoring import client; client.prepare(*{_LEFT, str(folder)})"
        subprocess.run([sys.executable, "-c", leave], check=True)
    process = subprocess.Popen(
        command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, bufsize=1
    )
    try:
        assert process.stdout is not None
        first = process.stdout.readline().strip()
        port = int(first.removesuffix("/metrics").rpartition(":")[2])
        counter = {"c++": "test_recorded_total", "python": "songs_created_total"}.get(kind, "")
        yield Endpoint(process, port, folder, counter)
    finally:
        process.kill()
        process.communicate()
        shutil.rmtree(folder)


KINDS = ["c++", "python", "agent"]


@pytest.fixture
def start() -> Callable[..., contextlib.AbstractContextManager[Endpoint]]:
    """Return what starts an endpoint."""
    return started


@pytest.fixture(scope="module", params=KINDS)
def endpoint(request) -> Iterator[Endpoint]:
    """Each of the three."""
    if request.param == "c++" and not PROGRAM.is_file():
        pytest.skip("the C++ endpoint is not built (Debian: libmicrohttpd-dev, doctest-dev)")
    with started(request.param) as running:
        yield running
