"""Each probe holds on a stack that is well, and fails on the one thing that is wrong."""

from __future__ import annotations

import datetime
from collections.abc import Mapping
from dataclasses import dataclass, field
from types import SimpleNamespace
from typing import Any

import pytest

from tests.support.projects import WHITE_ROOM
from whiteroom_monitoring.diagnostics import CheckResult, Thing
from whiteroom_monitoring.errors import MonitoringError
from whiteroom_monitoring.probes import rules, targets
from whiteroom_monitoring.probes.registry import probes
from whiteroom_monitoring.probes.stack import Stack

PROBES = {probe.id: probe for probe in probes(WHITE_ROOM)}
JOBS = {"juce-backend": 10, "node-exporter": 15}
# Scraped, too; what Prometheus' targets are asked for is the jobs above.
SERVICES = ("postgres", "business-metrics", "nginx", "swift-frontend")


NOW = datetime.datetime(2026, 11, 25, 12, tzinfo=datetime.UTC)


class Clock(datetime.datetime):
    """A clock that stands."""

    @classmethod
    def now(cls, tz: datetime.tzinfo | None = None) -> datetime.datetime:
        """Return the same time, always."""
        return NOW


@pytest.fixture(autouse=True)
def standing_clock(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let probes see the time of the answers."""
    for module in (targets, rules):
        fake = SimpleNamespace(datetime=Clock, UTC=datetime.UTC)
        monkeypatch.setattr(module, "datetime", fake)


def _ago(seconds: float) -> str:
    return (NOW - datetime.timedelta(seconds=seconds)).isoformat()


def _target(job: str, **changes: Any) -> dict[str, Any]:
    return {
        "labels": {"job": job},
        "health": "up",
        "lastError": "",
        "lastScrape": _ago(1),
        "scrapeInterval": f"{JOBS.get(job, 15)}s",
        **changes,
    }


def _targets(*targets: dict[str, Any]) -> dict[str, Any]:
    return {"targets": {"activeTargets": list(targets)}}


def _rules(*rules: dict[str, Any]) -> dict[str, Any]:
    return {"rules": {"groups": [{"rules": list(rules)}]}}


def _rule(name: str, **changes: Any) -> dict[str, Any]:
    usual = {"name": name, "health": "ok", "lastEvaluation": _ago(2), "type": "alerting"}
    return {**usual, "labels": {"priority": name[:2]}, **changes}


def _flags(age: str, size: str) -> dict[str, Any]:
    return {
        "status/flags": {
            "storage.tsdb.retention.time": age,
            "storage.tsdb.retention.size": size,
        }
    }


def _alerts(*alerts: tuple[str, str, str]) -> dict[str, Any]:
    return {
        "alerts": {
            "alerts": [
                {"labels": {"alertname": name, "priority": priority}, "state": state}
                for name, priority, state in alerts
            ]
        }
    }


WELL = _targets(
    _target("juce-backend"), _target("node-exporter"), _target("foreign", health="down")
)
ALL = [_rule(f"{priority} alert") for priority in ("P0", "P1", "P2", "P3")]
ENGINE = 'audio_{}{{job="juce-backend"}}'


@dataclass
class FakePrometheus:
    """Answers of Prometheus: of its API by path, of queries by a part of their text."""

    api: Mapping[str, Any]
    samples: Mapping[str, list[tuple[dict[str, str], float]]] = field(default_factory=dict)

    def get(self, path: str, **_: str) -> Any:
        """Return the answer of the API. Raises MonitoringError when there is none."""
        if path not in self.api:
            raise MonitoringError("Prometheus can't be reached")
        return self.api[path]

    def query(self, expression: str) -> list[tuple[dict[str, str], float]]:
        """Return the samples of the query that contains the longest known text."""
        texts = [text for text in self.samples if text in expression]
        return self.samples[max(texts, key=len)] if texts else []

    def value(self, expression: str) -> float | None:
        """Return the one value of a query."""
        samples = self.query(expression)
        return samples[0][1] if samples else None


def _jobs(id: str) -> dict[str, int | None]:
    area = id.partition(".")[0]
    return {**JOBS, **(dict.fromkeys(SERVICES) if area in ("services", "security") else {})}


def _result(
    id: str, api: Mapping[str, Any], samples: Mapping[str, Any] | None = None
) -> CheckResult:
    prometheus: Any = FakePrometheus(
        api, {text: [({}, v)] if isinstance(v, float) else v for text, v in (samples or {}).items()}
    )
    paths: Any = SimpleNamespace()
    components = {"engine", "frontend", "postgres-exporter", "cadvisor", "musicians", "backend"}
    return PROBES[id].result(Stack(paths, prometheus, components, _jobs(id), WHITE_ROOM))


API = [
    ("targets.present", WELL, "ok", "2 jobs"),
    ("targets.present", _targets(_target("juce-backend")), "failed", "no target of node-exporter"),
    ("targets.up", WELL, "ok", "2 targets up"),
    (
        "targets.up",
        _targets(_target("node-exporter", health="down", lastError="refused")),
        "failed",
        "node-exporter is down: refused",
    ),
    ("targets.fresh", WELL, "ok", "the oldest 1 s ago"),
    (
        "targets.fresh",
        _targets(_target("juce-backend", lastScrape=_ago(21)), _target("node-exporter")),
        "failed",
        "juce-backend was scraped 21 s ago",
    ),
    (
        "targets.fresh",
        _targets(_target("node-exporter", lastScrape=_ago(21)), _target("juce-backend")),
        "ok",
        "the oldest 21 s ago",
    ),
    ("targets.intervals", WELL, "ok", "10 s and 15 s"),
    (
        "targets.intervals",
        _targets(_target("juce-backend", scrapeInterval="15s")),
        "failed",
        "juce-backend is scraped every 15s",
    ),
    ("prometheus.retention", _flags("15d", "10GB"), "ok", "15d and 10GB"),
    ("prometheus.retention", _flags("2w1d", "10GiB"), "ok", "2w1d and 10GiB"),
    ("prometheus.retention", _flags("15d", "0B"), "failed", "15d and 0B"),
    ("prometheus.retention", _flags("30d", "10GB"), "failed", "30d and 10GB"),
    ("prometheus.retention", {"status/flags": {}}, "failed", "unexpected form: KeyError"),
    ("prometheus.retention", {}, "failed", "Prometheus can't be reached"),
    ("rules.healthy", _rules(*ALL), "ok", "4 rules"),
    ("rules.healthy", _rules(), "failed", "no rules"),
    (
        "rules.healthy",
        _rules(_rule("P0", health="err", lastError="parse error"), *ALL),
        "failed",
        "P0 is err: parse error",
    ),
    ("rules.fresh", _rules(*ALL), "ok", "the oldest 2 s ago"),
    (
        "rules.fresh",
        _rules(_rule("P0", lastEvaluation=_ago(31)), *ALL),
        "failed",
        "P0 was evaluated 31 s ago",
    ),
    ("alerts.priorities", _rules(*ALL), "ok", "4 alerts"),
    ("alerts.priorities", _rules(*ALL[1:]), "failed", "none of P0"),
    (
        "alerts.priorities",
        _rules(*ALL[1:], _rule("P0", type="recording")),
        "failed",
        "none of P0",
    ),
    ("alerts.quiet", _alerts(), "ok", "none"),
    ("alerts.quiet", _alerts(("News", "P3", "firing"), ("Down", "P0", "pending")), "ok", "none"),
    ("alerts.quiet", _alerts(("Down", "P0", "firing")), "failed", "Down is firing"),
]


@pytest.mark.parametrize(("id", "api", "state", "seen"), API)
def test_what_prometheus_says_is_judged(
    id: str, api: Mapping[str, Any], state: str, seen: str
) -> None:
    """A probe of Prometheus' API says what it saw, and fails on what is not expected."""
    result = _result(id, api)
    assert result.state == state, result
    assert seen in result.seen


def test_what_is_wrong_is_a_thing_with_a_remedy() -> None:
    """A target that is down is a diagnostic of its own, with what to do."""
    [diagnostic] = _result("targets.up", API[3][1]).diagnostics
    assert diagnostic.place == Thing("target", "node-exporter")
    assert "whiteroom status" in diagnostic.remedy


def _engine(**values: float) -> dict[str, float]:
    return {ENGINE.format(name): value for name, value in values.items()}


CPU = "rate(audio_channel_render_seconds_total"
CHANNELS = [({"channel": str(number)}, 0.01) for number in range(8)]
CALLBACKS = f"rate({ENGINE.format('callbacks_total')}[30s])"
BUFFER = ENGINE.format("buffer_duration_seconds")
QUERIES = [
    ("metrics.lost", {}, "ok", "none lost"),
    (
        "metrics.lost",
        {"observations_lost": [({"program": "a", "reason": "full"}, 3.0)]},
        "failed",
        "a full 3",
    ),
    ("engine.callbacks", {CALLBACKS: 187.5, BUFFER: 256 / 48_000}, "ok", "187.5 callbacks"),
    ("engine.callbacks", {CALLBACKS: 210.0, BUFFER: 256 / 48_000}, "failed", "210.0 of 187.5"),
    ("engine.callbacks", {CALLBACKS: 165.0, BUFFER: 256 / 48_000}, "failed", "165.0 of 187.5"),
    ("engine.callbacks", {CALLBACKS: 187.5}, "failed", "no sample of audio_buffer_duration"),
    ("engine.channels", {CPU: CHANNELS}, "ok", "8 channels, together 8.0% of a core"),
    ("engine.channels", {CPU: CHANNELS[1:]}, "failed", "7 channels"),
    ("engine.scheduling", _engine(engine_realtime_scheduling=1.0), "ok", "in force"),
    ("engine.scheduling", _engine(engine_realtime_scheduling=0.0), "skipped", "not in force"),
    ("engine.pages", {"monitoring_pages_locked": 1.0}, "ok", "locked"),
    ("engine.pages", {"monitoring_pages_locked": 0.0}, "skipped", "not locked"),
    ("services.database", {"pg_up": 1.0}, "ok", "pg_up is 1"),
    ("services.database", {"pg_up": 0.0}, "failed", "pg_up is 0"),
    ("services.cache", {"redis_up": 1.0}, "skipped", "the stack runs without redis"),
    ("services.containers", {"container_scrape_error": 0.0, "count": 3.0}, "ok", "3 containers"),
    ("services.containers", {"container_scrape_error": 1.0}, "failed", "is 1"),
    ("services.musicians", {"http_requests": 4.0, "active_users": 10.0}, "ok", "10 active"),
    ("services.musicians", {"http_requests": 4.0, "active_users": 9.0}, "failed", "9 active"),
    ("services.musicians", {"http_requests": 0.0, "active_users": 10.0}, "failed", "0.0 requests"),
    ("security.audit", {}, "skipped", "no audit report"),
    ("security.audit", {"security_audit": 1.0}, "failed", "h old"),
    ("pager.failures", {}, "ok", "none failed"),
    (
        "pager.failures",
        {"notifications_failed": [({"integration": "slack"}, 2.0)]},
        "failed",
        "slack 2",
    ),
]


@pytest.mark.parametrize(("id", "samples", "state", "seen"), QUERIES)
def test_what_queries_give_is_judged(
    id: str, samples: Mapping[str, Any], state: str, seen: str
) -> None:
    """A probe of metrics says what it saw, fails on what is wrong, and is skipped with a reason."""
    result = _result(id, {}, samples)
    assert result.state == state, result
    assert seen in result.seen
