"""A real nginx's access log, which is set aside under load, on its way into the store."""

from __future__ import annotations

import contextlib
import http.client
import json
import re
import shutil
import signal
import string
import subprocess
import tempfile
import threading
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
import yaml

from tests.support.log_store import running_store
from tests.support.paths import ROOT
from tests.support.ports import free_port
from tests.support.projects import WHITE_ROOM
from tests.support.shipper import running_shipper, write_config
from tests.support.wait import wait_until
from whiteroom_monitoring.deploy.runtimes.log_rotation import set_aside
from whiteroom_monitoring.logs.canaries import marker, writing
from whiteroom_monitoring.logs.canaries.config import Canary

WITHIN_S = 120
CONFIGURATION = ROOT / "reference_app/backend/nginx.conf"
SHIPPED = WHITE_ROOM.files.folder / "promtail/promtail-config.yml"
SONG = "/api/v1/songs/7f2c/export"


class Nginx:
    """A process, and its log."""

    def __init__(self, folder: Path) -> None:
        self.port, self.log = free_port(), folder / "nginx-access.log"
        self.log.touch(0o600)
        values = {
            "data": folder,
            "listen": f"127.0.0.1:{self.port}",
            "status": "/status",
            "backend": folder / "backend.sock",
            "access_log": self.log,
        }
        configuration = folder / "nginx.conf"
        text = string.Template(CONFIGURATION.read_text("utf-8")).substitute(values)
        configuration.write_text(text)
        self.process = subprocess.Popen(
            ["nginx", "-c", str(configuration), "-e", "stderr"], stderr=subprocess.DEVNULL
        )

    def get(self, path: str) -> int:
        """Return the status of a request."""
        with contextlib.closing(http.client.HTTPConnection("127.0.0.1", self.port)) as connection:
            connection.request("GET", path)
            return connection.getresponse().status

    def answers(self) -> bool:
        """Tell whether it is there."""
        try:
            return self.get("/-/healthy") == 200
        except OSError:
            return False

    def rotate(self) -> bool:
        """Set its log aside as supervisord does."""
        is_done = set_aside(str(self.log), 1)
        if is_done:
            self.process.send_signal(signal.SIGUSR1)
        return is_done


@pytest.fixture
def nginx() -> Iterator[Nginx]:
    """A web server whose backend is not there."""
    if shutil.which("nginx") is None:
        pytest.skip("nginx is not installed")
    with tempfile.TemporaryDirectory(prefix="whiteroom-test-") as folder:
        running = Nginx(Path(folder))
        try:
            wait_until(running.answers, WITHIN_S)
            yield running
        finally:
            running.process.terminate()
            running.process.wait(60)


def _job(log: Path) -> dict[str, object]:
    jobs = yaml.safe_load(SHIPPED.read_text("utf-8"))["scrape_configs"]
    [job] = [job for job in jobs if job["job_name"] == "nginx-access"]
    [static] = job["static_configs"]
    return {**job, "static_configs": [{"labels": {**static["labels"], "__path__": str(log)}}]}


def test_each_request_is_stored_once_while_the_log_is_set_aside(
    tmp_path: Path, nginx: Nginx
) -> None:
    """At its millisecond, with its id, its level, and without the song's; so is a canary."""
    requests, stopped = 0, threading.Event()

    def ask() -> None:
        nonlocal requests
        while not stopped.is_set():
            nginx.get(f"{SONG}?token=x")
            requests += 1
            stopped.wait(0.002)

    with (
        running_store(tmp_path / "store") as store,
        running_shipper(write_config(tmp_path, store.port, [_job(nginx.log)])) as shipper,
    ):
        wait_until(shipper.is_serving, WITHIN_S)
        began_ns = time.time_ns()
        writer = threading.Thread(target=ask)
        writer.start()
        try:
            for rotations in range(1, 6):
                # What is deleted before it was read, nobody can read: one rotation, one look.
                wait_until(lambda n=rotations: requests >= 60 * n, WITHIN_S)
                wait_until(lambda: len(_lines(store)) >= requests - 60, WITHIN_S)
                assert nginx.rotate()
        finally:
            stopped.set()
            writer.join()
        wait_until(lambda: len(_lines(store)) == requests, WITHIN_S, lambda: len(_lines(store)))
        lines = _lines(store)
        found = [json.loads(text) for _, text in lines]
        assert len({line["request_id"] for line in found}) == requests
        assert {line["path"] for line in found} == {"/api/v1/songs/{song}/export"}
        assert all(began_ns - 10**6 <= int(ns) <= time.time_ns() for ns, _ in lines)
        assert all(
            int(ns) // 10**6 == round(float(json.loads(t)["time"]) * 1000) for ns, t in lines
        )
        first = found[0]["request_id"]
        assert re.fullmatch("[0-9a-f]{32}", first)
        [by_id] = store.lines(f'{{job="nginx-access", level="warn"}} | request_id="{first}"')
        assert first in by_id[1]

        written_ns = time.time_ns()
        writing.write(Canary("nginx-access", http=f"http://127.0.0.1:{nginx.port}/-"), written_ns)
        wait_until(lambda: store.lines(marker.SELECTOR), WITHIN_S)
        texts = iter([text for _, text in store.lines(marker.SELECTOR)])
        assert list(marker.find(texts)) == [("nginx-access", written_ns)]


def _lines(store: object) -> list[tuple[str, str]]:
    return store.lines('{job="nginx-access"}')  # type: ignore[attr-defined,no-any-return]
