"""Probes that ask components themselves, or look at files: each fails on the one wrong thing."""

from __future__ import annotations

import datetime
import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from types import SimpleNamespace
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest

from tests.support.json_server import json_server
from tests.support.projects import WHITE_ROOM
from whiteroom_monitoring.catalogue.load import load
from whiteroom_monitoring.dashboards.expectation import Expectation, Expected
from whiteroom_monitoring.deploy.running import status
from whiteroom_monitoring.diagnostics import CheckResult, Diagnostic, Thing
from whiteroom_monitoring.grafana.evaluation.evaluate import Evaluated
from whiteroom_monitoring.grafana.evaluation.frames import Text
from whiteroom_monitoring.probes import logs, panels, storage, targets
from whiteroom_monitoring.probes.registry import probes
from whiteroom_monitoring.probes.stack import Stack
from whiteroom_monitoring.resources import share

PROBES = {probe.id: probe for probe in probes(WHITE_ROOM)}
COMPONENTS = (
    "engine", "frontend", "backend", "nginx", "nginx-exporter", "redis-exporter", "musicians"
)  # fmt: skip


JOBS = dict.fromkeys(
    ("juce-backend", "swift-frontend", "business-metrics", "redis", "nginx", "node-exporter")
)
WATCHDOG = {"groups": [{"rules": [{"name": "Watchdog"}]}]}


@dataclass
class Paths:
    """The places of a stack: addresses by component, and a folder."""

    data: Path = Path("/nowhere")
    urls: Mapping[str, str] = field(default_factory=dict)

    def url(self, name: str) -> str:
        """Return a component's address."""
        return self.urls.get(name, "http://127.0.0.1:1")

    def port(self, name: str) -> int:
        """Return a component's port."""
        return int(self.url(name).rpartition(":")[2])

    @property
    def secrets(self) -> Path:
        """The folder of secrets."""
        return self.data / "secrets"

    @property
    def config(self) -> Path:
        """The folder of configuration."""
        return self.data / "config"


class Prometheus:
    """Answers queries that contain a text, and paths of the API."""

    def __init__(self, samples: Mapping[str, Any], api: Mapping[str, Any] | None = None) -> None:
        self._samples, self._api = samples, api or {}

    def query(self, expression: str) -> list[Any]:
        """Return the samples for the longest text that the expression contains."""
        texts = [text for text in self._samples if text in expression]
        answer = self._samples[max(texts, key=len)] if texts else []
        return [({}, answer)] if isinstance(answer, float) else answer

    def value(self, expression: str) -> float | None:
        """Return the one value."""
        samples = self.query(expression)
        return samples[0][1] if samples else None

    def get(self, path: str, **_: str) -> Any:
        """Return the answer of the API."""
        return self._api[path]


def _result(
    id: str, samples: Any = None, paths: Any = None, api: Any = None, jobs: Any = None
) -> CheckResult:
    prometheus: Any = Prometheus(samples or {}, {"rules": WATCHDOG, **(api or {})})
    return PROBES[id].result(
        Stack(paths or Paths(), prometheus, COMPONENTS, jobs or JOBS, WHITE_ROOM)
    )


# The name of a plug-in, and what it takes of a core.
PLUGINS = [({"channel": "bass", "plugin": "eq"}, 0.25), ({"channel": "lead", "plugin": "x"}, 0.75)]
PLUGIN, CHANNEL = "audio_plugin_render", "audio_channel_render"
FRAMES, DROPPED = "rate(ui_frames_total", "rate(ui_frames_dropped"
SESSIONS, ACTIONS = "ui_active_sessions", "ui_user_actions"
METRICS = [
    ("engine.plugins", {PLUGIN: PLUGINS, CHANNEL: 1.0}, "ok", "2 plug-ins; the most expensive is"),
    ("engine.plugins", {PLUGIN: PLUGINS, CHANNEL: 0.95}, "ok", "lead/x with 75.0% of a core"),
    ("engine.plugins", {PLUGIN: PLUGINS, CHANNEL: 1.15}, "failed", "2 plug-ins with 100.0%"),
    ("engine.plugins", {PLUGIN: PLUGINS, CHANNEL: 0.85}, "failed", "85.0% in all"),
    ("engine.plugins", {CHANNEL: 0.5}, "failed", "0 plug-ins"),
    ("frontend.frames", {FRAMES: 59.0, DROPPED: 1.0}, "ok", "59.0 drawn and 1.0 dropped"),
    ("frontend.frames", {FRAMES: 59.0, DROPPED: 8.0}, "failed", "59.0 drawn and 8.0 dropped"),
    ("frontend.frames", {FRAMES: 52.0, DROPPED: 1.0}, "failed", "52.0 drawn"),
    ("frontend.user", {SESSIONS: 1.0, ACTIONS: 1.0}, "ok", "1 session, 1 actions"),
    ("frontend.user", {SESSIONS: 0.0, ACTIONS: 5.0}, "failed", "0 sessions"),
    ("frontend.user", {SESSIONS: 1.0, ACTIONS: 0.0}, "failed", "0 actions"),
    ("services.cache", {"redis_up": 1.0}, "ok", "redis_up is 1"),
    ("services.web", {"nginx_up": 0.0}, "failed", "nginx_up is 0"),
    ("services.web", {}, "failed", "no sample of nginx_up"),
    ("services.containers", {"container_scrape_error": 0.0}, "skipped", "runs without cadvisor"),
]


@pytest.mark.parametrize(("id", "samples", "state", "seen"), METRICS)
def test_metrics_are_judged(id: str, samples: Any, state: str, seen: str) -> None:
    """A probe says what it saw, and fails beyond its tolerance on either side."""
    result = _result(id, samples)
    assert result.state == state, result
    assert seen in result.seen


def _exposed(program: str, but: str = "") -> dict[str, Any]:
    """Return the names of a program's metrics as Prometheus knows them."""
    names = [
        f"{metric.name}_bucket" if metric.type == "histogram" else metric.name
        for metric in load(share("catalogue"))
        if metric.program == program and metric.name != but
    ]
    return {"count by (__name__)": [({"__name__": name}, 1.0) for name in names]}


@pytest.mark.parametrize(
    ("program", "missing"),
    [
        ("juce-backend", "audio_callbacks_total"),
        ("swift-frontend", "ui_frames_total"),
        ("business-metrics", "active_users"),
    ],
)
def test_every_promised_metric_is_there(program: str, missing: str) -> None:
    """All metrics of the program's own are looked for; one that is not exposed is named."""
    whole = _result(f"metrics.{program}", _exposed(program))
    assert whole.state == "ok", whole
    result = _result(f"metrics.{program}", _exposed(program, but=missing))
    assert (result.state, result.seen) == ("failed", f"no series of {missing}")


def test_what_comes_later_is_not_missed() -> None:
    """A counter of open labels has no series before its first use; nor has an audit's metric."""
    open_counters = [
        metric
        for metric in load(share("catalogue"))
        if metric.type == "counter" and not all(label.values for label in metric.labels)
    ]
    assert open_counters
    for metric in open_counters:
        for program in ("juce-backend", "business-metrics"):
            if metric.program == program:
                assert _result(f"metrics.{program}", _exposed(program, metric.name)).state == "ok"
    assert (
        _result(
            "metrics.business-metrics", _exposed("business-metrics", "user_retention_ratio")
        ).state
        == "ok"
    )


def _watchdog(**changes: Any) -> dict[str, Any]:
    receivers = [{"name": "inbox"}, {"name": "pagerduty"}]
    return {"labels": {"alertname": "Watchdog"}, "receivers": receivers, **changes}


ALERTS = "/api/v2/alerts"
OTHER = _watchdog(labels={"alertname": "Other"})


@pytest.mark.parametrize(
    ("alerts", "state", "seen"),
    [
        ([OTHER, _watchdog()], "ok", "routed to inbox, pagerduty"),
        ([OTHER], "failed", "1 alerts, none of them Watchdog"),
    ],
)
def test_alertmanager_holds_the_watchdog(alerts: Any, state: str, seen: str) -> None:
    """The alert that always fires has reached Alertmanager, and has a receiver."""
    with json_server({ALERTS: alerts}) as url:
        result = _result("alertmanager.watchdog", paths=Paths(urls={"alertmanager": url}))
    assert (result.state, result.seen) == (state, seen)


@pytest.mark.parametrize(
    ("url", "state"), [("http://a:1", "ok"), ("http://b:1", "failed"), (None, "failed")]
)
def test_prometheus_sends_to_this_alertmanager(url: str | None, state: str) -> None:
    """Alerts go to the stack's own Alertmanager, and to no other."""
    managers = [{"url": f"{url}/api/v2/alerts"}] if url else []
    api = {"alertmanagers": {"activeAlertmanagers": managers}}
    paths = Paths(urls={"alertmanager": "http://a:1"})
    result = _result("alertmanager.connected", paths=paths, api=api)
    assert result.state == state
    assert result.seen == (f"{url}/api/v2/alerts" if url else "no Alertmanager")


@pytest.mark.parametrize(
    ("ages_s", "state", "seen"),
    [
        ([410, 10], "ok", "by slack, 410 s ago"),
        ([430], "failed", "the newest is 7 min old"),
        ([], "failed", "no notification of Watchdog has arrived"),
    ],
)
def test_a_notification_has_arrived(ages_s: list[int], state: str, seen: str) -> None:
    """The Watchdog's newest notification is at most seven minutes old, give or take the request."""
    now = datetime.datetime.now(datetime.UTC)
    messages = [
        {"channel": "slack", "received": (now - datetime.timedelta(seconds=age)).isoformat()}
        for age in ages_s
    ]
    with json_server({"/api/messages": {"messages": messages}}) as url:
        result = _result("pager.delivery", paths=Paths(urls={"inbox": url}))
    assert (result.state, result.seen) == (state, seen)


@pytest.mark.parametrize(("answer", "state"), [(401, "ok"), ({}, "failed"), (502, "failed")])
def test_the_backend_asks_who_one_is(answer: Any, state: str) -> None:
    """Through the web server, the backend refuses who has not logged in."""
    with json_server({"/api/v1/me": answer}) as url:
        result = _result("services.backend", paths=Paths(urls={"web": url}))
    assert result.state == state
    assert result.seen == f"status {answer or 200}"


@pytest.mark.parametrize(
    ("age_h", "state", "seen"), [(1, "ok", "1 h"), (47.9, "ok", "48 h"), (48.1, "failed", "48 h")]
)
def test_an_audit_is_of_the_last_two_days(age_h: float, state: str, seen: str) -> None:
    """An older report says nothing of what was found since."""
    written = datetime.datetime.now().timestamp() - age_h * 3600
    result = _result("security.audit", {"security_audit": written})
    assert (result.state, result.seen) == (state, f"{seen} old")


@pytest.mark.parametrize(("seconds", "state"), [(4.9, "ok"), (5.0, "ok"), (5.1, "failed")])
def test_a_query_takes_five_seconds_at_most(
    seconds: float, state: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The on-call team was promised it."""
    readings = iter([100.0, 100.0 + seconds])
    clock = SimpleNamespace(monotonic=lambda: next(readings))
    monkeypatch.setattr(storage, "time", clock)
    assert _result("prometheus.speed").state == state


def _secrets(folder: Path, *texts: str) -> Paths:
    paths = Paths(folder)
    for place in (paths.secrets, paths.config / "dashboards"):
        place.mkdir(parents=True, mode=0o700)
    for number, text in enumerate(texts):
        file = paths.secrets / str(number)
        file.write_text(text)
        file.chmod(0o600)
    return paths


@pytest.mark.parametrize("mode", [0o640, 0o604, 0o610, 0o601])
def test_secrets_are_their_owners_alone(tmp_path: Path, mode: int) -> None:
    """A file or folder that others may do anything with is named."""
    paths = _secrets(tmp_path, "one", "two")
    assert _result("secrets.modes", paths=paths).seen == "2 files"
    (paths.secrets / "1").chmod(mode)
    result = _result("secrets.modes", paths=paths)
    assert (result.state, result.seen) == ("failed", "open to others: 1")
    (paths.secrets / "1").chmod(0o600)
    paths.secrets.chmod(0o750)
    assert _result("secrets.modes", paths=paths).seen == "open to others: secrets"


@pytest.mark.parametrize(
    ("secret", "text", "problem"),
    [
        ("12345678", "url: 12345678", "holds a secret"),
        ("1234567", "url: 1234567", ""),
        ("", "anything", ""),
        ("http://inbox:1/slack", "url: http://inbox:1/slack", ""),
        ("12345678", "url: ${SLACK}", "holds a ${VARIABLE} that nobody expands"),
        ("12345678", "url: other", ""),
    ],
)
def test_no_secret_stands_in_a_configuration(
    tmp_path: Path, secret: str, text: str, problem: str
) -> None:
    """A secret of eight characters or more is in no file; the way to the inbox is none."""
    paths = _secrets(tmp_path, secret)
    paths.urls = {"inbox": "http://inbox:1"}
    (paths.config / "dashboards" / "d.json").write_text("${variable}")
    (paths.config / "a.yml").write_text(text)
    result = _result("secrets.configuration", paths=paths)
    assert (result.state == "failed") == bool(problem), result
    assert result.seen == (f"{paths.config / 'a.yml'} {problem}" if problem else "2 files")


def _running(monkeypatch: pytest.MonkeyPatch, *components: Any, **left_out: str) -> None:
    stack = SimpleNamespace(components=components, left_out=left_out)
    monkeypatch.setattr(status, "read", lambda paths: stack)


def _component(name: str, pid: int | None = 1, state: str = "running") -> Any:
    return SimpleNamespace(name=name, pid=pid, state=state, well=state == "running")


def test_every_component_runs(monkeypatch: pytest.MonkeyPatch) -> None:
    """All components are named, or those alone that are not well, or that there are none."""
    _running(monkeypatch, _component("a"), _component("b"))
    assert _result("components.healthy").seen == "a, b"
    _running(monkeypatch, _component("a"), _component("b", state="failed"))
    result = _result("components.healthy")
    assert (result.state, result.seen) == ("failed", "b failed")
    assert [str(d.place) for d in result.diagnostics] == ["component b"]
    _running(monkeypatch)
    result = _result("components.healthy")
    assert (result.state, result.seen, result.remedy) == ("failed", "nothing runs", "whiteroom up")


@pytest.mark.parametrize(
    ("engine", "frontend", "state", "seen"),
    [
        (7, 7, "ok", "process 7"),
        (7, 8, "failed", "engine 7, front end 8"),
        (None, None, "failed", "engine None, front end None"),
    ],
)
def test_the_front_end_hosts_the_engine(
    monkeypatch: pytest.MonkeyPatch, engine: int, frontend: int, state: str, seen: str
) -> None:
    """Both are one process, which runs."""
    _running(monkeypatch, _component("engine", engine), _component("frontend", frontend))
    result = _result("frontend.host")
    assert (result.state, result.seen) == (state, seen)


def test_an_engine_that_runs_alone_says_why(monkeypatch: pytest.MonkeyPatch) -> None:
    """Without a front end the reason is that of `up`."""
    _running(monkeypatch, _component("engine"), frontend="no Swift")
    stack = Stack(Paths(), Prometheus({}), ("engine",), JOBS, WHITE_ROOM)  # type: ignore[arg-type]
    result = PROBES["frontend.host"].result(stack)
    assert (result.state, result.seen) == ("skipped", "the C++ engine runs alone: no Swift")


@pytest.fixture
def inspected(monkeypatch: pytest.MonkeyPatch) -> dict[str, Any]:
    """Gives every panel of a dashboard one sample; what range was asked for, and of how many."""
    requested: dict[str, Any] = {"panels": 0}

    class Evaluator:
        def __init__(self, sources: Any) -> None:
            pass

        def view(self, dashboard: Any, when: Any) -> Any:
            requested["range"] = when
            return dashboard

        def panel(self, view: Any, panel: Any) -> Any:
            requested["panels"] += 1
            return Evaluated(panel, Text("x"), {})

    monkeypatch.setattr(panels, "Evaluator", Evaluator)
    monkeypatch.setattr(panels, "time", SimpleNamespace(time=lambda: 1000.0))
    return requested


def test_panels_are_looked_at_over_five_minutes(inspected: dict[str, Any]) -> None:
    """What was wrong before that is over; each panel that is due is looked at."""
    result = _result("panels.alerts")
    assert result.state == "ok", result
    assert (inspected["range"].start, inspected["range"].end) == (700.0, 1000.0)
    assert inspected["panels"] > 0


ALERTS_BOARD = WHITE_ROOM.files.grafana / "dashboards/alerts.json"


def test_a_panel_waits_for_what_is_not_there_yet(inspected: dict[str, Any]) -> None:
    """Without a job or a series that a panel needs, it is counted as without, and not looked at."""
    stack = Stack(Paths(), Prometheus({}), (), {"known": 15}, WHITE_ROOM)  # type: ignore[arg-type]
    inspection = panels._Inspection(stack, ALERTS_BOARD)
    for expected, missing in (
        (Expectation(Expected.DATA), None),
        (Expectation(Expected.DATA, needs="known"), None),
        (Expectation(Expected.DATA, needs="other"), "other"),
        (Expectation(Expected.DATA, waits_for="sum(some_metric) > 0"), "some_metric"),
        (Expectation(Expected.DATA, waits_for="up"), "up"),
    ):
        assert inspection._missing(expected) == missing, expected
    there = Stack(Paths(), Prometheus({"up": 1.0}), (), {}, WHITE_ROOM)  # type: ignore[arg-type]
    waiting = Expectation(Expected.DATA, waits_for="up")
    assert panels._Inspection(there, ALERTS_BOARD)._missing(waiting) is None


@pytest.mark.parametrize(("count", "more"), [(5, False), (6, True)])
def test_of_many_mismatches_the_first_are_said(count: int, more: bool) -> None:
    """Five say enough; how many more there are is counted."""
    mismatches = [Diagnostic(Thing("panel", str(n)), "found no data") for n in range(count)]
    text = panels._summary(mismatches)
    assert text.startswith("panel 0: found no data; panel 1: ")
    assert text.endswith("and 1 more") == more
    assert text.count("found no data") == 5


def test_a_canary_is_asked_for_at_its_own_moment(monkeypatch: pytest.MonkeyPatch) -> None:
    """The line that is pushed is asked for from its nanosecond to the next, and found by it."""
    pushed: dict[str, Any] = {}

    def ask(address: str, content: Any = None) -> bytes:
        if content is not None:
            pushed.update(content)
            return b""
        times = parse_qs(urlsplit(address).query)
        [start], [end] = times["start"], times["end"]
        [[time, _]] = pushed["streams"][0]["values"]
        result = pushed["streams"] if int(start) <= int(time) < int(end) else []
        return json.dumps({"data": {"result": result}}).encode()

    monkeypatch.setattr(logs, "ask", ask)
    monkeypatch.setattr(logs, "WITHIN_S", 0.0)
    paths: Any = SimpleNamespace(url=lambda name: "http://127.0.0.1:1")
    stack: Any = SimpleNamespace(components=("log-store",), paths=paths)
    assert logs.logs_store.run(stack).startswith("found after ")


@pytest.mark.parametrize("text", ["", "global: {}", "global: {scrape_interval: 1m}"])
def test_jobs_without_an_interval_have_the_usual_one(
    text: str, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    """A job is scraped as it says, else as all are, else as Prometheus does by itself."""
    file = tmp_path / "prometheus.yml"
    jobs = "scrape_configs: [{job_name: a}, {job_name: b, scrape_interval: 5s}]"
    file.write_text(f"{text}\n{jobs}\n")
    monkeypatch.setattr(targets.config, "prometheus_yml", lambda project: file)
    stack: Any = SimpleNamespace(project=WHITE_ROOM, jobs={"a": None, "b": None, "c": 7.0})
    assert targets._intervals(stack) == {"a": 60, "b": 5, "c": 7}
