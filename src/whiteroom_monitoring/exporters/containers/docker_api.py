"""The Docker API over a unix socket, as Docker and podman serve it.

Reference: Docker Engine API v1.41, ContainerList and ContainerInspect.
"""

from __future__ import annotations

import http.client
import json
import os
import re
import socket
import threading
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

from whiteroom_monitoring.errors import MonitoringError

SOCKETS = (Path("/var/run/docker.sock"), Path("/run/podman/podman.sock"))
ANSWER_SECONDS = 2.0
CONVERSATION_SECONDS = 5.0
MOST_BYTES = 16 * 2**20

_KEY = re.compile(r"[0-9a-f]{64}")
_ADVICE = "is this the socket of Docker or podman? see --docker-socket"


class EngineError(MonitoringError):
    """The engine did not answer, or not as the Docker API does."""


@dataclass(frozen=True)
class Details:
    """What the engine says about one container; ``pid`` is 0 while it does not run."""

    image: str
    pid: int
    started_seconds: float | None
    restarts: int


def default_socket(environment: Mapping[str, str] = os.environ) -> Path | None:
    """Return the socket that DOCKER_HOST names, else the first usual one that exists.

    >>> default_socket({"DOCKER_HOST": "unix:///run/my.sock"}).as_posix()
    '/run/my.sock'
    """
    host = environment.get("DOCKER_HOST", "")
    if host.startswith("unix://"):
        return Path(host.removeprefix("unix://"))
    return next((path for path in SOCKETS if path.exists()), None)


class _Connection(http.client.HTTPConnection):
    def __init__(self, path: Path, timeout_s: float) -> None:
        super().__init__("localhost", timeout=timeout_s)
        self._path = str(path)
        # http.client forgets its own as soon as an answer says that it is the last one.
        self.latest: socket.socket | None = None

    def connect(self) -> None:
        self.sock = self.latest = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
        self.sock.settimeout(self.timeout)
        self.sock.connect(self._path)


class Engine:
    """One conversation with the engine, as a context manager. Methods raise EngineError.

    Each read waits ANSWER_SECONDS; a watchdog cuts the connection CONVERSATION_SECONDS after the
    beginning, so that an engine that sends a byte now and then can't hold up a scrape. ``over``
    says that it has done so.
    """

    def __init__(self, path: Path) -> None:
        self._path = path
        self._connection = _Connection(path, ANSWER_SECONDS)
        self.over = False
        self._watchdog = threading.Timer(CONVERSATION_SECONDS, self._hang_up)
        self._watchdog.daemon = True

    def __enter__(self) -> Engine:
        self._watchdog.start()
        return self

    def __exit__(self, *error: object) -> None:
        self._watchdog.cancel()
        self._connection.close()

    def _hang_up(self) -> None:
        self.over = True
        if connected := self._connection.latest:
            try:
                connected.shutdown(socket.SHUT_RDWR)
            except OSError:
                return  # closed already

    def names(self) -> dict[str, str]:
        """Return the names of the running containers by their 64 hexadecimal digits."""
        path = "/containers/json"
        entries = self._get(path)
        if not isinstance(entries, list):
            raise self._unexpected(path, entries, "a list of containers")
        return dict(self._named(path, entry) for entry in entries)

    def details(self, key: str) -> Details | None:
        """Return the details of a container; None when it is no longer there."""
        path = f"/containers/{key}/json"
        answer = self._get(path)
        if answer is None:
            return None
        try:
            state = answer["State"]
            return Details(
                image=str(answer["Config"]["Image"]),
                pid=int(state["Pid"]),
                started_seconds=_unix_seconds(str(state.get("StartedAt", ""))),
                restarts=int(answer.get("RestartCount") or 0),
            )
        except (TypeError, KeyError, ValueError, AttributeError, OverflowError):
            raise self._unexpected(path, answer, "State.Pid and Config.Image") from None

    def _named(self, path: str, entry: Any) -> tuple[str, str]:
        key = entry.get("Id") if isinstance(entry, dict) else None
        if not isinstance(key, str) or not _KEY.fullmatch(key):
            raise self._unexpected(path, entry, "an Id of 64 hexadecimal digits")
        entry_names = entry.get("Names") or []
        if not isinstance(entry_names, list):
            raise self._unexpected(path, entry_names, "Names as a list")
        names = [str(name).removeprefix("/") for name in entry_names]
        # Links between containers are further names: "/web/database".
        return key, next((name for name in names if "/" not in name), "")

    def _get(self, path: str) -> Any:
        try:
            status, body = self._answer(path)
        except (OSError, http.client.HTTPException) as error:
            self._connection.close()  # the next request gets a new one
            late = self.over or isinstance(error, TimeoutError)
            problem = "no answer in time" if late else str(error) or type(error).__name__
            raise EngineError(f"{self._path}: {path}: {problem} ({_ADVICE})") from error
        if status == http.client.NOT_FOUND:
            return None
        if status != http.client.OK:
            raise self._unexpected(path, f"status {status}", "status 200")
        try:
            return json.loads(body)
        except (ValueError, RecursionError):
            raise self._unexpected(path, body.decode(errors="replace"), "JSON") from None

    def _answer(self, path: str) -> tuple[int, bytes]:
        self._connection.request("GET", path)
        if self.over:  # connected after the watchdog looked
            raise TimeoutError
        response = self._connection.getresponse()
        body = response.read(MOST_BYTES + 1)
        if self.over:  # what was read may end early
            raise TimeoutError
        if len(body) > MOST_BYTES:
            raise http.client.HTTPException(f"an answer of more than {MOST_BYTES} bytes")
        return response.status, body

    def _unexpected(self, path: str, found: object, expected: str) -> EngineError:
        problem = f"{self._path}: {path}: found {str(found)[:80]!r}, expected {expected}"
        return EngineError(f"{problem} ({_ADVICE})")


def _unix_seconds(text: str) -> float | None:
    try:
        seconds = datetime.fromisoformat(text).timestamp()
    except (ValueError, OverflowError):
        return None
    return seconds if seconds > 0 else None  # the year 1 means never
