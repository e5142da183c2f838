"""What harms the copy of the stack: each kind is data, and knows how to begin and how to end."""

from __future__ import annotations

import contextlib
import http.client
import json
import os
import signal
import socket
import subprocess
import threading
import time
import urllib.parse
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import msgspec

from whiteroom_monitoring.deploy import postgresql
from whiteroom_monitoring.deploy.host import machine
from whiteroom_monitoring.deploy.paths import LOOPBACK
from whiteroom_monitoring.errors import MonitoringError

if TYPE_CHECKING:
    from whiteroom_monitoring.drills.stack import DrillStack

_TIMEOUT_S = 10.0
# How long a process of a fault may take to end when it is asked to.
_PROCESS_END_S = 2.0
# Of one client of a fault that sends requests.
_PER_CLIENT = 2
_CLIENTS = 24


class FaultError(MonitoringError):
    """A fault could not be caused or mended."""


class _Fault(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """A fault. ``during`` harms the stack while its context is open."""


class Stop(_Fault, frozen=True, tag_field="kind", tag="stop"):
    """A component is stopped, and started again in the end."""

    component: str

    @contextlib.contextmanager
    def during(self, stack: DrillStack) -> Iterator[None]:
        """Keep it stopped."""
        stack.supervisor.call("stopProcess", self.component)
        try:
            yield
        finally:
            stack.supervisor.start_component(self.component)


class Kill(_Fault, frozen=True, tag_field="kind", tag="kill"):
    """A component is killed once; its supervisor starts it again."""

    component: str

    @contextlib.contextmanager
    def during(self, stack: DrillStack) -> Iterator[None]:
        """Kill it at the beginning."""
        stack.supervisor.signal(self.component, "KILL")
        yield


class Hang(_Fault, frozen=True, tag_field="kind", tag="hang"):
    """A component answers nobody, though it is there.

    With ``every_s`` it is suspended again and again, each time for ``pause_s``.
    """

    component: str
    every_s: float = 0.0
    pause_s: float = 0.0

    @contextlib.contextmanager
    def during(self, stack: DrillStack) -> Iterator[None]:
        """Keep it suspended."""
        try:
            self._pause(stack)
            with _repeated(self.every_s, lambda: self._pause(stack)):
                yield
        finally:
            stack.supervisor.signal(self.component, "CONT")

    def _pause(self, stack: DrillStack) -> None:
        stack.supervisor.signal(self.component, "STOP")
        if self.every_s:
            time.sleep(self.pause_s)
            stack.supervisor.signal(self.component, "CONT")


class Engine(_Fault, frozen=True, tag_field="kind", tag="engine"):
    """The reference engine is told to fail: ``fault`` is what its control socket takes.

    With ``every_s`` it is told again and again, for faults that happen once.
    """

    fault: dict[str, str | int | float]
    every_s: float = 0.0

    @contextlib.contextmanager
    def during(self, stack: DrillStack) -> Iterator[None]:
        """Keep the fault switched on."""
        path = stack.paths.control_socket
        request = {"command": "fault", **self.fault}
        ask_engine(path, request)
        try:
            with _repeated(self.every_s, lambda: ask_engine(path, request)):
                yield
        finally:
            ask_engine(path, {"command": "faults_off"})


class Sql(_Fault, frozen=True, tag_field="kind", tag="sql"):
    """Statements are run by ``sessions`` clients of PostgreSQL, which stay while the fault lasts.

    The server's own account runs them; ``mend`` is run in the end.
    """

    statements: tuple[str, ...]
    database: str = postgresql.DATABASE
    sessions: int = 1
    mend: tuple[str, ...] = ()

    @contextlib.contextmanager
    def during(self, stack: DrillStack) -> Iterator[None]:
        """Keep the sessions open. Raises FaultError when the server has ended all of them."""
        try:
            with contextlib.ExitStack() as ends:
                clients = []
                for _ in range(self.sessions):
                    # The input stays open, and with it the session and its locks.
                    clients.append(self._client(stack, self.statements))
                    ends.callback(_end, clients[-1])
                yield
                statuses = [client.poll() for client in clients]
                if None not in statuses:
                    raise FaultError(f"psql refused {self.statements}: status {statuses[0]}")
        finally:
            if self.mend:
                self._mend(stack)

    def _mend(self, stack: DrillStack) -> None:
        client = self._client(stack, self.mend)
        try:
            client.communicate(timeout=_TIMEOUT_S)
        except subprocess.TimeoutExpired as error:
            _end(client)
            raise FaultError(f"not mended within {_TIMEOUT_S:g} s: {self.mend}") from error
        if client.returncode != 0:
            raise FaultError(f"psql refused {self.mend}: status {client.returncode}")

    def _client(self, stack: DrillStack, statements: tuple[str, ...]) -> subprocess.Popen[str]:
        psql = machine.find(postgresql.program("psql"), stack.places) or "psql"
        place = ("-h", str(stack.paths.run / "postgresql"), "-d", self.database)
        words = (psql, "-q", "-v", "ON_ERROR_STOP=1", *place)
        client = _process(stack, words, "postgresql", subprocess.PIPE)
        assert client.stdin is not None
        client.stdin.write("\n".join((*statements, "")))
        client.stdin.flush()
        return client


class Run(_Fault, frozen=True, tag_field="kind", tag="run"):
    """A command runs while the fault lasts. Its words hold the placeholders of components.

    ``{python}`` is the interpreter. It runs as the account of ``as_component``, if there is one.
    """

    command: tuple[str, ...]
    copies: int = 1
    as_component: str = ""

    @contextlib.contextmanager
    def during(self, stack: DrillStack) -> Iterator[None]:
        """Keep the command running."""
        words = stack.places.fill_all(self.command)
        with contextlib.ExitStack() as processes:
            for _ in range(self.copies):
                process = _process(stack, words, self.as_component, subprocess.DEVNULL)
                processes.callback(_end, process)
            yield


class Requests(_Fault, frozen=True, tag_field="kind", tag="requests"):
    """Requests are sent to a server, so many in a second; ``{n}`` in the body is their number."""

    method: str
    url: str
    per_second: Annotated[float, msgspec.Meta(gt=0)]
    body: str = ""

    @contextlib.contextmanager
    def during(self, stack: DrillStack) -> Iterator[None]:
        """Keep sending."""
        address = urllib.parse.urlsplit(stack.places.fill(self.url))
        port, path = address.port or 80, address._replace(scheme="", netloc="").geturl() or "/"
        ended = threading.Event()
        clients = min(_CLIENTS, max(1, round(self.per_second / _PER_CLIENT)))
        threads = [
            threading.Thread(
                target=self._send, args=(port, path, self.per_second / clients, number, ended)
            )
            for number in range(clients)
        ]
        for thread in threads:
            thread.start()
        try:
            yield
        finally:
            ended.set()
            for thread in threads:
                thread.join()

    def _send(self, port: int, path: str, rate: float, client: int, ended: threading.Event) -> None:
        begun, sent = time.monotonic(), 0
        while not ended.wait(max(0.0, begun + sent / rate - time.monotonic())):
            sent += 1
            body = self.body.replace("{n}", f"{os.getpid()}-{client}-{sent}")
            # What a broken server answers is the fault itself.
            with contextlib.suppress(OSError, http.client.HTTPException):
                connection = http.client.HTTPConnection(LOOPBACK, port, timeout=_TIMEOUT_S)
                headers = {"Content-Type": "application/json"}
                connection.request(self.method, path, body.encode(), headers)
                connection.getresponse().read()
                connection.close()


class Write(_Fault, frozen=True, tag_field="kind", tag="write"):
    """A file has another content, or is older, while the fault lasts.

    In the end it has ``mend``, or without that what it had before. ``reload`` names a component
    that then reads its configuration again.
    """

    path: str
    text: str
    age_s: float = 0.0
    mend: str = ""
    reload: str = ""

    @contextlib.contextmanager
    def during(self, stack: DrillStack) -> Iterator[None]:
        """Keep the content; what was there before comes back."""
        path = Path(stack.places.fill(self.path))
        before = path.read_bytes() if path.exists() else None
        try:
            self._put(stack, path, self.text.encode())
            if self.age_s:
                moment = time.time() - self.age_s
                os.utime(path, (moment, moment))
            yield
        finally:
            self._put(stack, path, self.mend.encode() or before)

    def _put(self, stack: DrillStack, path: Path, content: bytes | None) -> None:
        if content is None:
            path.unlink(missing_ok=True)
        else:
            path.write_bytes(content)
            path.chmod(0o644)
        if self.reload:
            stack.supervisor.signal(self.reload, "HUP")


class Override(_Fault, frozen=True, tag_field="kind", tag="override"):
    """The threshold of an alert is overridden, because the machine can't be harmed.

    The copy's rule then compares with what always holds; all that follows is real.
    """

    alert: str

    @contextlib.contextmanager
    def during(self, stack: DrillStack) -> Iterator[None]:
        """Leave the harm to the runner, which rewrites rules once for all overrides."""
        yield


Fault = Stop | Kill | Hang | Engine | Sql | Run | Requests | Write | Override


def ask_engine(path: Path, request: dict[str, Any]) -> dict[str, Any]:
    """Send a command to the reference engine. Raises FaultError when it refuses."""
    try:
        with socket.socket(socket.AF_UNIX) as connection:
            connection.settimeout(_TIMEOUT_S)
            connection.connect(str(path))
            connection.sendall(json.dumps(request).encode() + b"\n")
            answer: dict[str, Any] = json.loads(connection.makefile().readline())
    except (OSError, ValueError) as error:
        raise FaultError(f"{path}: {error}") from error
    if not answer.get("ok"):
        raise FaultError(f"the engine refused {request}: {answer}")
    return answer


@contextlib.contextmanager
def _repeated(every_s: float, action: Callable[[], object]) -> Iterator[None]:
    """Do something again and again while the context is open, if there is an interval."""
    ended = threading.Event()

    def repeat() -> None:
        while not ended.wait(every_s):
            # The fault itself may have ended what is told.
            with contextlib.suppress(MonitoringError):
                action()

    thread = threading.Thread(target=repeat)
    if every_s:
        thread.start()
    try:
        yield
    finally:
        ended.set()
        if every_s:
            thread.join()


def _process(
    stack: DrillStack, words: tuple[str, ...], component: str, stdin: int
) -> subprocess.Popen[str]:
    """Start a command in a group of its own, as the account of a component."""
    user = stack.user(component) if component else None
    return subprocess.Popen(
        words,
        stdin=stdin,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        text=True,
        cwd="/",
        user=user,
        group=user,
        extra_groups=[] if user else None,
        start_new_session=True,
    )


def _end(process: subprocess.Popen[str]) -> None:
    """End a process with all that it has started: it is asked to end, and else killed."""
    with contextlib.suppress(ProcessLookupError):
        os.killpg(process.pid, signal.SIGTERM)
        with contextlib.suppress(subprocess.TimeoutExpired):
            process.wait(_PROCESS_END_S)
        os.killpg(process.pid, signal.SIGKILL)
    if process.stdin is not None:
        with contextlib.suppress(OSError):
            process.stdin.close()
    process.wait()


def title(fault: Fault) -> str:
    """Return a fault in a few words."""
    match fault:
        case Stop() | Kill() | Hang():
            words = f"{type(fault).__name__.lower()} {fault.component}"
        case Engine():
            words = "engine: " + ", ".join(f"{k} {v}" for k, v in fault.fault.items())
        case Sql():
            words = f"{fault.sessions} × {' '.join(fault.statements)}"
        case Run():
            words = f"{fault.copies} × {' '.join(fault.command)}"
        case Requests():
            words = f"{fault.method} {fault.url}, {fault.per_second:g} a second"
        case Write():
            words = f"write {fault.path}"
        case Override():
            words = f"the threshold of {fault.alert} overridden"
    return words
