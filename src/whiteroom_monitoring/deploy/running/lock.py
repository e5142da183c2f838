"""One command at a time changes a stack."""

from __future__ import annotations

import contextlib
import fcntl
import os
from collections.abc import Iterator

from whiteroom_monitoring.deploy.host.processes import Process
from whiteroom_monitoring.deploy.paths import StackPaths
from whiteroom_monitoring.errors import MonitoringError


class BusyError(MonitoringError):
    """Another command changes this stack now."""


@contextlib.contextmanager
def exclusive(paths: StackPaths) -> Iterator[None]:
    """Hold the stack for this command. Raises BusyError, naming the process that holds it.

    The kernel releases the lock when the process ends, however it ends.
    """
    path = paths.run / "command.lock"
    try:
        paths.run.mkdir(mode=0o700, parents=True, exist_ok=True)
        descriptor = os.open(path, os.O_RDWR | os.O_CREAT | os.O_NOFOLLOW | os.O_CLOEXEC, 0o600)
    except OSError as error:
        raise MonitoringError(
            f"data folder {paths.data} can't be written: {error.strerror}; choose another --data"
        ) from error
    try:
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            holder = os.pread(descriptor, 20, 0).decode()
            named = Process(int(holder)) if holder.isdecimal() else "another command"
            raise BusyError(
                f"{paths.data}: {named} is at work on this stack; wait for it"
            ) from None
        os.ftruncate(descriptor, 0)
        os.pwrite(descriptor, str(os.getpid()).encode(), 0)
        yield
    finally:
        os.close(descriptor)
