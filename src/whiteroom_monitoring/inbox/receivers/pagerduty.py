"""PagerDuty's Events API v2, as far as a sender of alerts sees it.

Sources: https://developer.pagerduty.com/docs/events-api-v2-overview (alert events), for types and
answers https://github.com/PagerDuty/api-schema (reference/events-v2/openapiv3.json). What is
invalid is answered with 400, which no sender repeats.
"""

from __future__ import annotations

import re
import uuid
from collections.abc import Iterable, Iterator
from http import HTTPStatus
from typing import Any, cast

from starlette.responses import JSONResponse, Response

from whiteroom_monitoring.inbox.message import (
    LONGEST_TITLE,
    Action,
    InvalidMessageError,
    Message,
    State,
    parse_json,
    shortened,
    to_json,
)
from whiteroom_monitoring.inbox.receiver import Delivery, Receiver

ACTIONS = ("trigger", "acknowledge", "resolve")
SEVERITIES = ("critical", "error", "warning", "info")
LONGEST_DEDUP_KEY = 255
# Of the body, in bytes; Alertmanager's notify/pagerduty names the same one.
LARGEST_EVENT = 512_000
_TEXTS = ("client", "client_url")
_PAYLOAD_TEXTS = ("component", "group", "class", "timestamp")
# What each item of these lists must have, and what it may have besides.
_LISTS = {"links": ("href", ("text",)), "images": ("src", ("href", "alt"))}
_KEY = re.compile(r'("routing_key"\s*:\s*")([^"]*)')

STATES: dict[str, State] = {"trigger": "firing", "resolve": "resolved"}
COLOURS = {"critical": "danger", "error": "danger", "warning": "warning", "info": ""}


def parse(delivery: Delivery) -> Message:
    """Return the event; a trigger without ``dedup_key`` gets a new one.

    Raises InvalidMessageError with everything that PagerDuty would refuse.
    """
    if len(delivery.body) > LARGEST_EVENT:
        raise InvalidMessageError(
            f"the event has {len(delivery.body)} bytes, and may have {LARGEST_EVENT}"
        )
    event = parse_json(delivery.body)
    errors = _errors(event)
    if errors:
        raise InvalidMessageError(*errors)
    action = cast(Action, event["event_action"])
    payload = event.get("payload") or {}
    severity = str(payload.get("severity") or "")
    return Message(
        channel="pagerduty",
        title=str(payload.get("summary") or ""),
        text=_text(event, payload),
        raw=to_json({**event, "routing_key": _masked(event["routing_key"])}),
        recipient=severity,
        colour="good" if action == "resolve" else COLOURS.get(severity, ""),
        state=STATES.get(action, ""),
        dedup_key=event.get("dedup_key") or uuid.uuid4().hex,
        action=action,
        source=str(payload.get("source") or ""),
    )


def _errors(event: dict[str, Any]) -> list[str]:
    action, key = event.get("event_action"), event.get("dedup_key")
    errors = []
    if not isinstance(event.get("routing_key"), str) or not event["routing_key"]:
        errors.append("'routing_key' is missing, expected a text")
    if action not in ACTIONS:
        actual, expected = shortened(action), ", ".join(ACTIONS)
        errors.append(f"'event_action' is {actual}, expected one of {expected}")
    if key is not None and (not isinstance(key, str) or len(key) > LONGEST_DEDUP_KEY):
        errors.append(f"'dedup_key' must be a text of {LONGEST_DEDUP_KEY} characters at most")
    elif not key and action in {"acknowledge", "resolve"}:
        errors.append(f"'dedup_key' is missing, and {action!r} can't do without")
    errors += [*_type_errors(event, _TEXTS), *_list_errors(event)]
    return errors + _payload_errors(event.get("payload"), required=action == "trigger")


def _type_errors(node: dict[str, Any], names: Iterable[str], prefix: str = "") -> Iterator[str]:
    for name in names:
        if not isinstance(node.get(name, ""), str):
            kind = type(node[name]).__name__
            yield f"'{prefix}{name}' is a JSON {kind}, expected a text"


def _list_errors(event: dict[str, Any]) -> Iterator[str]:
    for name, (needed, others) in _LISTS.items():
        items = event.get(name)
        if items is None:
            continue
        if not isinstance(items, list):
            yield f"'{name}' is a JSON {type(items).__name__}, expected a list"
            continue
        for index, item in enumerate(items):
            place = f"{name}[{index}]"
            if not isinstance(item, dict):
                yield f"'{place}' is a JSON {type(item).__name__}, expected an object"
            elif not isinstance(item.get(needed), str) or not item[needed]:
                yield f"'{place}.{needed}' is missing, expected an address"
            else:
                yield from _type_errors(item, others, f"{place}.")


def _payload_errors(payload: object, required: bool) -> list[str]:
    if payload is None and not required:
        return []
    if not isinstance(payload, dict):
        return ["'payload' is missing, expected an object"]
    errors = list(_type_errors(payload, _PAYLOAD_TEXTS, "payload."))
    if not isinstance(payload.get("custom_details") or {}, dict):
        errors.append("'payload.custom_details' is no object")
    if not required:
        return errors
    errors += [
        f"'payload.{name}' is missing, expected a text"
        for name in ("summary", "source")
        if not isinstance(payload.get(name), str) or not payload[name]
    ]
    if len(str(payload.get("summary") or "")) > LONGEST_TITLE:
        errors.append(f"'payload.summary' is longer than {LONGEST_TITLE} characters")
    if payload.get("severity") not in SEVERITIES:
        severity = shortened(payload.get("severity"))
        errors.append(f"'payload.severity' is {severity}, expected one of {', '.join(SEVERITIES)}")
    return errors


def masked(body: str) -> str:
    """Return a body, valid or not, without the keys in it."""
    return _KEY.sub(lambda key: key[1] + _masked(key[2]), body)


def _masked(key: str) -> str:
    """Return enough of a key to tell which it is, and too little to use it."""
    return f"…{key[-4:]}" if len(key) > 8 else "…"


def _text(event: dict[str, Any], payload: dict[str, Any]) -> str:
    lines = [f"source: {payload['source']}"] if payload.get("source") else []
    details = payload.get("custom_details")
    if isinstance(details, dict):
        lines += [f"{name}: {str(value).strip()}" for name, value in details.items() if value]
    links = event.get("links")
    for link in links if isinstance(links, list) else []:
        if isinstance(link, dict) and link.get("href"):
            lines.append(f"{link.get('text') or 'link'}: {link['href']}")
    if event.get("client_url"):
        lines.append(f"{event.get('client') or 'client'}: {event['client_url']}")
    return "\n".join(lines)


def accept(message: Message) -> Response:
    """Answer as PagerDuty does."""
    answer = {"status": "success", "message": "Event processed", "dedup_key": message.dedup_key}
    return JSONResponse(answer, HTTPStatus.ACCEPTED)


def refuse(error: InvalidMessageError) -> Response:
    """Answer as PagerDuty does, with every error."""
    answer = {
        "status": "invalid event",
        "message": "Event object is invalid",
        "errors": list(error.errors),
    }
    return JSONResponse(answer, HTTPStatus.BAD_REQUEST)


RECEIVER = Receiver(
    name="pagerduty",
    title="PagerDuty",
    parse=parse,
    routes=("/pagerduty/v2/enqueue",),
    accept=accept,
    refuse=refuse,
    masked=masked,
)
