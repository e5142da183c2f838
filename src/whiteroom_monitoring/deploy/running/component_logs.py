"""What components have printed, in one file each."""

from __future__ import annotations

import datetime
import os
import re
import sys
import time
from collections import deque
from collections.abc import Mapping, Sequence
from pathlib import Path

from whiteroom_monitoring.errors import MonitoringError

POLL_S = 0.25
# A moment in UTC, as components write it: RFC 3339, or with a space.
_TIME = re.compile(r"(\d{4}-\d\d-\d\d)[T ](\d\d:\d\d:\d\d)")


def last_lines(path: Path, count: int | None) -> list[str]:
    """Return the last ``count`` lines of a log, or all. Raises MonitoringError without it."""
    try:
        with path.open(encoding="utf-8", errors="replace") as file:
            return [line.rstrip("\n") for line in deque(file, maxlen=count)]
    except FileNotFoundError:
        raise MonitoringError(f"{path.stem} has printed nothing yet ({path})") from None
    except OSError as error:
        raise MonitoringError(f"{path}: can't be read: {error.strerror}") from error


def since(lines: Sequence[str], start: float) -> list[str]:
    """Return the lines from the first one on whose time is ``start`` (Unix time) or later.

    A line without a time belongs to the one before it; where no line has one, all are returned.

    >>> since(["1970-01-01T00:00:01Z a", "  b", "1970-01-01 00:00:09 c"], 5)
    ['1970-01-01 00:00:09 c']
    """
    is_dated = False
    for number, line in enumerate(lines):
        match = _TIME.search(line)
        if match is None:
            continue
        is_dated = True
        when = datetime.datetime.fromisoformat(f"{match[1]}T{match[2]}+00:00")
        if when.timestamp() >= start:
            return list(lines[number:])
    return [] if is_dated else list(lines)


def follow_all(logs: Mapping[str, Path]) -> None:
    """Print what is appended to several logs, each line behind its component, until interrupted."""
    files = {name: path.open(encoding="utf-8", errors="replace") for name, path in logs.items()}
    for file in files.values():
        file.seek(0, os.SEEK_END)
    try:
        while True:
            for name, file in files.items():
                for line in file.readlines():
                    sys.stdout.write(f"{name} | {line}")
                if logs[name].exists() and logs[name].stat().st_ino != _inode(file.fileno()):
                    file.close()
                    files[name] = logs[name].open(encoding="utf-8", errors="replace")
            sys.stdout.flush()
            time.sleep(POLL_S)
    except KeyboardInterrupt:
        return
    finally:
        for file in files.values():
            file.close()


def follow(path: Path) -> None:
    """Print what is appended, until interrupted; goes on with the new file after a rotation."""
    file = path.open(encoding="utf-8", errors="replace")
    file.seek(0, 2)
    try:
        while True:
            text = file.read()
            if text:
                sys.stdout.write(text)
                sys.stdout.flush()
                continue
            time.sleep(POLL_S)
            if path.exists() and path.stat().st_ino != _inode(file.fileno()):
                file.close()
                file = path.open(encoding="utf-8", errors="replace")
    except KeyboardInterrupt:
        return
    finally:
        file.close()


def _inode(descriptor: int) -> int:
    return os.fstat(descriptor).st_ino
