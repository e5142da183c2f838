"""Lines of containers, as a Docker API at a socket sends them."""

from __future__ import annotations

import http.server
import io
import json
import socketserver
import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.support.wait import wait_until
from whiteroom_monitoring.logs.shipper.config import DockerDiscovery, ScrapeConfig
from whiteroom_monitoring.logs.shipper.pipeline import Pipeline
from whiteroom_monitoring.logs.shipper.positions import Positions
from whiteroom_monitoring.logs.shipper.relabel import Relabeling
from whiteroom_monitoring.logs.shipper.sources import docker_api
from whiteroom_monitoring.logs.shipper.sources.containers import ContainerDiscovery
from whiteroom_monitoring.logs.shipper.stages.counting import CustomMetrics

TIME = b"2026-01-02T03:04:05.000000001Z "


def _frame(kind: int, content: bytes) -> bytes:
    return bytes([kind, 0, 0, 0]) + len(content).to_bytes(4, "big") + content


class Engine(socketserver.ThreadingUnixStreamServer):
    """A Docker API with containers, by what they have printed; who follows one waits for more."""

    daemon_threads = True

    def __init__(self, path: Path) -> None:
        self.containers: dict[str, bytes] = {}
        self.is_over = threading.Event()
        self.following = 0
        super().__init__(str(path), _handler(self))


def _handler(engine: Engine) -> type[http.server.BaseHTTPRequestHandler]:
    class Handler(http.server.BaseHTTPRequestHandler):
        def address_string(self) -> str:
            return "socket"

        def log_message(self, format: str, *args: object) -> None:
            del format, args

        def do_GET(self) -> None:
            if self.path.startswith("/containers/json"):
                ids = [{"Id": key, "Names": [f"/{key}"]} for key in engine.containers]
                self._start()
                self.wfile.write(json.dumps(ids).encode())
                return
            self._start()
            self.wfile.write(engine.containers[self.path.split("/")[2]])
            self.wfile.flush()
            engine.following += 1
            if b"stay" in self.path.encode():
                self.connection.recv(1)
            engine.following -= 1

        def _start(self) -> None:
            self.send_response(200)
            self.send_header("Connection", "close")
            self.end_headers()

    return Handler


@pytest.fixture(name="engine")
def _engine(tmp_path: Path) -> Iterator[Engine]:
    with Engine(tmp_path / "docker.sock") as engine:
        thread = threading.Thread(target=engine.serve_forever)
        thread.start()
        yield engine
        engine.shutdown()
        thread.join()


def _discovery(folder: Path) -> ContainerDiscovery:
    return ContainerDiscovery(
        ScrapeConfig("job"),
        DockerDiscovery(f"unix://{folder}/docker.sock"),
        Relabeling([]),
        Positions(folder / "positions.json"),
        lambda clock: Pipeline([], CustomMetrics(), clock),
    )


def _read(source: Any, lines: list[str], count: int) -> bool:
    if chunk := source.read():
        lines += [entry.line for entry in chunk.entries]
        source.commit(chunk.cursor)
    return len(lines) >= count


def _threads() -> int:
    return sum(thread.name.startswith("container:") for thread in threading.enumerate())


def test_the_last_line_of_a_container_needs_no_end(tmp_path: Path, engine: Engine) -> None:
    """A line is put together from its frames; the last one is sent without an end, too."""
    engine.containers["a"] = (
        _frame(1, TIME + b"in two ")
        + _frame(2, TIME + b"error\n")
        + _frame(1, b"frames\n")
        + _frame(1, TIME + b"last")
    )
    (source,) = _discovery(tmp_path).discover(0)
    lines: list[str] = []
    try:
        wait_until(lambda: _read(source, lines, 3), within_s=60)
    finally:
        source.close()
    assert sorted(lines) == ["error", "in two frames", "last"]


def test_a_container_that_is_removed_leaves_nothing(tmp_path: Path, engine: Engine) -> None:
    """Its source ends when its lines were read; its thread and its position go with it."""
    engine.containers["stay"] = _frame(1, TIME + b"line\n")
    discovery = _discovery(tmp_path)
    (source,) = discovery.discover(0)
    lines: list[str] = []
    wait_until(lambda: _read(source, lines, 1), within_s=60)
    wait_until(lambda: engine.following == 1, within_s=60)
    engine.containers.clear()
    assert discovery.discover(100) == []
    wait_until(lambda: _read(source, lines, 1) and source.is_ended, within_s=60)
    wait_until(lambda: not _threads(), within_s=60)
    source.close()
    assert lines == ["line"]
    assert source._positions is not None
    assert source._positions._content.streams == {}


def test_a_closed_source_ends_its_reader(tmp_path: Path, engine: Engine) -> None:
    """A reader that waits for a line waits no longer when the shipper ends."""
    engine.containers["stay"] = _frame(1, TIME + b"line\n")
    (source,) = _discovery(tmp_path).discover(0)
    wait_until(lambda: engine.following == 1, within_s=60)
    source.close()
    wait_until(lambda: not _threads(), within_s=60)


def test_an_api_that_fails_is_told_of_once(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """What keeps containers from being found is printed once, and tried again."""
    discovery = _discovery(tmp_path)
    for now in (0, 100, 200):
        assert discovery.discover(now) == []
    assert capsys.readouterr().out.count("docker.sock") == 1


def test_a_line_without_an_end_is_bounded(monkeypatch: pytest.MonkeyPatch) -> None:
    """A line that does not end is cut, in frames and without them."""
    monkeypatch.setattr(docker_api, "MAX_LINE_BYTES", 10)
    framed: Any = io.BytesIO(_frame(1, b"x" * 25))
    assert [len(line) for _, line in docker_api.lines_of(framed)] == [10, 10, 5]
    plain: Any = io.BytesIO(b"y" * 25)
    assert max(len(line) for _, line in docker_api.lines_of(plain)) <= 18
