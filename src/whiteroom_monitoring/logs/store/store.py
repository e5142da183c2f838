"""The store: pushes become durable, heads become segments, old segments go.

One thread ingests: it holds pushes to the limits, writes what is new to the write-ahead log, waits
for the disk once for all that have arrived meanwhile, and adds it to the head. Another one writes
heads to segments, and deletes.
"""

from __future__ import annotations

import fcntl
import os
import threading
import time
import traceback
from collections.abc import Callable, Sequence
from concurrent.futures import Future
from dataclasses import dataclass, replace
from pathlib import Path

from whiteroom_monitoring.logs import _native
from whiteroom_monitoring.logs.errors import DamagedError, StoreError
from whiteroom_monitoring.logs.limits import SECOND_NS, Limits
from whiteroom_monitoring.logs.store import deletion, durable, manifest, wal
from whiteroom_monitoring.logs.store.admission import Admission, PushResult
from whiteroom_monitoring.logs.store.blocks import BlockCache
from whiteroom_monitoring.logs.store.head import Head
from whiteroom_monitoring.logs.store.manifest import Deletion, Manifest
from whiteroom_monitoring.logs.store.segment import SUFFIX, Segment, write_segment
from whiteroom_monitoring.logs.store.streams import Stream, StreamCatalog

Pushed = Sequence[tuple[bytes, _native.Rows]]
Fresh = Sequence[tuple[str, _native.Rows]]
# Deletions and retention are looked at so often.
MAINTENANCE_S = 60.0


@dataclass(frozen=True)
class Snapshot:
    """What a query reads: it stays as it is while the store goes on."""

    segments: tuple[Segment, ...]
    heads: tuple[Head, ...]
    deletions: tuple[Deletion, ...]


@dataclass(frozen=True)
class _Waiting:
    pushed: Pushed
    future: Future[PushResult]


class LogStore:
    """A folder with logs. Raises StoreError when it can't be used.

    ``now_ns`` is the clock. ``watch`` is called by the ingesting thread with what is new.
    """

    def __init__(
        self,
        folder: Path,
        limits: Limits | None = None,
        now_ns: Callable[[], int] = time.time_ns,
    ) -> None:
        self.folder, self.limits, self._now_ns = folder, limits or Limits(), now_ns
        folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        self._lock = _locked(folder)
        self.damaged: list[DamagedError] = []
        self.streams = StreamCatalog()
        self.watch: Callable[[Fresh], None] = lambda fresh: None
        self.blocks = BlockCache()
        self.flushes = self._freezes = 0
        self._admission = Admission(self.limits, self.streams)
        self._changed = threading.Condition()
        self._waiting: list[_Waiting] = []
        self._closed = False
        self._flush_asked = False
        self._manifest_lock = threading.Lock()
        self._recover()
        self._flushed = threading.Condition()
        self._maintenance_due = threading.Event()
        self._ingester = threading.Thread(target=_ending(self._ingest), name="ingest", daemon=True)
        self._flusher = threading.Thread(target=_ending(self._maintain), name="flush", daemon=True)
        self._ingester.start()
        self._flusher.start()

    # What clients ask for.

    def push(self, pushed: Pushed) -> Future[PushResult]:
        """Store lines. The result comes when they are on the disk; OSError when it is full."""
        future: Future[PushResult] = Future()
        with self._changed:
            if self._closed:
                raise StoreError(f"{self.folder}: the store is closed")
            self._waiting.append(_Waiting(pushed, future))
            self._changed.notify_all()
        return future

    def snapshot(self) -> Snapshot:
        """Return what is there now."""
        return self._snapshot

    def flush(self) -> None:
        """Write the head to a segment, and wait for it."""
        with self._flushed:
            # One that is under way has an older head.
            target = self._freezes + 1
            self.ask_flush()
            self._flushed.wait_for(lambda: self.flushes >= target or self._closed)

    def ask_flush(self) -> None:
        """Let the head be written to a segment soon."""
        with self._changed:
            self._flush_asked = True
            self._changed.notify_all()

    def delete(self, query: str, start_ns: int, end_ns: int) -> Deletion:
        """Let lines leave the answers at once, and the disk soon. Raises QueryError."""
        deletion.condition(query)
        with self._manifest_lock:
            created = self._now_ns() / SECOND_NS
            identifier = os.urandom(4).hex()
            added = Deletion(identifier, query, start_ns, end_ns, created)
            self._manifest.deletions.append(added)
            self._publish()
        self._maintenance_due.set()
        return added

    def cancel_deletion(self, identifier: str) -> bool:
        """Let lines that are still there be answered again; False when there is no such request."""
        with self._manifest_lock:
            before = len(self._manifest.deletions)
            self._manifest.deletions = [
                d for d in self._manifest.deletions
                if d.id != identifier or d.status == "processed"
            ]  # fmt: skip
            self._publish()
            return len(self._manifest.deletions) < before

    def deletions(self) -> list[Deletion]:
        """Return what was asked to be deleted."""
        return list(self._manifest.deletions)

    def close(self) -> None:
        """Take no more pushes, finish those that wait, and end the threads."""
        with self._changed:
            if self._closed:
                return
            self._closed = True
            self._changed.notify_all()
        self._ingester.join()
        self._maintenance_due.set()
        with self._flushed:
            self._flushed.notify_all()
        self._flusher.join()
        self._wal.close()
        os.close(self._lock)

    # Start.

    def _recover(self) -> None:
        contents = manifest.read(self.folder)
        self._manifest = contents or Manifest()
        if contents is None and any(self.folder.glob("*" + SUFFIX)):
            raise StoreError(f"{self.folder}: there are segments, but no {manifest.NAME}")
        for labels, newest in self._manifest.newest_ns.items():
            stream = self.streams.add(labels)
            stream.newest_ns = stream.stored_ns = newest
        self._remove_unknown_files()
        segments = tuple(Segment(self.folder, info) for info in self._manifest.segments)
        self._head = Head()
        self._frozen: Head | None = None
        last = self._replay()
        if contents is None:
            self._manifest.write(self.folder)
        self._wal = wal.WalWriter(self.folder, last + 1)
        self._segments = segments
        self._renew_snapshot()

    def _remove_unknown_files(self) -> None:
        """Remove what a start or a flush has left behind that was cut off."""
        known = {info.name + SUFFIX for info in self._manifest.segments}
        for path in self.folder.iterdir():
            is_old_wal = path.suffix == wal.SUFFIX and int(path.stem) < self._manifest.wal
            is_unknown = path.suffix == SUFFIX and path.name not in known
            if path.suffix == ".partial" or is_old_wal or is_unknown:
                durable.remove(path)

    def _replay(self) -> int:
        paths = sorted(self.folder.glob("*" + wal.SUFFIX))
        for path in paths:
            for body in wal.read(path, self.damaged.append):
                for labels, rows in wal.decode(body):
                    self._insert(self.streams.add(labels), rows)
        return max([int(path.stem) for path in paths], default=self._manifest.wal - 1)

    # Ingestion.

    def _ingest(self) -> None:
        while True:
            with self._changed:
                while not (self._waiting or self._closed or self._flush_asked):
                    self._changed.wait()
                waiting, self._waiting = self._waiting, []
                flushes, self._flush_asked = self._flush_asked, False
                if self._closed and not waiting:
                    return
            if waiting:
                self._store(waiting)
            if flushes or self._head.bytes >= self.limits.head_bytes:
                self._freeze()

    def _store(self, waiting: Sequence[_Waiting]) -> None:
        results: list[PushResult] = []
        fresh: list[tuple[Stream, _native.Rows]] = []
        done: list[_Waiting] = []
        for pending in waiting:
            try:
                result = PushResult()
                added = self._fresh(pending.pushed, result)
            except Exception as error:
                pending.future.set_exception(error)
                continue
            fresh += added
            results.append(result)
            done.append(pending)
        try:
            if fresh:
                self._wal.write(wal.encode([(stream.labels, rows) for stream, rows in fresh]))
        except OSError as error:
            for pending in done:
                pending.future.set_exception(error)
            return
        inserted = [(stream.labels, self._insert(stream, rows)) for stream, rows in fresh]
        for pending, result in zip(done, results, strict=True):
            pending.future.set_result(result)
        self.watch(inserted)

    def _fresh(self, pushed: Pushed, result: PushResult) -> list[tuple[Stream, _native.Rows]]:
        """Return what is neither in a head nor in a segment yet."""
        fresh = []
        for stream, rows in self._admission.admit(pushed, self._now_ns(), result):
            missing = self._head.missing(stream.labels, rows)
            frozen = self._frozen
            if frozen is not None:
                missing = frozen.missing(stream.labels, missing)
            missing = self._missing_in_segments(stream, missing)
            result.repeated += len(rows) - len(missing)
            result.stored += len(missing)
            if len(missing):
                fresh.append((stream, missing))
        return fresh

    def _missing_in_segments(self, stream: Stream, rows: _native.Rows) -> _native.Rows:
        if not len(rows):
            return rows
        start, end = rows.time_range()
        if start > stream.stored_ns:
            return rows
        for segment in self._segments:
            if segment.info.end_ns < start or segment.info.start_ns > end:
                continue
            try:
                rows = self.blocks.without(segment, stream.labels, rows, start, end)
            except DamagedError as error:
                self.report(error)
            if not len(rows):
                break
        return rows

    def _insert(self, stream: Stream, rows: _native.Rows) -> _native.Rows:
        fresh = self._head.insert(stream.labels, rows)
        stream.newest_ns = max(stream.newest_ns, rows.time_range()[1])
        return fresh

    def report(self, error: DamagedError) -> None:
        """Remember that something is damaged, and print it once."""
        if all(str(known) != str(error) for known in self.damaged):
            self.damaged.append(error)
            print(error, flush=True)

    # Flush.

    def _freeze(self) -> None:
        """Hand the head to the flusher, when that has finished the one before."""
        with self._flushed:
            self._flushed.wait_for(lambda: self._frozen is None or self._closed)
            if self._frozen is not None:
                return
            try:
                self._wal_after = self._wal.rotate()
            except OSError as error:
                print(f"{self.folder}: {error}", flush=True)
                return
            self._frozen, self._head = self._head, Head()
            self._freezes += 1
            self._renew_snapshot()
        self._maintenance_due.set()

    def _maintain(self) -> None:
        while True:
            self._maintenance_due.wait(MAINTENANCE_S)
            self._maintenance_due.clear()
            if self._frozen is not None:
                self._write_frozen(self._frozen)
            if self._closed:
                return
            try:
                deletion.process(self)
                self.enforce_retention()
            except OSError as error:
                print(f"{self.folder}: {error}", flush=True)

    def _write_frozen(self, frozen: Head) -> None:
        try:
            number = self._manifest.next_segment
            streams = sorted(frozen.streams(), key=lambda pair: pair[0])
            info = write_segment(self.folder, f"{number:08}", streams, frozen.bytes)
        except OSError as error:
            # The disk is full: the write-ahead log keeps it, and pushes are refused meanwhile.
            print(f"{self.folder}: {error}", flush=True)
            self._maintenance_due.set()
            time.sleep(1)
            return
        with self._manifest_lock:
            if info is not None:
                segment = Segment(self.folder, info)
                self._manifest.segments.append(info)
                self._manifest.next_segment += 1
                self._segments = (*self._segments, segment)
            for labels, _ in streams:
                stream = self.streams.add(labels)
                stream.stored_ns = max(stream.stored_ns, stream.newest_ns)
            self._manifest.wal = self._wal_after
            self._publish(frozen_is_stored=True)
        for path in self.folder.glob("*" + wal.SUFFIX):
            if int(path.stem) < self._manifest.wal:
                durable.remove(path)

    def _publish(self, frozen_is_stored: bool = False) -> None:
        """Write the manifest, then let queries see the same."""
        self._manifest.newest_ns = {s.labels: s.newest_ns for s in self.streams.all()}
        self._manifest.write(self.folder)
        with self._flushed:
            if frozen_is_stored:
                self._frozen = None
                self.flushes += 1
            self._renew_snapshot()
            self._flushed.notify_all()

    def _renew_snapshot(self) -> None:
        heads = (self._head,) if self._frozen is None else (self._frozen, self._head)
        pending = tuple(d for d in self._manifest.deletions if d.status != "processed")
        self._snapshot = Snapshot(self._segments, heads, pending)

    def replace_segments(
        self, replaced: Sequence[Segment], new: Sequence[Segment], processed: Sequence[str] = ()
    ) -> None:
        """Let segments take the place of others, whose files are removed."""
        names = {segment.info.name for segment in replaced}
        with self._manifest_lock:
            remaining = [s for s in self._segments if s.info.name not in names]
            self._segments = (*remaining, *new)
            self._manifest.segments = [segment.info for segment in self._segments]
            self._manifest.deletions = [
                replace(d, status="processed") if d.id in processed else d
                for d in self._manifest.deletions
            ]
            self._publish()
        for segment in replaced:
            durable.remove(segment.path)

    def next_name(self) -> str:
        """Return the name of a segment that is written by the flusher."""
        with self._manifest_lock:
            number = self._manifest.next_segment
            self._manifest.next_segment += 1
            return f"{number:08}"

    def enforce_retention(self) -> None:
        """Remove whole segments, the oldest first, that are too old or too much."""
        oldest = self._now_ns() - round(self.limits.retention_period * SECOND_NS)
        by_age = sorted(self._segments, key=lambda segment: segment.info.end_ns)
        size = sum(segment.info.size for segment in by_age)
        expired = []
        for segment in by_age:
            if segment.info.end_ns >= oldest and size <= self.limits.retention_size:
                break
            expired.append(segment)
            size -= segment.info.size
        if expired:
            self.streams.remove_before(oldest)
            self.replace_segments(expired, ())


def _ending(run: Callable[[], None]) -> Callable[[], None]:
    """Return what a thread runs: without it the store would take pushes and never store them."""

    def run_or_end() -> None:
        try:
            run()
        except Exception:
            traceback.print_exc()
            durable.end("the log store ends, because one of its threads has failed")

    return run_or_end


def _locked(folder: Path) -> int:
    """Return the descriptor of a lock that one process has. Raises StoreError."""
    descriptor = os.open(folder / "lock", os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError as error:
        os.close(descriptor)
        raise StoreError(f"{folder}: another process uses these logs; stop it first") from error
    return descriptor
