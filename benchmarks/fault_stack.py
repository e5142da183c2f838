"""A stack whose alerts are switched by hand and whose processes can be killed, five times as fast.

Prometheus, Alertmanager, inbox and reconciler are the real programs with the options of their
components; intervals, `for` and delays are a fifth of the real ones, and so is what an outage may
last. Routes and templates are the committed ones.
"""

from __future__ import annotations

import datetime
import http.server
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
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
# Alerts by name: priority and service. Covered is P1 at the service of Zero, which covers it; what
# is wrong with the database goes to its team as well, by Slack and by mail. Rated is about a rate
# whose range an outage leaves without samples.
ALERTS = {
    "Zero": ("P0", "a"),
    "Covered": ("P1", "a"),
    "One": ("P1", "b"),
    "Two": ("P2", "database"),
    "Three": ("P3", "d"),
    "Other": ("P0", "e"),
    "Rated": ("P1", "f"),
}
COVERING = Covering((Entry(("Zero",), ("Covered",), same_service=True, because="it explains it"),))
PROCESSES = ("prometheus", "alertmanager", "inbox", "reconciler")
# A fifth of the real ones. A rule that waits for 2 min is the one that a restart could forget.
SCRAPE = "2s"
RESEND_S = 12
INACTIVE_S = 36
SHORT_FOR, LONG_FOR = "4s", "24s"
LONG = ("Other", "Rated")
# A committed rule, and what makes of it one of the target's events, five times as fast.
RATE = "job:authentication_failures:rate1m"
_FASTER = {
    "business-metrics": "faults",
    "authentication_failures_total": "fault_events_total",
    "[1m:5s]": "[12s:1s]",
    "[1m]": "[12s]",
    "> 16.5": "> 2.2",
    "[5m:5s]": "[60s:1s]",
    "< 16.5": "< 2.2",
    "[150s]": "[30s]",
}
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
        self.alertmanager = AlertmanagerClient.at(self.url("alertmanager"))
        self.inbox = HttpClient("The inbox", self.url("inbox"))
        self._target = _Target((LOOPBACK, self.ports["target"]), self.firing)
        self._segments = Path(tempfile.mkdtemp(prefix="whiteroom-faults-", dir="/dev/shm"))
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

    def messages(self, channel: str) -> list[Mapping[str, Any]]:
        """Return the newest messages that a channel would have got, oldest first."""
        path, query = "/api/messages", (("channel", channel), ("limit", "100"))
        messages: list[Any] = self.inbox.get_json(path, query)["messages"]
        return [{**message, "alert": _alert_of(message["title"])} for message in messages[::-1]]

    def heard(self, since: datetime.datetime) -> set[str]:
        """Return the alerts of which Alertmanager has heard since a moment."""
        return {
            str(alert["labels"]["alertname"])
            for alert in self.alertmanager.alerts()
            if datetime.datetime.fromisoformat(str(alert["updatedAt"])) > since
        }

    def acknowledge(self, incident: Mapping[str, Any]) -> None:
        """Acknowledge an incident, as its on-call person does."""
        self.inbox.send_json("POST", f"/api/incidents/{incident['id']}", {"action": "acknowledge"})

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
                # Nobody asks for a password here.
                *("--alertmanager-password-file", str(self.folder / "none")),
                *("--prometheus-password-file", str(self.folder / "none")),
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
        groups = [
            {"name": "faults", "rules": [*_rate_rules(), *map(_rule, ALERTS), _WATCHDOG]},
            {"name": "load", "rules": _LOAD_RULES},
        ]
        rules = {"groups": groups}
        texts = apply({"rules.yml": yaml.safe_dump(rules)}, COVERING)
        for name, text in texts.items():
            (self.folder / name).write_text(_faster(text))
        jobs = [
            {"job_name": name, "static_configs": [{"targets": [f"{LOOPBACK}:{self.ports[port]}"]}]}
            for name, port in (("faults", "target"), ("prometheus", "prometheus"))
        ]
        manager = [{"targets": [f"{LOOPBACK}:{self.ports['alertmanager']}"]}]
        content = {
            "global": {
                "scrape_interval": SCRAPE, "scrape_timeout": SCRAPE, "evaluation_interval": SCRAPE
            },
            "rule_files": ["rules.yml"],
            "alerting": {"alertmanagers": [{"static_configs": manager}]},
            "scrape_configs": jobs,
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
            route["group_wait"] = "2s" if route.get("group_wait") != "0s" else "0s"
            route |= {"group_interval": "4s", "repeat_interval": "24h"}
            route.pop("mute_time_intervals", None)
        return content


# What Prometheus does besides: a thousand series a second, and sums of them.
_LOAD = "".join(f'load{{n="{n}",of="{n % 10}"}} {n}\n' for n in range(1000))
_LOAD_RULES = [
    {"record": f"of:load:rate{window}s", "expr": f"sum by (of) (rate(load[{window}s]))"}
    for window in (10, 20, 60, 120)
]
_WATCHDOG = {
    "alert": "Watchdog",
    "expr": "vector(1)",
    "labels": {"priority": "P3", "service": "monitoring"},
    "annotations": {"summary": "Watchdog: the way is open"},
}


def _rate_rules() -> list[dict[str, Any]]:
    """Return what the committed rules record of a rate, from the first one on that it needs."""
    path = share("infrastructure/monitoring") / "prometheus/rules/security.yml"
    rules = yaml.safe_load(path.read_text(encoding="utf-8"))["groups"][0]["rules"]
    names = [rule.get("record") for rule in rules]
    return [rule for rule in rules[: names.index(RATE) + 1] if "record" in rule]


def _faster(text: str) -> str:
    for written, scaled in _FASTER.items():
        text = text.replace(written, scaled)
    return text


def _rule(name: str) -> dict[str, Any]:
    priority, service = ALERTS[name]
    # A target that is late on a busy machine is another fault than those that are tried here.
    switched = f'last_over_time(fault_input{{alert="{name}"}}[5m]) == 1'
    return {
        "alert": name,
        "expr": f"{RATE} > 1" if name == "Rated" else switched,
        "for": LONG_FOR if name in LONG else SHORT_FOR,
        "labels": {"priority": priority} | ({"service": service} if name == "Rated" else {}),
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
    """What Prometheus scrapes: a gauge for each alert, 1 for those in ``firing``.

    What Rated is about happens ten times a second while it is one of them.
    """

    def __init__(self, address: tuple[str, int], firing: set[str]) -> None:
        super().__init__(address, _Handler)
        self.firing = firing
        self._lock = threading.Lock()
        self._events, self._at_s = 0.0, time.monotonic()

    def events(self) -> float:
        """Return how often it has happened until now."""
        with self._lock:
            now_s = time.monotonic()
            self._events += 10 * (now_s - self._at_s) * ("Rated" in self.firing)
            self._at_s = now_s
            return self._events

    def handle_error(self, request: object, client_address: object) -> None:
        """Say nothing of a Prometheus that is killed while it reads."""


class _Handler(http.server.BaseHTTPRequestHandler):
    def do_GET(self) -> None:
        assert isinstance(self.server, _Target)
        lines = [
            f'fault_input{{alert="{name}",service="{service}"}} {int(name in self.server.firing)}\n'
            for name, (_, service) in ALERTS.items()
        ]
        lines.append(f'fault_events_total{{service="f"}} {self.server.events()}\n')
        body = "".join((*lines, _LOAD)).encode()
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
        time.sleep(1)
    return None
