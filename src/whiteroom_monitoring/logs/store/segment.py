"""A segment: a file of up to 32 blocks of lines. `docs/reference/log-format.md` is its format.

A block holds lines of one stream, or of several that follow one another in the order of their
labels, each stream's in the order of time. It is two zstd frames: the lines as plain text, and the
columns. Behind the blocks come the bitmaps of 4-grams, one bit a block in each word, and the
directory, which says what is where.
"""

from __future__ import annotations

import json
import mmap
import os
import struct
import threading
import zlib
from array import array
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

import zstandard

from whiteroom_monitoring.logs import _native
from whiteroom_monitoring.logs.errors import DamagedError
from whiteroom_monitoring.logs.store import durable

MAGIC = b"WRLOGS\x00\x01"
TRAILER = struct.Struct("<QII8s")
SUFFIX = ".logs"
MAX_BLOCKS = 32
BLOCK_BYTES = 1024 * 1024
LEAST_BLOCK_BYTES = 64 * 1024
# Of lines, level 3 takes half as long again and saves nothing.
ZSTD_LEVEL = 1
_of_thread = threading.local()


@dataclass(frozen=True)
class Run:
    """The rows [first, last) of a block, which are one stream's, in the order of time."""

    labels: str
    first: int
    last: int
    start_ns: int
    end_ns: int  # of the last row, which is included
    line_bytes: int


@dataclass(frozen=True)
class Block:
    """Where a block is, and what is in it."""

    number: int
    offset: int
    text_size: int
    columns_size: int
    checksum: int
    raw_bytes: int
    runs: tuple[Run, ...]
    # Of the columns alone; None in a file that was written without.
    columns_checksum: int | None = None

    @property
    def size(self) -> int:
        """Bytes on the disk."""
        return self.text_size + self.columns_size


@dataclass(frozen=True)
class SegmentInfo:
    """What the manifest knows of a segment."""

    name: str
    size: int
    raw_bytes: int
    rows: int
    start_ns: int
    end_ns: int


class SegmentWriter:
    """Makes a segment of streams that are given in the order of their labels."""

    def __init__(self, total_bytes: int, block_bytes: int = BLOCK_BYTES) -> None:
        least = min(LEAST_BLOCK_BYTES, block_bytes)
        self._block_bytes = max(least, min(block_bytes, total_bytes), -(-total_bytes // MAX_BLOCKS))
        bits = max(12, min(20, (self._block_bytes - 1).bit_length() - 2))
        self._bits = bits
        self._slices = _native.Slices(bits)
        self._compressor = zstandard.ZstdCompressor(level=ZSTD_LEVEL, write_checksum=False)
        self._parts: list[bytes] = [MAGIC]
        self._size = len(MAGIC)
        self._blocks: list[Block] = []
        self._rows = _native.Rows()
        # For the text of each block, because fresh memory costs more than writing to it.
        self._text = bytearray()
        self._runs: list[Run] = []

    def add(self, labels: str, rows: _native.Rows) -> None:
        """Add a stream's rows, which may be in any order."""
        at, count = 0, len(rows)
        while at < count:
            first = len(self._rows)
            before = self._rows.line_begin(first)
            at = self._rows.extend_in_order(rows, at, self._block_bytes)
            last = len(self._rows)
            if last > first:
                start, end = self._rows.times([first, last - 1])
                size = self._rows.line_begin(last) - before - (last - first)
                self._runs.append(Run(labels, first, last, start, end, size))
            if at < count:
                self._end_block()
        if self._rows.size_bytes >= self._block_bytes:
            self._end_block()

    def write(self, folder: Path, name: str) -> SegmentInfo | None:
        """Write the file and its name to the disk; None when there is no row."""
        if len(self._rows):
            self._end_block()
        if not self._blocks:
            return None
        words = self._slices.words()
        self._parts.append(bytes(-self._size % 8))
        offset = self._size + len(self._parts[-1])
        directory = _encode_directory(self._blocks, offset, self._bits, zlib.crc32(words))
        packed = self._compressor.compress(directory)
        end = TRAILER.pack(offset + len(words), len(packed), zlib.crc32(packed), MAGIC)
        content = b"".join([*self._parts, words, packed, end])
        durable.create(folder / (name + SUFFIX), content)
        runs = [run for block in self._blocks for run in block.runs]
        return SegmentInfo(
            name,
            len(content),
            sum(block.raw_bytes for block in self._blocks),
            sum(run.last - run.first for run in runs),
            min(run.start_ns for run in runs),
            max(run.end_ns for run in runs),
        )

    def _end_block(self) -> None:
        rows = self._rows
        size = rows.line_begin(len(rows))
        if len(self._text) < size:
            self._text = bytearray(size)
        rows.copy_text(self._text)
        with memoryview(self._text) as text:
            packed = self._compressor.compress(text[:size])
        parts = [packed, self._compressor.compress(rows.columns())]
        number = len(self._blocks)
        self._slices.add(number, rows)
        sizes = [len(part) for part in parts]
        checksum = zlib.crc32(parts[1], zlib.crc32(parts[0]))
        raw = size - len(rows)
        self._blocks.append(
            Block(
                number,
                self._size,
                sizes[0],
                sizes[1],
                checksum,
                raw,
                tuple(self._runs),
                zlib.crc32(parts[1]),
            )
        )
        self._parts += parts
        self._size += sum(sizes)
        # Its memory does for the next block.
        self._rows.clear()
        self._runs = []


class Segment:
    """A segment that is read. Its directory and bitmaps are read when they are first asked for."""

    def __init__(self, folder: Path, info: SegmentInfo) -> None:
        self.info = info
        self.path = folder / (info.name + SUFFIX)
        self._file = os.open(self.path, os.O_RDONLY | os.O_CLOEXEC)

    def __del__(self) -> None:
        if hasattr(self, "_file"):
            os.close(self._file)

    @property
    def blocks(self) -> tuple[Block, ...]:
        """The blocks. Raises DamagedError when the directory can't be read."""
        return self._directory[0]

    @cached_property
    def streams(self) -> frozenset[str]:
        """The labels of the streams that have rows here."""
        return frozenset(run.labels for block in self.blocks for run in block.runs)

    def blocks_with(self, needle: bytes, any_case: bool) -> int:
        """Return the blocks that may hold a text, as a mask."""
        _, bits, words = self._directory
        return _native.blocks_with(words, bits, needle, any_case)

    def read(self, block: Block, required: Sequence[Sequence[bytes]] = ()) -> _native.Rows:
        """Return the rows of a block; none where it lacks all of some ``required`` texts.

        Raises DamagedError.
        """
        text, columns = self._parts(block)
        if not all(_native.holds_any(text, needles) for needles in required):
            return _native.Rows()
        try:
            return _native.from_columns(self._decompressed(block, columns), text)
        except ValueError as error:
            raise DamagedError(self._place(block), str(error)) from error

    def read_columns(self, block: Block) -> _native.Rows:
        """Return the rows of a block with empty lines. Raises DamagedError."""
        columns = self._columns(block)
        try:
            return _native.from_columns(columns, None)
        except ValueError as error:
            raise DamagedError(self._place(block), str(error)) from error

    def count(
        self,
        block: Block,
        runs: Sequence[tuple[int, int, array[int]]],
        times: tuple[int, int],
        bounds: array[int],
    ) -> None:
        """Add rows to counts by the ends of windows: of each run its rows [first, last).

        Those of [start, end) are counted. Raises DamagedError.
        """
        columns = self._columns(block)
        try:
            _native.count_times(columns, runs, *times, bounds)
        except ValueError as error:
            raise DamagedError(self._place(block), str(error)) from error

    def _columns(self, block: Block) -> bytes:
        """Return the columns of a block. Raises DamagedError."""
        if block.columns_checksum is None:
            return self._decompressed(block, self._parts(block)[1])
        stored = os.pread(self._file, block.columns_size, block.offset + block.text_size)
        if len(stored) != block.columns_size or zlib.crc32(stored) != block.columns_checksum:
            raise DamagedError(self._place(block), "another checksum than was written")
        return self._decompressed(block, stored)

    def verify(self) -> Iterator[DamagedError]:
        """Yield what is damaged: blocks, and the bitmaps."""
        words = self._directory[2]
        if zlib.crc32(words) != self._words_checksum:
            yield DamagedError(f"{self.path}: bitmaps", "another checksum than was written")
        for block in self.blocks:
            try:
                self.read(block)
            except DamagedError as error:
                yield error

    def _parts(self, block: Block) -> tuple[bytes, bytes]:
        """Return the text of a block, and its columns as they are stored."""
        stored = os.pread(self._file, block.size, block.offset)
        if len(stored) != block.size or zlib.crc32(stored) != block.checksum:
            raise DamagedError(self._place(block), "another checksum than was written")
        text = self._decompressed(block, stored[: block.text_size])
        return text, stored[block.text_size :]

    def _decompressed(self, block: Block, stored: bytes) -> bytes:
        try:
            return _decompressor().decompress(stored)
        except zstandard.ZstdError as error:
            raise DamagedError(self._place(block), str(error)) from error

    def _place(self, block: Block) -> str:
        return f"{self.path}: block {block.number}"

    @cached_property
    def _directory(self) -> tuple[tuple[Block, ...], int, memoryview]:
        size = os.fstat(self._file).st_size
        place = f"{self.path}: directory"
        if size < len(MAGIC) + TRAILER.size:
            raise DamagedError(place, f"a file of {size} bytes")
        end = os.pread(self._file, TRAILER.size, size - TRAILER.size)
        offset, length, checksum, magic = TRAILER.unpack(end)
        packed = os.pread(self._file, length, offset) if magic == MAGIC else b""
        if len(packed) != length or zlib.crc32(packed) != checksum or not packed:
            raise DamagedError(place, "another checksum than was written")
        described = json.loads(zstandard.ZstdDecompressor().decompress(packed))
        bits = described["bits"]
        mapped = memoryview(mmap.mmap(self._file, 0, access=mmap.ACCESS_READ))
        begin = described["bitmaps"]
        self._words_checksum = described["bitmaps_crc32"]
        return _decode_blocks(described), bits, mapped[begin : begin + (4 << bits)]


def _decompressor() -> zstandard.ZstdDecompressor:
    """Return the decompressor of this thread: making one costs as much as a small frame."""
    decompressor: zstandard.ZstdDecompressor | None = getattr(_of_thread, "decompressor", None)
    if decompressor is None:
        decompressor = _of_thread.decompressor = zstandard.ZstdDecompressor()
    return decompressor


def _encode_directory(
    blocks: Sequence[Block], bitmaps: int, bits: int, words_checksum: int
) -> bytes:
    labels = sorted({run.labels for block in blocks for run in block.runs})
    numbers = {text: number for number, text in enumerate(labels)}
    described = {
        "streams": labels,
        "bits": bits,
        "bitmaps": bitmaps,
        "bitmaps_crc32": words_checksum,
        "blocks": [
            {
                "offset": block.offset,
                "sizes": [block.text_size, block.columns_size],
                "crc32": block.checksum,
                "columns_crc32": block.columns_checksum,
                "raw": block.raw_bytes,
                "runs": [
                    [numbers[r.labels], r.first, r.last, r.start_ns, r.end_ns, r.line_bytes]
                    for r in block.runs
                ],
            }
            for block in blocks
        ],
    }
    return json.dumps(described, separators=(",", ":")).encode()


def _decode_blocks(described: dict[str, Any]) -> tuple[Block, ...]:
    labels = described["streams"]
    return tuple(
        Block(
            number,
            block["offset"],
            block["sizes"][0],
            block["sizes"][1],
            block["crc32"],
            block["raw"],
            tuple(Run(labels[run[0]], *run[1:]) for run in block["runs"]),
            block.get("columns_crc32"),
        )
        for number, block in enumerate(described["blocks"])
    )


def write_segment(
    folder: Path, name: str, streams: Iterable[tuple[str, _native.Rows]], total_bytes: int
) -> SegmentInfo | None:
    """Write a segment of streams in the order of their labels; None when they have no row."""
    writer = SegmentWriter(total_bytes)
    for labels, rows in streams:
        writer.add(labels, rows)
    return writer.write(folder, name)
