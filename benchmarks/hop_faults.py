"""A real stack without applications, and how each hop of its pager path is broken and mended."""

from __future__ import annotations

import contextlib
import http.server
import os
import shutil
import socket
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from types import TracebackType
from typing import Any

from whiteroom_monitoring import plain_yaml
from whiteroom_monitoring.datasources.http import HttpClient
from whiteroom_monitoring.deploy.configuration.reload import reload
from whiteroom_monitoring.deploy.paths import LOOPBACK, StackPaths
from whiteroom_monitoring.deploy.runtimes.supervisord import Supervisor
from whiteroom_monitoring.pager_path import NAME, STATE_FILE, PathState, read_state

STARTS_S = 180.0
# What is not needed to break a hop.
WITHOUT = ("node-exporter", "cadvisor", "console")
DISK = "48m"
_POLL_S = 0.25

Fault = Callable[["HopStack"], contextlib.AbstractContextManager[None]]


class HopStack:
    """One stack at its own ports. Use it as a context manager.

    ``without`` are components that it lacks, and ``command`` runs a command on it.
    """

    def __init__(self, folder: Path, offset: int, without: tuple[str, ...] = WITHOUT) -> None:
        self.paths = StackPaths(folder / "data", offset)
        self._without = without
        self.supervisor = Supervisor(self.paths)
        self.inbox = HttpClient("The inbox", self.paths.url("inbox"))

    def command(self, name: str, *options: str) -> subprocess.CompletedProcess[str]:
        """Run a command of `whiteroom` on the stack, without judging its exit status."""
        place = ["--data", str(self.paths.data), "--port-offset", str(self.paths.port_offset)]
        words = [sys.executable, "-m", "whiteroom_monitoring", name, *options, *place]
        return subprocess.run(words, capture_output=True, text=True, check=False)

    def __enter__(self) -> HopStack:
        options = [word for name in self._without for word in ("--without", name)]
        done = self.command("up", "--without-app", *options)
        if done.returncode != 0:
            self.__exit__(None, None, None)
            raise RuntimeError(f"up: {done.stdout}{done.stderr}")
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.command("down")

    def state(self) -> PathState:
        """Return what the watcher has written; an empty state where it has not yet."""
        return read_state(self.paths.data / STATE_FILE) or PathState(0.0, {})

    def broken(self) -> set[str]:
        """Return the hops that the watcher names."""
        return {hop.hop for hop in self.state().broken}

    def is_whole(self) -> bool:
        """Return whether every hop has passed a sample of late, and none is named."""
        state = self.state()
        hops = (
            "exporter",
            "scrape",
            "rules",
            "alertmanager",
            "pagerduty",
            "slack",
            "email",
            "logs",
        )
        ages = [time.time() - state.passed.get(hop, 0.0) for hop in hops]
        return not state.broken and max(ages) < 45

    def has_scraped_since(self, begun: float) -> bool:
        """Return whether Prometheus has a sample that is newer, in seconds since 1970."""
        return self.state().passed.get("scrape", 0.0) > begun

    def messages(self) -> list[dict[str, Any]]:
        """Return the newest messages of the inbox."""
        messages: list[dict[str, Any]] = self.inbox.get_json(
            "/api/messages", (("limit", "100"),), lambda answer: answer["messages"]
        )
        return messages

    def wait(self, condition: Callable[[], bool], within_s: float) -> float | None:
        """Return after how many seconds a condition holds, None where it does not in time."""
        began = time.monotonic()
        while time.monotonic() - began < within_s:
            with contextlib.suppress(OSError):
                if condition():
                    return time.monotonic() - began
            time.sleep(_POLL_S)
        return None

    @contextlib.contextmanager
    def changed_receiver(self, change: Callable[[dict[str, Any]], None]) -> Iterator[None]:
        """Let Alertmanager have another receiver of the path."""
        file = self.paths.config / "alertmanager/alertmanager.yml"
        text = file.read_text(encoding="utf-8")
        content = plain_yaml.load(text)
        change(next(r for r in content["receivers"] if r["name"] == NAME))
        try:
            file.write_text(plain_yaml.dump(content), encoding="utf-8")
            reload(self.paths, self.supervisor, "alertmanager")
            yield
        finally:
            file.write_text(text, encoding="utf-8")
            reload(self.paths, self.supervisor, "alertmanager")


def stopped(component: str) -> Fault:
    """Return the fault of a component that is stopped."""

    @contextlib.contextmanager
    def during(stack: HopStack) -> Iterator[None]:
        stack.supervisor.call("stopProcess", component)
        try:
            yield
        finally:
            stack.supervisor.start_component(component)

    return during


def hung(component: str) -> Fault:
    """Return the fault of a component that is there and answers nobody."""

    @contextlib.contextmanager
    def during(stack: HopStack) -> Iterator[None]:
        stack.supervisor.signal(component, "STOP")
        try:
            yield
        finally:
            stack.supervisor.signal(component, "CONT")

    return during


@contextlib.contextmanager
def rules_rejected(stack: HopStack) -> Iterator[None]:
    """A file of rules no longer loads, and Prometheus is told to read it."""
    file = stack.paths.config / "prometheus/rules/broken.yml"
    file.write_text("groups: [{name: broken, rules: [{alert: A, expr: 'sum('}]}]\n")
    file.chmod(0o644)
    stack.supervisor.signal("prometheus", "HUP")
    try:
        yield
    finally:
        file.unlink()
        reload(stack.paths, stack.supervisor, "prometheus")


@contextlib.contextmanager
def disk_full(stack: HopStack) -> Iterator[None]:
    """Prometheus' disk is full: a small file system of its own, which only root can mount."""
    with small_disk(stack) as folder:
        filler = folder / "filler"
        with filler.open("wb", buffering=0) as file:
            for size in (1 << 20, 1 << 12, 1):
                with contextlib.suppress(OSError):
                    while True:
                        file.write(bytes(size))
        yield
        filler.unlink()
        stack.wait(stack.is_whole, STARTS_S)


@contextlib.contextmanager
def small_disk(stack: HopStack) -> Iterator[Path]:
    """Let Prometheus keep its samples on a small file system. Raises OSError where none can be."""
    folder = stack.paths.data / "prometheus"
    before = folder.stat()
    stack.supervisor.call("stopProcess", "prometheus")
    mounting = ["mount", "-t", "tmpfs", "-o", f"size={DISK}", "tmpfs", str(folder)]
    try:
        if subprocess.run(mounting, capture_output=True, check=False).returncode != 0:
            raise OSError("a small file system can't be mounted here")
        os.chown(folder, before.st_uid, before.st_gid)
        folder.chmod(before.st_mode & 0o777)
        begun, queries_file = time.time(), folder / "queries.active"
        stack.supervisor.start_component("prometheus")
        stack.wait(lambda: stack.has_scraped_since(begun) and stack.is_whole(), STARTS_S)
        # A page of it that is not there yet, and can't be had, would end Prometheus.
        with queries_file.open("r+b") as queries:
            os.posix_fallocate(queries.fileno(), 0, os.fstat(queries.fileno()).st_size)
        yield folder
    finally:
        with contextlib.suppress(Exception):
            stack.supervisor.call("stopProcess", "prometheus")
        subprocess.run(["umount", str(folder)], capture_output=True, check=False)
        begun = time.time()
        stack.supervisor.start_component("prometheus")
        # Until it has begun, a signal to read its configuration would end it.
        stack.wait(lambda: stack.has_scraped_since(begun), STARTS_S)


@contextlib.contextmanager
def smtp_refused(stack: HopStack) -> Iterator[None]:
    """Nobody listens where Alertmanager brings its mail."""
    with socket.socket() as held:
        held.bind((LOOPBACK, 0))
        smarthost = f"{LOOPBACK}:{held.getsockname()[1]}"
        with stack.changed_receiver(lambda r: r["email_configs"][0].update(smarthost=smarthost)):
            yield


def dropped(kind: str, key: str, status: int, body: bytes) -> Fault:
    """Return the fault of a channel that takes what it gets, as its original does, and drops it."""

    class Handler(http.server.BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            self.rfile.read(int(self.headers.get("Content-Length", 0)))
            self.send_response(status)
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *_: object) -> None:
            """Say nothing."""

    @contextlib.contextmanager
    def during(stack: HopStack) -> Iterator[None]:
        with http.server.ThreadingHTTPServer((LOOPBACK, 0), Handler) as server:
            threading.Thread(target=server.serve_forever, daemon=True).start()
            url = f"http://{LOOPBACK}:{server.server_address[1]}/"
            try:
                with stack.changed_receiver(lambda r: r[kind][0].update({key: url})):
                    yield
            finally:
                server.shutdown()

    return during


# Each fault by its name, and the hop that is to be named.
FAULTS: Mapping[str, tuple[Fault, str]] = {
    "exporter stopped": (stopped("segment-exporter"), "exporter"),
    "exporter hangs": (hung("segment-exporter"), "exporter"),
    "Prometheus stopped": (stopped("prometheus"), "prometheus"),
    "Prometheus hangs": (hung("prometheus"), "prometheus"),
    "disk full": (disk_full, "storage"),
    "rules no longer load": (rules_rejected, "rules"),
    "Alertmanager stopped": (stopped("alertmanager"), "alertmanager"),
    "Alertmanager hangs": (hung("alertmanager"), "alertmanager"),
    "inbox stopped": (stopped("inbox"), "inbox"),
    "mail refused": (smtp_refused, "email"),
    "Slack drops": (dropped("slack_configs", "api_url", 200, b"ok"), "slack"),
    "PagerDuty drops": (
        dropped("pagerduty_configs", "url", 202, b'{"status":"success"}'),
        "pagerduty",
    ),
    "log store stopped": (stopped("log-store"), "log_store"),
    "log store hangs": (hung("log-store"), "log_store"),
    "shipper stopped": (stopped("shipper"), "shipper"),
    "shipper hangs": (hung("shipper"), "shipper"),
}


@contextlib.contextmanager
def stack_at(offset: int) -> Iterator[HopStack]:
    """Start a stack in a folder of its own, and leave nothing of it."""
    folder = Path(tempfile.mkdtemp(prefix="whiteroom-hops-"))
    folder.chmod(0o711)
    try:
        with HopStack(folder, offset) as stack:
            if stack.wait(stack.is_whole, STARTS_S) is None:
                raise RuntimeError(f"the path is not whole after {STARTS_S:g} s: {stack.state()}")
            yield stack
    finally:
        shutil.rmtree(folder, ignore_errors=True)
