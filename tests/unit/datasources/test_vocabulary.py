"""Vocabularies are recorded from running programs, and read back as they were."""

from __future__ import annotations

import http.server
import subprocess
import sys
import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.support.json_server import json_server
from whiteroom_monitoring.datasources import vocabulary as recorder
from whiteroom_monitoring.datasources.errors import SourceError
from whiteroom_monitoring.datasources.prometheus import PrometheusClient
from whiteroom_monitoring.promql import vocabulary

EXPOSITION = """\
# TYPE calls_total counter
calls_total{code="200",path="a\\"}b"} 3 1700000000000
# TYPE wait_seconds histogram
wait_seconds_bucket{job_kind="x",le="+Inf"} 2
wait_seconds_sum{job_kind="x"} 2.5
wait_seconds_count{job_kind="x"} 2
"""


@pytest.fixture
def url() -> Iterator[str]:
    """The address of a server that exposes EXPOSITION at a path with a query, and nowhere else."""

    class Handler(http.server.BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            self.send_response(200 if self.path == "/metrics?format=text" else 404)
            self.end_headers()
            self.wfile.write(EXPOSITION.encode())

        def log_message(self, *_: object) -> None:
            """Say nothing."""

    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield f"http://127.0.0.1:{server.server_port}/metrics?format=text"
        server.shutdown()


def test_what_is_recorded_is_read_back(url: str, tmp_path: Path) -> None:
    """A recorded file, written by the module as a program, holds exactly the families."""
    command = [sys.executable, "-m", recorder.__name__, url]
    recorded = subprocess.run(command, capture_output=True, text=True, check=True)
    (tmp_path / "example.txt").write_text(recorded.stdout)
    assert recorded.stdout.startswith(f"# Recorded by `python -m {recorder.__name__}`: ")
    assert vocabulary.read(tmp_path) == {"example": vocabulary.families(EXPOSITION)}


def test_nothing_to_record_is_said(url: str) -> None:
    """An address where nothing answers, or where something else is served, is named."""
    with pytest.raises(SourceError, match=r"http://127\.0\.0\.1:1/ can't be reached: "):
        list(recorder.record("http://127.0.0.1:1/"))
    with pytest.raises(SourceError, match="refused: "):
        list(recorder.record(url.replace("metrics", "other")))
    usage = subprocess.run(
        [sys.executable, "-m", recorder.__name__], capture_output=True, text=True, check=False
    )
    assert (usage.returncode, usage.stderr) == (1, f"usage: python -m {recorder.__name__} URL\n")


def test_a_running_prometheus_tells_what_its_targets_expose() -> None:
    """Families with their types and labels; what rules record is no program's."""
    answers = {
        "/api/v1/metadata": {
            "data": {
                "took_seconds": [{"type": "histogram", "help": "", "unit": ""}],
                "odd": [{"type": "gaugehistogram", "help": "", "unit": ""}],
            }
        },
        "/api/v1/series": {
            "data": [
                {"__name__": "took_seconds_bucket", "le": "1", "job": "a", "path": "/"},
                {"__name__": "took_seconds_sum", "job": "a", "path": "/"},
                {"__name__": "job:took:rate5m", "job": "a"},
            ]
        },
    }
    with json_server(answers) as url:
        assert recorder.running(PrometheusClient.at(url)) == [
            vocabulary.Family("odd", "untyped", ()),
            vocabulary.Family("took_seconds", "histogram", ("job", "path")),
        ]


def test_only_what_was_scraped_of_late_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    """Series are asked from Prometheus' look-back of five minutes before now on."""
    sent: dict[str, str] = {}

    class Client:
        def get(self, path: str, **parameters: str) -> Any:
            sent.update(parameters)
            return {} if path == "metadata" else []

    monkeypatch.setattr(recorder.time, "time", lambda: 1000.0)
    prometheus: Any = Client()
    assert recorder.running(prometheus) == []
    assert sent["start"] == "700"
