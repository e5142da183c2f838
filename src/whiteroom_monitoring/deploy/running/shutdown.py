"""Stopping a stack without a trace: no process, no port, no shared memory."""

from __future__ import annotations

import time

from whiteroom_monitoring.deploy.host import jack_leftovers, processes
from whiteroom_monitoring.deploy.host.shared_memory import remove_dead_segments
from whiteroom_monitoring.deploy.paths import StackPaths
from whiteroom_monitoring.deploy.running import state
from whiteroom_monitoring.deploy.runtimes.supervisord import Supervisor
from whiteroom_monitoring.errors import MonitoringError

PATIENCE_S = 2.0


class LeftoverError(MonitoringError):
    """Something of the stack could not be stopped or removed."""


def end_orphans(paths: StackPaths) -> list[processes.Process]:
    """End what a supervisor that was killed has left running; return the processes ended."""
    if Supervisor(paths).pid() is not None:
        return []
    orphans = processes.of_stack(paths.data)
    processes.end(orphans)
    return orphans


def stop(paths: StackPaths) -> list[str]:
    """Stop everything, and remove what is in shared memory; return the names of what was stopped.

    Data, logs and configuration stay. Raises LeftoverError naming the processes that would not end.
    """
    running = processes.of_stack(paths.data)
    Supervisor(paths).shut_down()
    end_orphans(paths)
    left = processes.of_stack(paths.data)
    if left:
        raise LeftoverError("these would not end: " + ", ".join(str(process) for process in left))
    for name in ("supervisor.sock", "supervisord.pid"):
        (paths.run / name).unlink(missing_ok=True)
    paths.control_socket.unlink(missing_ok=True)
    state.remove(paths)
    # A process may still be ending that wrote while the folder was emptied.
    deadline = time.monotonic() + PATIENCE_S
    own = paths.segments.parent.glob(f"{paths.segments.name}.*")
    for folder in (paths.segments, *own):
        while not remove_dead_segments(folder) and time.monotonic() < deadline:
            time.sleep(processes.POLL_S)
    jack_leftovers.remove(paths)
    return sorted({process.component for process in running if process.component})
