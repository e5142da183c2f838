"""As much of protobuf's encoding as Alertmanager's notification log needs.

Source: https://protobuf.dev/programming-guides/encoding/
"""

from __future__ import annotations

from collections.abc import Iterator

_VARINT, _FIXED64, _BYTES, _FIXED32 = 0, 1, 2, 5


def fields(message: bytes) -> Iterator[tuple[int, bytes | int]]:
    """Yield the number and the value of each field. Raises IndexError or ValueError.

    >>> list(fields(encoded(1, b"key") + encoded(3, 300)))
    [(1, b'key'), (3, 300)]
    """
    position = 0
    while position < len(message):
        tag, position = varint(message, position)
        kind = tag & 7
        if kind == _VARINT:
            value, position = varint(message, position)
            yield tag >> 3, value
            continue
        if kind == _BYTES:
            length, position = varint(message, position)
        elif kind in (_FIXED64, _FIXED32):
            length = 8 if kind == _FIXED64 else 4
        else:
            raise ValueError(f"a field of kind {kind}")
        if position + length > len(message):
            raise ValueError("a field is longer than its message")
        yield tag >> 3, message[position : position + length]
        position += length


def encoded(number: int, value: bytes | int) -> bytes:
    """Return a field: a number as a varint, bytes with their length before them."""
    if isinstance(value, int):
        return _written(number << 3 | _VARINT) + _written(value)
    return _written(number << 3 | _BYTES) + delimited(value)


def delimited(message: bytes) -> bytes:
    """Return ``message`` with its length before it."""
    return _written(len(message)) + message


def varint(content: bytes, position: int) -> tuple[int, int]:
    """Return the number at ``position``, and where it ends. Raises IndexError or ValueError."""
    value = shift = 0
    while True:
        byte = content[position]
        position += 1
        value |= (byte & 0x7F) << shift
        if byte < 0x80:
            return value, position
        shift += 7
        if shift > 63:
            raise ValueError("a number of more than 64 bits")


def _written(value: int) -> bytes:
    head = bytearray()
    while value > 0x7F:
        head.append(value & 0x7F | 0x80)
        value >>= 7
    return bytes([*head, value])
