"""Which containers run: by the engine's word, and by the names of their cgroups."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from itertools import islice
from pathlib import Path

from whiteroom_monitoring.exporters.containers import cgroups
from whiteroom_monitoring.exporters.containers.cgroups import CgroupsError, Hierarchies
from whiteroom_monitoring.exporters.containers.docker_api import (
    Details,
    Engine,
    EngineError,
    default_socket,
)
from whiteroom_monitoring.exporters.containers.files import UnreadableError
from whiteroom_monitoring.exporters.containers.processes import Processes

_PROCESSES_ASKED = 100


@dataclass(frozen=True)
class Container:
    """A running container; without the engine's word ``name`` and ``image`` are empty.

    ``pid`` is its first process and ``ticks`` when that started, in clock ticks since boot.
    """

    key: str
    name: str
    image: str
    pid: int
    ticks: int
    started_seconds: float | None


@dataclass
class DiscoveryResult:
    """What one look around shows; ``restarts`` by image and name."""

    containers: list[Container] = field(default_factory=list)
    restarts: dict[tuple[str, str], int] = field(default_factory=dict)
    problems: list[str] = field(default_factory=list)


@dataclass(frozen=True)
class _Known:
    name: str
    details: Details
    ticks: int | None


class Discovery:
    """Finds containers. ``socket`` None stands for the default one, if it exists.

    The engine's details of a container are asked once in the life of its first process: with that
    process everything ends that could change them. While the engine does not answer, they stay.
    """

    def __init__(self, processes: Processes, socket: Path | None) -> None:
        self._processes = processes
        self._socket = socket
        self._known: dict[str, _Known] = {}

    def look(self, hierarchies: Hierarchies, most: int) -> DiscoveryResult:
        """Return at most ``most`` running containers. Raises UnreadableError."""
        result = DiscoveryResult()
        # Cgroups come first: a container that starts meanwhile is not shown without its name.
        folders = self._folders(hierarchies, result)
        listed = self._ask_engine(result, most)
        keys = list(dict.fromkeys([*listed, *folders]))
        if len(keys) > most:
            result.problems.append(f"found {len(keys)} containers, showing the first {most}")
        for key in keys[:most]:
            if key not in listed or key in self._known:
                try:
                    result.containers.extend(self._container(key, folders.get(key)))
                except UnreadableError as error:
                    result.problems.append(str(error))
        result.restarts = {
            (known.details.image, known.name): known.details.restarts
            for known in self._known.values()
            if known.name
        }
        return result

    def _folders(self, hierarchies: Hierarchies, result: DiscoveryResult) -> dict[str, Path]:
        try:
            return cgroups.containers(hierarchies)
        except CgroupsError as error:
            result.problems.append(str(error))
            return {}

    def _ask_engine(self, result: DiscoveryResult, most: int) -> list[str]:
        """Bring what is known up to date; return the containers that the engine has."""
        self._known = {key: known for key, known in self._known.items() if self._lives(known)}
        socket = self._socket or default_socket()
        if socket is None:
            return list(self._known)
        try:
            with Engine(socket) as engine:
                names = engine.names()
                self._known = {
                    key: replace(known, name=names[key])
                    for key, known in self._known.items()
                    if key in names
                }
                self._learn(engine, dict(islice(names.items(), most)), result)
        except EngineError as error:
            result.problems.append(str(error))
            return list(self._known)
        return list(names)

    def _learn(self, engine: Engine, names: dict[str, str], result: DiscoveryResult) -> None:
        for key, name in names.items():
            if key in self._known:
                continue
            try:
                if details := engine.details(key):
                    ticks = self._processes.started_ticks(details.pid) if details.pid else None
                    self._known[key] = _Known(name, details, ticks)
            except (EngineError, UnreadableError) as error:
                result.problems.append(str(error))
                if engine.over:
                    return  # the rest is asked at the next scrape

    def _lives(self, known: _Known) -> bool:
        return known.ticks is not None and known.ticks == self._processes.started_ticks(
            known.details.pid
        )

    def _container(self, key: str, folder: Path | None) -> Iterator[Container]:
        if known := self._known.get(key):
            if known.ticks is not None:
                details = known.details
                yield Container(
                    key,
                    known.name,
                    details.image,
                    details.pid,
                    known.ticks,
                    details.started_seconds,
                )
        elif folder:
            pids = islice(cgroups.processes(folder), _PROCESSES_ASKED)
            started = [
                (ticks, pid) for pid in pids if (ticks := self._processes.started_ticks(pid))
            ]
            for ticks, pid in sorted(started)[:1]:
                yield Container(key, "", "", pid, ticks, started_seconds=None)
