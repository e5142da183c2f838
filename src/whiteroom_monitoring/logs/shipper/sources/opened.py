"""A file that is open: what it is known by, and its bytes, decompressed where they have to be."""

from __future__ import annotations

import bz2
import gzip
import hashlib
import io
import lzma
import os
import zlib
from pathlib import Path
from typing import IO, cast

import zstandard

from whiteroom_monitoring.logs.shipper.errors import CorruptError
from whiteroom_monitoring.logs.shipper.positions import FileCursor, FileState

HEAD_BYTES = 1024
TAIL_BYTES = 64
_BLOCK = 256 * 1024
_PACKED_BLOCK = 16 * 1024
_BROKEN = (OSError, EOFError, zlib.error, lzma.LZMAError, zstandard.ZstdError, ValueError)
SUFFIXES = {".gz": "gz", ".bz2": "bz2", ".xz": "xz", ".zst": "zst"}


def digest(data: bytes) -> str:
    """Return the hash by which first bytes are known."""
    return hashlib.blake2b(data, digest_size=16).hexdigest()


class PlainFile:
    """A file that may grow, held by its descriptor, whatever becomes of its name."""

    def __init__(self, path: str) -> None:
        self.descriptor = os.open(path, os.O_RDONLY | os.O_CLOEXEC | os.O_NONBLOCK)

    def stat(self) -> os.stat_result:
        """Return what the file system says now."""
        return os.fstat(self.descriptor)

    def read(self, offset: int, size: int) -> bytes:
        """Return bytes at a place; fewer at the end."""
        return os.pread(self.descriptor, size, offset)

    def continues(self, state: FileState, cursor: FileCursor) -> bool:
        """Tell whether what was read of it is still there: its first bytes and those at the end."""
        if self.stat().st_size < cursor.offset:
            return False
        if digest(self.read(0, state.head_bytes)) != state.head and state.head_bytes:
            return False
        tail = bytes.fromhex(cursor.tail)
        return self.read(cursor.offset - len(tail), len(tail)) == tail

    def is_copy(self, state: FileState) -> bool:
        """Tell whether it begins with all that was read of another file."""
        return _has_prefix(io.FileIO(self.descriptor, closefd=False), state)

    def close(self) -> None:
        """Let go of it."""
        if self.descriptor >= 0:
            os.close(self.descriptor)
        # The number may soon be another file's.
        self.descriptor = -1


class CompressedFile:
    """A compressed file, which is read from its beginning to its end."""

    def __init__(self, path: str, kind: str) -> None:
        self._path, self._kind = path, kind
        self._raw = open(path, "rb")  # noqa: SIM115 - it is closed by `close`
        self._stream: IO[bytes] | None = None
        self._at = 0
        # What was read last: lines begin before the end of a reading.
        self._last = (0, b"")

    def stat(self) -> os.stat_result:
        """Return what the file system says of the compressed file."""
        return os.fstat(self._raw.fileno())

    def read(self, offset: int, size: int) -> bytes:
        """Return decompressed bytes; fewer at the end. Raises CorruptError."""
        start, last = self._last
        kept = last[offset - start :] if start <= offset <= start + len(last) == self._at else b""
        kept = kept[:size]
        data = kept + self._decompressed(offset + len(kept), size - len(kept))
        self._last = (self._at - len(data), data) if offset + len(data) == self._at else (0, b"")
        return data

    def _decompressed(self, offset: int, size: int) -> bytes:
        try:
            if self._stream is None or offset < self._at:
                self._raw.seek(0)
                self._stream, self._at = _decompressing(self._raw, self._kind), 0
            while self._at < offset:
                skipped = self._stream.read(min(_BLOCK, offset - self._at))
                if not skipped:
                    return b""
                self._at += len(skipped)
            data = self._stream.read(size)
        except _BROKEN as error:
            self._stream = None
            raise CorruptError(f"{self._path}: {error}") from error
        self._at += len(data)
        return data

    def continues(self, state: FileState, cursor: FileCursor) -> bool:
        """Return True: nobody appends to a compressed file."""
        del state, cursor
        return True

    def is_copy(self, state: FileState) -> bool:
        """Tell whether it begins with all that was read of another file. Raises CorruptError."""
        self._raw.seek(0)
        try:
            return _has_prefix(_decompressing(self._raw, self._kind), state)
        except _BROKEN as error:
            raise CorruptError(f"{self._path}: {error}") from error

    def close(self) -> None:
        """Let go of it."""
        self._raw.close()


Opened = PlainFile | CompressedFile


def checksum(file: PlainFile, end: int) -> int:
    """Return the checksum of what is before an offset."""
    crc = 0
    for at in range(0, end, _BLOCK):
        crc = zlib.crc32(file.read(at, min(_BLOCK, end - at)), crc)
    return crc


def open_file(path: str, kind: str = "") -> Opened:
    """Open a file. Raises OSError."""
    return CompressedFile(path, kind) if kind else PlainFile(path)


def kind_of(path: str) -> str:
    """Return how a file is compressed, by its name; empty where it is not."""
    return SUFFIXES.get(Path(path).suffix, "")


def _decompressing(raw: IO[bytes], kind: str) -> IO[bytes]:
    """Return the content. Raises EOFError for an empty file, which its writer has just begun."""
    if not os.fstat(raw.fileno()).st_size:
        raise EOFError("it is empty")
    if kind == "gz":
        return cast(IO[bytes], gzip.GzipFile(fileobj=raw))
    if kind == "bz2":
        return cast(IO[bytes], bz2.BZ2File(raw))
    if kind == "xz":
        return cast(IO[bytes], lzma.LZMAFile(raw))
    if kind == "z":
        return cast(IO[bytes], _ZlibFile(raw))
    return cast(IO[bytes], _ZstdFile(raw))


class _ZstdFile:
    """The content of all frames. The library's own reader takes a frame that is cut for whole."""

    def __init__(self, raw: IO[bytes]) -> None:
        self._raw, self._frame = raw, zstandard.ZstdDecompressor().decompressobj()
        self._packed = self._content = b""

    def read(self, size: int) -> bytes:
        """Return bytes; fewer at the end. Raises EOFError, ZstdError."""
        while len(self._content) < size:
            self._packed = self._packed or self._raw.read(_PACKED_BLOCK)
            if not self._packed:
                if not self._frame.eof:
                    raise EOFError("the last frame does not end")
                break
            if self._frame.eof:
                self._frame = zstandard.ZstdDecompressor().decompressobj()
            self._content += self._frame.decompress(self._packed)
            self._packed = self._frame.unused_data if self._frame.eof else b""
        data, self._content = self._content[:size], self._content[size:]
        return data


class _ZlibFile:
    """The content of one stream of zlib."""

    def __init__(self, raw: IO[bytes]) -> None:
        self._raw, self._stream = raw, zlib.decompressobj()

    def read(self, size: int) -> bytes:
        """Return bytes; fewer at the end. Raises EOFError, zlib.error."""
        content = b""
        while len(content) < size and not self._stream.eof:
            packed = self._stream.unconsumed_tail or self._raw.read(_PACKED_BLOCK)
            if not packed:
                raise EOFError("the stream does not end")
            content += self._stream.decompress(packed, size - len(content))
        return content


def _has_prefix(stream: IO[bytes], state: FileState) -> bool:
    """Tell whether a stream begins with all that was read of a file, by length and checksum."""
    cursor = state.cursor
    if not state.head_bytes:
        return False
    if isinstance(stream, io.FileIO):
        stream.seek(0)
    head = stream.read(state.head_bytes)
    if digest(head) != state.head:
        return False
    crc, left = zlib.crc32(head[: cursor.offset]), cursor.offset - len(head)
    while left > 0:
        data = stream.read(min(_BLOCK, left))
        if not data:
            return False
        crc = zlib.crc32(data, crc)
        left -= len(data)
    return crc == cursor.crc
