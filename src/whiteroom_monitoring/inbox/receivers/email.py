"""A mail as Alertmanager sends it: a subject, and a body in HTML, in text, or both."""

from __future__ import annotations

from whiteroom_monitoring.inbox import html_text, mime
from whiteroom_monitoring.inbox.message import Message, state_of, storable
from whiteroom_monitoring.inbox.receiver import Delivery, Receiver
from whiteroom_monitoring.web.server import LIMITS


def parse(delivery: Delivery) -> Message:
    """Return the mail; its recipients are the envelope's.

    No source is refused: whatever a mail server takes in, somebody may have to read. Of a long one
    the beginning is parsed, so that no mail costs more than a moment.
    """
    title, to, text = _read(delivery.body[: LIMITS.parsed_bytes])
    if len(delivery.body) > LIMITS.parsed_bytes:
        text += "\n(the mail is longer; see the source)"
    return Message(
        channel="email",
        title=title,
        text=text,
        raw=storable(delivery.body.decode("utf-8", "replace")),
        recipient=storable(", ".join(delivery.recipients)) or to,
        state=state_of(title),
    )


def _read(source: bytes) -> tuple[str, str, str]:
    """Return title, addressee and text of a mail."""
    try:
        mail = mime.parse(source)
        title = " ".join(storable(mail.header("subject")).split()) or "(no subject)"
        to = storable(mail.header("to"))
    except Exception:  # noqa: BLE001,RUF100 - email's parser raises many kinds for broken headers
        return "(no subject)", "", "(the mail can't be read; see the source)"
    try:
        return title, to, storable(_body(mail))
    except Exception:  # noqa: BLE001,RUF100 - unknown charsets, broken encodings, odd structures
        return title, to, "(the body can't be read; see the source)"


def _body(mail: mime.Part) -> str:
    part = mail.first("text/plain") or mail.first("text/html")
    if part is None:
        return ""
    if part.content_type == "text/html":
        return html_text.text_of(part.text())
    return "\n".join(part.text().splitlines()).strip()


RECEIVER = Receiver(name="email", title="E-mail", parse=parse, has_json=False)
