"""Structured metadata of a line, as it is stored, and the levels that a line may have."""

from __future__ import annotations

from collections.abc import Iterable
from functools import lru_cache

# The number that is stored is the place in this list.
LEVELS = ("", "unknown", "trace", "debug", "info", "warn", "error", "critical", "fatal")
DETECTED_LEVEL = "detected_level"


def put_varint(to: bytearray, value: int) -> None:
    """Write a number, seven bits a byte, the lowest first."""
    while value >= 0x80:
        to.append(value & 0x7F | 0x80)
        value >>= 7
    to.append(value)


def get_varint(text: bytes, at: int) -> tuple[int, int]:
    """Return the number at a place, and the place after it. Raises IndexError beyond the end."""
    value = shift = 0
    while True:
        byte = text[at]
        at += 1
        value |= (byte & 0x7F) << shift
        if byte < 0x80:
            return value, at
        shift += 7


def encode(pairs: Iterable[tuple[str, str]]) -> bytes:
    """Return names and values, each after its length, in the order of the names.

    >>> decode(encode([("trace_id", "a1"), ("pod", "x")]))
    [('pod', 'x'), ('trace_id', 'a1')]
    """
    to = bytearray()
    for name, value in sorted(pairs, key=lambda pair: pair[0]):
        for text in (name.encode(), value.encode()):
            put_varint(to, len(text))
            to += text
    return bytes(to)


def decode(meta: bytes) -> list[tuple[str, str]]:
    """Return what `encode` has written; what is no UTF-8 is replaced."""
    texts, at = [], 0
    while at < len(meta):
        size, at = get_varint(meta, at)
        texts.append(meta[at : at + size].decode(errors="replace"))
        at += size
    return list(zip(texts[::2], texts[1::2], strict=True))


@lru_cache(256)
def fields(meta: bytes, level: int) -> tuple[tuple[str, str], ...]:
    """Return a line's structured metadata with its level, in the order of the names."""
    if not level:
        return tuple(decode(meta))
    return tuple(sorted([*decode(meta), (DETECTED_LEVEL, LEVELS[level])]))
