"""What must hold before anything is started. Every problem is found at once."""

from __future__ import annotations

import os
import shutil
from collections.abc import Callable, Collection, Iterator, Sequence
from pathlib import Path

from whiteroom_monitoring.deploy.host import accounts, owned_files, processes
from whiteroom_monitoring.deploy.paths import LOOPBACK, StackPaths
from whiteroom_monitoring.deploy.planner.resolution import ResolvedComponent
from whiteroom_monitoring.deploy.runtimes.supervisord_config import FORBIDDEN_IN_PATHS
from whiteroom_monitoring.errors import MonitoringError

# Room for Prometheus' first write-ahead log segment and head block, and for logs.
FREE_DISK_BYTES = 512 * 2**20
# Room for the segments of the engine and the inbox, and those that killed processes leave.
FREE_SHARED_MEMORY_BYTES = 16 * 2**20
# The kernel's limit on the path of a Unix socket, with its terminating zero: unix(7).
SOCKET_PATH_BYTES = 107
# Of PostgreSQL, below the folder of sockets.
LONGEST_SOCKET = "postgresql/.s.PGSQL.5432.lock"


class PreflightError(MonitoringError):
    """The stack can't be started; carries every problem."""

    def __init__(self, problems: Sequence[str]) -> None:
        self.problems = tuple(problems)
        super().__init__("nothing was started:\n" + "\n".join(f"  {text}" for text in problems))


def inspect(
    paths: StackPaths, components: Sequence[ResolvedComponent], running: Collection[str]
) -> None:
    """Raise PreflightError when the stack could not start or its data would be at risk."""
    problems = obstacles(paths, components, running)
    problems += [*_data_folder(paths), *_shared_memory(paths)]
    if problems:
        raise PreflightError(problems)


def obstacles(
    paths: StackPaths, components: Sequence[ResolvedComponent], running: Collection[str]
) -> list[str]:
    """Return every problem that is found without writing anything.

    ``running`` are the processes that run already, whose ports are rightly taken.
    """
    return [
        *_programs(components),
        *_ports([c for c in components if c.process not in running]),
        *_unusable_path(paths),
        *_way_to_data(paths, components),
    ]


def _programs(components: Sequence[ResolvedComponent]) -> Iterator[str]:
    for component in components:
        if not component.program_found:
            program = component.version_command[0]
            yield f"{component.name}: {program} was not found; {component.remedy}"


def _ports(components: Sequence[ResolvedComponent]) -> Iterator[str]:
    for component in components:
        for port in component.ports.values():
            if not processes.can_listen(LOOPBACK, port):
                holder = processes.listener(port) or "a process that can't be seen from here"
                yield (
                    f"port {port} ({component.name}) is in use by {holder}; "
                    "stop it, or choose other ports with --port-offset N"
                )


def _unusable_path(paths: StackPaths) -> Iterator[str]:
    path = str(paths.data)
    forbidden = sorted({character for character in path if character in FORBIDDEN_IN_PATHS})
    if forbidden:
        yield f"{path}: a data folder with {' '.join(forbidden)} in its name can't be used"
    elif len(os.fsencode(paths.run / LONGEST_SOCKET)) > SOCKET_PATH_BYTES:
        yield f"{path}: the path is too long for sockets below it; choose a shorter --data"


def _data_folder(paths: StackPaths) -> Iterator[str]:
    if any(_unusable_path(paths)):
        return
    problem = _unwritable(paths.data) or _too_full(
        paths.data, FREE_DISK_BYTES, "choose another --data, or make room"
    )
    if problem:
        yield f"data folder {problem}"


def _way_to_data(paths: StackPaths, components: Sequence[ResolvedComponent]) -> Iterator[str]:
    """What runs as a user of its own has to get to its files; an exporter has none."""
    users = sorted({c.user for c in components if c.user and c.description.of_app})
    closed = accounts.barrier(paths.data.parent)
    if users and closed:
        yield (
            f"data folder {paths.data}: {', '.join(users)} can't get there, because {closed} is "
            "closed to other users; choose another --data"
        )


def _shared_memory(paths: StackPaths) -> Iterator[str]:
    folder = paths.segments
    problem = _unwritable(
        folder, lambda file: os.posix_fallocate(file, 0, FREE_SHARED_MEMORY_BYTES)
    )
    if problem:
        yield (
            f"memory file system: {problem}; metrics need {_megabytes(FREE_SHARED_MEMORY_BYTES)} "
            f"there (df -h {folder.parent})"
        )


def _unwritable(folder: Path, fill: Callable[[int], object] | None = None) -> str | None:
    """Return why nothing can be written durably into ``folder``, or None.

    Whose it is comes first: what others plant there must not be written to.
    """
    if problem := owned_files.foreign(folder, accounts.own_numbers()):
        return problem
    path = None
    try:
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        descriptor, path = owned_files.probe(folder)
        try:
            fill(descriptor) if fill else os.write(descriptor, bytes(2**16))
            os.fsync(descriptor)
        finally:
            os.close(descriptor)
    except OSError as error:
        return f"{folder} can't be written: {error.strerror}"
    finally:
        if path is not None:
            _remove(path)
    return None


def _remove(path: Path) -> None:
    try:
        path.unlink()
    except OSError:
        return


def _too_full(folder: Path, needed: int, advice: str) -> str | None:
    free = shutil.disk_usage(folder).free
    if free >= needed:
        return None
    return f"{folder} has {_megabytes(free)} free, {_megabytes(needed)} are needed; {advice}"


def _megabytes(size: int) -> str:
    return f"{size / 2**20:.0f} MiB"
