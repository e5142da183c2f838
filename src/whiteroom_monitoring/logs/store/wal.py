"""The write-ahead log: what was accepted and is in no segment yet.

A file is named by its number and holds records: length and CRC-32 of the body, then the body. The
body holds streams: the length of the labels, of the columns and of the lines, then these three.
A record that is cut off or damaged at the end of the last file was never acknowledged.
"""

from __future__ import annotations

import os
import struct
import zlib
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path

from whiteroom_monitoring.logs import _native
from whiteroom_monitoring.logs.errors import DamagedError
from whiteroom_monitoring.logs.store import durable

HEADER = struct.Struct("<II")
STREAM = struct.Struct("<III")
SUFFIX = ".wal"
# Space for so many bytes is taken in advance, so that fdatasync has no length to write.
STEP_BYTES = 8 * 1024 * 1024


def name(number: int) -> str:
    """Return the name of a file."""
    return f"{number:08}{SUFFIX}"


def encode(streams: Sequence[tuple[str, _native.Rows]]) -> bytes:
    """Return a record with these streams."""
    parts: list[bytes] = []
    for labels, rows in streams:
        texts = (labels.encode(), rows.columns(), rows.text())
        parts.append(STREAM.pack(*(len(text) for text in texts)))
        parts += texts
    checksum = 0
    for part in parts:
        checksum = zlib.crc32(part, checksum)
    # Joined once: lines are most of it.
    return b"".join([HEADER.pack(sum(len(part) for part in parts), checksum), *parts])


def decode(body: bytes) -> Iterator[tuple[str, _native.Rows]]:
    """Yield the streams of a record."""
    at = 0
    while at < len(body):
        labels, columns, lines = STREAM.unpack_from(body, at)
        at += STREAM.size
        name_ = body[at : at + labels].decode()
        at += labels
        rows = _native.from_columns(body[at : at + columns], body[at + columns :][:lines])
        at += columns + lines
        yield name_, rows


def read(path: Path, report: Callable[[DamagedError], None]) -> Iterator[bytes]:
    """Yield the bodies of a file's records, and report those that are damaged.

    What is cut off or damaged at the end is no damage: a crash did it before it was acknowledged.
    """
    damaged: list[DamagedError] = []
    with path.open("rb") as file:
        at = 0
        while len(header := file.read(HEADER.size)) == HEADER.size and header.strip(b"\0"):
            size, checksum = HEADER.unpack(header)
            body = file.read(size)
            if len(body) == size and zlib.crc32(body) == checksum:
                for error in damaged:
                    report(error)
                damaged.clear()
                yield body
            else:
                damaged.append(DamagedError(f"{path}:{at}", "a record that is damaged"))
            at += HEADER.size + size


class WalWriter:
    """Writes records; used by one thread."""

    def __init__(self, folder: Path, number: int, synchronize: bool = True) -> None:
        self._folder, self._synchronizes = folder, synchronize
        self.number, self.size = number, 0
        self._taken = 0
        self._open()

    def write(self, records: bytes) -> None:
        """Write records, and return when they are on the disk.

        Raises OSError when the disk has no room: then none of them counts.
        """
        try:
            self._take(len(records))
            view, at = memoryview(records), self.size
            while view:
                written = os.pwrite(self._file, view, at)
                at += written
                view = view[written:]
        except OSError:
            self._erase()
            raise
        if self._synchronizes:
            durable.sync_data(self._file, self._path)
        self.size = at

    def rotate(self) -> int:
        """Go on with a new file; return its number. Raises OSError: then the old one is kept."""
        old, size, number = self._file, self.size, self.number
        try:
            self.number += 1
            self._open()
        except OSError:
            self.number = number
            raise
        os.ftruncate(old, size)
        os.close(old)
        return self.number

    def close(self) -> None:
        """Give back what was taken in advance, and close the file."""
        os.ftruncate(self._file, self.size)
        os.close(self._file)

    def _open(self) -> None:
        path = self._folder / name(self.number)
        self._file = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC, 0o600)
        durable.sync_folder(self._folder)
        self.size, self._taken, self._path = 0, 0, path

    def _take(self, size: int) -> None:
        if self.size + size > self._taken:
            size_added = max(STEP_BYTES, size)
            os.posix_fallocate(self._file, self._taken, self.size + size_added - self._taken)
            self._taken = self.size + size_added

    def _erase(self) -> None:
        """Remove what was written in part, so that the next record does not follow it."""
        try:
            os.ftruncate(self._file, self.size)
            self._taken = self.size
            durable.sync_data(self._file, self._path)
        except OSError as error:
            durable.end_store(self._path, error)
