"""Blocks of a Prometheus, written directly for `benchmarks.console`.

promtool makes blocks of text, sample by sample: for a day of 50,000 series every 10 s it would
take ten minutes of a processor, beside those in which Python writes 30 GB of text. Many of our
series share their values, so that a chunk is encoded once here, and written often.

Source: prometheus/tsdb/docs/format/index.md, Prometheus 2.42.
"""

from __future__ import annotations

import json
import struct
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO

from benchmarks.console_chunks import SEGMENT_HEADER, Chunk, crc, uvarint, varint

Pairs = tuple[tuple[str, str], ...]
Course = tuple[str, int]
_INDEX_HEADER = bytes.fromhex("BAAAD70002")
_CROCKFORD = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
_EVERY = ("", "")


@dataclass(frozen=True)
class Series:
    """The labels of a series, sorted by name, and what its values are called.

    It has a value at every ``every``-th step of the store.
    """

    labels: Pairs
    values: str
    every: int = 1

    @property
    def course(self) -> Course:
        """What series with the same samples share."""
        return self.values, self.every


@dataclass(frozen=True)
class _Shared:
    """What all series of the same values have: the bytes of chunks, and of their entry."""

    content: bytes
    count: int
    samples: int
    head: bytes
    tail: bytes

    @classmethod
    def of(cls, chunks: Sequence[Chunk]) -> _Shared:
        first, tail, last = chunks[0], b"", chunks[0]
        for chunk in chunks[1:]:
            tail += uvarint(chunk.first - last.last) + uvarint(chunk.last - chunk.first)
            tail += varint(len(last.content))
            last = chunk
        head = varint(first.first) + uvarint(first.last - first.first)
        content = b"".join(chunk.content for chunk in chunks)
        samples = sum(chunk.samples for chunk in chunks)
        return cls(content, len(chunks), samples, head, tail)


def write(
    folder: Path,
    number: int,
    window: tuple[int, int],
    series: Sequence[Series],
    chunks: Mapping[Course, Sequence[Chunk]],
) -> None:
    """Write the block of a window (in seconds, its end excluded); ``chunks`` are those of courses.

    ``series`` are sorted by their labels; those without chunks in this window are left out.
    """
    name = _name(number)
    (folder / name / "chunks").mkdir(parents=True)
    shared = {course: _Shared.of(of_course) for course, of_course in chunks.items() if of_course}
    present = [item for item in series if item.course in shared]
    with (folder / name / "chunks/000001").open("wb") as segment:
        places = _write_chunks(segment, present, shared)
    with (folder / name / "index").open("wb") as index:
        _write_index(index, present, shared, places)
    stats = {
        "numSamples": sum(shared[item.course].samples for item in present),
        "numSeries": len(present),
        "numChunks": sum(shared[item.course].count for item in present),
    }
    meta = {
        "ulid": name,
        "minTime": window[0] * 1000,
        "maxTime": window[1] * 1000,
        "stats": stats,
        "compaction": {"level": 1, "sources": [name]},
        "version": 1,
    }
    (folder / name / "meta.json").write_text(json.dumps(meta))


def _name(number: int) -> str:
    return "01" + "0" * 23 + _CROCKFORD[number]


def _write_chunks(
    segment: BinaryIO, series: Iterable[Series], shared: Mapping[Course, _Shared]
) -> list[int]:
    segment.write(SEGMENT_HEADER)
    places, place = [], len(SEGMENT_HEADER)
    for item in series:
        content = shared[item.course].content
        places.append(place)
        segment.write(content)
        place += len(content)
    return places


def _write_index(
    index: BinaryIO,
    series: Sequence[Series],
    shared: Mapping[Course, _Shared],
    places: Sequence[int],
) -> None:
    index.write(_INDEX_HEADER)
    symbols = {text: at for at, text in enumerate(_symbols(series))}
    starts = [index.tell()]
    index.write(_section(len(symbols), b"".join(map(_text, symbols))))
    starts.append(index.tell() + -index.tell() % 16)
    postings: dict[tuple[str, str], list[int]] = {_EVERY: []}
    for item, place in zip(series, places, strict=True):
        index.write(bytes(-index.tell() % 16))
        for pair in (_EVERY, *item.labels):
            postings.setdefault(pair, []).append(index.tell() // 16)
        index.write(_entry(item, shared[item.course], place, symbols))
    # Tables of labels' values, which no reader of this version looks at.
    empty = index.tell()
    index.write(_section(0, b""))
    starts += [empty, empty]
    index.write(bytes(-index.tell() % 4))
    starts.append(index.tell())
    table = _write_postings(index, postings)
    starts.append(index.tell())
    index.write(_section(len(postings), table))
    contents = struct.pack(">6Q", *starts)
    index.write(contents + crc(contents))


def _symbols(series: Iterable[Series]) -> list[str]:
    return sorted({"", *(text for item in series for pair in item.labels for text in pair)})


def _text(text: str) -> bytes:
    encoded = text.encode()
    return uvarint(len(encoded)) + encoded


def _section(count: int, content: bytes) -> bytes:
    body = struct.pack(">I", count) + content
    return struct.pack(">I", len(body)) + body + crc(body)


def _entry(series: Series, shared: _Shared, place: int, symbols: Mapping[str, int]) -> bytes:
    labels = b"".join(uvarint(symbols[text]) for pair in series.labels for text in pair)
    chunks = uvarint(shared.count) + shared.head + uvarint(place) + shared.tail
    body = uvarint(len(series.labels)) + labels + chunks
    return uvarint(len(body)) + body + crc(body)


def _write_postings(index: BinaryIO, postings: Mapping[tuple[str, str], Sequence[int]]) -> bytes:
    """Write which series have a label, and return the table of their positions."""
    table = b""
    for (name, value), series in sorted(postings.items()):
        table += b"\x02" + _text(name) + _text(value) + uvarint(index.tell())
        index.write(_section(len(series), struct.pack(f">{len(series)}I", *series)))
    return table
