"""The exporter: from the containers of this moment to an exposition."""

from __future__ import annotations

import sys
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path

from whiteroom_monitoring.errors import MonitoringError
from whiteroom_monitoring.exporters.containers import cgroups
from whiteroom_monitoring.exporters.containers.discovery import Discovery
from whiteroom_monitoring.exporters.containers.exposition import Sample, render
from whiteroom_monitoring.exporters.containers.processes import Processes
from whiteroom_monitoring.exporters.containers.reading import Reading

MOST_CONTAINERS = 1000


class Exporter:
    """Reads everything anew for each scrape; ``now`` returns Unix seconds.

    What can't be read leaves out its own metrics, sets ``container_scrape_error`` and is printed
    once on standard error, until it is mended.
    """

    def __init__(
        self,
        cgroup_root: Path,
        proc_root: Path,
        socket: Path | None = None,
        most: int = MOST_CONTAINERS,
        now: Callable[[], float] = time.time,
    ) -> None:
        self._cgroup_root = cgroup_root
        self._processes = Processes(proc_root)
        self._discovery = Discovery(self._processes, socket)
        self._most = most
        self._now = now
        self._lock = threading.Lock()
        self._reported: set[str] = set()

    def exposition(self) -> bytes:
        """Return the metrics in text format 0.0.4; scrapes at the same time take turns."""
        with self._lock:
            problems: list[str] = []
            samples = list(self._samples(problems))
            samples.append(Sample("container_scrape_error", int(bool(problems)), {}))
            for problem in sorted(set(problems) - self._reported):
                print(f"left out: {problem}", file=sys.stderr, flush=True)
            self._reported = set(problems)
            return render(samples)

    def _samples(self, problems: list[str]) -> Iterator[Sample]:
        try:
            hierarchies = cgroups.find(self._cgroup_root)
            result = self._discovery.look(hierarchies, self._most)
        except MonitoringError as error:
            problems.append(str(error))
            return
        problems.extend(result.problems)
        for (image, name), count in result.restarts.items():
            labels = {"image": image, "name": name}
            yield Sample("whiteroom_container_restarts_total", count, labels)
        host = self._processes.host_network_namespace()
        namespaces = {host} if host else set()
        # The oldest process of a network namespace is that of the container that brought it.
        for container in sorted(result.containers, key=lambda c: (c.ticks, c.pid)):
            reading = Reading(self._processes, hierarchies, container, problems)
            yield from reading.samples(int(self._now()), namespaces)
