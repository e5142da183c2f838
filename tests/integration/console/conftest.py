"""What the console stands on in tests: a real Prometheus with known samples, Alertmanager."""

from __future__ import annotations

import json
import re
import shutil
import subprocess
import sys
import tempfile
import time
import urllib.error
import urllib.request
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from tests.support.http import get_text
from tests.support.ports import free_ports
from tests.support.wait import wait_until
from whiteroom_monitoring.deploy.components import alertmanager, prometheus
from whiteroom_monitoring.deploy.host import machine

FOLDER = Path(__file__).parent
DEADLINE_S = 30
STEP_S = 15
LENGTH_S = 3600
# Alerts that fired, with their first and last sample in seconds after the start of all others.
FIRED = (("Short", -259_200, -259_185), ("Again", -7200, -7140), ("Again", -3600, -3000))
CHANNELS = ("bass", "drums", "lead")
RULES = """
groups:
  - name: known
    interval: 1s
    rules:
      - {alert: Watchdog, expr: vector(1), labels: {priority: P3}}
      - alert: SoundBroken
        expr: vector(1)
        labels: {priority: P1, service: engine, team: audio}
        annotations:
          summary: "<b>clicks</b> are heard"
          runbook_url: infrastructure/monitoring/runbooks/AudioXruns.md
"""


@dataclass(frozen=True)
class Backends:
    """Where the servers are; samples lie every STEP_S from ``start`` to ``end``."""

    prometheus: str
    alertmanager: str
    start: int
    end: int
    fired: tuple[tuple[str, int, int], ...] = FIRED


def samples(start: int) -> str:
    """Return an hour of samples: counters that grow by a known rate, and a gauge."""
    families: dict[str, list[str]] = {"notes": [], "level": [], "took_seconds": []}
    for index, channel in enumerate(CHANNELS, start=1):
        for number in range(LENGTH_S // STEP_S + 1):
            at = start + number * STEP_S
            labels, notes = f'{{channel="{channel}"}}', number * STEP_S * index
            families["notes"].append(f"notes_total{labels} {notes} {at}")
            families["level"].append(f"level{labels} {index / 10} {at}")
    for number in range(LENGTH_S // STEP_S + 1):
        at, count = start + number * STEP_S, number * 30
        for bound, share in (("0.001", 0.5), ("0.01", 0.9), ("+Inf", 1.0)):
            line = f'took_seconds_bucket{{le="{bound}"}} {count * share} {at}'
            families["took_seconds"].append(line)
    families["ALERTS"] = [
        f'ALERTS{{alertname="{name}",alertstate="firing",priority="P1"}} 1 {at}'
        for name, begin, end in FIRED
        for at in range(start + begin, start + end + 1, STEP_S)
    ]
    kinds = {"notes": "counter", "level": "gauge", "took_seconds": "histogram", "ALERTS": "gauge"}
    text = "".join(
        f"# TYPE {name} {kinds[name]}\n" + "\n".join(sorted(lines, key=_series)) + "\n"
        for name, lines in families.items()
    )
    return text + "# EOF\n"


def _series(line: str) -> str:
    return line.split(" ", maxsplit=1)[0]


@pytest.fixture(scope="session")
def backends(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Backends]:
    """Start both servers, with samples that end now."""
    folder = tmp_path_factory.mktemp("backends")
    end = int(time.time()) // 60 * 60
    start = end - LENGTH_S
    (folder / "samples").write_text(samples(start))
    blocks = ["promtool", "tsdb", "create-blocks-from", "openmetrics"]
    subprocess.run([*blocks, folder / "samples", folder / "data"], check=True, capture_output=True)
    (folder / "rules.yml").write_text(RULES)
    (folder / "prometheus.yml").write_text("rule_files: [rules.yml]\n")
    (folder / "alertmanager.yml").write_text("route: {receiver: none}\nreceivers: [{name: none}]\n")
    ports = free_ports(2)
    commands = [
        [
            machine.installed(prometheus.PROGRAM),
            f"--config.file={folder}/prometheus.yml",
            f"--storage.tsdb.path={folder}/data",
            f"--web.listen-address=127.0.0.1:{ports[0]}",
        ],
        [
            machine.installed(alertmanager.PROGRAM),
            f"--config.file={folder}/alertmanager.yml",
            f"--storage.path={folder}/alertmanager",
            f"--web.listen-address=127.0.0.1:{ports[1]}",
            "--cluster.listen-address=",
        ],
    ]
    quiet = {"stdout": subprocess.DEVNULL, "stderr": subprocess.DEVNULL}
    started = [subprocess.Popen(command, **quiet) for command in commands]  # type: ignore[call-overload]
    urls = [f"http://127.0.0.1:{port}" for port in ports]
    try:
        for url in urls:
            wait_until(lambda url=url: get_text(f"{url}/-/ready"), DEADLINE_S, url)
        yield Backends(urls[0], urls[1], start, end)
    finally:
        for process in started:
            process.terminate()
            process.wait(DEADLINE_S)


@dataclass
class RunningConsole:
    """One process of ``whiteroom console``."""

    process: subprocess.Popen[str]
    url: str

    def ask(
        self,
        path: str,
        method: str = "GET",
        content: object = None,
        headers: dict[str, str] | None = None,
    ) -> tuple[int, dict[str, str], bytes]:
        """Return status, headers (names in lower case) and body."""
        body = None if content is None else json.dumps(content).encode()
        kind = {"Content-Type": "application/json"} if body else {}
        request = urllib.request.Request(
            self.url + path, body, {**kind, **(headers or {})}, method=method
        )
        try:
            with urllib.request.urlopen(request, timeout=DEADLINE_S) as answer:
                return answer.status, _lower(answer.headers), answer.read()
        except urllib.error.HTTPError as error:
            return error.code, _lower(error.headers), error.read()

    def get(self, path: str) -> Any:
        """Return the JSON that ``path`` answers."""
        status, _, body = self.ask(path)
        assert status == 200, body
        return json.loads(body)


def _lower(headers: Any) -> dict[str, str]:
    return {name.lower(): value for name, value in headers.items()}


Start = Callable[..., RunningConsole]


@pytest.fixture(scope="session")
def start_console() -> Iterator[Start]:
    """Start consoles with the options that are given; all are stopped in the end."""
    segments = Path(tempfile.mkdtemp(prefix="whiteroom-test-", dir="/dev/shm"))
    started: list[subprocess.Popen[str]] = []

    def run(*options: str) -> RunningConsole:
        command = [sys.executable, "-m", "whiteroom_monitoring", "console", "--port", "0"]
        process = subprocess.Popen(
            [*command, "--segments", str(segments), *options], stdout=subprocess.PIPE, text=True
        )
        started.append(process)
        assert process.stdout is not None
        address = re.search(r"serving (http://[\d.]+:\d+)/", process.stdout.readline())
        assert address
        return RunningConsole(process, address[1].replace("0.0.0.0", "127.0.0.1"))

    yield run
    for process in started:
        process.terminate()
        process.communicate(timeout=DEADLINE_S)
    shutil.rmtree(segments)


@pytest.fixture(scope="session")
def console(start_console: Start, backends: Backends) -> RunningConsole:
    """A console on the real servers, with the dashboards of the tests."""
    return start_console(
        *("--prometheus", backends.prometheus, "--alertmanager", backends.alertmanager),
        *("--loki", "http://127.0.0.1:1", "--dashboards", str(FOLDER / "dashboards")),
    )


@pytest.fixture(scope="session")
def our_console(start_console: Start, backends: Backends) -> RunningConsole:
    """A console on the real servers, with our own dashboards."""
    return start_console(
        *("--prometheus", backends.prometheus, "--alertmanager", backends.alertmanager)
    )
