"""Lines of containers, as a Docker API at a socket sends them."""

from __future__ import annotations

import io
import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.support.docker_engine import TIME, DockerEngine, frame, running_docker_engine
from tests.support.wait import wait_until
from whiteroom_monitoring.logs.shipper.config import DockerDiscovery, ScrapeConfig
from whiteroom_monitoring.logs.shipper.pipeline import Pipeline
from whiteroom_monitoring.logs.shipper.positions import Positions
from whiteroom_monitoring.logs.shipper.relabel import Relabeling
from whiteroom_monitoring.logs.shipper.sources import docker_api
from whiteroom_monitoring.logs.shipper.sources.containers import ContainerDiscovery
from whiteroom_monitoring.logs.shipper.stages.counting import CustomMetrics


@pytest.fixture(name="engine")
def _engine(tmp_path: Path) -> Iterator[DockerEngine]:
    with running_docker_engine(tmp_path / "docker.sock") as engine:
        yield engine


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


def test_the_last_line_of_a_container_needs_no_end(tmp_path: Path, engine: DockerEngine) -> None:
    """A line is put together from its frames; the last one is sent without an end, too."""
    engine.containers["a"] = (
        frame(1, TIME + b"in two ")
        + frame(2, TIME + b"error\n")
        + frame(1, b"frames\n")
        + frame(1, TIME + b"last")
    )
    (source,) = _discovery(tmp_path).discover(0)
    lines: list[str] = []
    try:
        wait_until(lambda: _read(source, lines, 3), within_s=60)
    finally:
        source.close()
    assert sorted(lines) == ["error", "in two frames", "last"]


def test_a_container_that_is_removed_leaves_nothing(tmp_path: Path, engine: DockerEngine) -> None:
    """Its source ends when its lines were read; its thread and its position go with it."""
    engine.containers["stay"] = frame(1, TIME + b"line\n")
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


def test_a_closed_source_ends_its_reader(tmp_path: Path, engine: DockerEngine) -> None:
    """A reader that waits for a line waits no longer when the shipper ends."""
    engine.containers["stay"] = frame(1, TIME + b"line\n")
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
    framed: Any = io.BytesIO(frame(1, b"x" * 25))
    assert [len(line) for _, line in docker_api.lines_of(framed)] == [10, 10, 5]
    plain: Any = io.BytesIO(b"y" * 25)
    assert max(len(line) for _, line in docker_api.lines_of(plain)) <= 18
