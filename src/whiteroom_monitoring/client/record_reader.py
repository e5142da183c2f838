"""Takes the values of a segment's records apart."""

from __future__ import annotations

import struct


class RecordReader:
    """Takes values out of a record, never beyond its end."""

    def __init__(self, data: bytes, offset: int) -> None:
        self.data = data
        self.offset = offset

    def number(self, code: str) -> int:
        value: int
        (value,) = struct.unpack_from("=" + code, self.data, self.offset)
        self.offset += struct.calcsize("=" + code)
        return value

    def text(self, code: str) -> str:
        length = self.number(code)
        raw = self.data[self.offset : self.offset + length]
        if len(raw) != length:
            raise struct.error("a text ends beyond its record")
        self.offset += length
        # Label values of old segments may be any bytes; Prometheus refuses a target for one.
        return raw.decode(errors="replace").replace("\0", "\ufffd")
