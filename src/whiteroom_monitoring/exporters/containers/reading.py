"""Reading one container at one scrape."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from pathlib import Path

from whiteroom_monitoring.exporters.containers import cgroups
from whiteroom_monitoring.exporters.containers.cgroups import Hierarchies
from whiteroom_monitoring.exporters.containers.discovery import Container
from whiteroom_monitoring.exporters.containers.exposition import Sample
from whiteroom_monitoring.exporters.containers.files import UnreadableError
from whiteroom_monitoring.exporters.containers.processes import Processes


class Reading:
    """One container at one scrape; appends to ``problems`` what can't be read."""

    def __init__(
        self,
        processes: Processes,
        hierarchies: Hierarchies,
        container: Container,
        problems: list[str],
    ) -> None:
        self._processes = processes
        self._hierarchies = hierarchies
        self._container = container
        self._problems = problems
        self._labels = {"image": container.image, "name": container.name}

    def samples(self, now: int, namespaces: set[str]) -> list[Sample]:
        """Return the container's samples; none when it has no cgroup of its own, or has ended.

        ``namespaces`` are those whose network is not this container's; its own is added.
        """
        pid, key = self._container.pid, self._container.key
        try:
            paths = self._processes.cgroup_paths(pid, key)
        except UnreadableError as error:
            self._problems.append(str(error))
            return []
        own = next((name for name in self._hierarchies.names if name in paths), None)
        if own is None:
            return []
        self._labels["id"] = paths[own]
        samples = self._all(self._times(now))
        for figures in self._hierarchies.figures(paths):
            samples += self._all(self._sample(name, value) for name, value in figures)
        samples += self._all(self._population(self._hierarchies.folder(own, paths[own])))
        samples += self._all(self._network(namespaces))
        return samples if self._processes.started_ticks(pid) == self._container.ticks else []

    def _all(self, samples: Iterable[Sample]) -> list[Sample]:
        read: list[Sample] = []
        try:
            for sample in samples:
                read.append(sample)  # noqa: PERF402 - keeps what precedes an error
        except UnreadableError as error:
            self._problems.append(str(error))
        return read

    def _sample(self, name: str, value: float, **labels: str) -> Sample:
        if name == "container_cpu_usage_seconds_total":
            labels["cpu"] = "total"
        return Sample(name, value, self._labels | labels)

    def _times(self, now: int) -> Iterator[Sample]:
        yield self._sample("container_last_seen", now)
        started = self._container.started_seconds
        if started is None:
            started = self._processes.unix_seconds(self._container.ticks)
        if started is not None:
            yield self._sample("container_start_time_seconds", started)

    def _population(self, folder: Path) -> Iterator[Sample]:
        yield self._sample("container_processes", sum(1 for _ in cgroups.processes(folder)))

    def _network(self, namespaces: set[str]) -> Iterator[Sample]:
        pid = self._container.pid
        namespace = self._processes.network_namespace(pid)
        if namespace is None or namespace in namespaces:
            return
        namespaces.add(namespace)
        for interface, name, value in self._processes.interfaces(pid):
            yield self._sample(name, value, interface=interface)
