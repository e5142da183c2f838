"""The laws of the inbox' service: who watches sees what arrives, mails are taken before 250."""

from __future__ import annotations

import asyncio
import contextlib
import io
import json
from collections.abc import Iterator
from http import HTTPStatus
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from aiosmtpd.smtp import Envelope

from whiteroom_monitoring.inbox import html_text, http, smtp
from whiteroom_monitoring.inbox.message import Message
from whiteroom_monitoring.inbox.service import BACKLOG, SHOWN_CHARACTERS, InboxService


@pytest.fixture
def service(tmp_path: Path) -> Iterator[InboxService]:
    """A service with a store of its own."""
    opened = InboxService(tmp_path)
    yield opened
    opened.close()


def _message(number: int) -> Message:
    return Message("slack", f"m{number}", "", "{}")


def test_who_watches_sees_what_arrives(service: InboxService) -> None:
    """A message is told as it arrives; silence is told by None; closing ends the watch."""

    async def watched() -> list[Any]:
        silent = service.watch(heartbeat_s=0.01)
        seen: list[Any] = [await anext(silent)]
        watch = service.watch(heartbeat_s=60)
        waiting = asyncio.ensure_future(anext(watch))
        await asyncio.sleep(0)
        await service.ingest(_message(1))
        seen.append((await waiting)["title"])
        service.close_watches()
        return [*seen, *[message async for message in watch]]

    assert asyncio.run(watched()) == [None, "m1"]


def test_a_watcher_who_is_far_behind_misses_what_is_new(service: InboxService) -> None:
    """So many messages wait for a watcher and no more: their memory is bounded."""

    async def kept() -> list[str]:
        watch = service.watch(heartbeat_s=0.01)
        assert await anext(watch) is None
        for number in range(BACKLOG + 3):
            await service.ingest(_message(number))
        return [m["title"] async for m in _until_silent(watch)]

    assert BACKLOG == 100
    assert asyncio.run(kept()) == [f"m{number}" for number in range(BACKLOG)]


async def _until_silent(watch: Any) -> Any:
    async for message in watch:
        if message is None:
            return
        yield message


def test_an_incident_that_is_not_open_is_not_shown(service: InboxService) -> None:
    """Deciding about an incident that is not there tells nobody anything."""

    async def acted() -> Any:
        watch = service.watch(heartbeat_s=0.01)
        assert await anext(watch) is None
        assert await service.act(7, "resolve") is None
        return await anext(watch)

    assert asyncio.run(acted()) is None


@pytest.mark.parametrize("content", ["Subject: hello\n\nbody", b"Subject: hello\n\nbody"])
def test_a_mail_is_stored_before_it_is_acknowledged(
    service: InboxService, content: str | bytes
) -> None:
    """A mail of text or of bytes has its envelope's recipients; an empty one is kept, too."""
    envelope = Envelope()
    envelope.content, envelope.rcpt_tos = content, ["ops@a.example", "db@a.example"]

    async def deliver() -> list[Any]:
        handler: Any = smtp.Handler(service)
        assert await handler.handle_DATA(None, None, envelope) == "250 stored"
        assert await handler.handle_DATA(None, None, Envelope()) == "250 stored"
        return await service.query(lambda store: store.messages())

    empty, mail = asyncio.run(deliver())
    assert (mail["title"], mail["text"]) == ("hello", "body")
    assert mail["recipient"] == "ops@a.example, db@a.example"
    assert empty["title"] == "(no subject)"


def test_what_is_watched_is_no_longer_than_a_page_shows(service: InboxService) -> None:
    """A watcher gets what was sent as it is; of what is too long, the beginning and its id."""

    async def watched(text: str) -> dict[str, Any]:
        watch = service.watch(heartbeat_s=60)
        waiting = asyncio.ensure_future(anext(watch))
        await asyncio.sleep(0)
        await service.ingest(Message("slack", "m", text, json.dumps({"text": text})))
        return dict(await waiting)

    short = asyncio.run(watched("short"))
    assert (short["text"], short["raw"] is None) == ("short", False)
    long = asyncio.run(watched("x" * (SHOWN_CHARACTERS + 1)))
    assert (long["text"], long["raw"]) == ("x" * SHOWN_CHARACTERS, None)


@pytest.mark.parametrize("page", ["<!-- a -->b", "b<!-- a -->", "b<!-- a", "<!-- a --><!-- c -->b"])
def test_comments_are_no_text(page: str) -> None:
    """A comment is left out wherever it stands, at the very beginning, too."""
    assert html_text.text_of(page).strip() == "b"


def test_a_failure_is_logged_with_as_much_of_its_path_as_one_reads() -> None:
    """The log says what was asked for, cut after a hundred characters."""
    printed = io.StringIO()
    request: Any = SimpleNamespace(method="GET", url=SimpleNamespace(path="/" + "x" * 200))
    with contextlib.redirect_stdout(printed):
        answer = http._failure(HTTPStatus.BAD_REQUEST)(request, ValueError("odd"))
    assert printed.getvalue() == f"GET '/{'x' * 99}': 400: odd\n"
    assert answer.status_code == HTTPStatus.BAD_REQUEST
