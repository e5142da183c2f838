"""Lets in who has the token, when the console listens to more than this machine."""

from __future__ import annotations

import hashlib
import hmac
from collections.abc import Awaitable, Callable
from http import HTTPStatus
from urllib.parse import parse_qsl

from starlette.requests import Request
from starlette.responses import RedirectResponse, Response
from starlette.types import ASGIApp, Receive, Scope, Send

from whiteroom_monitoring.web import console
from whiteroom_monitoring.web.server import FORM, require_media_type

LOGIN = "/login"
_PUBLIC_PATHS = (LOGIN, "/-/healthy")
_COOKIE = "whiteroom_console"
_MONTH_S = 30 * 86_400
_MAX_FORM_BYTES = 4096
_MAX_FIELDS = 4

Handler = Callable[[Request], Awaitable[Response]]


class TokenAuthMiddleware:
    """Answers who carries the token, in a header or in the cookie that the log-in page gives."""

    def __init__(self, app: ASGIApp, token: str) -> None:
        self._app, self._token = app, token

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        request = Request(scope)
        path = request.url.path
        if path in _PUBLIC_PATHS or console.is_asset(path) or self._is_authenticated(request):
            await self._app(scope, receive, send)
            return
        answer = Response(console.login(""), HTTPStatus.UNAUTHORIZED, media_type="text/html")
        await answer(scope, receive, send)

    def _is_authenticated(self, request: Request) -> bool:
        _, _, presented = request.headers.get("authorization", "").partition("Bearer ")
        cookie = request.cookies.get(_COOKIE, "")
        return _equal(presented, self._token) or _equal(cookie, digest(self._token))


def login(token: str) -> Handler:
    """Return the handler of the log-in form."""

    async def handle(request: Request) -> Response:
        require_media_type(request, FORM)
        body = (await request.body())[:_MAX_FORM_BYTES].decode("utf-8", "replace")
        presented = dict(parse_qsl(body, max_num_fields=_MAX_FIELDS)).get("token", "").strip()
        if not _equal(presented, token):
            text = console.login("This is not the token.")
            return Response(text, HTTPStatus.UNAUTHORIZED, media_type="text/html")
        answer = RedirectResponse("/", HTTPStatus.SEE_OTHER)
        answer.set_cookie(
            _COOKIE, digest(token), max_age=_MONTH_S, httponly=True, samesite="strict"
        )
        return answer

    return handle


def digest(token: str) -> str:
    """Return what the cookie holds: not the token, from which it can't be told."""
    return hashlib.sha256(f"whiteroom console {token}".encode()).hexdigest()


def _equal(presented: str, expected: str) -> bool:
    return hmac.compare_digest(presented.encode(), expected.encode())
