"""What has been acknowledged: the position of each source, in one file for each target.

The file may lag behind what was acknowledged: what is then read again gets the same nanoseconds and
is stored once. It may never be ahead. What was decided by the clock, such as when a line without a
time of its own was first seen, is written before the lines are sent.
"""

from __future__ import annotations

import os
import threading
import time
from pathlib import Path

import msgspec
from msgspec import Struct

from whiteroom_monitoring.errors import MonitoringError
from whiteroom_monitoring.logs.shipper.entry import SECOND_NS, Clock

VERSION = 1
# Successive sources begin to count far from each other, so that equal lines of equal seconds in one
# stream differ: the golden section spreads numbers most evenly.
_STEP = 618_033_989
# What a renamed file still gets is counted below its successor's first line.
_GAP = 1_000_503
# How many files are remembered that were read to their end: of a path, and of paths that are gone.
_CLOSED_KEPT = 32
_GONE_KEPT = 256


class PositionsError(MonitoringError):
    """The file of positions can't be used."""


class FileCursor(Struct, frozen=True):
    """A place in a file, after ``offset`` bytes with the checksum ``crc`` and the end ``tail``.

    ``place`` is the number of the next line.
    """

    offset: int = 0
    place: int = 0
    crc: int = 0
    tail: str = ""
    clock: Clock = Clock()


class Seen(Struct):
    """When bytes were first read, for lines that tell no time."""

    start: int
    end: int
    time_ns: int


class FileState(Struct):
    """A file that was read: how it is known again, and how far it was acknowledged.

    ``path`` is where the configuration found it, ``real`` where it was last. ``head`` is a hash of
    its first ``head_bytes``. ``cuts`` are offsets at which a block of lines ended by the clock.
    """

    number: int
    job: str
    path: str
    real: str
    device: int
    inode: int
    head_bytes: int = 0
    head: str = ""
    size: int = 0
    mtime_ns: int = 0
    cursor: FileCursor = FileCursor()
    seen: list[Seen] = []
    cuts: list[int] = []
    closed: bool = False


class StreamState(Struct):
    """What is not a file: ``cursor`` is its source's word for the last line acknowledged."""

    cursor: str = ""
    clock: Clock = Clock()
    cuts: list[str] = []


class _Content(Struct):
    version: int = VERSION
    next_number: int = 1
    files: list[FileState] = []
    streams: dict[str, StreamState] = {}


class Positions:
    """The positions of one target. Used by one thread, but for ``save``, which may be another's."""

    def __init__(self, path: Path, sync_s: float = 10) -> None:
        self.path, self._sync_s = path, sync_s
        self._content = self._read()
        self._saved_at = time.monotonic()
        self._is_changed = self._is_decided = False
        self._lock = threading.Lock()

    def _read(self) -> _Content:
        try:
            content = msgspec.json.decode(self.path.read_bytes(), type=_Content)
        except FileNotFoundError:
            return _Content()
        except (OSError, msgspec.DecodeError) as error:
            raise PositionsError(f"{self.path}: the positions can't be read: {error}") from error
        if content.version != VERSION:
            raise PositionsError(f"{self.path}: version {content.version}, expected {VERSION}")
        return content

    def files(self, job: str) -> list[FileState]:
        """Return the files of a job, the oldest first."""
        return [state for state in self._content.files if state.job == job]

    def add(self, job: str, path: str, real: str, stat: os.stat_result) -> FileState:
        """Return the state of a file that nobody has read; it is to be saved before its lines."""
        number = self._content.next_number
        self._content.next_number += 1
        before = [s for s in self.files(job) if s.path == path]
        place = before[-1].cursor.place + _GAP if before else number * _STEP % SECOND_NS
        state = FileState(number, job, path, real, stat.st_dev, stat.st_ino)
        state.cursor = FileCursor(place=place)
        # What was rotated before a path was first seen is not read, also after a kill.
        if not before:
            state.mtime_ns = stat.st_mtime_ns
        elif not before[-1].head_bytes:
            state.mtime_ns = before[-1].mtime_ns
        self._content.files.append(state)
        self._forget([s for s in before if s.closed][:-_CLOSED_KEPT])
        self._forget([s for s in self.files(job) if s.closed and not _is_there(s)][:-_GONE_KEPT])
        self.decide()
        return state

    def _forget(self, states: list[FileState]) -> None:
        for state in states:
            self._content.files.remove(state)

    def stream(self, name: str) -> StreamState:
        """Return the state of a source that is not a file."""
        return self._content.streams.setdefault(name, StreamState())

    def forget_stream(self, name: str) -> None:
        """Forget a source that will not be there again."""
        self._content.streams.pop(name, None)
        self.change()

    def change(self) -> None:
        """Note that something was acknowledged; it is written when the time has come."""
        self._is_changed = True

    def decide(self) -> None:
        """Note that something was decided, which is written before the next lines are sent."""
        self._is_changed = self._is_decided = True

    def save_decisions(self) -> None:
        """Write what was decided, if anything was. Raises OSError."""
        if self._is_decided:
            self.save()

    def save_if_due(self) -> None:
        """Write what has changed, once in a while. Raises OSError."""
        if self._is_changed and time.monotonic() - self._saved_at >= self._sync_s:
            self.save()

    def save(self) -> None:
        """Write everything, and wait for the disk. Raises OSError."""
        with self._lock:
            write_durably(self.path, msgspec.json.encode(self._content))
            self._is_changed = self._is_decided = False
            self._saved_at = time.monotonic()


def _is_there(state: FileState) -> bool:
    return os.path.lexists(state.path) or os.path.lexists(state.real)


def write_durably(path: Path, content: bytes) -> None:
    """Replace a file by one with this content, which is there after a crash. Raises OSError."""
    partial = path.with_name(f"{path.name}.partial")
    descriptor = os.open(partial, os.O_WRONLY | os.O_CREAT | os.O_TRUNC | os.O_CLOEXEC, 0o600)
    try:
        view = memoryview(content)
        while view:
            view = view[os.write(descriptor, view) :]
        os.fdatasync(descriptor)
    finally:
        os.close(descriptor)
    os.rename(partial, path)
    folder = os.open(path.parent, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(folder)
    finally:
        os.close(folder)
