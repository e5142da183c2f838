"""A stack whose alerts are switched by hand and whose processes can be killed: ten times as fast.

Prometheus, Alertmanager, inbox and reconciler are the real programs with the options of their
components; intervals, `for` and delays are a tenth of the real ones, and so is what an outage may
last. Routes and templates are the committed ones.
"""

from __future__ import annotations

import http.server
import os
import shutil
import signal
import socket
import subprocess
import sys
import threading
import time
import urllib.request
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any

import yaml

from whiteroom_monitoring.covering.model import Covering, Entry
from whiteroom_monitoring.covering.rules import apply
from whiteroom_monitoring.datasources.alertmanager import AlertmanagerClient
from whiteroom_monitoring.datasources.http import HttpClient
from whiteroom_monitoring.deploy.components import alertmanager, prometheus
from whiteroom_monitoring.deploy.configuration.alertmanager_config import call_reconciler
from whiteroom_monitoring.resources import share

LOOPBACK = "127.0.0.1"
# Alerts by name: priority and service. Covered is P1 at the service of Zero, which covers it.
ALERTS = {
    "Zero": ("P0", "a"),
    "Covered": ("P1", "a"),
    "One": ("P1", "b"),
    "Two": ("P2", "c"),
    "Three": ("P3", "d"),
    "Other": ("P0", "e"),
}
COVERING = Covering((Entry(("Zero",), ("Covered",), same_service=True, because="it explains it"),))
PROCESSES = ("prometheus", "alertmanager", "inbox", "reconciler")
# A tenth of the real ones. A rule that waits for 2 min is the one that a restart could forget.
RESEND_S = 6
INACTIVE_S = 18
LONG_FOR = "12s"
STARTS_S = 180


class FaultStack:
    """One stack in ``folder``. Use it as a context manager.

    ``without`` are options of the components that it lacks, and ``resend_s`` is another resend
    delay, to see what they are for.
    """

    def __init__(self, folder: Path, without: Sequence[str] = (), resend_s: int = RESEND_S) -> None:
        self.folder = folder
        self._without = (*without, "--rules.alert.resend-delay")
        self._resend_s = resend_s
        names = (*PROCESSES, "inbox-smtp", "target")
        self.ports = dict(zip(names, _free_ports(len(names)), strict=True))
        self.firing: set[str] = set()
        self.running: dict[str, subprocess.Popen[bytes]] = {}
        self.silences = AlertmanagerClient.at(self.url("reconciler"))
        self.inbox = HttpClient("The inbox", self.url("inbox"))
        self._target = _Target((LOOPBACK, self.ports["target"]), self.firing)
        self._segments = Path(f"/dev/shm/whiteroom-faults-{os.getpid()}")
        self._segments.mkdir(mode=0o700, exist_ok=True)
        self._write()

    def __enter__(self) -> FaultStack:
        threading.Thread(target=self._target.serve_forever, daemon=True).start()
        try:
            for name in ("inbox", "alertmanager", "prometheus", "reconciler"):
                self.start(name)
            self.wait_until_well()
        except BaseException:
            self.__exit__()
            raise
        return self

    def __exit__(self, *_: object) -> None:
        for process in self.running.values():
            process.kill()
            process.wait()
        self._target.shutdown()
        self._target.server_close()
        shutil.rmtree(self._segments, ignore_errors=True)

    def url(self, name: str) -> str:
        """Return the address of a process."""
        return f"http://{LOOPBACK}:{self.ports[name]}"

    def start(self, name: str) -> None:
        """Start a process, as supervisord does with one that has ended."""
        with (self.folder / f"{name}.log").open("ab") as log:
            self.running[name] = subprocess.Popen(
                self._command(name), stdout=log, stderr=log, cwd=self.folder
            )

    def stop(self, name: str, number: signal.Signals) -> None:
        """End a process by a signal, and wait until it is gone."""
        self.running[name].send_signal(number)
        self.running[name].wait()

    def wait_until_well(self) -> None:
        """Wait until every process answers."""
        paths = {"prometheus": "/-/ready", "alertmanager": "/-/ready"}
        deadline = time.monotonic() + STARTS_S
        for name in PROCESSES:
            while not _answers(self.url(name) + paths.get(name, "/-/healthy")):
                if time.monotonic() > deadline:
                    raise TimeoutError(f"{name} does not answer; see {self.folder}/{name}.log")
                time.sleep(0.05)

    def incidents(self) -> list[Mapping[str, Any]]:
        """Return what PagerDuty would have, oldest first; of each, ``alert`` is its name."""
        incidents: list[Any] = self.inbox.get_json("/api/incidents")["incidents"]
        named = [{**item, "alert": _alert_of(item["title"])} for item in incidents]
        return sorted(named, key=lambda incident: int(incident["id"]))

    def slack(self) -> list[Mapping[str, Any]]:
        """Return what Slack would have got, oldest first."""
        path, query = "/api/messages", (("channel", "slack"), ("limit", "500"))
        messages: list[Any] = self.inbox.get_json(path, query)["messages"]
        return [{**message, "alert": _alert_of(message["title"])} for message in messages[::-1]]

    def _command(self, name: str) -> list[str]:
        port, data = str(self.ports[name]), str(self.folder / name)
        ours = [sys.executable, "-m", "whiteroom_monitoring", name, "--port", port, "--data", data]
        if name == "inbox":
            smtp = str(self.ports["inbox-smtp"])
            return [*ours, "--smtp-port", smtp, "--segments", str(self._segments)]
        if name == "reconciler":
            return [
                *(*ours, "--prometheus", self.url("prometheus")),
                *("--alertmanager", self.url("alertmanager"), "--inactive", str(INACTIVE_S)),
                *("--alertmanager-data", str(self.folder / "alertmanager")),
                *("--alertmanager-config", str(self.folder / "alertmanager.yml")),
            ]
        described = prometheus if name == "prometheus" else alertmanager
        (variant,) = described.COMPONENTS[0].variants
        fixed = [
            option
            for option in variant.arguments
            if "{" not in option and option.partition("=")[0] not in self._without
        ]
        program = next(filter(None, map(shutil.which, variant.program.names)))
        storage = "--storage.tsdb.path" if name == "prometheus" else "--storage.path"
        resend = f"--rules.alert.resend-delay={self._resend_s}s"
        scaled = [resend] if name == "prometheus" else []
        before = self._restoring() if name == "alertmanager" else []
        return [
            *(*before, program, f"--config.file={self.folder / name}.yml", f"{storage}={data}"),
            *(f"--web.listen-address={LOOPBACK}:{port}", *fixed, *scaled),
        ]

    def _restoring(self) -> list[str]:
        """Return the words before Alertmanager's command, unless the stack goes ``without``."""
        if "restore-notifications" in self._without:
            return []
        return [
            *(sys.executable, "-m", "whiteroom_monitoring", "restore-notifications"),
            *("--alertmanager-data", str(self.folder / "alertmanager")),
            *("--alertmanager-config", str(self.folder / "alertmanager.yml")),
            *("--data", str(self.folder / "reconciler"), "--"),
        ]

    def _write(self) -> None:
        rules = {"groups": [{"name": "faults", "rules": [*map(_rule, ALERTS), _WATCHDOG]}]}
        texts = apply({"rules.yml": yaml.safe_dump(rules)}, COVERING)
        for name, text in texts.items():
            (self.folder / name).write_text(text)
        job = {
            "job_name": "faults",
            "static_configs": [{"targets": [f"{LOOPBACK}:{self.ports['target']}"]}],
        }
        manager = [{"targets": [f"{LOOPBACK}:{self.ports['alertmanager']}"]}]
        content = {
            "global": {
                "scrape_interval": "1s", "scrape_timeout": "1s", "evaluation_interval": "1s"
            },
            "rule_files": ["rules.yml"],
            "alerting": {"alertmanagers": [{"static_configs": manager}]},
            "scrape_configs": [job],
        }  # fmt: skip
        (self.folder / "prometheus.yml").write_text(yaml.safe_dump(content))
        (self.folder / "alertmanager.yml").write_text(yaml.safe_dump(self._routes()))

    def _routes(self) -> dict[str, Any]:
        """Return the committed configuration of Alertmanager, which leads to the inbox."""
        folder = share("infrastructure/monitoring") / "alertmanager"
        text = (folder / "alertmanager.yml").read_text(encoding="utf-8")
        content: dict[str, Any] = yaml.safe_load(text.replace(":8004", f":{self.ports['inbox']}"))
        (self.folder / "slack").write_text(self.url("inbox") + "/slack")
        (self.folder / "key").write_text("inbox")
        content["templates"] = [str(folder / "templates/*.tmpl")]
        content["global"] = {
            "resolve_timeout": "5m",
            "slack_api_url_file": str(self.folder / "slack"),
            "smtp_smarthost": f"{LOOPBACK}:{self.ports['inbox-smtp']}",
            "smtp_from": "a@whiteroom.example",
            "smtp_require_tls": False,
        }
        call_reconciler(content, self.url("reconciler"), {})
        for receiver in content["receivers"]:
            for pager in receiver.get("pagerduty_configs", []):
                pager["url"] = self.url("inbox") + "/pagerduty/v2/enqueue"
                pager["routing_key_file"] = str(self.folder / "key")
        for route in (content["route"], *content["route"]["routes"]):
            # A group_interval below 1 s would be no time to deliver in.
            route["group_wait"] = "1s" if route.get("group_wait") != "0s" else "0s"
            route |= {"group_interval": "2s", "repeat_interval": "1h"}
            route.pop("mute_time_intervals", None)
        return content


_WATCHDOG = {
    "alert": "Watchdog",
    "expr": "vector(1)",
    "labels": {"priority": "P3", "service": "monitoring"},
    "annotations": {"summary": "Watchdog: the way is open"},
}


def _rule(name: str) -> dict[str, Any]:
    priority, _ = ALERTS[name]
    return {
        "alert": name,
        "expr": f'fault_input{{alert="{name}"}} == 1',
        "for": LONG_FOR if name == "Other" else "2s",
        "labels": {"priority": priority},
        "annotations": {"summary": f"{name}: switched on"},
    }


def _alert_of(title: str) -> str:
    """Return the name of the alert that a title begins with.

    >>> _alert_of("P0: Zero: switched on"), _alert_of("Resolved: Two: switched on (1 of 2)")
    ('Zero', 'Two')
    """
    words = [word for word in title.split(": ") if word in (*ALERTS, "Watchdog")]
    return words[0] if words else ""


class _Target(http.server.ThreadingHTTPServer):
    """What Prometheus scrapes: a gauge for each alert, 1 for those in ``firing``."""

    def __init__(self, address: tuple[str, int], firing: set[str]) -> None:
        super().__init__(address, _Handler)
        self.firing = firing


class _Handler(http.server.BaseHTTPRequestHandler):
    def do_GET(self) -> None:
        assert isinstance(self.server, _Target)
        lines = [
            f'fault_input{{alert="{name}",service="{service}"}} {int(name in self.server.firing)}\n'
            for name, (_, service) in ALERTS.items()
        ]
        body = "".join(lines).encode()
        self.send_response(200)
        self.send_header("Content-Type", "text/plain; version=0.0.4")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, format: str, *arguments: object) -> None:
        """Say nothing."""


def _answers(url: str) -> bool:
    try:
        with urllib.request.urlopen(url, timeout=5) as answer:
            return bool(answer.status == 200)
    except OSError:
        return False


def _free_ports(count: int) -> list[int]:
    listeners = [socket.create_server((LOOPBACK, 0)) for _ in range(count)]
    ports = [int(listener.getsockname()[1]) for listener in listeners]
    for listener in listeners:
        listener.close()
    return ports


def wait(condition: Callable[[], bool], within_s: float) -> float | None:
    """Return after how many seconds ``condition`` held, or None when it did not."""
    start = time.monotonic()
    while time.monotonic() - start < within_s:
        try:
            if condition():
                return time.monotonic() - start
        except Exception:
            pass
        time.sleep(0.1)
    return None
