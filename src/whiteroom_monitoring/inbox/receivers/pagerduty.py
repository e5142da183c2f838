"""PagerDuty's Events API v2, as far as a sender of alerts sees it.

Source: https://developer.pagerduty.com/docs/events-api-v2-overview (alert events).
"""

from __future__ import annotations

import uuid
from http import HTTPStatus
from typing import Any, cast

from starlette.responses import JSONResponse, Response

from whiteroom_monitoring.inbox.message import (
    Action,
    InvalidMessageError,
    Message,
    State,
    parse_json,
    to_json,
)
from whiteroom_monitoring.inbox.receiver import Delivery, Receiver

ACTIONS = ("trigger", "acknowledge", "resolve")
SEVERITIES = ("critical", "error", "warning", "info")
LONGEST_DEDUP_KEY = 255
LONGEST_SUMMARY = 1024

STATES: dict[str, State] = {"trigger": "firing", "resolve": "resolved"}
COLOURS = {"critical": "danger", "error": "danger", "warning": "warning", "info": ""}


def parse(delivery: Delivery) -> Message:
    """Return the event; a trigger without ``dedup_key`` gets a new one.

    Raises InvalidMessageError with everything that PagerDuty would refuse.
    """
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
        errors.append(f"'event_action' is {action!r}, expected one of {', '.join(ACTIONS)}")
    if key is not None and (not isinstance(key, str) or len(key) > LONGEST_DEDUP_KEY):
        errors.append(f"'dedup_key' must be a text of {LONGEST_DEDUP_KEY} characters at most")
    elif not key and action in {"acknowledge", "resolve"}:
        errors.append(f"'dedup_key' is missing, and {action!r} can't do without")
    return errors + _payload_errors(event.get("payload"), required=action == "trigger")


def _payload_errors(payload: object, required: bool) -> list[str]:
    if payload is None and not required:
        return []
    if not isinstance(payload, dict):
        return ["'payload' is missing, expected an object"]
    if not required:
        return []
    errors = [
        f"'payload.{name}' is missing, expected a text"
        for name in ("summary", "source")
        if not isinstance(payload.get(name), str) or not payload[name]
    ]
    if len(str(payload.get("summary") or "")) > LONGEST_SUMMARY:
        errors.append(f"'payload.summary' is longer than {LONGEST_SUMMARY} characters")
    if payload.get("severity") not in SEVERITIES:
        severity = payload.get("severity")
        errors.append(
            f"'payload.severity' is {severity!r}, expected one of {', '.join(SEVERITIES)}"
        )
    return errors


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
)
