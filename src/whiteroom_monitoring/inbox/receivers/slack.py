"""Slack's incoming webhooks: a text, attachments (what Alertmanager sends) or blocks.

Source: https://docs.slack.dev/messaging/sending-messages-using-incoming-webhooks
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from http import HTTPStatus
from typing import Any
from urllib.parse import parse_qs

from starlette.responses import PlainTextResponse, Response

from whiteroom_monitoring.inbox.message import (
    InvalidMessageError,
    Message,
    State,
    parse_json,
    state_of,
    to_json,
)
from whiteroom_monitoring.inbox.receiver import Delivery, Receiver
from whiteroom_monitoring.web.server import FORM, JSON

MOST_FIELDS = 100
STATES: dict[str, State] = {"good": "resolved", "": ""}
LINK = re.compile(r"<(https?://[^|<>\s]+)(?:\|([^<>]*))?>")


def parse(delivery: Delivery) -> Message:
    """Return the message: JSON, or a form whose field ``payload`` is JSON.

    What follows ``/slack/`` in the address is the recipient when the body names none.
    Raises InvalidMessageError when it has neither text nor attachments nor blocks.
    """
    # `curl -d '{…}'` calls JSON a form.
    body = delivery.body
    is_form = delivery.content_type.startswith(FORM) and not body.lstrip().startswith(b"{")
    hook = parse_json(_payload_field(body) if is_form else body)
    attachments = [part for part in _objects(hook.get("attachments")) if part]
    lines = [*_top_lines(hook), *(line for part in attachments for line in _lines(part))]
    if not lines:
        raise InvalidMessageError("no_text: expected 'text', 'attachments' or 'blocks'")
    first = attachments[0] if attachments else {}
    title = plain(str(first.get("title") or "")) or lines[0]
    colour = str(first.get("color") or "")
    return Message(
        channel="slack",
        title=title.splitlines()[0],
        text="\n".join(line for line in lines if line != title),
        raw=to_json(hook),
        recipient=str(hook.get("channel") or delivery.rest),
        colour=colour,
        state=state_of(title) or STATES.get(colour, "firing"),
    )


def plain(text: str) -> str:
    """Return Slack's markup as a reader sees it, with addresses written out.

    >>> plain("<https://a.example/|runbook> &amp; more")
    'runbook https://a.example/ & more'
    """
    with_addresses = LINK.sub(lambda link: f"{link[2] or ''} {link[1]}".strip(), text)
    return with_addresses.replace("&lt;", "<").replace("&gt;", ">").replace("&amp;", "&").strip()


def _payload_field(body: bytes) -> str:
    try:
        fields = parse_qs(body.decode("utf-8", "replace"), max_num_fields=MOST_FIELDS)
    except ValueError as error:
        raise InvalidMessageError(f"the form can't be read: {error}") from error
    if "payload" not in fields:
        raise InvalidMessageError("the form has no field 'payload', expected one with JSON")
    return fields["payload"][0]


def _top_lines(hook: dict[str, Any]) -> Iterator[str]:
    texts = [hook.get("text")]
    for block in _objects(hook.get("blocks")):
        texts += [part.get("text") for part in [_object(block.get("text"))]]
        texts += [field.get("text") for field in _objects(block.get("fields"))]
    yield from (plain(text) for text in texts if isinstance(text, str) and text.strip())


def _lines(attachment: dict[str, Any]) -> Iterator[str]:
    for name in ("pretext", "title", "text", "title_link"):
        if isinstance(attachment.get(name), str) and attachment[name].strip():
            yield plain(attachment[name])
    for field in _objects(attachment.get("fields")):
        yield plain(f"{field.get('title', '')}: {field.get('value', '')}")
    for action in _objects(attachment.get("actions")):
        if action.get("url"):
            yield plain(f"{action.get('text', 'link')}: {action['url']}")
    if not (attachment.get("title") or attachment.get("text")) and attachment.get("fallback"):
        yield plain(str(attachment["fallback"]))


def _objects(value: object) -> list[dict[str, Any]]:
    return [part for part in value if isinstance(part, dict)] if isinstance(value, list) else []


def _object(value: object) -> dict[str, Any]:
    return value if isinstance(value, dict) else {}


def title_link(raw: dict[str, Any]) -> str:
    """Return where the title of the first attachment leads, or ""."""
    attachments = _objects(raw.get("attachments"))
    link = attachments[0].get("title_link") if attachments else None
    return link if isinstance(link, str) and link.startswith(("http://", "https://")) else ""


def refuse(error: InvalidMessageError) -> Response:
    """Answer as Slack does, with the reason."""
    return PlainTextResponse(f"invalid_payload: {error}", HTTPStatus.BAD_REQUEST)


RECEIVER = Receiver(
    name="slack",
    title="Slack",
    parse=parse,
    routes=("/slack", "/slack/{rest:path}"),
    content_types=(JSON, FORM),
    refuse=refuse,
    has_markup=True,
    link=title_link,
)
