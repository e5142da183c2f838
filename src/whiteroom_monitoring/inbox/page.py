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
    environment.filters |= {"marked": marked, "source": source, "urgency": urgency, "utc": utc}
    return environment.from_string(_TEMPLATE.read_text(encoding="utf-8"))


def render(view: View, receivers: Mapping[str, Receiver]) -> str:
    """Return the page."""
    modules = assets().imported_by("inbox/inbox.js")

    def receiver_of(message: Mapping[str, Any]) -> Receiver:
        # A message may be older than this program, and its receiver gone.
        channel = message["channel"]
        return receivers.get(channel) or Receiver(channel, channel, _parse_nothing)

    return _template().render(
        view=view,
        receivers=receivers,
        receiver_of=receiver_of,
        assets=assets().base,
        preloads=modules,
    )


def _parse_nothing(delivery: Delivery) -> Message:
    """Refuse: a receiver that is gone takes no message any more."""
    raise LookupError("this receiver is gone")


def marked(text: str, has_markup: bool) -> Markup:
    """Return text with links, and with Slack's marks as Slack shows them.

    >>> str(marked("*loud* https://a.example/", has_markup=True))
    '<b>loud</b> <a href="https://a.example/" rel="noopener noreferrer" target="_blank">https://a.example/</a>'
    """

    def replace(found: re.Match[str]) -> str:
        if address := found["address"]:
            return f'<a href="{address}" rel="noopener noreferrer" target="_blank">{address}</a>'
        tag = _TAGS[found["mark"]]
        return f"<{tag}>{found['text']}</{tag}>" if has_markup else found[0]

    return Markup(_MARKED.sub(replace, str(escape(text))))


def source(raw: Any) -> str:
    """Return what was sent as text."""
    return raw if isinstance(raw, str) else json.dumps(raw, indent=2, ensure_ascii=False)


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
