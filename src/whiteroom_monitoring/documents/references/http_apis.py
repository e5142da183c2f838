"""The page of the HTTP APIs, from the routes of the services."""

from __future__ import annotations

import inspect
import re
from collections.abc import Callable, Iterator
from types import SimpleNamespace
from typing import Any

from starlette.applications import Starlette
from starlette.routing import Route, WebSocketRoute

from whiteroom_monitoring.console import http as console
from whiteroom_monitoring.console.service import DashboardService
from whiteroom_monitoring.documents.references.markdown import code, page, table
from whiteroom_monitoring.inbox import http as inbox
from whiteroom_monitoring.inbox.receivers import load_receivers
from whiteroom_monitoring.logs.http import app as logs
from whiteroom_monitoring.reconciler import http as reconciler

PATH = "docs/reference/http-apis.md"
_SPACE = re.compile(r"\s+")
_RAISES = re.compile(r" Raises [^.]+\.")


def render() -> str:
    """Return the page."""
    parts = [part for title, app in applications().items() for part in (f"## {title}", _rows(app))]
    return page(
        "the services' routes",
        "HTTP APIs",
        "What each service answers. All listen on 127.0.0.1. The pages of the "
        "[console](console.md), the [inbox](inbox.md), the [log store](logs.md) and the "
        "[reconciler](reconciler.md) say who may ask, and what parameters mean; "
        "[Serving metrics](exposition.md) describes `/metrics`.",
        *parts,
    )


def applications() -> dict[str, Starlette]:
    """Return the applications of all services, which nobody can ask: they are there to be read."""
    # Applications look at their services only when they are asked, but for these attributes.
    nobody: Any = SimpleNamespace(
        project=SimpleNamespace(title=""),
        receivers=load_receivers(),
        limits=SimpleNamespace(push_bytes=1),
        store=None,
    )
    return {
        "Console": console.make(nobody, nobody, set()),
        "Inbox": inbox.make_app(nobody, set()),
        "Log store": logs.make_app(nobody, set()),
        "Reconciler": reconciler.make_app(nobody, set()),
    }


def _rows(application: Starlette) -> str:
    return table(["request", "what it answers"], sorted(_routes(application)))


def _routes(application: Starlette) -> Iterator[tuple[str, str]]:
    for route in application.routes:
        if isinstance(route, Route | WebSocketRoute) and "/assets" not in route.path:
            methods = getattr(route, "methods", {"WebSocket"}) or {"GET"}
            request = f"{' '.join(sorted(methods - {'HEAD'}))} {route.path}"
            yield code(request), description(route.endpoint)


def description(endpoint: Any) -> str:
    """Return the first sentence of what a handler's docstring says, or that of what it calls."""
    answer = endpoint
    if inspect.isfunction(endpoint):
        inner = inspect.getclosurevars(endpoint).nonlocals
        if "receiver" in inner:
            return f"Receive a notification as {inner['receiver'].title} does."
        answer = inner.get("answer", endpoint)
    document = inspect.getdoc(_called(answer)) or ""
    first = _SPACE.sub(" ", document.partition("\n\n")[0])
    return _RAISES.sub("", first.replace("``", "`"))


def _called(answer: Callable[..., Any]) -> Any:
    """Return the service's method that a lambda calls; anything else is returned as it is."""
    if getattr(answer, "__name__", "") != "<lambda>":
        return answer
    names = answer.__code__.co_names
    methods = (getattr(DashboardService, name, None) for name in names)
    return next((method for method in methods if method is not None), answer)
