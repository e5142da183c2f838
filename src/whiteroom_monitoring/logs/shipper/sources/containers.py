"""Containers of a Docker API at a socket: which there are, and a thread that follows each."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator, Mapping
from typing import Any

from whiteroom_monitoring.logs.shipper import durations, go_time
from whiteroom_monitoring.logs.shipper.config import DockerDiscovery, ScrapeConfig
from whiteroom_monitoring.logs.shipper.entry import Clock
from whiteroom_monitoring.logs.shipper.errors import StageError
from whiteroom_monitoring.logs.shipper.pipeline import Pipeline
from whiteroom_monitoring.logs.shipper.positions import Positions
from whiteroom_monitoring.logs.shipper.relabel import Relabeling
from whiteroom_monitoring.logs.shipper.sources.docker_api import ERRORS, STREAMS, DockerApi
from whiteroom_monitoring.logs.shipper.sources.stream_source import Line, Problems, StreamSource

# How long is waited before the lines of a container that has ended are asked for again.
AGAIN_S = 2.0
_TIME = go_time.parser("RFC3339Nano")


class ContainerDiscovery:
    """Finds containers, and follows each. ``discover`` returns the sources that are new."""

    def __init__(
        self,
        job: ScrapeConfig,
        discovery: DockerDiscovery,
        relabeling: Relabeling,
        positions: Positions,
        make_pipeline: Callable[[Clock], Pipeline],
    ) -> None:
        self._api = DockerApi(socket_path(discovery))
        self._job, self._relabeling = job.job_name, relabeling
        self._filters = {f.name: f.values for f in discovery.filters}
        self._refresh_s = durations.seconds(discovery.refresh_interval)
        self._positions, self._make_pipeline = positions, make_pipeline
        self._sources: dict[str, StreamSource] = {}
        self._problems = Problems(self._api.path, job.job_name)
        self._discovered = -self._refresh_s

    def discover(self, now: float) -> list[StreamSource]:
        """Return the sources of containers that are new; none while the API does not answer."""
        if now - self._discovered < self._refresh_s:
            return []
        self._discovered = now
        try:
            containers = {str(c["Id"]): c for c in self._api.containers(self._filters)}
        except (*ERRORS, KeyError, TypeError) as error:
            self._problems.tell(f"{type(error).__name__}: {error}")
            return []
        self._problems.end()
        self._let_go(containers)
        sources = [self._source(key, c) for key, c in containers.items()]
        return [source for source in sources if source is not None]

    def _let_go(self, containers: Mapping[str, Any]) -> None:
        """End the sources of containers that were removed; their lines are gone with them."""
        for key in [key for key in self._sources if key not in containers]:
            self._sources.pop(key).finish()

    def _source(self, key: str, container: Mapping[str, Any]) -> StreamSource | None:
        meta = _labels(container)
        if key in self._sources or self._relabeling.apply(meta) is None:
            return None
        name = f"container:{self._job}:{key}"
        source = StreamSource(name, self._job, self._make_pipeline, self._positions)
        self._sources[key] = source
        by_stream = {
            stream: self._relabeling.apply({**meta, "__meta_docker_container_log_stream": stream})
            for stream in STREAMS.values()
        }
        reader = ContainerReader(self._api, source, key, by_stream)
        threading.Thread(target=reader.run, name=name[:40], daemon=True).start()
        return source


class ContainerReader:
    """Puts the lines of a container to a source, again and again from the last one."""

    def __init__(
        self,
        api: DockerApi,
        source: StreamSource,
        key: str,
        labels_by_stream: Mapping[str, dict[str, str] | None],
    ) -> None:
        self._api, self._source, self._key = api, source, key
        self._labels_by_stream = labels_by_stream
        self._cursor = source.state.cursor

    def run(self) -> None:
        """Follow until the source is closed, or its container is gone."""
        source = self._source
        while not source.stopped.is_set() and not source.is_finished:
            try:
                for line in self.lines():
                    if not source.put(line):
                        return
                    self._cursor = line.cursor
                source.problems.end()
            except ERRORS as error:
                if not source.stopped.is_set():
                    source.problems.tell(f"{type(error).__name__}: {error}")
            source.stopped.wait(AGAIN_S)

    def lines(self) -> Iterator[Line]:
        """Yield what comes after a cursor: a nanosecond, and how many lines have had it."""
        after_ns, _, count = self._cursor.partition(":")
        latest_ns, latest_run = int(after_ns or 0), int(count or 0)
        # The API takes a time with a fraction; the second before is what every engine understands.
        stream = self._api.follow(self._key, max(0, latest_ns // 10**9 - 1))
        run_ns, run = -1, 0
        with self._source.closing(stream.close):
            for name, raw in stream:
                stamp, _, text = raw.decode(errors="replace").partition(" ")
                time_ns = _TIME(stamp)
                labels = self._labels_by_stream[name]
                if time_ns is None:
                    self._source.problems.tell(f"found {stamp[:40]!r}, expected a time")
                    continue
                run = run + 1 if time_ns[0] == run_ns else 1
                run_ns = time_ns[0]
                if (run_ns, run) <= (latest_ns, latest_run) or labels is None:
                    continue
                yield Line(text.rstrip("\n"), labels, run - 1, f"{run_ns}:{run}", run_ns)


def socket_path(discovery: DockerDiscovery) -> str:
    """Return the path of a socket. Raises StageError for another kind of address."""
    if not discovery.host.startswith("unix://"):
        raise StageError(f"docker_sd_configs: host: found {discovery.host!r}, expected unix://")
    return discovery.host.removeprefix("unix://")


def _labels(container: Mapping[str, Any]) -> dict[str, str]:
    """Return what relabelling sees of a container, by Promtail's names."""
    names = container.get("Names") or [""]
    labels = {
        "__meta_docker_container_id": str(container["Id"]),
        "__meta_docker_container_name": "/" + str(names[0]).removeprefix("/"),
        "__meta_docker_container_image": str(container.get("Image", "")),
    }
    for name, value in (container.get("Labels") or {}).items():
        key = "".join(c if c.isalnum() or c == "_" else "_" for c in name)
        labels[f"__meta_docker_container_label_{key}"] = str(value)
    return labels
