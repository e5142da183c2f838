"""The inbox' page: complete as HTML, kept up to date by its script."""

from __future__ import annotations

import html
import json
import re
from collections.abc import Sequence
from pathlib import Path
from string import Template
from typing import Any

_FOLDER = Path(__file__).parent
_KINDS = {".css": "text/css", ".js": "text/javascript", ".svg": "image/svg+xml"}

# name: (content, media type)
ASSETS = {
    path.name: (path.read_bytes(), _KINDS[path.suffix])
    for path in sorted(_FOLDER.iterdir())
    if path.suffix in _KINDS
}

_PAGE = Template((_FOLDER / "inbox.html").read_text(encoding="utf-8"))
CHANNEL_NAMES = {"pagerduty": "PagerDuty", "slack": "Slack", "email": "E-mail"}


def render(incidents: Sequence[dict[str, Any]], messages: Sequence[dict[str, Any]]) -> str:
    """Return the page with what is open and what has arrived."""
    return _PAGE.substitute(
        incidents="".join(_incident(incident) for incident in incidents),
        messages="".join(_message(message) for message in messages),
    )


# Addresses, and what Slack marks as *bold*, _italic_ and `code`, in text that is escaped already.
_MARKED = re.compile(
    r"(?P<address>https?://[^\s<>]+?(?=&quot;|&lt;|&gt;|[\s<>]|$))"
    r"|(?<![\w*_`])(?P<mark>[*_`])(?P<text>[^*_`\n]+)(?P=mark)(?![\w*_`])"
)
_MARKS = {"*": "b", "_": "i", "`": "code"}


def _shown_text(text: str, is_slack: bool) -> str:
    """Return text as Slack shows it; the script has the same rule."""

    def shown(found: re.Match[str]) -> str:
        if found["address"]:
            return _link(found["address"], found["address"])
        tag = _MARKS[found["mark"]]
        return f"<{tag}>{found['text']}</{tag}>" if is_slack else found[0]

    return _MARKED.sub(shown, _e(text))


def _link(escaped_address: str, escaped_text: str) -> str:
    rel = 'rel="noopener noreferrer" target="_blank"'
    return f'<a href="{escaped_address}" {rel}>{escaped_text}</a>'


def _title_link(message: dict[str, Any]) -> str:
    """Return where the title of a Slack message leads, or ""."""
    if message["channel"] != "slack" or not isinstance(message["raw"], dict):
        return ""
    attachments = message["raw"].get("attachments")
    first = attachments[0] if isinstance(attachments, list) and attachments else None
    link = first.get("title_link") if isinstance(first, dict) else None
    return link if isinstance(link, str) and re.match(r"https?://", link) else ""


def _incident(incident: dict[str, Any]) -> str:
    return (
        f'<li class="incident {_e(incident["state"])}"><b>{_e(incident["title"])}</b>'
        f'<span class="tag">{_e(incident["state"])}</span>'
        f"<span>since {_time(incident['first'])}</span>"
        f"<span>{_events(incident['events'])}</span></li>\n"
    )


def _events(count: int) -> str:
    return "1 event" if count == 1 else f"{count} events"


def _message(message: dict[str, Any]) -> str:
    channel, state = message["channel"], message["state"]
    link = _title_link(message)
    title = _link(_e(link), _e(message["title"])) if link else _e(message["title"])
    text = "\n".join(line for line in message["text"].split("\n") if line != link)
    tag = f'<span class="tag {_e(state)}">{_e(state)}</span>' if state else ""
    raw = message["raw"]
    sent = raw if isinstance(raw, str) else json.dumps(raw, indent=2, ensure_ascii=False)
    return (
        f'<li class="message {_e(state)} {_urgency(message)}"><header>'
        f'<span class="channel {_e(channel)}">{_e(CHANNEL_NAMES[channel])}</span>'
        f'<span class="recipient">{_e(message["recipient"])}</span>{tag}'
        f"{_time(message['received'])}</header>"
        f"<h3>{title}</h3><p>{_shown_text(text, channel == 'slack')}</p>"
        f"<details><summary>As it was sent</summary><pre>{_e(sent)}</pre></details></li>\n"
    )


def _urgency(message: dict[str, Any]) -> str:
    """Return how loud a message that fires is to look; the script has the same rule."""
    if message["state"] != "firing":
        return ""
    if message["colour"] == "warning":
        return "warning"
    return "notice" if "#" in message["colour"] else ""


def _time(text: str) -> str:
    return f'<time datetime="{_e(text)}">{_e(text[:19].replace("T", " "))} UTC</time>'


def _e(value: object) -> str:
    return html.escape(str(value))
