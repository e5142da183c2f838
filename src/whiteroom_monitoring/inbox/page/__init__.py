"""The inbox' page: complete as HTML, kept up to date by its script."""

from __future__ import annotations

import html
import json
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


def _incident(incident: dict[str, Any]) -> str:
    return (
        f'<li class="incident {_e(incident["state"])}"><b>{_e(incident["title"])}</b>'
        f'<span class="tag">{_e(incident["state"])}</span>'
        f"<span>since {_time(incident['first'])}</span>"
        f"<span>{_e(incident['events'])} events</span></li>\n"
    )


def _message(message: dict[str, Any]) -> str:
    channel, state = message["channel"], message["state"]
    tag = f'<span class="tag {_e(state)}">{_e(state)}</span>' if state else ""
    raw = message["raw"]
    sent = raw if isinstance(raw, str) else json.dumps(raw, indent=2, ensure_ascii=False)
    return (
        f'<li class="message {_e(state)} {_urgency(message)}"><header>'
        f'<span class="channel {_e(channel)}">{_e(CHANNEL_NAMES[channel])}</span>'
        f'<span class="recipient">{_e(message["recipient"])}</span>{tag}'
        f"{_time(message['received'])}</header>"
        f"<h3>{_e(message['title'])}</h3><p>{_e(message['text'])}</p>"
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
