"""Reading small files of the kernel that may vanish at any time."""

from __future__ import annotations

import errno
from pathlib import Path

from whiteroom_monitoring.errors import MonitoringError

# ENODEV: the cgroup was removed while its file was open. ESRCH: the process ended meanwhile.
# EOPNOTSUPP: a threaded cgroup has no list of processes of its own.
_GONE = {errno.ENOENT, errno.ENODEV, errno.ESRCH, errno.ENOTDIR, errno.EOPNOTSUPP}


class UnreadableError(MonitoringError):
    """A file that is there can't be read, or holds something else than expected."""


def content(path: Path) -> str | None:
    """Return the file's text; None when it is not there or its owner has ended.

    Raises UnreadableError.
    """
    try:
        return path.read_text(encoding="utf-8", errors="replace")
    except OSError as error:
        if error.errno in _GONE:
            return None
        advice = "run the exporter as root" if isinstance(error, PermissionError) else "see dmesg"
        raise UnreadableError(f"{path}: can't be read: {error.strerror} ({advice})") from error


def number(path: Path) -> int | None:
    """Return the file's only number; None when the file is not there. Raises UnreadableError."""
    text = content(path)
    return None if text is None else integer(path, text.strip())


def table(path: Path) -> dict[str, int]:
    """Return a file of lines ``key value``; empty when it is not there. Raises UnreadableError."""
    words = [line.split() for line in (content(path) or "").splitlines()]
    return {pair[0]: integer(path, pair[1]) for pair in words if len(pair) == 2}


def integer(path: Path, word: str) -> int:
    """Return ``word`` as a number. Raises UnreadableError that names ``path``."""
    try:
        return int(word)
    except ValueError:
        problem = f"{path}: found {word[:40]!r}, expected a number"
        raise UnreadableError(f"{problem} (is the root of a kernel's file system given?)") from None
