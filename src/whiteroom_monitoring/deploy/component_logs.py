"""What components have printed, in one file each."""

from __future__ import annotations

import os
import sys
import time
from collections import deque
from pathlib import Path

from whiteroom_monitoring.errors import MonitoringError

POLL_S = 0.25


def last_lines(path: Path, count: int) -> list[str]:
    """Return the last ``count`` lines of a log. Raises MonitoringError when it can't be read."""
    try:
        with path.open(encoding="utf-8", errors="replace") as file:
            return [line.rstrip("\n") for line in deque(file, maxlen=count)]
    except FileNotFoundError:
        raise MonitoringError(f"{path.stem} has printed nothing yet ({path})") from None
    except OSError as error:
        raise MonitoringError(f"{path}: can't be read: {error.strerror}") from error


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
