"""One file, read line by line from where it was acknowledged."""

from __future__ import annotations

import os
import time
import zlib
from collections.abc import Callable, Mapping

from whiteroom_monitoring.logs.shipper.entry import Clock, Entry
from whiteroom_monitoring.logs.shipper.errors import CorruptError
from whiteroom_monitoring.logs.shipper.pipeline import Pipeline
from whiteroom_monitoring.logs.shipper.positions import FileCursor, FileState, Positions, Seen
from whiteroom_monitoring.logs.shipper.sources.opened import (
    HEAD_BYTES,
    TAIL_BYTES,
    CompressedFile,
    Opened,
    digest,
)
from whiteroom_monitoring.logs.shipper.sources.source import Chunk

READ_BYTES = 256 * 1024
# A line that is longer is cut, where each reading cuts it.
MAX_LINE_BYTES = 1024 * 1024
_SEEN_TOGETHER_NS = 1_000_000_000
# How long a file whose name has gone to another one may still be written to.
LINGER_S = 5.0


class FileSource:
    """Reads one file. ``is_superseded`` is set when its name has gone to another file.

    ``is_replaced`` tells that it was emptied or written anew in its place, and no copy has it.
    A source with ``after`` waits until that one is shipped, unless that one can't be read: while a
    target is away, one of them holds lines.
    """

    def __init__(
        self,
        file: Opened,
        state: FileState,
        positions: Positions,
        *,
        labels: Mapping[str, str],
        make_pipeline: Callable[[Clock], Pipeline],
        find_copy: Callable[[FileState], Opened | None],
    ) -> None:
        self.name, self.job = state.path, state.job
        self.state, self.file = state, file
        self.is_ended = self.is_superseded = self.is_replaced = False
        self.at_end = self.is_failing = False
        self._lost_bytes = 0
        self._positions, self._labels = positions, labels
        self._make_pipeline, self._find_copy = make_pipeline, find_copy
        self.pipeline = make_pipeline(state.cursor.clock)
        self.after: FileSource | None = None
        self._at = state.cursor
        self._looked: tuple[int, int] = (-1, -1)
        self._idle_since = time.monotonic()
        self._close_soon = self._is_closed = False

    @property
    def is_begun(self) -> bool:
        """Whether anything was read of it."""
        return self._at.offset > 0

    def holds(self, stat: os.stat_result) -> bool:
        """Tell whether it has this file open."""
        return not self._is_closed and os.path.samestat(self.file.stat(), stat)

    def is_all_of(self, stat: os.stat_result) -> bool:
        """Tell whether the file of this name is read by it, or was read by it to its end."""
        state = self.state
        if self.is_replaced:
            return False
        if not self.is_ended:
            return self.holds(stat)
        identity = stat.st_dev, stat.st_ino, stat.st_size, stat.st_mtime_ns
        return identity == (state.device, state.inode, state.size, state.mtime_ns)

    def take_lost_bytes(self) -> int:
        """Return how many bytes were seen and can't be read any more, once."""
        lost, self._lost_bytes = self._lost_bytes, 0
        return lost

    @property
    def is_shipped(self) -> bool:
        """Whether it was read to its end, and all of that was acknowledged."""
        return self.at_end and self._at == self.state.cursor

    def _waits(self) -> bool:
        former = self.after
        if former and not (former.is_shipped or former.is_ended or former.is_failing):
            return True
        self.after = None
        return False

    def read(self) -> Chunk | None:
        """Return the next lines, or a block that has waited long enough.

        Raises OSError and CorruptError: those that wait for its end then wait no longer.
        """
        if self.is_ended or self._waits():
            return None
        try:
            chunk = self._read()
        except (OSError, CorruptError):
            self.is_failing = True
            raise
        self.is_failing = False
        return chunk

    def _read(self) -> Chunk | None:
        data = self._new_bytes()
        if self.is_replaced and (copy := self._find_copy(self.state)):
            # Copied and emptied: what was not read yet is in the copy.
            self.file.close()
            self.file, self._looked, self.is_replaced = copy, (-1, -1), False
            self.is_superseded = True
            stat = copy.stat()
            self.state.device, self.state.inode = stat.st_dev, stat.st_ino
            data = self._new_bytes()
        if data:
            self._idle_since = time.monotonic()
            return self._chunk(data)
        if self.is_replaced or (self._is_finished() and not self._is_last_line_read()):
            return self._last_lines()
        if held := self.pipeline.flush(0):
            self.state.cuts.append(self._at.offset)
            self._positions.decide()
            return Chunk(held, self._committable())
        if self._is_finished():
            return self._last_lines()
        return None

    def _new_bytes(self) -> bytes:
        """Return whole lines after those that were read; none if there is nothing new."""
        stat = self.file.stat()
        if (stat.st_size, stat.st_mtime_ns) == self._looked:
            return b""
        if not self._continues():
            return b""
        data, is_all = self._bytes_on()
        # What was read is of this file only if it is still the same.
        if not self._continues():
            return b""
        end = data.rfind(b"\n") + 1
        if not end and len(data) >= MAX_LINE_BYTES:
            end = MAX_LINE_BYTES
        self.at_end = is_all
        if is_all and not end:
            self._looked = (stat.st_size, stat.st_mtime_ns)
        if data:
            self.state.size, self.state.mtime_ns = stat.st_size, stat.st_mtime_ns
        return data[: min(end, self._seen_end() - self._at.offset)]

    def _bytes_on(self) -> tuple[bytes, bool]:
        """Return what follows, a whole line if there is one, and whether that is all there is."""
        data = self.file.read(self._at.offset, READ_BYTES)
        is_all = len(data) < READ_BYTES
        while not is_all and b"\n" not in data and len(data) < MAX_LINE_BYTES:
            more = self.file.read(self._at.offset + len(data), READ_BYTES)
            is_all = len(more) < READ_BYTES
            data += more
        return data, is_all

    def _continues(self) -> bool:
        if self.file.continues(self.state, self._at):
            return True
        self.is_replaced = True
        return False

    def _chunk(self, data: bytes) -> Chunk:
        text = data.decode(errors="replace")
        lines = text.split("\n")
        if not lines[-1]:
            lines.pop()
        origin_ns, is_new = self._seen(self._at.offset, self._at.offset + len(data))
        if self.pipeline.holds:
            self._note_seen(len(data), origin_ns, is_new)
            entries = self._one_by_one(data, origin_ns)
        else:
            entries = self.pipeline.run(
                [
                    Entry(_without_return(line), self._labels, place, origin_ns)
                    for place, line in enumerate(lines, self._at.place)
                ]
            )
            if any(entry.time_ns is None for entry in entries):
                self._note_seen(len(data), origin_ns, is_new)
            self._advance(data, len(lines))
        return Chunk(entries, self._committable(), len(lines), len(data))

    def _one_by_one(self, data: bytes, origin_ns: int) -> list[Entry]:
        """Give lines to stages that may hold them back, each with the position before it."""
        entries: list[Entry] = []
        for raw in _lines(data):
            self.pipeline.context.before = self._at
            line = _without_return(raw.decode(errors="replace").removesuffix("\n"))
            entries += self.pipeline.run([Entry(line, self._labels, self._at.place, origin_ns)])
            self._advance(raw, 1)
            if self._at.offset in self.state.cuts:
                entries += self.pipeline.flush(None)
        return entries

    def _advance(self, data: bytes, lines: int) -> None:
        at = self._at
        if self.state.head_bytes < HEAD_BYTES:
            self._extend_head(data)
        tail = data[-TAIL_BYTES:].hex()
        self._at = FileCursor(
            at.offset + len(data),
            at.place + lines,
            zlib.crc32(data, at.crc),
            tail,
            self.pipeline.context.clock,
        )

    def _extend_head(self, data: bytes) -> None:
        """Know the file by more of its first bytes, before its lines are sent.

        Else a copy of it that is found after a kill would be a new file.
        """
        if not self._at.offset:
            head = data[:HEAD_BYTES]
        elif isinstance(self.file, CompressedFile):
            return
        else:
            head = self.file.read(0, min(self._at.offset + len(data), HEAD_BYTES))
        self.state.head_bytes, self.state.head = len(head), digest(head)
        self._positions.decide()

    def _seen_end(self) -> int:
        """Return where it ends that all lines have been seen at one time."""
        start = self._at.offset
        ends = [seen.end if seen.start <= start else seen.start for seen in self.state.seen]
        return min((end for end in ends if end > start), default=start + 2 * MAX_LINE_BYTES)

    def _seen(self, start: int, end: int) -> tuple[int, bool]:
        """Return when bytes were first read, and whether that is now."""
        for seen in self.state.seen:
            if seen.start <= start < seen.end:
                return seen.time_ns, False
        now_ns = time.time_ns()
        last = self.state.seen[-1] if self.state.seen else None
        if last and last.end == start and now_ns - last.time_ns < _SEEN_TOGETHER_NS:
            return last.time_ns, True
        return now_ns, True

    def _note_seen(self, size: int, origin_ns: int, is_new: bool) -> None:
        start = self._at.offset
        if not is_new:
            return
        last = self.state.seen[-1] if self.state.seen else None
        if last and last.time_ns == origin_ns and last.end == start:
            last.end = start + size
        else:
            self.state.seen.append(Seen(start, start + size, origin_ns))
        self._positions.decide()

    def _committable(self) -> FileCursor:
        """Return the position before the first line that is held back, else after the last one."""
        return min(self.pipeline.held(), key=lambda c: int(c.offset), default=self._at)

    def _is_finished(self) -> bool:
        """Tell whether nobody will write to it any more."""
        if isinstance(self.file, CompressedFile):
            return self.at_end
        idle_s = time.monotonic() - self._idle_since
        return self.is_superseded and self.at_end and idle_s >= LINGER_S

    def _is_last_line_read(self) -> bool:
        return not self.file.read(self._at.offset, 1)

    def _last_lines(self) -> Chunk:
        """Return what is left of a file that is over: a last line without an end, a held block."""
        if self.is_replaced:
            self._lost_bytes += max(0, self.state.size - self._at.offset)
        rest = b"" if self.is_replaced else self.file.read(self._at.offset, MAX_LINE_BYTES)
        chunk = self._chunk(rest) if rest else Chunk([], self._at)
        chunk.entries += self.pipeline.flush(None)
        chunk.cursor = self._at
        self._close_soon = self.is_ended = True
        return chunk

    def rewind(self) -> bool:
        """Read again from what was committed."""
        self._at, self._looked = self.state.cursor, (-1, -1)
        self.pipeline = self._make_pipeline(self._at.clock)
        self._close_soon = self.is_ended = False
        return True

    def commit(self, cursor: FileCursor) -> None:
        """Note that everything up to a cursor was acknowledged."""
        state = self.state
        state.cursor = cursor
        state.seen = [seen for seen in state.seen if seen.end > cursor.offset]
        state.cuts = [cut for cut in state.cuts if cut > cursor.offset]
        if self._close_soon and cursor == self._at:
            state.closed = True
        self._positions.change()

    def close(self) -> None:
        """Let go of the file."""
        self._is_closed = True
        self.file.close()


def _without_return(line: str) -> str:
    return line[:-1] if line.endswith("\r") else line


def _lines(data: bytes) -> list[bytes]:
    """Return lines with their ends, which are line feeds alone."""
    parts = data.split(b"\n")
    return [part + b"\n" for part in parts[:-1]] + ([parts[-1]] if parts[-1] else [])
