"""Reads a store's folder in plain Python, from the description of the format alone.

It shares no code with the store: neither the native module, nor its classes. It is slow, and there
to say what the files hold: tests hold the store to it, and a stranger can begin with it.
"""

from __future__ import annotations

import json
import struct
import zlib
from collections.abc import Iterator
from pathlib import Path
from typing import Any, NamedTuple

import zstandard

_MAGIC = b"WRLOGS\x00\x01"
_LEVELS = ("", "unknown", "trace", "debug", "info", "warn", "error", "critical", "fatal")


class PlainLine(NamedTuple):
    """One line; metadata as pairs, with the detected level."""

    labels: str
    time_ns: int
    line: bytes
    metadata: tuple[tuple[str, str], ...]


def read_folder(folder: Path) -> Iterator[PlainLine]:
    """Yield every line of segments and write-ahead logs. Raises ValueError for what is damaged."""
    _, _, text = (folder / "manifest.json").read_bytes().partition(b"\n")
    manifest = json.loads(text)
    for segment in manifest["segments"]:
        yield from read_segment(folder / f"{segment['name']}.logs")
    for path in sorted(folder.glob("*.wal")):
        if int(path.stem) >= manifest["wal"]:
            yield from read_wal(path)


def read_segment(path: Path) -> Iterator[PlainLine]:
    """Yield the lines of a segment."""
    content = path.read_bytes()
    offset, size, checksum, magic = struct.unpack("<QII8s", content[-24:])
    packed = content[offset : offset + size]
    if magic != _MAGIC or not content.startswith(_MAGIC) or zlib.crc32(packed) != checksum:
        raise ValueError(f"{path}: the directory is damaged")
    directory: dict[str, Any] = json.loads(zstandard.decompress(packed))
    for number, block in enumerate(directory["blocks"]):
        text_size, columns_size = block["sizes"]
        at = block["offset"]
        stored = content[at : at + text_size + columns_size]
        if zlib.crc32(stored) != block["crc32"]:
            raise ValueError(f"{path}: block {number} is damaged")
        rows = _rows(
            zstandard.decompress(stored[text_size:]), zstandard.decompress(stored[:text_size])
        )
        for stream, first, last, *_ in block["runs"]:
            labels = directory["streams"][stream]
            yield from (PlainLine(labels, *row) for row in rows[first:last])


def read_wal(path: Path) -> Iterator[PlainLine]:
    """Yield the lines of a write-ahead log, up to the first record that is not whole."""
    content = path.read_bytes()
    at = 0
    while at + 8 <= len(content):
        size, checksum = struct.unpack_from("<II", content, at)
        body = content[at + 8 : at + 8 + size]
        if size == 0 or len(body) != size or zlib.crc32(body) != checksum:
            return
        at += 8 + size
        inner = 0
        while inner < size:
            sizes = struct.unpack_from("<III", body, inner)
            inner += 12
            parts = []
            for part in sizes:
                parts.append(body[inner : inner + part])
                inner += part
            labels, columns, text = parts
            yield from (PlainLine(labels.decode(), *row) for row in _rows(columns, text))


def _rows(columns: bytes, text: bytes) -> list[tuple[int, bytes, tuple[tuple[str, str], ...]]]:
    at = 0

    def number() -> int:
        nonlocal at
        value = shift = 0
        while True:
            byte = columns[at]
            at += 1
            value |= (byte & 127) << shift
            shift += 7
            if byte < 128:
                return value

    count = number()
    times, time_ns = [], 0
    for _ in range(count):
        difference = number()
        time_ns += difference >> 1 if difference % 2 == 0 else -((difference + 1) >> 1)
        times.append(time_ns)
    lengths = [number() for _ in range(count)]
    levels = columns[at : at + count]
    at += count
    metadata_lengths = [number() for _ in range(count)]
    rows, begin = [], 0
    for i in range(count):
        line = text[begin : begin + lengths[i]]
        begin += lengths[i] + 1
        end = at + metadata_lengths[i]
        texts = []
        while at < end:
            length = number()
            texts.append(columns[at : at + length].decode(errors="replace"))
            at += length
        pairs = list(zip(texts[::2], texts[1::2], strict=True))
        if levels[i]:
            pairs.append(("detected_level", _LEVELS[levels[i]]))
        rows.append((times[i], line, tuple(sorted(pairs))))
    return rows
