"""A small HTTP server for metrics, for programs that have none of their own.

It is uvicorn with the application of `asgi`: ``/metrics``, ``/-/healthy`` and ``/-/ready``. What it
adds are the limits of `bounded_http`. A program that has a web server mounts the application of
`asgi` or `wsgi` instead.
"""

from __future__ import annotations

import asyncio
import os
import signal
import socket
import ssl
import threading
import weakref
from dataclasses import dataclass
from pathlib import Path
from types import TracebackType
from typing import Any

try:
    import uvicorn
except ImportError as error:
    raise ImportError(
        "MetricsServer needs uvicorn: pip install 'whiteroom-monitoring[server]'; or mount "
        "MetricsApp of client.exposition.asgi or .wsgi, which need nothing"
    ) from error

from whiteroom_monitoring import client
from whiteroom_monitoring.client.exposition.asgi import MetricsApp
from whiteroom_monitoring.client.exposition.bounded_http import (
    ServerLimits,
    SignalFreeServer,
    uvicorn_settings,
)
from whiteroom_monitoring.client.exposition.credentials import Credentials
from whiteroom_monitoring.client.exposition.hosts import LOOPBACK_NAMES, LoopbackHostApp
from whiteroom_monitoring.client.exposition.request import Source
from whiteroom_monitoring.errors import MonitoringError

LIMITS = ServerLimits(answer_s=60)
_GRACE_S = 2


class ListenError(MonitoringError):
    """The address can't be listened on, or a certificate not be used."""


@dataclass(frozen=True)
class Security:
    """Who may scrape, and by HTTPS or not: PEM files of a certificate and its key."""

    credentials: Credentials | None = None
    certificate: Path | None = None
    key: Path | None = None


class MetricsServer:
    """Serves the metrics of ``source`` from a thread of its own, between ``with`` and its end.

    Port 0 takes a free one; see ``port``. ``source`` is called for each scrape; when it raises, the
    scrape gets status 500 and the error's text goes to standard error.

    Raises ListenError when the address is taken or not allowed.
    """

    def __init__(
        self,
        address: str,
        port: int,
        source: Source = client.open_exposition,
        security: Security | None = None,
    ) -> None:
        security = security or Security()
        self._address = f"[{address}]" if ":" in address else address
        self._scheme = "https" if security.certificate else "http"
        tls = _tls(security)
        try:
            family = socket.AF_INET6 if ":" in address else socket.AF_INET
            self._listener = socket.create_server((address, port), family=family, backlog=1024)
        except OSError as error:
            place = f"{self._address}:{port}"
            raise ListenError(f"{place}: can't be listened on: {error.strerror}") from error
        self.port = int(self._listener.getsockname()[1])
        application: Any = MetricsApp(source, security.credentials)
        if address in LOOPBACK_NAMES:
            application = LoopbackHostApp(application, LOOPBACK_NAMES)
        self._source = source
        self._server = SignalFreeServer(_config(application, tls))
        self._thread = threading.Thread(target=self._run, name="metrics", daemon=True)

    def __enter__(self) -> MetricsServer:
        """Start."""
        self._thread.start()
        _serving.add(self)
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        """Stop, and wait for answers under way."""
        self._server.should_exit = True
        self._thread.join()
        _serving.discard(self)
        self._listener.close()
        if self._source == client.open_exposition:
            client.stop_serving()

    def leave_to_parent(self) -> None:
        """Close the address in a child after fork(), which has no thread that answers."""
        self._listener.close()

    def serve_until_signal(self) -> None:
        """Print the address, and serve until SIGTERM or SIGINT. For the main thread only."""
        stopped = threading.Event()
        for number in (signal.SIGTERM, signal.SIGINT):
            signal.signal(number, lambda *_: stopped.set())
        with self:
            print(f"serving {self._scheme}://{self._address}:{self.port}/metrics", flush=True)
            stopped.wait()

    def _run(self) -> None:
        asyncio.run(self._server.serve([self._listener]))


_serving: weakref.WeakSet[MetricsServer] = weakref.WeakSet()


def _leave_to_parent() -> None:
    for server in list(_serving):
        server.leave_to_parent()
    _serving.clear()


os.register_at_fork(after_in_child=_leave_to_parent)


def _tls(security: Security) -> ssl.SSLContext | None:
    if security.certificate is None:
        return None
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    try:
        context.load_cert_chain(security.certificate, security.key)
    except (OSError, ssl.SSLError) as error:
        place = f"{security.certificate}, {security.key}"
        raise ListenError(f"{place}: the certificate or its key can't be used: {error}") from error
    return context


def _config(application: Any, tls: ssl.SSLContext | None) -> uvicorn.Config:
    return uvicorn.Config(
        application,
        timeout_graceful_shutdown=_GRACE_S,
        ssl_context_factory=None if tls is None else lambda config, default: tls,
        **uvicorn_settings(LIMITS),
    )
