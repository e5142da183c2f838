"""A made-up machine with containers, and an engine that answers as a test wishes."""

from __future__ import annotations

import json
import os
import shutil
import socketserver
import threading
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import cached_property
from http.server import BaseHTTPRequestHandler
from pathlib import Path
from typing import Any

import pytest

from tests.support.exposition import Samples, parse
from whiteroom_monitoring.exporters.containers.exporter import Exporter

NOW = 1_760_000_000.75
BOOT = 1_750_000_000
HOST_NETWORK = "net:[4026531840]"

NET_DEV = """\
Inter-|   Receive                                                |  Transmit
 face |bytes    packets errs drop fifo frame compressed multicast|bytes    packets errs drop fifo \
colls carrier compressed
    lo:     500       5    0    0    0     0          0         0      500       5    0    0    0 \
    0       0          0
  eth0: 1200345    1300    1    2    0     0          0         0    80012     900    3    4    0 \
    0       0          0
"""

# What Linux 6.1 shows in a container's cgroup: the same container in either version.
VERSION_1 = {
    "cpuacct": {"cpuacct.usage": "1500000000\n"},
    "cpu": {
        "cpu.shares": "512\n",
        "cpu.cfs_period_us": "100000\n",
        "cpu.cfs_quota_us": "50000\n",
        "cpu.stat": "nr_periods 40\nnr_throttled 7\nthrottled_time 250000000\n",
    },
    "memory": {
        "memory.usage_in_bytes": "10485760\n",
        "memory.limit_in_bytes": "67108864\n",
        "memory.stat": "cache 4194304\nrss 1\ninactive_file 2\nhierarchical_memory_limit 67108864\n"
        "total_cache 4194304\ntotal_rss 6291456\ntotal_inactive_file 3145728\n",
        "memory.oom_control": "oom_kill_disable 0\nunder_oom 0\noom_kill 2\n",
    },
    "pids": {"pids.current": "5\n"},
}
VERSION_2 = {
    "cpu.stat": "usage_usec 1500000\nuser_usec 1000000\nsystem_usec 500000\nnr_periods 40\n"
    "nr_throttled 7\nthrottled_usec 250000\nnr_bursts 0\nburst_usec 0\n",
    "cpu.weight": "20\n",
    "cpu.max": "50000 100000\n",
    "memory.current": "10485760\n",
    "memory.max": "67108864\n",
    "memory.stat": "anon 6291456\nfile 4194304\nkernel 0\ninactive_file 3145728\nactive_file 0\n",
    "memory.events": "low 0\nhigh 0\nmax 12\noom 2\noom_kill 2\noom_group_kill 0\n",
    "pids.current": "5\n",
}
CONTROLLERS = "cpuset cpu io memory pids\n"


def write(folder: Path, files: dict[str, str]) -> None:
    folder.mkdir(parents=True, exist_ok=True)
    for name, text in files.items():
        (folder / name).write_text(text)


@dataclass
class Machine:
    """Folders that look like /sys/fs/cgroup and /proc of a machine of ``layout``."""

    root: Path
    layout: str
    engine: Path | None = None

    def __post_init__(self) -> None:
        self.cgroups = self.root / "cgroup"
        self.proc = self.root / "proc"
        write(self.proc, {"stat": f"cpu  1 2 3\nbtime {BOOT}\nprocesses 9\n"})
        self.process(1, "/init.scope", ticks=1, network=HOST_NETWORK)
        if self.layout == "v2":
            write(self.cgroups, {"cgroup.controllers": CONTROLLERS})
            return
        for folder in ("cpu,cpuacct", "cpuset", "memory", "pids", "systemd"):
            (self.cgroups / folder).mkdir(parents=True)
        if self.layout == "hybrid":
            write(self.cgroups / "unified", {"cgroup.controllers": "\n"})

    def process(self, pid: int | str, path: str, ticks: int, network: str = "net:[1]") -> None:
        lines = [f"0::{path}\n"]
        if self.layout != "v2":
            names = ("cpu,cpuacct", "memory", "pids", "name=systemd")
            lines[:0] = [f"{number}:{name}:{path}\n" for number, name in enumerate(names, start=1)]
        before = "S 1 1 1 0 -1 4194560 0 0 0 0 0 0 0 0 20 0 1 0"
        stat = f"{pid} (a) b) {before} {ticks} 4096 1 0\n"
        folder = self.proc / str(pid)
        write(folder, {"stat": stat, "cgroup": "".join(lines)})
        write(folder / "net", {"dev": NET_DEV})
        (folder / "ns").mkdir()
        (folder / "ns" / "net").symlink_to(network)

    def container(
        self, path: str, pid: int = 100, ticks: int = 5000, network: str | None = None
    ) -> None:
        """Start a container whose cgroups are ``path`` in every hierarchy."""
        for folder, files in self.folders(path):
            write(folder, {**files, "cgroup.procs": f"{pid}\n"})
        self.process(pid, path, ticks, network or f"net:[{pid}]")

    def folders(self, path: str) -> list[tuple[Path, dict[str, str]]]:
        if self.layout == "v2":
            return [(Path(f"{self.cgroups}{path}"), VERSION_2)]
        pairs = [
            (Path(f"{self.cgroups}/{folder}{path}"), files)
            for folder, files in (
                ("cpu,cpuacct", VERSION_1["cpu"] | VERSION_1["cpuacct"]),
                ("memory", VERSION_1["memory"]),
                ("pids", VERSION_1["pids"]),
            )
        ]
        if self.layout == "hybrid":
            stat = {"cpu.stat": "usage_usec 9\nuser_usec 9\nsystem_usec 0\n"}
            pairs.append((Path(f"{self.cgroups}/unified{path}"), stat))
        return pairs

    def end(self, path: str, pid: int = 100) -> None:
        for folder, _ in self.folders(path):
            shutil.rmtree(folder)
        shutil.rmtree(self.proc / str(pid))

    @cached_property
    def exporter(self) -> Exporter:
        return Exporter(self.cgroups, self.proc, self.engine, most=5, now=lambda: NOW)

    def scrape(self) -> Samples:
        return parse(self.exporter.exposition())


@pytest.fixture(autouse=True)
def no_engine(monkeypatch: pytest.MonkeyPatch) -> None:
    """Keep the engines of this computer out of the tests."""
    monkeypatch.delenv("DOCKER_HOST", raising=False)
    monkeypatch.setattr("whiteroom_monitoring.exporters.containers.docker_api.SOCKETS", ())


@pytest.fixture
def machine(tmp_path: Path) -> Callable[..., Machine]:
    """Return a function from layout (v1, hybrid, v2) and engine's socket to a machine."""
    return lambda layout, engine=None: Machine(tmp_path / layout, layout, engine)


@pytest.fixture
def parsed() -> Callable[[bytes], Samples]:
    return parse


Answer = Callable[[BaseHTTPRequestHandler], None]


class FakeEngine(socketserver.ThreadingMixIn, socketserver.UnixStreamServer):
    """Serves ``containers`` (key: name, details); ``answers`` overrule it by path."""

    daemon_threads = True

    def __init__(self, path: Path) -> None:
        self.path = path
        self.containers: dict[str, tuple[str, dict[str, Any]]] = {}
        self.answers: dict[str, Answer] = {}
        self.asked: list[str] = []
        self.stopping = threading.Event()
        super().__init__(str(path), _Handler)

    def add(self, key: str, name: str, pid: int, **fields: Any) -> None:
        state = {"Pid": pid, "StartedAt": "2025-10-09T08:00:00.500000000Z"}
        usual = {"State": state, "Config": {"Image": "shop/web:1"}, "RestartCount": 0}
        self.containers[key] = (name, usual | fields)

    @staticmethod
    def respond(handler: BaseHTTPRequestHandler, content: object, status: int = 200) -> None:
        body = content if isinstance(content, bytes) else json.dumps(content).encode()
        handler.send_response(status)
        handler.send_header("Content-Length", str(len(body)))
        handler.end_headers()
        handler.wfile.write(body)

    def handle_error(self, request: object, client_address: object) -> None:
        """Stay silent: the exporter hangs up on purpose."""


class _Handler(BaseHTTPRequestHandler):
    server: FakeEngine
    protocol_version = "HTTP/1.1"

    def address_string(self) -> str:
        return "unix"

    def log_message(self, format: str, *args: object) -> None:
        pass

    def do_GET(self) -> None:
        self.server.asked.append(self.path)
        if answer := self.server.answers.get(self.path):
            answer(self)
            return
        key = self.path.split("/")[2]
        if self.path == "/containers/json":
            self.server.respond(self, [self._listed(key) for key in self.server.containers])
        elif key in self.server.containers:
            self.server.respond(self, self.server.containers[key][1])
        else:
            self.server.respond(self, {"message": "no such container"}, 404)

    def _listed(self, key: str) -> dict[str, Any]:
        name = self.server.containers[key][0]
        return {"Id": key, "Names": [f"/other/{name}", f"/{name}"], "Image": "sha256:ab"}


@pytest.fixture
def engine() -> Iterator[FakeEngine]:
    # Not in tmp_path: the path of a unix socket has 107 bytes at most.
    path = Path(f"/tmp/whiteroom-engine-{os.getpid()}.sock")
    path.unlink(missing_ok=True)
    with FakeEngine(path) as server:
        thread = threading.Thread(target=server.serve_forever, args=(0.01,))
        thread.start()
        yield server
        server.stopping.set()
        server.shutdown()
        thread.join()
    path.unlink()
