"""Child processes of a prepared process, and its end by SIGTERM: an application configures nothing.

A forked child has a segment of its own at once: the core sees to that. A child that multiprocessing
(or concurrent.futures, or uvicorn) spawns finds its parent's preparation in its environment, and
prepares itself in the same way. Such children end without `atexit`, so they close by
multiprocessing's own finalizers. A process that SIGTERM or ``os._exit`` ends has closed in order,
and does not count as lost.
"""

from __future__ import annotations

import os
import signal
import sys
from collections.abc import Callable
from types import FrameType
from typing import Any, NoReturn

from whiteroom_monitoring.client import _native

# "<program>:<package of metrics>:<folder of segments>", for children that do not inherit this
# process's memory.
PREPARED_VARIABLE = "WHITEROOM_PREPARED"
# Finalizers run from high to low: what an application does at its end is still recorded.
_LAST_PRIORITY = -1000
# How multiprocessing starts a new process: it has no parent yet while its modules are imported.
_SPAWN_OPTION = "--multiprocessing-fork"


def pass_to_children(program: str, directory: str, package: str) -> None:
    """Let spawned children prepare themselves as this process is prepared."""
    os.environ[PREPARED_VARIABLE] = f"{program}:{package}:{directory}"


def stop_passing_to_children() -> None:
    """Let children that are spawned from now on start unprepared."""
    os.environ.pop(PREPARED_VARIABLE, None)


class ChildInitializer:
    """Lets a child of multiprocessing ``prepare`` itself, and ``close`` at its end.

    ``prepare`` takes the program, the folder of segments and the package of metrics of the parent.
    """

    def __init__(self, prepare: Callable[[str, str, str], None], close: Callable[[], None]) -> None:
        self._prepare = prepare
        self._close = close
        self._installed = False
        os.register_at_fork(after_in_child=self._install)
        self._install()

    def _install(self) -> None:
        """Register for the moment in which multiprocessing makes this process its child."""
        # Where it is not loaded, this process is no child of it, and need not pay for loading it.
        util: Any = sys.modules.get("multiprocessing.util")
        if util is None or self._installed:
            return
        self._installed = True
        # A forked child calls this before its work, after it has forgotten what was registered.
        util.register_after_fork(self, ChildInitializer._initialize)
        if _parent_process() is not None or _SPAWN_OPTION in sys.orig_argv:
            self._initialize()

    def _initialize(self) -> None:
        util: Any = sys.modules["multiprocessing.util"]
        util.Finalize(None, self._close, exitpriority=_LAST_PRIORITY)
        program, _, rest = os.environ.get(PREPARED_VARIABLE, "").partition(":")
        package, _, directory = rest.partition(":")
        if program:
            self._prepare(program, directory, package)


def _parent_process() -> object | None:
    process: Any = sys.modules.get("multiprocessing.process")
    return process.parent_process() if process else None


def close_on_quick_exit(mark_closed: Callable[[], None]) -> None:
    """Mark the segment closed when this process ends itself by ``os._exit``.

    So end the children of ``os.fork``, the workers of Celery's pool, and a process whose child goes
    on in the background: on purpose, without ``atexit`` and without finalizers.
    """
    if isinstance(os._exit, _QuickExit):
        return
    os._exit = _QuickExit(mark_closed, os._exit)


class _QuickExit:
    """``os._exit`` that says before that the process ends in order."""

    def __init__(self, mark_closed: Callable[[], None], end: Callable[[int], NoReturn]) -> None:
        self._mark_closed = mark_closed
        self._end = end

    def __call__(self, status: int) -> NoReturn:
        self._mark_closed()
        self._end(status)


def close_on_sigterm(mark_closed: Callable[[], None]) -> None:
    """Mark the segment closed when SIGTERM ends this process, and keep what SIGTERM did before.

    Without a handler SIGTERM ends the process at once, whatever the interpreter is doing: then the
    kernel calls a handler of the core, which needs no interpreter. Nothing changes where SIGTERM is
    ignored, nor outside the main thread, which alone may change it.
    """
    previous = signal.getsignal(signal.SIGTERM)
    is_default = previous is signal.SIG_DFL
    if isinstance(previous, _SigtermHandler) or not (is_default or callable(previous)):
        return
    try:
        signal.signal(signal.SIGTERM, _SigtermHandler(mark_closed, previous))
    except ValueError:
        return
    if is_default:
        _native.mark_closed_by(signal.SIGTERM)


class _SigtermHandler:
    """The handler of SIGTERM that Python knows.

    Python calls it where a program such as uvicorn has replaced the kernel's handler for a time and
    then put it back, and where there was a handler before: that one then ends the process, or lets
    it go on, which is still recorded.
    """

    def __init__(self, mark_closed: Callable[[], None], previous: Any) -> None:
        self._mark_closed = mark_closed
        self._previous = previous

    def __call__(self, number: int, frame: FrameType | None) -> None:
        self._mark_closed()
        if callable(self._previous):
            self._previous(number, frame)
        else:
            signal.signal(number, signal.SIG_DFL)
            os.kill(os.getpid(), number)
