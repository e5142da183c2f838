"""What a receiver is: how one kind of notification is parsed and answered, as its original does."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from http import HTTPStatus
from typing import Any

from starlette.responses import PlainTextResponse, Response

from whiteroom_monitoring.inbox.message import InvalidMessageError, Message
from whiteroom_monitoring.web.server import JSON


@dataclass(frozen=True)
class Delivery:
    """What a sender delivered.

    ``rest`` is what a route's ``{rest:path}`` stands for, ``recipients`` are those of a mail.
    """

    body: bytes
    content_type: str = ""
    rest: str = ""
    recipients: Sequence[str] = ()


def _accept(message: Message) -> Response:
    return PlainTextResponse("ok")


def _refuse(error: InvalidMessageError) -> Response:
    return PlainTextResponse(str(error), HTTPStatus.BAD_REQUEST)


def _no_link(raw: Any) -> str:
    return ""


def _as_it_is(body: str) -> str:
    return body


@dataclass(frozen=True)
class Receiver:
    """One channel of notifications.

    ``name`` is the value of the label ``channel``, ``title`` its name for people. What is posted to
    its ``routes`` in one of ``content_types`` is given to ``parse``, in a thread, which raises
    InvalidMessageError; ``accept`` and ``refuse`` answer as the original does. ``masked`` hides
    credentials in a refused body, which is kept. ``has_json`` tells whether a message's ``raw`` is
    JSON, ``has_markup`` whether its text has Slack's marks, and ``link`` where its title leads.
    """

    name: str
    title: str
    parse: Callable[[Delivery], Message]
    routes: tuple[str, ...] = ()
    content_types: tuple[str, ...] = (JSON,)
    accept: Callable[[Message], Response] = _accept
    refuse: Callable[[InvalidMessageError], Response] = _refuse
    masked: Callable[[str], str] = _as_it_is
    has_json: bool = True
    has_markup: bool = False
    link: Callable[[Any], str] = _no_link
