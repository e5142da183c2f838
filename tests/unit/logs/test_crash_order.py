"""The law of writing: a crash at any point leaves every acknowledged line, once.

Every call that changes the folder is recorded. Then each point in it is taken for a crash: what was
not synchronized may be there or not, of files and of names.
"""

from __future__ import annotations

import os
from collections import Counter
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.support.logs import NOW_NS, push, texts
from whiteroom_monitoring.logs.errors import MonitoringError
from whiteroom_monitoring.logs.store.store import LogStore

Change = tuple[Any, ...]


class Disk:
    """A model of the folder: what programs see, and what a crash leaves at the least."""

    def __init__(self) -> None:
        self.content: dict[int, bytearray] = {}
        self.names: dict[str, int] = {}
        self.synced_content: dict[int, bytes] = {}
        self.synced_names: dict[str, int] = {}

    def apply(self, change: Change) -> None:
        kind, *words = change
        if kind == "create":
            name, file = words
            self.names[name] = file
            self.content[file] = bytearray()
            self.synced_content[file] = b""
        elif kind == "write":
            file, at, data = words
            held = self.content[file]
            held.extend(bytes(max(0, at + len(data) - len(held))))
            held[at : at + len(data)] = data
        elif kind == "size":
            file, size = words
            del self.content[file][size:]
            self.content[file].extend(bytes(size - len(self.content[file])))
        elif kind == "sync":
            self.synced_content[words[0]] = bytes(self.content[words[0]])
        elif kind == "rename":
            self.names[words[1]] = self.names.pop(words[0])
        elif kind == "remove":
            self.names.pop(words[0], None)
        elif kind == "sync folder":
            self.synced_names = dict(self.names)

    def states(self) -> Iterator[dict[str, bytes]]:
        """Yield what a crash may leave: of names and of contents, the synchronized or all."""
        for names in (self.synced_names, self.names):
            for content in (self.synced_content, self.content):
                yield {name: bytes(content[file]) for name, file in names.items()}


class Recorder:
    """Records what happens in a folder, in order."""

    def __init__(self, folder: Path, patch: pytest.MonkeyPatch) -> None:
        self.changes: list[Change] = []
        self._folder = str(folder)
        self._files: dict[int, int] = {}
        self._at: dict[int, int] = {}
        self._count = 0
        self._real = {n: getattr(os, n) for n in ("open", "write", "pwrite", "close")}
        for name in ("open", "write", "pwrite", "close"):
            patch.setattr(os, name, getattr(self, name))
        self._wrap(patch, "ftruncate", lambda fd, size: ("size", self._files[fd], size))
        self._wrap(
            patch, "posix_fallocate", lambda fd, at, size: ("size", self._files[fd], at + size)
        )
        self._wrap(patch, "fdatasync", lambda fd: ("sync", self._files[fd]))
        self._wrap(patch, "fsync", lambda fd: ("sync folder",))
        self._wrap(patch, "rename", lambda a, b: ("rename", Path(a).name, Path(b).name))
        self._wrap(patch, "unlink", lambda path: ("remove", Path(path).name))

    def _wrap(self, patch: pytest.MonkeyPatch, name: str, described: Callable[..., Change]) -> None:
        real = getattr(os, name)

        def call(*words: Any, **named: Any) -> Any:
            change = described(*words)
            result = real(*words, **named)
            self.changes.append(change)
            return result

        patch.setattr(os, name, call)

    def open(self, path: Any, flags: int, *words: Any, **named: Any) -> int:
        descriptor: int = self._real["open"](path, flags, *words, **named)
        if str(path).startswith(self._folder) and flags & os.O_CREAT:
            self._count += 1
            self._files[descriptor], self._at[descriptor] = self._count, 0
            self.changes.append(("create", Path(path).name, self._count))
        return descriptor

    def write(self, descriptor: int, data: Any) -> int:
        written: int = self._real["write"](descriptor, data)
        if descriptor in self._files:
            at = self._at[descriptor]
            self.changes.append(("write", self._files[descriptor], at, bytes(data[:written])))
            self._at[descriptor] = at + written
        return written

    def pwrite(self, descriptor: int, data: Any, at: int) -> int:
        written: int = self._real["pwrite"](descriptor, data, at)
        self.changes.append(("write", self._files[descriptor], at, bytes(data[:written])))
        return written

    def close(self, descriptor: int) -> None:
        self._files.pop(descriptor, None)
        self._real["close"](descriptor)


def _recorded(folder: Path) -> list[Change]:
    """Return what pushes, flushes, a deletion and an end do to a folder."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("whiteroom_monitoring.logs.store.wal.STEP_BYTES", 4096)
        recorder = Recorder(folder, patch)
        store = LogStore(folder, now_ns=lambda: NOW_NS)

        def pushed(number: int, text: str) -> None:
            push(store, [(number, text)])
            recorder.changes.append(("acknowledged", text))

        pushed(1, "one")
        pushed(2, "two")
        store.flush()
        pushed(3, "three")
        pushed(4, "secret")
        store.flush()
        pushed(5, "five")
        recorder.changes.append(("deleting", "secret"))
        store.delete('{job="x"} |= "secret"', 0, 2**62)
        recorder.changes.append(("deleted", "secret"))
        while any(d.status != "processed" for d in store.deletions()):
            store.flush()
        pushed(6, "six")
        store.close()
        return recorder.changes


def _faults(changes: list[Change], folder: Path) -> list[str]:
    """Return at which points a crash would lose, repeat or bring back a line."""
    disk, acknowledged = Disk(), Counter[str]()
    # What is being deleted may be there or not; what was deleted may not.
    deleting, deleted = Counter[str](), set[str]()
    faults = []
    for number, change in enumerate(changes):
        if change[0] == "acknowledged":
            acknowledged[change[1]] += 1
        elif change[0] == "deleting":
            deleting[change[1]] += 1
        elif change[0] == "deleted":
            deleted.add(change[1])
        else:
            disk.apply(change)
        for state in disk.states():
            place = folder / "state"
            place.mkdir()
            for name, content in state.items():
                (place / name).write_bytes(content)
            try:
                store = LogStore(place, now_ns=lambda: NOW_NS)
                held = Counter(texts(store))
                store.close()
                if acknowledged - held - deleting or any(
                    count > 1 or line in deleted for line, count in held.items()
                ):
                    faults.append(f"{number} {change[0]}: {dict(held)}")
            except MonitoringError as error:
                faults.append(f"{number} {change[0]}: {error}")
            for path in place.iterdir():
                path.unlink()
            place.rmdir()
    return faults


def test_a_crash_at_any_point_loses_and_repeats_nothing(tmp_path: Path) -> None:
    """The order of writes, of synchronizing files and the folder, and of removing is enough."""
    changes = _recorded(tmp_path / "logs")
    assert Counter(change[0] for change in changes)["sync folder"] > 5
    assert _faults(changes, tmp_path) == []


@pytest.mark.parametrize("left_out", ["sync", "sync folder"])
def test_an_order_without_synchronizing_is_seen_to_fail(tmp_path: Path, left_out: str) -> None:
    """The model tells when a file or the folder is not waited for."""
    changes = [change for change in _recorded(tmp_path / "logs") if change[0] != left_out]
    assert _faults(changes[:40], tmp_path) != []
