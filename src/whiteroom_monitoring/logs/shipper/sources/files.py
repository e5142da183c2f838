"""Files of a pattern: which there are, which of them are known by other names, what was rotated."""

from __future__ import annotations

import contextlib
import functools
import glob
import os
import time
from collections.abc import Callable, Iterator, Sequence
from fnmatch import fnmatchcase

from whiteroom_monitoring.client.generated import shipper as metrics
from whiteroom_monitoring.logs.shipper import durations
from whiteroom_monitoring.logs.shipper.config import Decompression, StaticConfig
from whiteroom_monitoring.logs.shipper.entry import Clock
from whiteroom_monitoring.logs.shipper.errors import CorruptError, StageError
from whiteroom_monitoring.logs.shipper.pipeline import Pipeline
from whiteroom_monitoring.logs.shipper.positions import FileCursor, FileState, Positions
from whiteroom_monitoring.logs.shipper.relabel import Relabeling
from whiteroom_monitoring.logs.shipper.sources.file_source import FileSource
from whiteroom_monitoring.logs.shipper.sources.identity import is_same, is_still, opening
from whiteroom_monitoring.logs.shipper.sources.opened import (
    HEAD_BYTES,
    TAIL_BYTES,
    Opened,
    PlainFile,
    checksum,
    digest,
    kind_of,
    open_file,
)
from whiteroom_monitoring.logs.shipper.sources.rotation import is_rotated_name, rotated

# How long a file that is being renamed or compressed is looked for, before it counts as lost.
SEARCH_S = 60.0
# A listing may miss a file that is renamed meanwhile: one look is none.
_MIN_LOOKS = 3
_TAIL_BYTES = 1024 * 1024


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
        # A rule may say where the files are.
        places = relabeling.apply_all(labels) or labels
        self._patterns = alternatives(places.get("__path__", ""))
        self._exclude = alternatives(places.get("__path_exclude__", ""))
        labels.pop("__path_exclude__", None)
        if not self._patterns[0]:
            raise StageError(f"{job}: static_configs: expected the label __path__")
        self._job, self._labels, self._relabeling = job, labels, relabeling
        self._decompression, self._positions = decompression, positions
        self._make_pipeline, self._tail_from_end = make_pipeline, tail_from_end
        self._delay_s = durations.seconds(decompression.initial_delay)
        self._current: dict[str, FileSource] = {}
        self._live: list[FileSource] = []
        self._looked_for: set[str] = set()
        # When files of which nothing was read were written to last.
        self._untouched: dict[str, int] = {}
        self._searches = _Searches(job)
        self.lost_bytes = 0

    def discover(self) -> list[FileSource]:
        """Return the sources that are new since the last call."""
        known = {id(source) for source in self._live}
        self._let_go()
        paths = {path for path in self._paths() if os.path.isfile(path) and self._is_due(path)}
        states = self._positions.files(self._job)
        waiting = {s.path for s in states if not s.closed and self.means(s.path)}
        for path in sorted({*paths, *waiting}):
            if self._labels_of(path) is None:
                continue
            try:
                if path in paths:
                    self._look(path)
                self._look_for_rest(path)
                self._look_again(path)
            except FileNotFoundError:
                continue  # gone meanwhile: its name is looked at again
            except (OSError, CorruptError) as error:
                self._searches.report(path, error)
        for path, source in self._current.items():
            if path not in paths:
                source.is_superseded = True
        return [source for source in self._live if id(source) not in known]

    def _let_go(self) -> None:
        """Forget sources whose last line was acknowledged, and count what they could not read."""
        for source in self._live:
            self.lost_bytes += source.take_lost_bytes()
        self._live = [s for s in self._live if not (s.is_ended and s.state.closed)]

    def means(self, path: str) -> bool:
        """Tell whether a path is one of the pattern's."""
        is_meant = any(is_match(path, pattern) for pattern in self._patterns)
        return is_meant and not any(is_match(path, pattern) for pattern in self._exclude)

    def _paths(self) -> Iterator[str]:
        return matching(self._patterns, self._exclude)

    def _labels_of(self, path: str) -> dict[str, str] | None:
        return self._relabeling.apply({**self._labels, "filename": path, "__path__": path})

    def _kind_of(self, path: str) -> str:
        decompression = self._decompression
        return (decompression.format or kind_of(path)) if decompression.enabled else ""

    def _is_due(self, path: str) -> bool:
        """Tell whether a compressed file was left alone for long enough to be whole."""
        if not self._delay_s or not self._kind_of(path):
            return True
        with contextlib.suppress(OSError):
            return time.time() - os.stat(path).st_mtime >= self._delay_s
        return False

    def _look(self, path: str) -> None:
        """See which file is at a path: the one that is read, a known one, or a new one."""
        current = self._current.get(path)
        if current is not None and current.is_all_of(stat := os.stat(path)):
            current.is_superseded = False
            self._look_for_copies(path, current, stat)
            return
        self._untouched.pop(path, None)
        kind = self._kind_of(path)
        file = open_file(path, kind)
        try:
            self._look_at(path, file, kind)
        except BaseException:
            file.close()
            raise

    def _look_for_copies(self, path: str, current: FileSource, stat: os.stat_result) -> None:
        """Find what was written, copied and emptied between two looks without another trace."""
        since_ns = self._untouched.pop(path, None)
        if since_ns is not None and since_ns != stat.st_mtime_ns:
            copies = self._unread_since(path, since_ns, stat)
            current.after = copies[-1] if copies else current.after
        if not current.is_begun:
            self._untouched[path] = stat.st_mtime_ns

    def _look_at(self, path: str, file: Opened, kind: str) -> None:
        """Go on with a file that is known, wherever it was, or begin with a new one."""
        stat = file.stat()
        state = self._known(path, file, stat, kind)
        live = self._source_of(state)
        if live is not None:
            # One that has ended begins anew when its last lines were acknowledged.
            file.close()
            if not kind and not live.is_ended and live.holds(stat):
                self._current[path] = live
            return
        current = self._current.get(path)
        is_first_look = path not in self._looked_for
        former = self._look_for_rest(path, state)
        if state is None or is_first_look:
            former += self._unread(path, stat)
        if state is None:
            state = self._new(path, stat, file)
        if current is not None:
            current.is_superseded = True
            former = former or [current]
        state.real, state.device, state.inode = os.path.realpath(path), stat.st_dev, stat.st_ino
        source = self._current[path] = self._start(file, state)
        if not source.is_begun:
            self._untouched[path] = stat.st_mtime_ns
        source.after = former[-1] if former and former[-1] is not source else None

    def _new(self, path: str, stat: os.stat_result, file: Opened) -> FileState:
        is_first = not any(s.path == path for s in self._positions.files(self._job))
        state = self._added(path, os.path.realpath(path), file, stat)
        if self._tail_from_end and is_first and isinstance(file, PlainFile):
            state.cursor = _end_of(file, stat, state.cursor)
        return state

    def _added(self, path: str, real: str, file: Opened, stat: os.stat_result) -> FileState:
        """Return the state of a new file, known by its first bytes before any of it is sent."""
        head = file.read(0, HEAD_BYTES)
        state = self._positions.add(self._job, path, real, stat)
        if head:
            state.head_bytes, state.head, state.size = len(head), digest(head), stat.st_size
        return state

    def _start(self, file: Opened, state: FileState) -> FileSource:
        """Return a source that reads a file."""
        state.closed = False
        source = FileSource(
            file,
            state,
            self._positions,
            labels=self._labels_of(state.path) or {},
            make_pipeline=self._make_pipeline,
            find_copy=self._find_copy,
        )
        self._live.append(source)
        return source

    def _source_of(self, state: FileState | None) -> FileSource | None:
        return next((s for s in self._live if s.state is state), None) if state else None

    def _is_held(self, stat: os.stat_result) -> bool:
        return any(source.holds(stat) for source in self._live)

    def _known(self, path: str, file: Opened, stat: os.stat_result, kind: str) -> FileState | None:
        """Return the state of a file that was read under this or another name.

        Numbers of files are given away again: what was read of a file tells that it is that one.
        """
        states = self._positions.files(self._job)
        for state in reversed(states):
            source = self._source_of(state)
            is_whole = not kind or not state.closed or state.size == stat.st_size
            if source is not None and source.holds(stat):
                if file.continues(state, state.cursor):
                    return state
            elif is_same(state, stat) and is_whole and is_still(file, kind, state):
                return state
        for state in reversed(states):
            if (kind or is_rotated_name(path, state.path)) and file.is_copy(state):
                return state
        return None

    def _look_for_rest(self, path: str, but: FileState | None = None) -> list[FileSource]:
        """Find the files of this path that were not read to their end, and go on with them."""
        self._looked_for.add(path)
        made: list[FileSource] = []
        for state in self._positions.files(self._job):
            if state.path != path or state is but or state.closed or self._source_of(state):
                continue
            file = self._find(state)
            if file is not None:
                self._chain(made, self._start(file, state))
            elif not state.head_bytes or self._searches.is_over(str(state.number)):
                self._lose(state)
        return made

    def _lose(self, state: FileState) -> None:
        """Look for a file no longer. Of what nothing was read, nothing is known to be lost."""
        if state.head_bytes:
            self.lost_bytes += max(0, state.size - state.cursor.offset)
        state.closed = True
        self._positions.change()

    def _chain(self, made: list[FileSource], source: FileSource) -> None:
        source.is_superseded = True
        source.after = made[-1] if made else None
        made.append(source)

    def _find(self, state: FileState) -> Opened | None:
        """Return the file of a state, wherever it is but at its path."""
        for candidate in dict.fromkeys((state.real, *rotated(state.path, state.real))):
            if candidate == state.path or not os.path.isfile(candidate):
                continue
            kind = kind_of(candidate)
            with self._searches.errors_of(candidate), opening(candidate, kind) as look:
                if is_same(state, look.stat) and is_still(look.file, kind, state):
                    return look.keep()
        return self._find_copy(state)

    def _find_copy(self, state: FileState) -> Opened | None:
        """Return a copy of what was read, compressed or not, which has the rest, too."""
        for candidate in rotated(state.path, state.real):
            if candidate == state.path or not state.head_bytes:
                continue
            kind = kind_of(candidate)
            with self._searches.errors_of(candidate), opening(candidate, kind) as look:
                if look.file.is_copy(state):
                    return look.keep()
        return None

    def _unread(self, path: str, but: os.stat_result) -> list[FileSource]:
        """Start with files that were at a path between the last one that was read and this one."""
        states = [state for state in self._positions.files(self._job) if state.path == path]
        if not states:
            return []
        newest_ns = max(state.mtime_ns for state in states)
        return self._unread_since(path, newest_ns, but)

    def _look_again(self, path: str) -> None:
        """Look once more at files that could not be read, which may be being written."""
        newest_ns = self._searches.again.pop(path, None)
        if newest_ns is not None and not self._searches.is_over(path):
            self._unread_since(path, newest_ns)
        if path not in self._searches.again:
            self._searches.forget(path)

    def _unread_since(
        self, path: str, newest_ns: int, but: os.stat_result | None = None
    ) -> list[FileSource]:
        files: list[tuple[int, str, Opened]] = []
        for candidate in rotated(path, os.path.realpath(path)):
            if self.means(candidate) or not os.path.isfile(candidate):
                continue
            kind = kind_of(candidate)
            with self._searches.errors_of(candidate, path, newest_ns):
                # One that is older is not opened: it may be another user's.
                if os.stat(candidate).st_mtime_ns < newest_ns:
                    continue
                with opening(candidate, kind) as look:
                    stat = look.stat
                    is_current = but is not None and os.path.samestat(but, stat)
                    is_old = stat.st_mtime_ns < newest_ns or is_current
                    if not is_old and not self._is_read(path, look.file, stat, kind):
                        files.append((stat.st_mtime_ns, candidate, look.keep()))
        made: list[FileSource] = []
        for _, candidate, file in sorted(files, key=lambda item: item[:2]):
            state = self._added(path, candidate, file, file.stat())
            self._chain(made, self._start(file, state))
        return made

    def _is_read(self, path: str, file: Opened, stat: os.stat_result, kind: str) -> bool:
        """Tell whether a file is one that is known, or a copy of one. Raises CorruptError."""
        if self._is_held(stat):
            return True
        for state in self._positions.files(self._job):
            if is_same(state, stat) and is_still(file, kind, state):
                return True
            if state.path == path and file.is_copy(state):
                return True
        return False


class _Searches:
    """Since when something is looked for or can't be read; ``again`` are paths to look at again.

    An error is printed and counted when it has lasted for ``SEARCH_S``, once as long as it lasts.
    """

    def __init__(self, job: str) -> None:
        self._job = job
        self._began: dict[str, tuple[float, int]] = {}
        self._failing: dict[str, float] = {}
        self._said: dict[str, str] = {}
        self.again: dict[str, int] = {}

    def is_over(self, key: str) -> bool:
        """Note a look, and tell whether there were enough of them."""
        since, looks = self._began.get(key, (time.monotonic(), 0))
        self._began[key] = since, looks + 1
        is_over = looks + 1 >= _MIN_LOOKS and time.monotonic() - since >= SEARCH_S
        if is_over:
            self.forget(key)
        return is_over

    def forget(self, key: str) -> None:
        """Begin to count anew."""
        self._began.pop(key, None)

    @contextlib.contextmanager
    def errors_of(self, candidate: str, path: str = "", newest_ns: int = 0) -> Iterator[None]:
        """Let the others be looked at when one file can't be read; its path is looked at again."""
        try:
            yield
        except FileNotFoundError:
            return
        except (OSError, CorruptError) as error:
            since = self._failing.setdefault(candidate, time.monotonic())
            if path:
                self.again[path] = newest_ns
            if time.monotonic() - since >= SEARCH_S:
                self.report(candidate, error)
        else:
            self._failing.pop(candidate, None)
            self._said.pop(candidate, None)

    def report(self, path: str, error: Exception) -> None:
        """Print an error when it is another than the last one, and count it."""
        text = str(error)
        if self._said.get(path) != text:
            self._said[path] = text
            print(f"{path}: can't be read: {text}", flush=True)
            metrics.log_shipper_read_errors_total.inc(1, source=self._job)


def matching(patterns: Sequence[str], exclude: Sequence[str]) -> Iterator[str]:
    """Yield the paths that one of the patterns finds, and that none of the others means."""
    for pattern in patterns:
        for path in glob.iglob(pattern, recursive=True, include_hidden=True):
            if not any(is_match(path, excluded) for excluded in exclude):
                yield path


def is_match(path: str, pattern: str) -> bool:
    """Tell whether a path is one of a pattern's, in which ``**`` alone stands for folders.

    >>> is_match("/log/a/b.log", "/log/*.log"), is_match("/log/a/b.log", "/log/**/*.log")
    (False, True)
    """
    return _is_match(tuple(path.split("/")), tuple(pattern.split("/")))


@functools.lru_cache(4096)
def _is_match(parts: tuple[str, ...], patterns: tuple[str, ...]) -> bool:
    if not patterns:
        return not parts
    first, rest = patterns[0], patterns[1:]
    if first == "**":
        return any(_is_match(parts[n:], rest) for n in range(len(parts) + 1))
    return bool(parts) and fnmatchcase(parts[0], first) and _is_match(parts[1:], rest)


def alternatives(pattern: str) -> list[str]:
    """Return the patterns that one with ``{a,b}`` stands for.

    >>> alternatives("/log/{a,b}.log")
    ['/log/a.log', '/log/b.log']
    """
    pattern = pattern.replace("[^", "[!")
    before, brace, rest = pattern.partition("{")
    inner, end, after = rest.partition("}")
    if not brace or not end:
        return [pattern]
    return [f"{before}{word}{tail}" for word in inner.split(",") for tail in alternatives(after)]


def _end_of(file: PlainFile, stat: os.stat_result, cursor: FileCursor) -> FileCursor:
    """Return the position after the last whole line of a file."""
    start = max(0, stat.st_size - _TAIL_BYTES)
    end = start + file.read(start, _TAIL_BYTES).rfind(b"\n") + 1
    tail = file.read(max(0, end - TAIL_BYTES), min(end, TAIL_BYTES)).hex()
    return FileCursor(end, cursor.place, checksum(file, end), tail)
