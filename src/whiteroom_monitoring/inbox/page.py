"""The inbox' page: rendered here alone. Its script loads it again and shows what is new."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from typing import Any
from urllib.parse import urlencode

import jinja2
from markupsafe import Markup, escape

from whiteroom_monitoring.inbox.message import Message
from whiteroom_monitoring.inbox.receiver import Delivery, Receiver
from whiteroom_monitoring.inbox.store import MessageQuery
from whiteroom_monitoring.web.assets import FOLDER, Assets

MESSAGES = 100
# Of one message, and of all that are read for a page.
TEXT_CHARACTERS = 8 * 1024
SOURCE_CHARACTERS = 16 * 1024
LARGEST_CHARACTERS = 2 * 1024 * 1024
_TEMPLATE = FOLDER / "inbox/inbox.html"
# Addresses, and what Slack marks as *bold*, _italic_ and `code`, in text that is escaped already.
_MARKED = re.compile(
    r"(?P<address>https?://[^\s<>]+?(?=&#34;|&lt;|&gt;|[\s<>]|$))"
    r"|(?<![\w*_`])(?P<mark>[*_`])(?P<text>[^*_`\n]+)(?P=mark)(?![\w*_`])"
)
_TAGS = {"*": "b", "_": "i", "`": "code"}


@dataclass(frozen=True)
class View:
    """What the page shows: the open incidents, and the messages that ``query`` has chosen."""

    incidents: Sequence[Mapping[str, Any]]
    messages: Sequence[Mapping[str, Any]]
    query: MessageQuery

    @property
    def older(self) -> str:
        """Where the messages before these are, or "" when these are all."""
        if len(self.messages) < self.query.limit:
            return ""
        chosen = {"search": self.query.search, "channel": self.query.channel}
        before = {"before": self.messages[-1]["id"]}
        return "?" + urlencode({name: value for name, value in chosen.items() if value} | before)


@cache
def assets() -> Assets:
    """Return the page's assets."""
    return Assets(("shared", "inbox"))


@cache
def _template() -> jinja2.Template:
    environment = jinja2.Environment(
        autoescape=True, undefined=jinja2.StrictUndefined, trim_blocks=True, lstrip_blocks=True
    )
    environment.filters |= {"utc": utc}
    return environment.from_string(_TEMPLATE.read_text(encoding="utf-8"))


@dataclass(frozen=True)
class Shown:
    """A message as the page shows it: its texts shortened, and everything in them escaped."""

    id: int
    css: str
    channel: str
    receiver: str
    recipient: str
    state: str
    received: str
    title: str
    address: str
    text: Markup
    source: str


def render(view: View, receivers: Mapping[str, Receiver]) -> str:
    """Return the page."""
    return _template().render(
        view=view,
        messages=[shown(message, receivers) for message in view.messages],
        receivers=receivers,
        assets=assets().base,
        preloads=assets().imported_by("inbox/inbox.js"),
    )


def shown(message: Mapping[str, Any], receivers: Mapping[str, Receiver]) -> Shown:
    """Return how a message is shown; one that can't be rendered is shown as its source."""
    # A message may be older than this program, and its receiver gone.
    channel = message["channel"]
    receiver = receivers.get(channel) or Receiver(channel, channel, _parse_nothing)
    try:
        return _shown(message, receiver)
    except Exception:  # noqa: BLE001,RUF100 - what strangers have sent must not hide the others
        title = "(this message can't be shown; see the source)"
        plain = {**message, "title": title, "text": "", "raw": str(message["raw"])}
        return _shown(plain, Receiver(channel, channel, _parse_nothing))


def _shown(message: Mapping[str, Any], receiver: Receiver) -> Shown:
    # What somebody has edited in the file may be no JSON any more.
    has_link = isinstance(message["raw"], dict) or not receiver.has_json
    address = receiver.link(message["raw"]) if has_link else ""
    lines = [line for line in message["text"].split("\n") if line != address]
    return Shown(
        id=message["id"],
        css=f"message {message['state']} {urgency(message)}",
        channel=message["channel"],
        receiver=receiver.title,
        recipient=message["recipient"],
        state=message["state"],
        received=message["received"],
        title=message["title"],
        address=address,
        text=marked(shortened("\n".join(lines), TEXT_CHARACTERS), receiver.has_markup),
        source=source(message["raw"]),
    )


def _parse_nothing(delivery: Delivery) -> Message:
    """Refuse: a receiver that is gone takes no message any more."""
    raise LookupError("this receiver is gone")


def marked(text: str, has_markup: bool) -> Markup:
    """Return text with links, and with Slack's marks as Slack shows them.

    >>> str(marked("*loud* https://a.example/", has_markup=True))
    '<b>loud</b> <a href="https://a.example/" rel="noopener noreferrer" target="_blank">https://a.example/</a>'
    """

    def replace(match: re.Match[str]) -> str:
        if address := match["address"]:
            return f'<a href="{address}" rel="noopener noreferrer" target="_blank">{address}</a>'
        tag = _TAGS[match["mark"]]
        return f"<{tag}>{match['text']}</{tag}>" if has_markup else match[0]

    return Markup(_MARKED.sub(replace, str(escape(text))))


def source(raw: Any) -> str:
    """Return the beginning of what was sent as text.

    >>> source({"a": [1]})
    '{\\n  "a": [\\n    1\\n  ]\\n}'
    """
    if isinstance(raw, str):
        return shortened(raw, SOURCE_CHARACTERS)
    parts, characters = list[str](), 0
    for part in json.JSONEncoder(indent=2, ensure_ascii=False).iterencode(raw):
        parts.append(part)
        characters += len(part)
        if characters > SOURCE_CHARACTERS:
            break
    return shortened("".join(parts), SOURCE_CHARACTERS)


def shortened(text: str, most: int) -> str:
    """Return the beginning of a text, and a note when there is more."""
    return text if len(text) <= most else f"{text[:most]}\n… (/api/messages has the whole)"


def urgency(message: Mapping[str, Any]) -> str:
    """Return how urgent a message that fires looks: "", "warning" or "notice"."""
    if message["state"] != "firing":
        return ""
    if message["colour"] == "warning":
        return "warning"
    return "notice" if "#" in message["colour"] else ""


def utc(timestamp: str) -> str:
    """Return a time as a page without its script shows it.

    >>> utc("2026-01-02T03:04:05.678Z")
    '2026-01-02 03:04:05 UTC'
    """
    return f"{timestamp[:19].replace('T', ' ')} UTC"
