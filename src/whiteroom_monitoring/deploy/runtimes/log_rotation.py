"""Sets logs aside that programs write themselves, within supervisord.

The folder of logs is the stack's own, so that no program can lead another one's log elsewhere. A
program that runs as somebody else may not rename its log there, which is why supervisord does. It
takes this module for an extension (http://supervisord.org/xmlrpc.html#adding-your-own-extension),
which makes no process more. It needs nothing but the standard library and supervisor.
"""

from __future__ import annotations

import contextlib
import fcntl
import json
import os
import signal
import stat
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

OLDER_FILES = 2


@dataclass(frozen=True)
class RotatedLog:
    """A log, how large it may be, and which process opens it again at which signal, if any."""

    path: str
    max_bytes: int
    process: str = ""
    reopen: str = ""


def write_plan(path: Path, logs: Iterable[RotatedLog]) -> None:
    """Write what `make_extension` reads. Raises OSError."""
    new = path.with_name(f"{path.name}.new")
    new.write_text(json.dumps([asdict(log) for log in logs]), "utf-8")
    new.replace(path)


def make_extension(supervisord: Any, plan: str) -> object:
    """Look at the logs of a plan every five seconds, within supervisord."""
    from supervisor import events  # type: ignore[import-untyped]  # noqa: PLC0415

    extension = LogRotation(supervisord, Path(plan))
    events.subscribe(events.Tick5Event, extension.look)
    return extension


class LogRotation:
    """The logs of a plan, which is read anew when it is another one."""

    def __init__(self, supervisord: Any, plan: Path) -> None:
        self._supervisord, self._plan = supervisord, plan
        self._read: tuple[int, list[RotatedLog]] = (0, [])
        self._problems: dict[str, str] = {}

    def look(self, event: object = None) -> None:
        """Set aside what is too large. What can't be is logged, once as long as it lasts."""
        del event
        try:
            logs = self._logs()
        except (OSError, ValueError, TypeError) as error:
            self._say(str(self._plan), str(error))
            return
        for log in logs:
            try:
                if set_aside(log.path, log.max_bytes) and log.reopen:
                    self._signal(log)
                self._problems.pop(log.path, None)
            except OSError as error:
                self._say(log.path, error.strerror or str(error))

    def _logs(self) -> list[RotatedLog]:
        try:
            changed_ns = self._plan.stat().st_mtime_ns
        except FileNotFoundError:
            return []
        if changed_ns != self._read[0]:
            content: list[Mapping[str, Any]] = json.loads(self._plan.read_text("utf-8"))
            self._read = changed_ns, [RotatedLog(**log) for log in content]
        return self._read[1]

    def _signal(self, log: RotatedLog) -> None:
        group = self._supervisord.process_groups.get(log.process)
        for process in group.processes.values() if group else ():
            if process.pid:
                process.signal(getattr(signal, f"SIG{log.reopen}"))

    def _say(self, path: str, problem: str) -> None:
        if self._problems.get(path) != problem:
            self._problems[path] = problem
            self._supervisord.options.logger.warn(f"{path}: can't be set aside: {problem}")


def set_aside(path: str, max_bytes: int) -> bool:
    """Give a log that is too large an older name, and put an empty one in its place.

    There is a file of this name all the time: who may not make one opens the old or the new one.
    Return whether it was done. Raises OSError.
    """
    with _held(path) as facts:
        if facts is None or facts.st_size < max_bytes:
            return False
        new = f"{path}.new"
        _make(new, facts)
        for number in range(OLDER_FILES, 1, -1):
            with contextlib.suppress(FileNotFoundError):
                os.rename(f"{path}.{number - 1}", f"{path}.{number}")
        os.link(path, f"{path}.1", follow_symlinks=False)
        os.rename(new, path)
    return True


@contextlib.contextmanager
def _held(path: str) -> Iterator[os.stat_result | None]:
    """Yield what is known of a file, with the lock under which others set it aside; else None."""
    try:
        file = os.open(path, os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC)
    except FileNotFoundError:
        yield None
        return
    try:
        facts = os.fstat(file)
        if not stat.S_ISREG(facts.st_mode):
            yield None
            return
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
            yield facts if os.path.samestat(facts, os.lstat(path)) else None
        except BlockingIOError:
            yield None
    finally:
        os.close(file)


def _make(path: str, like: os.stat_result) -> None:
    """Make an empty file with the owner and the rights of another one."""
    with contextlib.suppress(FileNotFoundError):
        os.unlink(path)
    file = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW | os.O_CLOEXEC, 0)
    try:
        os.fchown(file, like.st_uid, like.st_gid)
        os.fchmod(file, stat.S_IMODE(like.st_mode))
    finally:
        os.close(file)
