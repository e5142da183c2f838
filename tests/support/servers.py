"""Every server of ours as a process of its own, with as few descriptors as a desktop gives it."""

from __future__ import annotations

import contextlib
import functools
import os
import re
import shutil
import socket
import subprocess
import sys
import tempfile
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

from tests.support.paths import ROOT
from tests.support.postgres import Postgres
from tests.support.wait import wait_until

DESCRIPTORS = 1024
DEADLINE_S = 20.0
_NOBODY = "http://127.0.0.1:1"
_PORT = re.compile(
    r'http://127\.0\.0\.1:(\d+)|mail on 127\.0\.0\.1:(\d+)|^(\d+)$|"port": ?(\d+)', re.MULTILINE
)
_ENDPOINT = """
    import sys, threading
    from whiteroom_monitoring import client
    from whiteroom_monitoring.client.exposition.server import MetricsServer

    client.prepare("business-metrics", sys.argv[1])
    with MetricsServer("127.0.0.1", 0) as server:
        print(server.port, flush=True)
        threading.Event().wait()
""".replace("\n    ", "\n")
_OURS = (sys.executable, "-m", "whiteroom_monitoring")
_HEALTH = b"GET /-/healthy HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n"
_STATUS = b'{"command": "status"}\n'


@dataclass(frozen=True)
class Kind:
    """How a server is started in a folder, what it is asked, and how a good answer begins.

    ``port`` says which of the ports that it prints is meant; None is a Unix socket in the folder.
    ``posts`` is a path of HTTP that takes bodies. One with a ``database`` gets its own PostgreSQL,
    for ``{database}`` in the command.
    """

    command: tuple[str, ...]
    request: bytes = _HEALTH
    answer: bytes = b"HTTP/1.1 200"
    port: int | None = 0
    posts: str = "/metrics"
    keeps_segments: bool = True
    database: bool = False

    @property
    def is_tcp(self) -> bool:
        """Whether it has a port, and not a Unix socket."""
        return self.port is not None

    @property
    def is_http(self) -> bool:
        """Whether it speaks HTTP."""
        return self.answer.startswith(b"HTTP")


_INBOX = (*_OURS, "inbox", "--port", "0", "--smtp-port", "0", "--data", "{folder}/inbox")
_BACKEND = f"""
    import sys
    sys.path.insert(0, {str(ROOT / "reference_app/backend")!r})
    from whiteroom_backend.command import main
    sys.exit(main())
""".replace("\n    ", "\n")
SERVERS = {
    "console": Kind(
        (*_OURS, "console", "--port", "0", "--prometheus", _NOBODY, "--alertmanager", _NOBODY),
        posts="/api/silences",
    ),
    "inbox": Kind(_INBOX, posts="/slack"),
    "mail": Kind(_INBOX, b"QUIT\r\n", b"220 ", port=1),
    "reconciler": Kind(
        (
            *(*_OURS, "reconciler", "--port", "0", "--data", "{folder}/reconciler"),
            *("--prometheus", _NOBODY, "--alertmanager", _NOBODY),
            *("--alertmanager-data", "{folder}", "--alertmanager-config", "{folder}/none.yml"),
        ),
        posts="/api/v2/silences",
        keeps_segments=False,
    ),
    "watcher": Kind(
        (
            *(*_OURS, "watcher", "--port", "0", "--data", "{folder}/watcher", "--tell-nobody"),
            *("--exporter", _NOBODY, "--prometheus", _NOBODY, "--alertmanager", _NOBODY),
            *("--inbox", _NOBODY, "--loki", _NOBODY, "--shipper", _NOBODY),
        ),
    ),
    "backend": Kind(
        (
            *(sys.executable, "-c", _BACKEND, "--database", "{database}"),
            *("--port", "0", "--metrics-port", "0"),
        ),
        posts="/api/v1/users",
        database=True,
    ),
    "log store": Kind(
        (*_OURS, "log-store", "--port", "0", "--data", "{folder}/logs"),
        posts="/loki/api/v1/push",
    ),
    "segment exporter": Kind((*_OURS, "segment-exporter", "--port", "0")),
    "containers": Kind((*_OURS, "containers", "--port", "0"), keeps_segments=False),
    "endpoint in Python": Kind((sys.executable, "-c", _ENDPOINT, "{folder}"), keeps_segments=False),
    "endpoint in C++": Kind(
        (str(ROOT / "build/bin/whiteroom-endpoint"), "{folder}", "10"), keeps_segments=False
    ),
    "engine": Kind(
        (
            str(ROOT / "build/bin/whiteroom-engine"),
            *("--driver", "clock", "--metrics-port", "0", "--control", "{folder}/control"),
        ),
        _STATUS,
        b'{"ok":true',
        port=None,
    ),
}


@dataclass(frozen=True)
class Running:
    """A server that runs. ``output`` is the file of what it prints."""

    kind: Kind
    process: subprocess.Popen[bytes]
    address: tuple[str, int] | str
    output: Path

    def connect(self, deadline_s: float = DEADLINE_S) -> socket.socket:
        """Return a connection. Raises TimeoutError when it isn't made in time."""
        family = socket.AF_UNIX if isinstance(self.address, str) else socket.AF_INET
        connection = socket.socket(family)
        # A Unix socket whose queue is full is waited for without a deadline only.
        connection.settimeout(None if family == socket.AF_UNIX else deadline_s)
        try:
            connection.connect(self.address)
            connection.settimeout(DEADLINE_S)
        except BaseException:
            connection.close()
            raise
        return connection

    def exchange(self, request: bytes, deadline_s: float = DEADLINE_S) -> bytes:
        """Return the beginning of the answer to a request, which may be cut off."""
        with self.connect() as connection:
            connection.settimeout(deadline_s)
            with contextlib.suppress(ConnectionError):
                connection.sendall(request)
            with contextlib.suppress(ConnectionError):
                return connection.recv(65536)
        return b""

    def is_well(self) -> bool:
        """Whether it answers."""
        return self.exchange(self.kind.request).startswith(self.kind.answer)

    def resident_bytes(self) -> int:
        """Return how much memory it uses."""
        pages = int(Path(f"/proc/{self.process.pid}/statm").read_text().split()[1])
        return pages * os.sysconf("SC_PAGE_SIZE")


@contextlib.contextmanager
def started(kind: Kind) -> Iterator[Running]:
    """Start a server in a fresh folder, and end it."""
    folder = Path(tempfile.mkdtemp(prefix="whiteroom-server-", dir="/dev/shm"))
    with contextlib.ExitStack() as held:
        held.callback(shutil.rmtree, folder)
        database = held.enter_context(_database()) if kind.database else ""
        values = {"{folder}": str(folder), "{database}": database}
        yield held.enter_context(_process(kind, folder, values))


@contextlib.contextmanager
def _database() -> Iterator[str]:
    with tempfile.TemporaryDirectory(prefix="whiteroom-", dir="/tmp") as folder:
        # PostgreSQL's user has to get in.
        Path(folder).chmod(0o711)
        with Postgres.running(Path(folder)) as postgres:
            yield postgres.conninfo()


@contextlib.contextmanager
def _process(kind: Kind, folder: Path, values: Mapping[str, str]) -> Iterator[Running]:
    output = folder / "output"
    command = [
        functools.reduce(lambda w, v: w.replace(*v), values.items(), w) for w in kind.command
    ]
    if kind.keeps_segments:
        command += ["--segments", str(folder)]
    # It replaces itself by the server.
    command = ["prlimit", f"--nofile={DESCRIPTORS}", *command]
    with output.open("wb") as file:
        process = subprocess.Popen(command, stdout=file, stderr=file, stdin=subprocess.PIPE)
    try:
        yield Running(kind, process, _address(kind, folder, output, process), output)
    finally:
        process.kill()
        process.communicate()


def _filled(word: str, values: Mapping[str, str]) -> str:
    return functools.reduce(lambda filled, value: filled.replace(*value), values.items(), word)


def _address(
    kind: Kind, folder: Path, output: Path, process: subprocess.Popen[bytes]
) -> tuple[str, int] | str:
    def found() -> tuple[str, int] | str | None:
        assert process.poll() is None, output.read_text()
        if kind.port is None:
            path = folder / "control"
            return str(path) if path.exists() else None
        ports = [int("".join(match)) for match in _PORT.findall(output.read_text())]
        return ("127.0.0.1", ports[kind.port]) if len(ports) > kind.port else None

    wait_until(lambda: found() is not None, DEADLINE_S, "the server's address")
    address = found()
    assert address is not None
    return address
