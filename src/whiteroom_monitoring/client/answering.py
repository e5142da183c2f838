"""What a request for metrics is answered, whatever carries it: the small server, ASGI or WSGI."""

from __future__ import annotations

import sys
from collections.abc import Callable
from dataclasses import dataclass
from http import HTTPStatus

from whiteroom_monitoring.client import CONTENT_TYPE
from whiteroom_monitoring.errors import MonitoringError

METRICS = "/metrics"
HEALTH = ("/-/healthy", "/-/ready")
METHODS = ("GET", "HEAD")
_PLAIN = "text/plain; charset=utf-8"

Exposition = Callable[[], bytes]


@dataclass(frozen=True)
class Answer:
    """An answer to GET; one to HEAD has the same headers, and its body is not sent."""

    status: HTTPStatus
    content_type: str
    body: bytes

    @property
    def headers(self) -> list[tuple[str, str]]:
        """The headers of the answer."""
        named = [("Content-Type", self.content_type), ("Content-Length", str(len(self.body)))]
        if self.status == HTTPStatus.METHOD_NOT_ALLOWED:
            named.append(("Allow", ", ".join(METHODS)))
        return named


def answer(method: str, path: str, exposition: Exposition) -> Answer:
    """Answer a request. When ``exposition`` fails, its error goes to standard error, too."""
    if path != METRICS and path not in HEALTH:
        text = f"not found; the metrics are at {METRICS}\n"
        return Answer(HTTPStatus.NOT_FOUND, _PLAIN, text.encode())
    if method not in METHODS:
        text = f"only {' and '.join(METHODS)} are answered\n"
        return Answer(HTTPStatus.METHOD_NOT_ALLOWED, _PLAIN, text.encode())
    if path in HEALTH:
        return Answer(HTTPStatus.OK, _PLAIN, b"ok\n")
    try:
        return Answer(HTTPStatus.OK, CONTENT_TYPE, exposition())
    except (OSError, ValueError, MonitoringError) as error:
        print(f"scrape: {error}", file=sys.stderr)
        return Answer(HTTPStatus.INTERNAL_SERVER_ERROR, _PLAIN, f"{error}\n".encode())


def within(mount: str, path: str) -> str:
    """Return the path that a request has within an application that is mounted at ``mount``.

    What is mounted at a path of its own serves the metrics there.

    >>> within("", "/metrics"), within("/monitoring", "/monitoring/metrics")
    ('/metrics', '/metrics')
    >>> within("/metrics", "/metrics/")
    '/metrics'
    """
    inner = path.removeprefix(mount) if mount else path
    return METRICS if mount and inner in ("", "/") else inner
