"""One notification as the inbox keeps it, and how a JSON body becomes an object."""

from __future__ import annotations

import json
from dataclasses import dataclass, replace
from typing import Any, Literal

from whiteroom_monitoring.client.exposition.bounded_http import is_nested_deeper
from whiteroom_monitoring.errors import MonitoringError
from whiteroom_monitoring.web.server import LIMITS

State = Literal["firing", "resolved", ""]
Action = Literal["trigger", "acknowledge", "resolve", "note", ""]

# Of a title that people read in a list.
LONGEST_TITLE = 1024
LONGEST_FOUND = 100
MOST_ERRORS = 20

_PRIORITIES = tuple(f"P{priority}: " for priority in range(4))


class InvalidMessageError(MonitoringError):
    """A body is no notification; ``errors`` names what is wrong with it, of many the first."""

    def __init__(self, *errors: str) -> None:
        hidden = len(errors) - MOST_ERRORS
        self.errors = (*errors[:MOST_ERRORS], f"and {hidden} more") if hidden > 0 else errors
        super().__init__("; ".join(self.errors))


@dataclass(frozen=True)
class Message:
    """A notification.

    ``channel`` is the name of its receiver, ``recipient`` Slack's channel, a mail's addressees or
    PagerDuty's severity, and ``colour`` what the sender asked for. ``raw`` is what was sent: JSON,
    or the source of a mail. ``action`` and ``source`` are PagerDuty's, and empty for the others.
    """

    channel: str
    title: str
    text: str
    raw: str
    recipient: str = ""
    colour: str = ""
    state: State = ""
    dedup_key: str = ""
    action: Action = ""
    source: str = ""

    def shortened(self) -> Message:
        """Return the message with no more of title, recipient and source than a list can show."""
        names = ("title", "recipient", "source")
        return replace(self, **{name: getattr(self, name)[:LONGEST_TITLE] for name in names})


def parse_json(body: bytes | str) -> dict[str, Any]:
    """Return the JSON object in ``body``; what can't be written as UTF-8 becomes ``?``.

    Raises InvalidMessageError for anything that is not one JSON object (RFC 8259).
    """
    source = body.encode("utf-8", "replace") if isinstance(body, str) else body
    # JSON of strangers is UTF-8 (RFC 8259); in another encoding its brackets could not be counted.
    if is_nested_deeper(source, LIMITS.nesting):
        raise InvalidMessageError(
            f"the body is nested deeper than {LIMITS.nesting} levels, or its brackets do not match"
        )
    try:
        # Twice: 1e999 and lone surrogates pass the first reading, and could not be stored.
        once = json.loads(source.decode("utf-8-sig"), parse_constant=_refuse_constant)
        content = json.loads(to_json(once), parse_constant=_refuse_constant)
    except (ValueError, RecursionError) as error:
        raise InvalidMessageError(f"the body is not JSON: {error}") from error
    if not isinstance(content, dict):
        raise InvalidMessageError(
            f"the body is a JSON {type(content).__name__}, expected a JSON object"
        )
    return content


def to_json(value: object) -> str:
    """Return ``value`` as JSON text that can be stored and searched."""
    return storable(json.dumps(value, ensure_ascii=False))


def storable(text: str) -> str:
    """Return ``text`` with ``?`` for lone surrogates, which no UTF-8 file can hold."""
    return text.encode("utf-8", "replace").decode("utf-8")


def shortened(value: object) -> str:
    """Return a value as a message of an error names it."""
    text = repr(value)
    return text if len(text) <= LONGEST_FOUND else text[:LONGEST_FOUND] + "…"


def state_of(title: str) -> State:
    """Return the state that a title begins with: ``[FIRING:2] …`` by Alertmanager's own templates,
    ``P1: …`` or ``Resolved: …`` by ours.
    """
    start = title.lstrip().upper()
    if start.startswith(("[RESOLVED", "RESOLVED: ")):
        return "resolved"
    return "firing" if start.startswith(("[FIRING", *_PRIORITIES)) else ""


def _refuse_constant(name: str) -> object:
    raise ValueError(f"{name} is no JSON number")
