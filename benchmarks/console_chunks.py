"""Chunks of samples as Prometheus keeps them, for a store that `benchmarks.console` writes itself.

Source: prometheus/tsdb/docs/format/chunks.md and prometheus/tsdb/chunkenc/xor.go, Prometheus 2.42.
"""

from __future__ import annotations

import struct
from collections.abc import Sequence
from dataclasses import dataclass

# As many as Prometheus puts into one.
CHUNK_SAMPLES = 120
SEGMENT_HEADER = bytes.fromhex("85BD40DD01000000")
_XOR = b"\x01"


def _table() -> list[int]:
    table = list(range(256))
    for _ in range(8):
        table = [entry >> 1 ^ (0x82F63B78 if entry & 1 else 0) for entry in table]
    return table


_TABLE = _table()


def crc(content: bytes) -> bytes:
    """Return the sum by Castagnoli, which Python has not, of what Prometheus reads."""
    checksum, table = 0xFFFFFFFF, _TABLE
    for byte in content:
        checksum = table[(checksum ^ byte) & 255] ^ checksum >> 8
    return struct.pack(">I", checksum ^ 0xFFFFFFFF)


def uvarint(number: int) -> bytes:
    """Return a number in as many bytes as it needs."""
    written = bytearray()
    while number > 127:
        written.append(number & 127 | 128)
        number >>= 7
    written.append(number)
    return bytes(written)


def varint(number: int) -> bytes:
    """Return a number that may be negative in as many bytes as it needs."""
    return uvarint(number << 1 if number >= 0 else ~number << 1 | 1)


@dataclass(frozen=True)
class Chunk:
    """A chunk as a segment holds it, its first and last moment in milliseconds, its samples."""

    first: int
    last: int
    samples: int
    content: bytes


def chunks(start_s: int, step_s: int, values: Sequence[float]) -> list[Chunk]:
    """Return the chunks of samples that are ``step_s`` apart."""
    made = []
    for begin in range(0, len(values), CHUNK_SAMPLES):
        part = values[begin : begin + CHUNK_SAMPLES]
        first = (start_s + begin * step_s) * 1000
        encoded = _encoded(first, step_s * 1000, part)
        content = uvarint(len(encoded)) + _XOR + encoded + crc(_XOR + encoded)
        last = first + (len(part) - 1) * step_s * 1000
        made.append(Chunk(first, last, len(part), content))
    return made


class _Bits:
    """Bits, one after the other."""

    def __init__(self) -> None:
        self._bits, self._count = 0, 0

    def add(self, bits: int, count: int) -> None:
        """Append the ``count`` low ones of ``bits``."""
        self._bits = self._bits << count | bits
        self._count += count

    def add_bytes(self, content: bytes) -> None:
        """Append all bits of some bytes."""
        self.add(int.from_bytes(content, "big"), 8 * len(content))

    def filled(self) -> bytes:
        """Return all of them, and zeros until the byte is full."""
        more = -self._count % 8
        return (self._bits << more).to_bytes((self._count + more) // 8, "big")


def _encoded(first_ms: int, step_ms: int, values: Sequence[float]) -> bytes:
    bits = _Bits()
    before, kept = 0, (65, 65)
    for number, bytes_ in enumerate(struct.pack(">d", value) for value in values):
        now = int.from_bytes(bytes_, "big")
        if number == 0:
            bits.add_bytes(varint(first_ms) + bytes_)
        else:
            # The distance at first; later that it is the same again.
            bits.add_bytes(uvarint(step_ms)) if number == 1 else bits.add(0, 1)
            kept = _add_change(bits, now ^ before, kept)
        before = now
    return struct.pack(">H", len(values)) + bits.filled()


def _add_change(bits: _Bits, change: int, kept: tuple[int, int]) -> tuple[int, int]:
    """Write what differs from the value before, and return how many zeros surround it."""
    if not change:
        bits.add(0, 1)
        return kept
    leading, trailing = min(64 - change.bit_length(), 31), (change & -change).bit_length() - 1
    if leading >= kept[0] and trailing >= kept[1]:
        bits.add(0b10, 2)
        bits.add(change >> kept[1], 64 - kept[0] - kept[1])
        return kept
    width = 64 - leading - trailing
    bits.add(0b11 << 11 | leading << 6 | width & 63, 13)
    bits.add(change >> trailing, width)
    return leading, trailing
