"""What every application of ours is wrapped in: whom it answers, and with which headers."""

from __future__ import annotations

import asyncio
import socket
from pathlib import Path
from typing import Any

import pytest
from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response
from starlette.types import Receive, Scope, Send

from tests.support.asgi import ask
from whiteroom_monitoring.client.exposition.server import ListenError
from whiteroom_monitoring.web import console, server
from whiteroom_monitoring.web.assets import FOLDER, Assets


async def whole_body(scope: Scope, receive: Receive, send: Send) -> None:
    """Answer with the body, and with one header of its own."""
    body, more = b"", True
    while more:
        message = await receive()
        body += message.get("body", b"")
        more = message.get("more_body", False)
    await Response(body, headers={"X-Own": "1", "referrer-policy": "mine"})(scope, receive, send)


def test_headers_are_added_and_none_is_replaced() -> None:
    """A header that an application sets itself stays as it is, whatever its case."""
    app = server.SecurityHeadersMiddleware(
        whole_body, {"Referrer-Policy": "no-referrer", "X-Added": "2"}
    )
    answer = ask(app, "/", "POST", content=b"b")
    assert answer.text == "b"
    assert answer.headers.get_list("referrer-policy") == ["mine"]
    assert (answer.headers["x-added"], answer.headers["x-own"]) == ("2", "1")


def test_a_body_in_parts_is_counted_as_one() -> None:
    """The limit is that of all parts together."""
    app = server.BodyLimitMiddleware(whole_body, 10)

    async def parts(*sizes: int) -> Any:
        for size in sizes:
            yield b"x" * size

    assert ask(app, "/", "POST", content=parts(5, 5)).text == "x" * 10
    with pytest.raises(server.BodyTooLargeError, match="larger than 10 bytes"):
        ask(app, "/", "POST", content=parts(5, 6))


def test_only_requests_have_a_host() -> None:
    """What is no request, such as an application's start, goes through without a name."""
    seen: list[str] = []

    async def app(scope: Scope, receive: Receive, send: Send) -> None:
        seen.append(scope["type"])

    guarded = server.TrustedHostMiddleware(app, {"localhost"})
    scope: Scope = {"type": "lifespan"}
    asyncio.run(guarded(scope, None, None))  # type: ignore[arg-type]
    assert seen == ["lifespan"]


OWN, NAVIGATE = {"Origin": "http://host"}, {"Sec-Fetch-Mode": "navigate"}
ELSEWHERE = {"Sec-Fetch-Site": "cross-site"}


@pytest.mark.parametrize(
    ("method", "path", "headers", "status"),
    [
        ("GET", "/", {}, 200),
        ("POST", "/api/x", OWN, 200),
        ("POST", "/api/x", {"Origin": "http://evil"}, 403),
        ("GET", "/", {"Origin": "http://host:1"}, 403),
        ("GET", "/", ELSEWHERE | NAVIGATE, 200),
        ("HEAD", "/", ELSEWHERE | NAVIGATE, 200),
        ("POST", "/", ELSEWHERE | NAVIGATE, 403),
        ("GET", "/api/x", ELSEWHERE | NAVIGATE, 403),
        ("GET", "/", ELSEWHERE, 403),
        ("GET", "/", ELSEWHERE | {"Sec-Fetch-Mode": "no-cors"}, 403),
        ("GET", "/api/x", {"Sec-Fetch-Site": "same-origin"}, 200),
        ("GET", "/api/x", {"Sec-Fetch-Site": "none"}, 200),
        ("GET", "/api/x", {"Sec-Fetch-Site": "same-site"}, 403),
    ],
)
def test_a_page_elsewhere_may_only_link(
    method: str, path: str, headers: dict[str, str], status: int
) -> None:
    """What a browser asks for another site's page is refused; who follows a link is let in."""
    app = server.OwnOriginMiddleware(whole_body)
    assert ask(app, path, method, headers=headers).status_code == status


def test_only_requests_have_an_origin() -> None:
    """An application's start comes from nowhere, and goes through."""
    seen: list[str] = []

    async def app(scope: Scope, receive: Receive, send: Send) -> None:
        seen.append(scope["type"])

    scope: Scope = {"type": "lifespan"}
    asyncio.run(server.OwnOriginMiddleware(app)(scope, None, None))  # type: ignore[arg-type]
    assert seen == ["lifespan"]


@pytest.mark.parametrize(
    ("found", "taken"),
    [
        ("application/json", True),
        ("Application/JSON ; charset=utf-8", True),
        ("text/plain", False),
        ("", False),
        ("x" * 200, False),
    ],
)
def test_what_changes_something_says_what_it_is(found: str, taken: bool) -> None:
    """A content type is one of those that are expected, or is named, as far as a line is long."""
    request = Request({"type": "http", "headers": [(b"content-type", found.encode())]})
    if taken:
        assert server.require_media_type(request, "application/json") == found
        return
    with pytest.raises(server.MediaTypeError) as refused:
        server.require_media_type(request, "application/json")
    assert "application/json" in str(refused.value)
    assert "x" * 101 not in str(refused.value)
    assert found[:100] in str(refused.value)


@pytest.mark.parametrize(
    ("header", "name"),
    [("a:1", "a"), ("a", "a"), ("[::1]:3", "::1"), ("[::1]", "::1"), ("", ""), (":1", ":1")],
)
def test_a_host_has_a_name(header: str, name: str) -> None:
    """A port is no part of a name; an address of IPv6 stands in brackets."""
    assert server.host_name(header) == name


def test_a_taken_port_is_named() -> None:
    """The address and the port that can't be had are said with the system's reason."""
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        problem = f"127.0.0.1:{port}: can't be listened on: Address already in use"
        with pytest.raises(ListenError, match=problem), server.listening("127.0.0.1", port):
            pass


class _Request:
    def __init__(self, name: str, accepted: str | None = None) -> None:
        self.path_params = {"name": name}
        self.headers = {} if accepted is None else {"accept-encoding": accepted}


@pytest.mark.parametrize(
    ("accepted", "encoding"), [("br, gzip", "gzip"), ("br", None), (None, None)]
)
def test_an_asset_is_compressed_for_who_takes_it(
    accepted: str | None, encoding: str | None
) -> None:
    """Every asset may be kept for ever; caches tell the compressed one from the other."""
    assets = Assets(["shared"])
    answer = asyncio.run(assets.respond(_Request("shared/dom.js", accepted)))  # type: ignore[arg-type]
    asset = assets["shared/dom.js"]
    assert answer.headers.get("content-encoding") == encoding
    assert answer.body == (asset.compressed if encoding else asset.content)
    assert answer.headers["vary"] == "Accept-Encoding"
    assert answer.headers["cache-control"] == "public, max-age=31536000, immutable"


def test_an_asset_that_is_not_there() -> None:
    """Another name is not found; the address has twelve digits of what all of them hold."""
    assets = Assets(["shared"])
    answer = asyncio.run(assets.respond(_Request("shared/none.js")))  # type: ignore[arg-type]
    assert (answer.status_code, isinstance(answer, PlainTextResponse)) == (404, True)
    assert len(assets.base.rpartition("/")[2]) == 12


def test_compressing_twice_gives_the_same() -> None:
    """No time stands in what is compressed, so that it can be compared."""
    assets = Assets(["shared"])
    assert assets["shared/dom.js"].compressed[4:8] == bytes(4)


def test_a_page_has_its_title_or_that_of_its_kind() -> None:
    """A dashboard's page carries the dashboard's name from the start."""
    assert "Engine" in console.render("d", "Tape", "Engine")
    for name, title in console.PAGES.items():
        page = console.render(name, "Tape")
        assert title in page
        assert "Tape" in page


def test_scripts_of_packages_are_served_as_they_are(tmp_path: Path) -> None:
    """Only comments of ours are taken out; a style keeps its own."""
    foreign = tmp_path / "plot.js"
    foreign.write_text("// Licence\nf();\n")
    assets = Assets(["shared"], [foreign])
    assert assets["plot.js"].content == foreign.read_bytes()
    [style] = [name for name in assets if name.endswith(".css")][:1]
    assert assets[style].content == (FOLDER / style).read_bytes()
