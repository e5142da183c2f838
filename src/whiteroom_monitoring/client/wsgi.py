"""The metrics as a WSGI application: for gunicorn, or beside Flask, Django and the like.

>>> from wsgiref.util import setup_testing_defaults
>>> environment = {"PATH_INFO": "/-/healthy"}
>>> setup_testing_defaults(environment)
>>> application = MetricsApp()
>>> application(environment, lambda status, headers: print(status))
200 OK
[b'ok\\n']
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any

from whiteroom_monitoring import client
from whiteroom_monitoring.client.answering import Exposition, answer, within

StartResponse = Callable[[str, list[tuple[str, str]]], Any]


class MetricsApp:
    """Serves what ``exposition`` returns at ``/metrics``, and ``/-/healthy`` and ``/-/ready``.

    Mounted at a path, it serves the metrics at that path, too.
    """

    def __init__(self, exposition: Exposition = client.exposition) -> None:
        self._exposition = exposition

    def __call__(
        self, environment: dict[str, Any], start_response: StartResponse
    ) -> Iterable[bytes]:
        """Answer a request."""
        mount, method = environment.get("SCRIPT_NAME", ""), environment["REQUEST_METHOD"]
        path = within(mount, mount + environment.get("PATH_INFO", ""))
        found = answer(method, path, self._exposition)
        start_response(f"{found.status.value} {found.status.phrase}", found.headers)
        return [] if method == "HEAD" else [found.body]
