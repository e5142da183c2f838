"""A mail as Alertmanager sends it: a subject, and a body in HTML, in text, or both."""

from __future__ import annotations

import email
import email.policy
from email.message import EmailMessage
from html.parser import HTMLParser

from whiteroom_monitoring.inbox.message import Message, state_of, storable
from whiteroom_monitoring.inbox.receiver import Delivery, Receiver

HIDDEN = frozenset({"head", "script", "style", "title"})
BREAKING = frozenset({"br", "div", "h1", "h2", "h3", "h4", "li", "p", "table", "tr"})


def parse(delivery: Delivery) -> Message:
    """Return the mail; its recipients are the envelope's.

    No source is refused: whatever a mail server takes in, somebody may have to read.
    """
    mail = email.message_from_bytes(delivery.body, policy=email.policy.default)
    title = " ".join(_header(mail, "subject").split()) or "(no subject)"
    return Message(
        channel="email",
        title=title,
        text=storable(_body(mail)),
        raw=storable(delivery.body.decode("utf-8", "replace")),
        recipient=storable(", ".join(delivery.recipients)) or _header(mail, "to"),
        state=state_of(title),
    )


def _header(mail: EmailMessage, name: str) -> str:
    try:
        return storable(str(mail[name] or ""))
    except Exception:  # noqa: BLE001,RUF100 - email's parser raises many kinds for broken headers
        return ""


def _body(mail: EmailMessage) -> str:
    try:
        part = mail.get_body(("plain", "html"))
        content = part.get_content() if part is not None else ""
    except Exception:  # noqa: BLE001,RUF100 - unknown charsets, broken encodings, odd structures
        return "(the body can't be read; see the source)"
    if part is not None and part.get_content_type() == "text/html":
        return text_of(str(content))
    return "\n".join(str(content).splitlines()).strip()


def text_of(page: str) -> str:
    """Return the words of an HTML page, addresses of links written out.

    >>> text_of("<p>CPU <b>high</b></p><a href='http://a.example/'>graph</a>")
    'CPU high\\ngraph http://a.example/'
    """
    reader = _TextReader()
    reader.feed(page)
    reader.close()
    lines = (" ".join(line.split()) for line in "".join(reader.parts).splitlines())
    return "\n".join(line for line in lines if line)


class _TextReader(HTMLParser):
    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.parts: list[str] = []
        self._hidden: list[str] = []
        self._address = ""

    def handle_starttag(self, tag: str, attributes: list[tuple[str, str | None]]) -> None:
        if tag in HIDDEN:
            self._hidden.append(tag)
        if tag in BREAKING:
            self.parts.append("\n")
        if tag == "a":
            self._address = dict(attributes).get("href") or ""

    def handle_endtag(self, tag: str) -> None:
        if tag in self._hidden:
            del self._hidden[self._hidden.index(tag) :]
        if tag in BREAKING:
            self.parts.append("\n")
        if tag == "a" and self._address:
            self.parts.append(f" {self._address} ")
            self._address = ""

    def handle_data(self, data: str) -> None:
        if not self._hidden:
            self.parts.append(data if data.strip() else " ")


RECEIVER = Receiver(name="email", title="E-mail", parse=parse, has_json=False)
