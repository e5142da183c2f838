"""What becomes of a prepared process's children and of its end: nothing that anybody configures.

A child that is forked has a segment of its own at once: the core sees to that. One that
multiprocessing (or concurrent.futures, or uvicorn) starts anew finds in its environment what its
parent has prepared, and prepares itself in the same way. Such children end without `atexit`, so
they close by multiprocessing's own finalizers. A process that SIGTERM ends was asked to end, and is
not counted as lost.
"""

from __future__ import annotations

import os
import signal
import sys
from collections.abc import Callable
from types import FrameType
from typing import Any

from whiteroom_monitoring.client import _native

# "<program>:<folder of segments>", for children that do not inherit this process's memory.
ANNOUNCEMENT = "WHITEROOM_PREPARED"
# Finalizers run from high to low: what an application does at its end is still recorded.
_LAST = -1000
# How multiprocessing starts a process anew: it has no parent yet while its modules are imported.
_SPAWNED = "--multiprocessing-fork"


def announce(program: str, directory: str) -> None:
    """Let children that are started anew prepare themselves as this process is."""
    os.environ[ANNOUNCEMENT] = f"{program}:{directory}"


def withdraw() -> None:
    """Let them not do so any more."""
    os.environ.pop(ANNOUNCEMENT, None)


class Childhood:
    """Lets a child of multiprocessing ``prepare`` itself, and ``close`` at its end.

    ``prepare`` takes the program and the folder of segments of the parent.
    """

    def __init__(self, prepare: Callable[[str, str], None], close: Callable[[], None]) -> None:
        self._prepare = prepare
        self._close = close
        self._watched = False
        os.register_at_fork(after_in_child=self._watch)
        self._watch()

    def _watch(self) -> None:
        """Wait for the moment in which multiprocessing makes this process its child."""
        # Where it is not loaded, this process is no child of it, and need not pay for loading it.
        util: Any = sys.modules.get("multiprocessing.util")
        if util is None or self._watched:
            return
        self._watched = True
        # A forked child calls this before its work, after it has forgotten what was registered.
        util.register_after_fork(self, Childhood._begin)
        if _parent_process() is not None or _SPAWNED in sys.orig_argv:
            self._begin()

    def _begin(self) -> None:
        util: Any = sys.modules["multiprocessing.util"]
        util.Finalize(None, self._close, exitpriority=_LAST)
        program, _, directory = os.environ.get(ANNOUNCEMENT, "").partition(":")
        if program:
            self._prepare(program, directory)


def _parent_process() -> object | None:
    process: Any = sys.modules.get("multiprocessing.process")
    return process.parent_process() if process else None


def end_in_order_by_sigterm(mark_closed: Callable[[], None]) -> None:
    """Let SIGTERM do what it did before, and say that this process, which then ends, is not lost.

    Where nobody handles it, it ends the process at once, whatever that is doing: the kernel's
    handler is one of the core, which needs no interpreter. Nothing changes where SIGTERM is
    ignored, nor outside the main thread, which alone may change it.
    """
    before = signal.getsignal(signal.SIGTERM)
    unhandled = before is signal.SIG_DFL
    if isinstance(before, _EndInOrder) or not (unhandled or callable(before)):
        return
    try:
        signal.signal(signal.SIGTERM, _EndInOrder(mark_closed, before))
    except ValueError:
        return
    if unhandled:
        _native.mark_closed_by(signal.SIGTERM)


class _EndInOrder:
    """What Python knows as the handler of SIGTERM.

    It is called where a program such as uvicorn has replaced the kernel's handler for a time and
    then put back what it had found, and where one was there before: that one then ends the process,
    or lets it go on, which is still recorded.
    """

    def __init__(self, mark_closed: Callable[[], None], before: Any) -> None:
        self._mark_closed = mark_closed
        self._before = before

    def __call__(self, number: int, frame: FrameType | None) -> None:
        self._mark_closed()
        if callable(self._before):
            self._before(number, frame)
        else:
            signal.signal(number, signal.SIG_DFL)
            os.kill(os.getpid(), number)
