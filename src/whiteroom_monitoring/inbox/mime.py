"""Reads a mail in a time that grows with its length and no faster.

The standard library's parser is asked for headers and for single parts alone: what it does with
headers of many words and with parts within parts grows with their square.
"""

from __future__ import annotations

import email.header
import email.message
import email.parser
import re
from collections.abc import Iterator
from dataclasses import dataclass

# What a mail of alerts has of each is a tenth of it.
HEADER_BYTES = 16 * 1024
VALUE_CHARACTERS = 2000
PARTS = 20
LEVELS = 3

_END_OF_HEADER = re.compile(rb"\r?\n\r?\n")
_BOUNDARY = re.compile(r"""boundary\s*=\s*("[^"]*"|[^\s;]+)""", re.IGNORECASE)
_PARSER = email.parser.BytesHeaderParser()


@dataclass(frozen=True)
class Part:
    """A mail, or a part of one: its headers, and its body as it was sent."""

    headers: email.message.Message
    body: bytes

    @property
    def content_type(self) -> str:
        """The type, such as ``text/plain``, in small letters."""
        return self._value("content-type").partition(";")[0].strip().lower() or "text/plain"

    def header(self, name: str) -> str:
        """Return the beginning of a header, decoded (RFC 2047)."""
        value = self._value(name)
        return str(email.header.make_header(email.header.decode_header(value)))

    def text(self) -> str:
        """Return the body, decoded. Raises ValueError and LookupError for what can't be."""
        leaf = email.message.Message()
        for name in ("content-type", "content-transfer-encoding"):
            if value := self._value(name):
                leaf[name] = " ".join(value.split())
        leaf.set_payload(self.body.decode("ascii", "surrogateescape"))
        decoded = leaf.get_payload(decode=True)
        assert isinstance(decoded, bytes)
        return decoded.decode(leaf.get_content_charset("utf-8"), "replace")

    def first(self, content_type: str) -> Part | None:
        """Return the first part of that type, at most so many levels deep; perhaps this one."""
        return next((part for part in self._parts(0) if part.content_type == content_type), None)

    def _parts(self, level: int) -> Iterator[Part]:
        yield self
        boundary = self._boundary() if level < LEVELS else b""
        if boundary:
            line = rb"(?:^|\n)--" + re.escape(boundary)
            for source in re.split(line, self.body, maxsplit=PARTS)[1:]:
                yield from parse(source.lstrip(b" \t\r").removeprefix(b"\n"))._parts(level + 1)

    def _boundary(self) -> bytes:
        if not self.content_type.startswith("multipart/"):
            return b""
        boundary = _BOUNDARY.search(self._value("content-type"))
        return boundary[1].strip('"').encode("ascii", "replace") if boundary else b""

    def _value(self, name: str) -> str:
        return str(self.headers.get(name, ""))[:VALUE_CHARACTERS]


def parse(source: bytes) -> Part:
    """Return the mail, or the part, that ``source`` is."""
    end = _END_OF_HEADER.search(source, 0, HEADER_BYTES)
    if source.startswith((b"\n", b"\r\n")):
        return Part(email.message.Message(), source.lstrip(b"\r\n"))
    head = source[: end.start()] if end else source[:HEADER_BYTES]
    return Part(_PARSER.parsebytes(head), source[end.end() :] if end else b"")
