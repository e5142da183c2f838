"""Files of a pattern: which there are, which of them are known by other names, what was rotated."""

from __future__ import annotations

import glob
import os
import time
from collections.abc import Callable, Iterator
from fnmatch import fnmatch

from whiteroom_monitoring.logs.shipper.config import Decompression, StaticConfig
from whiteroom_monitoring.logs.shipper.entry import Clock
from whiteroom_monitoring.logs.shipper.errors import CorruptError, StageError
from whiteroom_monitoring.logs.shipper.pipeline import Pipeline
from whiteroom_monitoring.logs.shipper.positions import FileCursor, FileState, Positions
from whiteroom_monitoring.logs.shipper.relabel import Relabeling
from whiteroom_monitoring.logs.shipper.sources.file_source import FileSource
from whiteroom_monitoring.logs.shipper.sources.opened import Opened, kind_of, open_file
from whiteroom_monitoring.logs.shipper.sources.rotation import rotated

# How long a file that is being compressed is waited for, before its lines count as lost.
SEARCH_S = 60.0


class FileTarget:
    """The files of one static configuration. ``lost_bytes`` counts what was seen and not read."""

    def __init__(
        self,
        job: str,
        static: StaticConfig,
        decompression: Decompression,
        *,
        relabeling: Relabeling,
        positions: Positions,
        make_pipeline: Callable[[Clock], Pipeline],
        tail_from_end: bool = False,
    ) -> None:
        labels = dict(static.labels)
        self._patterns = alternatives(labels.pop("__path__", ""))
        self._exclude = alternatives(labels.pop("__path_exclude__", ""))
        if not self._patterns[0]:
            raise StageError(f"{job}: static_configs: expected the label __path__")
        self._job, self._labels, self._relabeling = job, labels, relabeling
        self._decompression, self._positions = decompression, positions
        self._make_pipeline, self._tail_from_end = make_pipeline, tail_from_end
        self._current: dict[str, FileSource] = {}
        self._live: list[FileSource] = []
        self._looked_for: set[str] = set()
        self._searched: dict[int, float] = {}
        self.lost_bytes = 0

    def discover(self) -> list[FileSource]:
        """Return the sources that are new since the last call."""
        known = {id(source) for source in self._live}
        self._live = [source for source in self._live if not source.is_ended]
        paths = [path for path in self._paths() if os.path.isfile(path)]
        states = self._positions.files(self._job)
        waiting = {s.path for s in states if not s.closed and self.means(s.path)}
        for path in sorted({*paths, *waiting}):
            try:
                if path in paths:
                    self._look(path)
                else:
                    self._look_for_rest(path)
            except (OSError, CorruptError):
                continue  # gone meanwhile, or not written to its end: it is looked at again
        for path, source in self._current.items():
            if path not in paths:
                source.is_superseded = True
        return [source for source in self._live if id(source) not in known]

    def means(self, path: str) -> bool:
        """Tell whether a path is one of the pattern's."""
        is_meant = any(fnmatch(path, pattern) for pattern in self._patterns)
        return is_meant and not any(fnmatch(path, pattern) for pattern in self._exclude)

    def _paths(self) -> Iterator[str]:
        for pattern in self._patterns:
            for path in glob.iglob(pattern, recursive=True):
                if not any(fnmatch(path, one) for one in self._exclude):
                    yield path

    def _look(self, path: str) -> None:
        """See which file is at a path: the one that is read, a known one, or a new one."""
        stat = os.stat(path)
        current = self._current.get(path)
        if current is not None and _is_same(current.state, stat):
            is_read = not current.is_ended or stat.st_size == current.state.size
            if is_read and not current.is_replaced:
                current.is_superseded = False
                return
        decompression = self._decompression
        kind = (decompression.format or kind_of(path)) if decompression.enabled else ""
        file = open_file(path, kind)
        try:
            self._look_at(path, stat, file, kind)
        except BaseException:
            file.close()
            raise

    def _look_at(self, path: str, stat: os.stat_result, file: Opened, kind: str) -> None:
        """Go on with a file that is known, wherever it was, or begin with a new one."""
        current = self._current.get(path)
        state = self._known(file, stat, kind)
        live = next((s for s in self._live if s.state is state and state), None)
        if live is not None and not live.is_ended:
            file.close()
            if not kind:
                self._current[path] = live
            return
        is_first_look = path not in self._looked_for
        former = self._look_for_rest(path, state)
        if state is None or is_first_look:
            former += self._unread(path)
        if state is None:
            state = self._new(path, stat, file)
        if current is not None:
            current.is_superseded = True
            former = former or [current]
        state.real, state.device, state.inode = os.path.realpath(path), stat.st_dev, stat.st_ino
        source = self._start(file, state)
        if source is not None:
            self._current[path] = source
            source.after = former[-1] if former and former[-1] is not source else None

    def _new(self, path: str, stat: os.stat_result, file: Opened) -> FileState:
        state = self._positions.add(self._job, path, os.path.realpath(path), stat)
        if self._tail_from_end and path not in self._looked_for:
            end = file.read(max(0, stat.st_size - 1024 * 1024), 1024 * 1024).rfind(b"\n") + 1
            state.cursor = FileCursor(max(0, stat.st_size - 1024 * 1024) + end, state.cursor.place)
        return state

    def _start(self, file: Opened, state: FileState) -> FileSource | None:
        """Return a source that reads a file; None where its labels leave it out."""
        labels = self._relabeling.apply(
            {**self._labels, "filename": state.path, "__path__": state.path}
        )
        if labels is None:
            file.close()
            return None
        state.closed = False
        source = FileSource(
            file,
            state,
            self._positions,
            labels=labels,
            make_pipeline=self._make_pipeline,
            find_copy=self._find_copy,
        )
        self._live.append(source)
        return source

    def _known(self, file: Opened, stat: os.stat_result, kind: str) -> FileState | None:
        """Return the state of a file that was read under this or another name."""
        states = self._positions.files(self._job)
        for state in reversed(states):
            if _is_same(state, stat):
                is_whole = not kind or not state.closed or state.size == stat.st_size
                if is_whole and file.continues(state, state.cursor):
                    return state
        if kind:
            return next((state for state in reversed(states) if file.is_copy(state)), None)
        return None

    def _look_for_rest(self, path: str, but: FileState | None = None) -> list[FileSource]:
        """Find the files of this path that were not read to their end, and go on with them."""
        self._looked_for.add(path)
        made: list[FileSource] = []
        for state in self._positions.files(self._job):
            is_read = state.closed or any(source.state is state for source in self._live)
            if state.path != path or state is but or is_read:
                continue
            try:
                file = self._find(state)
            except CorruptError:
                if self._search_s(state) < SEARCH_S:
                    continue
                file = None
            if file is None:
                self.lost_bytes += max(0, state.size - state.cursor.offset)
                state.closed = True
                self._positions.change()
            elif (source := self._start(file, state)) is not None:
                source.is_superseded = True
                source.after = made[-1] if made else None
                made.append(source)
        return made

    def _search_s(self, state: FileState) -> float:
        began = self._searched.setdefault(state.number, time.monotonic())
        return time.monotonic() - began

    def _find(self, state: FileState) -> Opened | None:
        """Return the file of a state, wherever it is but at its path. Raises CorruptError."""
        for candidate in dict.fromkeys((state.real, *rotated(state.path, state.real))):
            if candidate == state.path or not os.path.isfile(candidate):
                continue
            if _is_same(state, os.stat(candidate)) and _continues(candidate, state):
                return open_file(candidate)
        return self._find_copy(state)

    def _find_copy(self, state: FileState) -> Opened | None:
        """Return a copy of what was read, compressed or not, which has the rest, too."""
        broken: CorruptError | None = None
        for candidate in rotated(state.path, state.real):
            if candidate == state.path:
                continue
            file = open_file(candidate, kind_of(candidate))
            try:
                if file.is_copy(state):
                    return file
            except CorruptError as error:
                broken = error
            file.close()
        if broken is not None:
            raise broken
        return None

    def _unread(self, path: str) -> list[FileSource]:
        """Start with files that were at a path between the last one that was read and this one."""
        states = [state for state in self._positions.files(self._job) if state.path == path]
        if not states:
            return []
        newest = max(state.mtime_ns for state in states)
        real = os.path.realpath(path)
        found = []
        for candidate in rotated(path, states[-1].real):
            stat = os.stat(candidate)
            is_other = os.path.realpath(candidate) != real and not self.means(candidate)
            if is_other and stat.st_mtime_ns >= newest and not self._is_read(candidate, stat):
                found.append((stat.st_mtime_ns, candidate, stat))
        made: list[FileSource] = []
        for _, candidate, stat in sorted(found, key=lambda item: item[:2]):
            state = self._positions.add(self._job, path, candidate, stat)
            source = self._start(open_file(candidate, kind_of(candidate)), state)
            if source is not None:
                source.is_superseded = True
                source.after = made[-1] if made else None
                made.append(source)
        return made

    def _is_read(self, path: str, stat: os.stat_result) -> bool:
        """Tell whether a file is one that is known, or a copy of one. Raises CorruptError."""
        file = open_file(path, kind_of(path))
        try:
            for state in self._positions.files(self._job):
                if _is_same(state, stat) and _is_still(file, kind_of(path), state):
                    return True
                if file.is_copy(state):
                    return True
        finally:
            file.close()
        return False


def alternatives(pattern: str) -> list[str]:
    """Return the patterns that one with ``{a,b}`` stands for.

    >>> alternatives("/log/{a,b}.log")
    ['/log/a.log', '/log/b.log']
    """
    before, brace, rest = pattern.partition("{")
    inner, end, after = rest.partition("}")
    if not brace or not end:
        return [pattern]
    return [f"{before}{word}{tail}" for word in inner.split(",") for tail in alternatives(after)]


def _is_same(state: FileState, stat: os.stat_result) -> bool:
    return (state.device, state.inode) == (stat.st_dev, stat.st_ino)


def _is_still(file: Opened, kind: str, state: FileState) -> bool:
    """Tell whether a file with the number of one that was read is that one."""
    if kind and state.head_bytes:
        return file.is_copy(state)
    return file.continues(state, state.cursor)


def _continues(path: str, state: FileState) -> bool:
    """Tell whether the file at a path is the one that was read."""
    kind = kind_of(path)
    file = open_file(path, kind)
    try:
        return _is_still(file, kind, state)
    finally:
        file.close()
