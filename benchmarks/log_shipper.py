"""What shipping costs the shipper's process: processor time by bytes, memory, and a trickle.

It reads a file and pushes to a target in this process, which answers at once; its start is not
counted. ``python -m benchmarks.logs`` measures it with the store.
"""

from __future__ import annotations

import contextlib
import os
import shutil
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Iterator, Sequence
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import orjson
import psutil
import yaml

from benchmarks.report import Row, at_most

TRICKLE_S, TRICKLE_LINES = 30, 100
# Fields of JSON, a time, a label, and what is masked: what a job of an application has.
STAGES: list[dict[str, Any]] = [
    {"json": {"expressions": {"level": None, "trace_id": None}}},
    {"labels": {"level": None}},
    {"structured_metadata": {"trace_id": None}},
    {"replace": {"expression": r"(?i)password=(\S+)", "replace": "***"}},
]


class Sink:
    """A target that takes everything, and counts the lines."""

    def __init__(self) -> None:
        self.lines = 0
        sink = self

        class Handler(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def do_POST(self) -> None:
                body = orjson.loads(self.rfile.read(int(self.headers["Content-Length"])))
                self.send_response(204)
                self.end_headers()
                sink.lines += sum(len(stream["values"]) for stream in body["streams"])

            def log_message(self, format: str, *args: object) -> None:
                del format, args

        self.server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.port = int(self.server.server_address[1])
        threading.Thread(target=self.server.serve_forever, daemon=True).start()


class ShipperProcess:
    """A shipper's process that reads one file."""

    def __init__(self, folder: Path, port: int, log: Path, stages: Sequence[object]) -> None:
        folder.mkdir()
        self.segments = Path(tempfile.mkdtemp(prefix="whiteroom-bench-", dir="/dev/shm"))
        labels = {"job": "bench", "__path__": str(log)}
        job = {"job_name": "bench", "static_configs": [{"labels": labels}]}
        config = folder / "promtail.yml"
        content = {
            "clients": [{"url": f"http://127.0.0.1:{port}/loki/api/v1/push"}],
            "positions": {"filename": str(folder / "positions.json")},
            "scrape_configs": [{**job, "pipeline_stages": stages}],
        }
        config.write_text(yaml.safe_dump(content), "utf-8")
        self.process = subprocess.Popen(
            [
                *(sys.executable, "-m", "whiteroom_monitoring", "shipper", "--port", "0"),
                *("--config", str(config), "--segments", str(self.segments)),
            ],
            stdout=subprocess.PIPE,
            text=True,
        )
        assert self.process.stdout is not None
        while "serving" not in self.process.stdout.readline():
            pass
        self._watched = psutil.Process(self.process.pid)

    def cpu_s(self) -> float:
        """Return the processor time of the process so far."""
        times = self._watched.cpu_times()
        return float(times.user + times.system)

    def resident_mb(self) -> float:
        """Return its anonymous memory."""
        text = Path(f"/proc/{self.process.pid}/status").read_text()
        return int(text.partition("RssAnon:")[2].split()[0]) / 1000

    def close(self) -> None:
        """End it."""
        self.process.terminate()
        self.process.wait(60)
        shutil.rmtree(self.segments)


def _shipped(folder: Path, log: Path, lines: int, stages: Sequence[object]) -> tuple[float, float]:
    """Return processor seconds and the most memory in MB until a file is shipped."""
    sink, most = Sink(), 0.0
    hidden = log.with_name("hidden")
    os.rename(log, hidden)
    with contextlib.closing(ShipperProcess(folder, sink.port, log, stages)) as shipper:
        began = shipper.cpu_s()
        os.rename(hidden, log)
        while sink.lines < lines:
            most = max(most, shipper.resident_mb())
            time.sleep(0.05)
        cpu_s = shipper.cpu_s() - began
    sink.server.shutdown()
    return cpu_s, most


def _trickle(folder: Path) -> float:
    """Return the share of a core that a few lines a second take."""
    sink, log = Sink(), folder / "trickle.log"
    log.touch()
    with contextlib.closing(ShipperProcess(folder / "trickle", sink.port, log, STAGES)) as shipper:
        time.sleep(2)
        began, began_s = shipper.cpu_s(), time.monotonic()
        with log.open("a", encoding="utf-8", buffering=1) as file:
            for number in range(TRICKLE_S * TRICKLE_LINES):
                file.write(f'{{"level":"info","trace_id":"{number:032x}","msg":"callback done"}}\n')
                time.sleep(max(0.0, began_s + number / TRICKLE_LINES - time.monotonic()))
        share = (shipper.cpu_s() - began) / (time.monotonic() - began_s)
    sink.server.shutdown()
    return share


def measured(texts: Iterator[bytes], folder: Path) -> Iterator[Row]:
    """Measure lines that are shipped as they are and through stages, memory, and a trickle."""
    log, count, raw = folder / "shipped.log", 0, 0
    with log.open("wb") as file:
        for text in texts:
            raw += file.write(text + b"\n")
            count += 1
    cpu_s, plain_mb = _shipped(folder / "plain", log, count, [])
    rate = raw / 1e6 / cpu_s
    yield Row("shipped as it is", "MB per CPU second", rate, ">= 30", rate >= 30)
    cpu_s, staged_mb = _shipped(folder / "staged", log, count, STAGES)
    rate = raw / 1e6 / cpu_s
    yield Row("shipped through stages", "MB per CPU second", rate, ">= 10", rate >= 10)
    most_mb = max(plain_mb, staged_mb)
    yield at_most("shipper, resident (anonymous)", "MB", most_mb, 60)
    yield at_most("shipper at 100 lines/s", "% of a core", 100 * _trickle(folder), 1)
