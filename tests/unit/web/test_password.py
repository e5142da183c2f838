"""What is below /api/ is for those who have the password, where there is one."""

from __future__ import annotations

import pytest
from starlette.applications import Starlette
from starlette.middleware import Middleware
from starlette.requests import Request
from starlette.responses import PlainTextResponse
from starlette.routing import Route

from tests.support.asgi import ask
from whiteroom_monitoring.web.server import (
    MalformedBodyError,
    PasswordMiddleware,
    json_object,
)


async def _answer(request: Request) -> PlainTextResponse:
    if request.method == "POST":
        try:
            return PlainTextResponse(str(await json_object(request)))
        except MalformedBodyError as error:
            return PlainTextResponse(str(error), 400)
    return PlainTextResponse("answered")


def _application(authorization: str) -> Starlette:
    routes = [Route(path, _answer, methods=["GET", "POST"]) for path in ("/api/x", "/healthy")]
    middleware = [Middleware(PasswordMiddleware, authorization=authorization)]
    return Starlette(routes=routes, middleware=middleware)


@pytest.mark.parametrize(
    ("authorization", "path", "presented", "status"),
    [
        ("Basic YTpi", "/api/x", "Basic YTpi", 200),
        ("Basic YTpi", "/api/x", "Basic other", 401),
        ("Basic YTpi", "/api/x", "", 401),
        ("Basic YTpi", "/healthy", "", 200),
        ("", "/api/x", "", 200),
    ],
)
def test_only_who_has_the_password_is_answered(
    authorization: str, path: str, presented: str, status: int
) -> None:
    """A request below /api/ needs the header, if there is one; everything else is open."""
    headers = {"authorization": presented} if presented else {}
    answer = ask(_application(authorization), path, headers=headers)
    assert answer.status_code == status
    assert ("www-authenticate" in answer.headers) == (status == 401)


@pytest.mark.parametrize(
    ("body", "status"), [("{}", 200), ('{"a": 1}', 200), ("[]", 400), ("5", 400), ("{", 400)]
)
def test_a_body_is_an_object(body: str, status: int) -> None:
    """A body of JSON is an object, or is refused."""
    headers = {"content-type": "application/json"}
    answer = ask(_application(""), "/api/x", "POST", content=body, headers=headers)
    assert answer.status_code == status
