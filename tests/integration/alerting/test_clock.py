"""A real Prometheus with the committed storage, whose target's clock jumps backward."""

from __future__ import annotations

import http.server
import shutil
import subprocess
import threading
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
import yaml

from tests.support.ports import free_ports
from tests.support.wait import stays_true, wait_until
from whiteroom_monitoring.datasources.errors import SourceError
from whiteroom_monitoring.datasources.prometheus import PrometheusClient
from whiteroom_monitoring.resources import share

STARTS_S = 20
JUMP_S = 600


class Clock:
    """The clock of a target: ``behind_s`` is what it has jumped back by."""

    behind_s = 0.0


@pytest.fixture
def clock() -> Clock:
    """A clock that is right."""
    return Clock()


@pytest.fixture
def target(clock: Clock) -> Iterator[int]:
    """The port of a target whose samples carry the times of ``clock``."""

    class Handler(http.server.BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            moment = int((time.time() - clock.behind_s) * 1000)
            body = f"clock_behind_seconds {clock.behind_s} {moment}\n".encode()
            self.send_response(200)
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, format: str, *arguments: object) -> None:
            """Say nothing."""

    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield server.server_address[1]
    server.shutdown()
    server.server_close()


def _prometheus(
    folder: Path, target: int, storage: object
) -> tuple[subprocess.Popen[bytes], PrometheusClient]:
    (port,) = free_ports(1)
    jobs = [{"job_name": "a", "static_configs": [{"targets": [f"127.0.0.1:{target}"]}]}]
    content = {"global": {"scrape_interval": "1s"}, "scrape_configs": jobs, "storage": storage}
    (folder / "prometheus.yml").write_text(yaml.safe_dump(content))
    process = subprocess.Popen(
        [
            *(shutil.which("prometheus") or "", f"--config.file={folder}/prometheus.yml"),
            *(f"--storage.tsdb.path={folder}/data", f"--web.listen-address=127.0.0.1:{port}"),
        ],
        stderr=subprocess.DEVNULL,
    )
    return process, PrometheusClient.at(f"http://127.0.0.1:{port}")


@pytest.mark.parametrize("is_committed", [True, False])
def test_after_a_backward_jump_samples_are_taken(
    tmp_path: Path, clock: Clock, target: int, is_committed: bool
) -> None:
    """With the committed storage they are, ten minutes back; without it they are not."""
    path = share("infrastructure/monitoring") / "prometheus/prometheus.yml"
    storage = yaml.safe_load(path.read_text(encoding="utf-8"))["storage"] if is_committed else {}
    process, prometheus = _prometheus(tmp_path, target, storage)

    def seen(expression: str, moment: float) -> bool:
        try:
            return bool(prometheus.instant(expression, moment))
        except SourceError:
            return False

    def seen_behind() -> bool:
        return seen("clock_behind_seconds > 0", time.time() - JUMP_S)

    try:
        first = "the first sample"
        wait_until(lambda: seen("clock_behind_seconds", time.time()), STARTS_S, first)
        clock.behind_s = JUMP_S
        if is_committed:
            wait_until(seen_behind, STARTS_S, "a sample after the jump")
        else:
            stays_true(lambda: not seen_behind(), 3)
    finally:
        process.kill()
        process.wait()
