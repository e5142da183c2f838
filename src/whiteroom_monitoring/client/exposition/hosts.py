"""Whether a request addresses a server by a name of its own.

A page elsewhere can have its name lead to this machine, and then read what a server here answers
(DNS rebinding). It can't do that with a number, so those are everybody's own.
"""

from __future__ import annotations

import contextlib
import ipaddress
from collections.abc import Awaitable, Callable, Collection
from http import HTTPStatus
from typing import Any

LOOPBACK_NAMES = frozenset({"127.0.0.1", "localhost", "::1"})


def host_name(header: str) -> str:
    """Return the name in a Host header, without its port and brackets.

    >>> host_name("[::1]:3000"), host_name("localhost:3000"), host_name("localhost")
    ('::1', 'localhost', 'localhost')
    """
    if header.startswith("["):
        return header[1:].partition("]")[0]
    return header.rpartition(":")[0] or header


def is_number(name: str) -> bool:
    """Tell whether a name is an address of IPv4 or IPv6.

    >>> is_number("10.0.0.7"), is_number("::1"), is_number("a.example")
    (True, True, False)
    """
    with contextlib.suppress(ValueError):
        ipaddress.ip_address(name)
        return True
    return False


class LoopbackHostApp:
    """An ASGI application that only this machine reaches: other names are answered with 421."""

    def __init__(self, app: Callable[..., Awaitable[None]], names: Collection[str]) -> None:
        self._app, self._names = app, names

    async def __call__(self, scope: Any, receive: Any, send: Any) -> None:
        """Answer, or refuse."""
        header = dict(scope.get("headers", ())).get(b"host", b"").decode("latin-1")
        name = host_name(header).lower()
        if scope["type"] != "http" or not name or name in self._names or is_number(name):
            await self._app(scope, receive, send)
            return
        text = f"Host is {header[:100]!r}; expected this machine's address or localhost\n".encode()
        headers = [(b"content-type", b"text/plain; charset=utf-8")]
        status = int(HTTPStatus.MISDIRECTED_REQUEST)
        await send({"type": "http.response.start", "status": status, "headers": headers})
        await send({"type": "http.response.body", "body": text})
