"""The metrics as a WSGI application: for gunicorn, or beside Flask, Django and the like.

>>> from wsgiref.util import setup_testing_defaults
>>> environment = {"PATH_INFO": "/-/healthy"}
>>> setup_testing_defaults(environment)
>>> application = MetricsApp()
>>> list(application(environment, lambda status, headers: print(status)))
200 OK
[b'ok\\n']
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any

from whiteroom_monitoring import client
from whiteroom_monitoring.client.exposition.credentials import Credentials
from whiteroom_monitoring.client.exposition.handler import (
    HttpRequest,
    MetricsHandler,
    body_of,
    mounted_path,
)
from whiteroom_monitoring.client.exposition.request import Source

StartResponse = Callable[[str, list[tuple[str, str]]], Any]


class MetricsApp:
    """Serves the metrics of ``source`` at ``/metrics``, and ``/-/healthy`` and ``/-/ready``.

    Mounted at a path, it serves the metrics at that path, too; with ``credentials`` it asks for
    them.
    """

    def __init__(
        self, source: Source = client.open_exposition, credentials: Credentials | None = None
    ) -> None:
        self._handler = MetricsHandler(source, credentials)

    def __call__(
        self, environment: dict[str, Any], start_response: StartResponse
    ) -> Iterable[bytes]:
        """Respond to a request."""
        response = self._handler.handle(_request(environment))
        start_response(f"{response.status.value} {response.status.phrase}", response.headers)
        return body_of(response, environment["REQUEST_METHOD"])


def _request(environment: dict[str, Any]) -> HttpRequest:
    mount = environment.get("SCRIPT_NAME", "")
    return HttpRequest(
        environment["REQUEST_METHOD"],
        mounted_path(mount, mount + environment.get("PATH_INFO", "")),
        environment.get("QUERY_STRING", ""),
        environment.get("HTTP_ACCEPT", ""),
        environment.get("HTTP_ACCEPT_ENCODING", ""),
        environment.get("HTTP_AUTHORIZATION", ""),
    )
