"""Containers of a Docker API at a socket, as Docker and podman serve it.

Source: Docker Engine API v1.41, ContainerList, ContainerLogs.
"""

from __future__ import annotations

import contextlib
import http.client
import socket
import threading
import urllib.parse
from collections.abc import Callable, Iterator, Mapping
from typing import Any

import orjson

from whiteroom_monitoring.logs.shipper import durations, go_time
from whiteroom_monitoring.logs.shipper.config import DockerDiscovery, ScrapeConfig
from whiteroom_monitoring.logs.shipper.entry import Clock
from whiteroom_monitoring.logs.shipper.errors import StageError
from whiteroom_monitoring.logs.shipper.pipeline import Pipeline
from whiteroom_monitoring.logs.shipper.positions import Positions
from whiteroom_monitoring.logs.shipper.relabel import Relabeling
from whiteroom_monitoring.logs.shipper.sources.stream_source import Line, StreamSource

ANSWER_S = 10.0
AGAIN_S = 2.0
MAX_FRAME_BYTES = 1024 * 1024
_STREAMS = {1: "stdout", 2: "stderr"}
_TIME = go_time.parser("RFC3339Nano")


class _Connection(http.client.HTTPConnection):
    def __init__(self, path: str) -> None:
        super().__init__("localhost", timeout=ANSWER_S)
        self._path = path

    def connect(self) -> None:
        self.sock = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
        self.sock.settimeout(self.timeout)
        self.sock.connect(self._path)


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
        if not discovery.host.startswith("unix://"):
            raise StageError(f"docker_sd_configs: host: found {discovery.host!r}, expected unix://")
        self._socket = discovery.host.removeprefix("unix://")
        self._job, self._relabeling = job.job_name, relabeling
        self._filters = {f.name: f.values for f in discovery.filters}
        self._refresh_s = durations.seconds(discovery.refresh_interval)
        self._positions, self._make_pipeline = positions, make_pipeline
        self._sources: dict[str, StreamSource] = {}
        self._discovered = -self._refresh_s

    def discover(self, now: float) -> list[StreamSource]:
        """Return the sources of containers that are new; none while the API does not answer."""
        if now - self._discovered < self._refresh_s:
            return []
        self._discovered = now
        made = []
        with contextlib.suppress(OSError, http.client.HTTPException, orjson.JSONDecodeError):
            for container in self._containers():
                key = str(container["Id"])
                labels = self._relabeling.apply(_labels(container))
                if labels is None or key in self._sources:
                    continue
                name = f"container:{self._job}:{key}"
                source = StreamSource(name, self._job, self._make_pipeline, self._positions)
                self._sources[key] = source
                arguments = (source, key, {**_labels(container)})
                threading.Thread(target=self._follow, args=arguments, daemon=True).start()
                made.append(source)
        return made

    def _containers(self) -> list[dict[str, Any]]:
        filters = urllib.parse.quote(orjson.dumps(self._filters).decode())
        connection = _Connection(self._socket)
        try:
            connection.request("GET", f"/containers/json?all=true&filters={filters}")
            answer = connection.getresponse()
            found = orjson.loads(answer.read())
            return found if answer.status == 200 and isinstance(found, list) else []
        finally:
            connection.close()

    def _follow(self, source: StreamSource, key: str, labels: Mapping[str, str]) -> None:
        """Put the lines of a container, again and again from the last one."""
        cursor = source.state.cursor
        by_stream = {
            stream: self._relabeling.apply({**labels, "__meta_docker_container_log_stream": stream})
            for stream in _STREAMS.values()
        }
        while not source.stopped.is_set():
            with contextlib.suppress(OSError, http.client.HTTPException, ValueError):
                for line in self._lines(source, key, cursor, by_stream):
                    if not source.put(line):
                        return
                    cursor = line.cursor
            source.stopped.wait(AGAIN_S)

    def _lines(
        self,
        source: StreamSource,
        key: str,
        cursor: str,
        by_stream: Mapping[str, dict[str, str] | None],
    ) -> Iterator[Line]:
        """Yield what comes after a cursor: a nanosecond, and how many lines have had it."""
        after_ns, _, count = cursor.partition(":")
        latest_ns, latest_run = int(after_ns or 0), int(count or 0)
        run_ns, run = -1, 0
        for stream, raw in self._frames(source, key, latest_ns):
            stamp, _, text = raw.decode(errors="replace").partition(" ")
            told = _TIME(stamp)
            labels = by_stream[stream]
            if told is None:
                continue
            run = run + 1 if told[0] == run_ns else 1
            run_ns = told[0]
            if (run_ns, run) <= (latest_ns, latest_run) or labels is None:
                continue
            yield Line(text.rstrip("\n"), labels, run - 1, f"{run_ns}:{run}", run_ns)

    def _frames(self, source: StreamSource, key: str, since_ns: int) -> Iterator[tuple[str, bytes]]:
        """Yield the lines that the API sends, with the stream that each has come from."""
        # The API takes a time with a fraction; the second before is what every engine understands.
        since = max(0, since_ns // 10**9 - 1) if since_ns else 0
        words = f"follow=true&stdout=true&stderr=true&timestamps=true&since={since}"
        connection = _Connection(self._socket)
        try:
            connection.request("GET", f"/containers/{key}/logs?{words}")
            answer = connection.getresponse()
            if answer.status != 200:
                return
            if connection.sock is not None:
                connection.sock.settimeout(None)
            ender = threading.Thread(target=_cut, args=(source, connection), daemon=True)
            ender.start()
            yield from _demultiplexed(answer)
        finally:
            connection.close()


def _cut(source: StreamSource, connection: http.client.HTTPConnection) -> None:
    source.stopped.wait()
    with contextlib.suppress(OSError, AttributeError):
        connection.sock.shutdown(socket.SHUT_RDWR)


def _demultiplexed(answer: http.client.HTTPResponse) -> Iterator[tuple[str, bytes]]:
    """Yield lines of a stream in frames: eight bytes that tell the stream and the size."""
    rest = {1: b"", 2: b""}
    while header := answer.read(8):
        kind, size = header[0], int.from_bytes(header[4:8], "big")
        if len(header) < 8 or kind not in _STREAMS or size > MAX_FRAME_BYTES:
            # A container with a terminal sends lines without frames.
            yield from _plain(answer, header)
            return
        lines = (rest[kind] + answer.read(size)).split(b"\n")
        rest[kind] = lines.pop()
        for line in lines:
            yield _STREAMS[kind], line


def _plain(answer: http.client.HTTPResponse, first: bytes) -> Iterator[tuple[str, bytes]]:
    line = first + answer.readline()
    while line:
        yield "stdout", line.rstrip(b"\r\n")
        line = answer.readline()


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
