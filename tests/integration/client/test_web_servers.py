"""The workers of gunicorn and uvicorn, which nobody has configured, count into one program."""

from __future__ import annotations

import contextlib
import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from urllib.request import Request, urlopen

import pytest

from tests.support.ports import free_port
from tests.support.wait import wait_until
from whiteroom_monitoring.client import _native

HERE = Path(__file__).parent
WORKERS = 3
OPEN_METRICS = {"Accept": "application/openmetrics-text; version=1.0.0"}
LOST = 'monitoring_processes_lost_total{program="business-metrics"}'
PROCESSES = 'monitoring_processes{program="business-metrics"}'

# A worker that gunicorn starts while it is being stopped never hears of it, and is waited for.
GUNICORN = (
    *("gunicorn", "web_application:make_wsgi()", "--no-control-socket"),
    *("--graceful-timeout", "5"),
)
UVICORN = ("uvicorn", "web_application:make_asgi", "--factory")
# name: module and arguments, and how many processes have the application loaded
SERVERS = {
    "gunicorn sync": ([*GUNICORN, "--workers", str(WORKERS)], WORKERS),
    "gunicorn preload": ([*GUNICORN, "--workers", str(WORKERS), "--preload"], WORKERS + 1),
    "gunicorn threads": (
        [*GUNICORN, "--workers", str(WORKERS), "--threads", "2", "--worker-class", "gthread"],
        WORKERS,
    ),
    "uvicorn workers": ([*UVICORN, "--workers", str(WORKERS)], WORKERS),
    "uvicorn alone": ([*UVICORN], 1),
}
RENEWED = [*GUNICORN, "--workers", "2", "--preload", "--max-requests", "5"]
# The test of renewed workers has preloaded ones, too.
LONG = ("gunicorn preload", "gunicorn threads", "uvicorn alone")


@dataclass
class Web:
    """A server that runs."""

    url: str
    process: subprocess.Popen[bytes]

    def get(self, path: str) -> str | None:
        """Return the answer's text, or None when the worker or the server is gone."""
        try:
            with urlopen(Request(self.url + path, headers=OPEN_METRICS), timeout=10) as answer:
                text: str = answer.read().decode()
                return text
        except OSError:
            return None

    def samples(self) -> dict[str, str]:
        """Return what any of the workers serves, exemplars included."""
        answer = self.get("/metrics")
        assert answer is not None
        lines = [line for line in answer.splitlines() if not line.startswith("#")]
        return {line.split(" ", 1)[0]: line.split(" ", 1)[1] for line in lines}

    def wait_for(self, series: str, value: int) -> dict[str, str]:
        """Return the samples as soon as a series has the value; else as they are in the end."""
        with contextlib.suppress(AssertionError):
            wait_until(lambda: self.samples().get(series) == str(value))
        return self.samples()


@contextmanager
def serving(arguments: list[str], segments: Path) -> Iterator[Web]:
    """Run a server until the end of the block, and stop it as an operator would."""
    port = free_port()
    where = ["--port", str(port)] if arguments[0] == "uvicorn" else ["--bind", f"127.0.0.1:{port}"]
    process = subprocess.Popen(
        [sys.executable, "-m", *arguments, *where],
        env={**os.environ, "WHITEROOM_SEGMENTS": str(segments), "PYTHONPATH": str(HERE)},
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    web = Web(f"http://127.0.0.1:{port}", process)
    try:
        wait_until(lambda: process.poll() is not None or web.get("/pid") is not None)
        assert process.poll() is None
        yield web
    finally:
        process.send_signal(signal.SIGTERM)
        try:
            process.wait(60)
        finally:
            process.kill()
            process.wait()


@pytest.mark.parametrize(
    "name",
    [pytest.param(name, marks=[pytest.mark.long] if name in LONG else []) for name in SERVERS],
)
def test_the_workers_of_a_server_add_up(segments: Path, name: str) -> None:
    """Any worker serves the counts of all, one gauge, one info and an exemplar; a killed worker's
    counts stay, and after the server's end only that one was lost."""
    arguments, processes = SERVERS[name]
    with serving(arguments, segments) as web:
        web.wait_for(PROCESSES, processes)
        seen = {answer for _ in range(60) if (answer := web.get("/record"))}
        samples = web.samples()
        workers = processes - ("preload" in name)
        assert min(2, workers) <= len(seen) <= workers
        assert samples["songs_created_total"] == "60"
        assert samples["active_users"] == "7"
        assert samples['deployment_info{version="2.5"}'] == "1"
        bucket = samples['http_request_duration_seconds_bucket{le="0.25"}']
        assert bucket.startswith('60 # {trace_id="4bf92f3577b34da6a3ce929d0e0e4736"} 0.2 ')
        killed = int(name != "uvicorn alone" and web.get("/kill") is None)
        if killed:
            web.wait_for(LOST, 1)
            samples = web.wait_for(PROCESSES, processes)
            assert (samples["songs_created_total"], samples[LOST]) == ("60", "1")
    after = _after_the_end(segments)
    assert after["songs_created_total"] == "60"
    assert after[LOST] == str(killed)


def test_renewed_workers_leave_their_counts_and_no_files(segments: Path) -> None:
    """Workers that gunicorn renews after some requests are not lost, and neither are counts."""
    with serving(RENEWED, segments) as web:
        seen = set()
        recorded = 0
        for _ in range(30):
            if answer := web.get("/record"):
                seen.add(answer)
                recorded += 1
        assert len(seen) > 2
        samples = web.samples()
        assert (samples["songs_created_total"], samples[LOST]) == (str(recorded), "0")
    assert sorted(path.name for path in segments.iterdir()) == [
        "business-metrics.base.seg",
        "business-metrics.lock",
    ]


def _after_the_end(segments: Path) -> dict[str, str]:
    text = _native.expose(str(segments), "business-metrics").text().decode()
    lines = [line for line in text.splitlines() if not line.startswith("#")]
    return dict(line.rsplit(" ", 1) for line in lines)
