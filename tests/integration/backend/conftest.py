"""A real PostgreSQL, a real Redis and a real backend, on sockets in a folder of their own."""

from __future__ import annotations

import contextlib
import json
import os
import shutil
import signal
import subprocess
import sys
import tempfile
import threading
import uuid
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import httpx
import pytest

from tests.support.postgres import Postgres
from tests.support.wait import wait_until

SOURCES = Path(__file__).parents[3] / "reference_app" / "backend"
sys.path.insert(0, str(SOURCES))

DEADLINE_S = 20.0
PASSWORD = "correct horse battery"


class Redis:
    """A server on a Unix socket, which keeps nothing."""

    def __init__(self, folder: Path) -> None:
        self.socket = folder / "redis.sock"
        self.url = f"unix://{self.socket}"
        self.process: subprocess.Popen[bytes] | None = None

    def start(self) -> None:
        program = shutil.which("redis-server")
        if program is None:
            pytest.skip("Redis is not installed: install redis-server to run these tests")
        self.socket.unlink(missing_ok=True)
        self.process = subprocess.Popen(
            [program, "--port", "0", "--unixsocket", self.socket, "--save", "", "--dir", "/tmp"],
            stdout=subprocess.DEVNULL,
        )
        wait_until(self.socket.exists)

    def signal(self, number: signal.Signals) -> None:
        assert self.process is not None
        self.process.send_signal(number)

    def kill(self) -> None:
        if self.process is not None:
            self.process.kill()
            self.process.wait()


@dataclass
class Backend:
    """One process of the backend; ``log`` is what it has said."""

    process: subprocess.Popen[str]
    client: httpx.Client
    log: list[dict[str, Any]] = field(default_factory=list)
    other_lines: list[str] = field(default_factory=list)
    metrics_port: int = 0

    def ask(
        self,
        method: str,
        path: str,
        content: object = None,
        token: str | None = None,
        **options: Any,
    ) -> httpx.Response:
        """Return the answer of a request of the API; ``content`` is sent as JSON."""
        headers = {"Authorization": f"Bearer {token}"} if token else {}
        headers.update(options.pop("headers", {}))
        if content is not None:
            options["json"] = content
        url = path if path.startswith("/-/") else f"/api/v1{path}"
        return self.client.request(method, url, headers=headers, **options)

    def sign_up(self) -> dict[str, str]:
        """Return the credentials of a new account."""
        wanted = {"email": f"{uuid.uuid4().hex}@example.org", "password": PASSWORD}
        assert self.ask("POST", "/users", {"name": "Nina", **wanted}).status_code == 201
        return wanted

    def log_in(self, credentials: dict[str, str] | None = None) -> str:
        """Return the token of a new session, of a new account unless credentials are given."""
        answer = self.ask("POST", "/sessions", credentials or self.sign_up())
        assert answer.status_code == 201, answer.text
        token: str = answer.json()["token"]
        return token

    def make_song(self, token: str, **changes: Any) -> str:
        """Return the id of a new song."""
        song = {"title": "Glass", "tempo_bpm": 112, "key": "A minor", **changes}
        answer = self.ask("POST", "/songs", song, token)
        assert answer.status_code == 201, answer.text
        identity: str = answer.json()["id"]
        return identity

    def samples(self) -> dict[str, float]:
        """Return what /metrics says, by name and labels."""
        text = httpx.get(f"http://127.0.0.1:{self.metrics_port}/metrics").text
        lines = [line.rpartition(" ") for line in text.splitlines() if not line.startswith("#")]
        return {name: float(value) for name, _, value in lines}

    def counts(self) -> dict[str, float]:
        """Return the samples that count something that the backend does."""
        return {
            name: value
            for name, value in self.samples().items()
            if name.partition("{")[0].endswith(("_total", "_count"))
            and not name.startswith("monitoring_")
        }

    @contextlib.contextmanager
    def counting(self) -> Iterator[dict[str, float]]:
        """Give what is counted meanwhile, and nothing that stayed as it was."""
        before, changes = self.counts(), dict[str, float]()
        yield changes
        for name, value in self.counts().items():
            if value != before.get(name, 0.0):
                changes[name] = value - before.get(name, 0.0)

    def events(self, name: str) -> list[dict[str, Any]]:
        """Return the lines of the log with an event."""
        return [line for line in list(self.log) if line["message"] == name]

    def stop(self, number: signal.Signals = signal.SIGTERM) -> int:
        """Send a signal and return the exit status."""
        self.process.send_signal(number)
        return self.process.wait(DEADLINE_S)

    def read(self) -> None:
        """Collect the log until it ends."""
        assert self.process.stdout is not None
        for line in self.process.stdout:
            try:
                self.log.append(json.loads(line))
            except ValueError:
                self.other_lines.append(line)


class Starter:
    """Starts backends on one database, with one folder of segments."""

    def __init__(self, folder: Path, database: str, redis: Redis | None) -> None:
        self.folder = folder
        self.database = database
        self.redis = redis
        self._started: list[tuple[Backend, threading.Thread]] = []
        self._segments = tempfile.mkdtemp(prefix="whiteroom-test-", dir="/dev/shm")

    def command(self, *options: str, socket: Path | None = None) -> list[str]:
        """Return a command line; with ``socket``, a backend that listens there."""
        cache = ["--redis", self.redis.url] if self.redis else []
        place = ["--socket", str(socket)] if socket else ["--port", "0"]
        return [
            *(sys.executable, "-m", "whiteroom_backend", "--database", self.database, *cache),
            *("--metrics-port", "0", "--segments", self._segments, *place, *options),
        ]

    def run(self, command: list[str]) -> subprocess.Popen[str]:
        environment = {**os.environ, "PYTHONPATH": str(SOURCES)}
        return subprocess.Popen(
            command, env=environment, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True
        )

    def __call__(self, *options: str) -> Backend:
        """Return a backend that answers."""
        socket = Path(tempfile.mkdtemp(dir=self.folder)) / "backend.sock"
        process = self.run(self.command(*options, socket=socket))
        transport = httpx.HTTPTransport(uds=str(socket))
        client = httpx.Client(transport=transport, base_url="http://localhost", timeout=DEADLINE_S)
        backend = Backend(process, client)
        reader = threading.Thread(target=backend.read)
        reader.start()
        self._started.append((backend, reader))
        wait_until(lambda: backend.events("serving") or process.poll() is not None)
        assert backend.events("serving"), backend.other_lines
        backend.metrics_port = backend.events("serving")[0]["metrics_port"] or 0
        return backend

    def close(self) -> None:
        for backend, reader in self._started:
            backend.process.kill()
            backend.process.wait()
            reader.join()
            assert backend.process.stdout is not None
            backend.process.stdout.close()
            backend.client.close()
        shutil.rmtree(self._segments)


@pytest.fixture(scope="session")
def folder() -> Iterator[Path]:
    """A folder that PostgreSQL's user may use; its path is short enough for sockets."""
    path = Path(tempfile.mkdtemp(prefix="whiteroom-", dir="/tmp"))
    path.chmod(0o711)
    yield path
    shutil.rmtree(path)


def _cluster(folder: Path) -> Iterator[Postgres]:
    with Postgres.running(folder) as postgres:
        yield postgres


@pytest.fixture(scope="session")
def postgres(folder: Path) -> Iterator[Postgres]:
    """A cluster that nobody kills."""
    yield from _cluster(folder)


@pytest.fixture
def mortal_postgres(folder: Path) -> Iterator[Postgres]:
    """A cluster of one test."""
    yield from _cluster(folder)


@pytest.fixture(scope="session")
def _redis(folder: Path) -> Iterator[Redis]:
    redis = Redis(folder)
    redis.start()
    yield redis
    redis.kill()


@pytest.fixture
def mortal_redis(folder: Path) -> Iterator[Redis]:
    """A Redis of one test."""
    redis = Redis(Path(tempfile.mkdtemp(dir=folder)))
    redis.start()
    yield redis
    redis.signal(signal.SIGCONT)
    redis.kill()


@pytest.fixture(scope="module")
def database(postgres: Postgres) -> str:
    """A database of one module."""
    return postgres.create()


@pytest.fixture(scope="module")
def backend(folder: Path, database: str, _redis: Redis) -> Iterator[Backend]:
    """A backend of one module, with everything that it needs."""
    starter = Starter(folder, database, _redis)
    yield starter()
    starter.close()


@pytest.fixture
def make_starter(folder: Path) -> Iterator[Callable[..., Starter]]:
    """Make starters, whose backends end with the test."""
    made: list[Starter] = []

    def make(database: str, redis: Redis | None = None) -> Starter:
        made.append(Starter(folder, database, redis))
        return made[-1]

    yield make
    for starter in made:
        starter.close()


@pytest.fixture
def start(make_starter: Callable[..., Starter], postgres: Postgres) -> Starter:
    """Starts backends on a new database, without a cache."""
    return make_starter(postgres.create())


@pytest.fixture(scope="module")
def token(backend: Backend) -> str:
    """A session of the module's backend."""
    return backend.log_in()


def refused(answer: httpx.Response, kind: str, status: int) -> dict[str, Any]:
    """Assert that an answer is a refusal of a kind, in the form that is documented; return it."""
    assert answer.status_code == status, answer.text
    error: dict[str, Any] = answer.json()["error"]
    assert error["type"] == kind
    assert error["message"]
    assert set(error) <= {"type", "message", "fields"}
    assert answer.headers["x-content-type-options"] == "nosniff"
    assert "server" not in answer.headers
    assert "Traceback" not in answer.text
    return error


def errors(counts: dict[str, float]) -> dict[str, float]:
    """Return the counted errors and authentication failures, without the requests."""
    names = ("http_errors_total", "authentication_failures_total")
    return {name: n for name, n in counts.items() if name.startswith(names)}


def error_of(kind: str, **reasons: float) -> dict[str, float]:
    """Return what ``errors`` returns for one refusal."""
    failures = {
        f'authentication_failures_total{{reason="{name}"}}': n for name, n in reasons.items()
    }
    return {f'http_errors_total{{type="{kind}"}}': 1, **failures}


def assert_log_keeps(backend: Backend, *secrets: str) -> None:
    """Assert that the log has none of these secrets and no address, and nothing but events."""
    text = json.dumps(backend.log) + "".join(backend.other_lines)
    for secret in (*secrets, "@"):
        assert secret not in text
    assert backend.other_lines == []
