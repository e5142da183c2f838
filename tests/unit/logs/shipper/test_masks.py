"""Secrets in known shapes don't leave the machine: the masks of the shipped configuration."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from whiteroom_monitoring.logs.shipper.entry import Entry
from whiteroom_monitoring.logs.shipper.loading import load
from whiteroom_monitoring.logs.shipper.pipeline import Pipeline
from whiteroom_monitoring.logs.shipper.stages.counting import CustomMetrics

CONFIG = (
    Path(__file__).parents[4] / "infrastructure" / "monitoring" / "promtail" / "promtail-config.yml"
)
SECRET = "hunter2"
LINES = [
    f"password={SECRET}",
    f"password = '{SECRET} and more {SECRET}'",
    f'"password": "two words {SECRET}"',
    f'"token":"with \\" a quote {SECRET}"',
    json.dumps({"body": json.dumps({"api_key": f"in {SECRET}", "other": "kept"})}),
    json.dumps({"body": json.dumps({"body": json.dumps({"secret": f"in {SECRET}"})})}),
    f'password="cut {SECRET}',
    f"redis://:{SECRET}@db:6379/0",
    f"postgres://user:{SECRET}@db/x",
    f"postgres://user:p@ss{SECRET}@db/x",
    f"Authorization: Bearer {SECRET}{SECRET}",
    f"mail of {SECRET}@example.com",
    f"https://hooks.slack.com/services/T0/B0/{SECRET}",
    f"routing_key: {SECRET}",
    f"with eyJ{SECRET}.{SECRET}.{SECRET}",
    f"ALTER ROLE x LOGIN PASSWORD '{SECRET}'",
    f"psql: pwd={SECRET}",
    f"ran: login --password {SECRET} --host db",
    f"ran: login --api-key={SECRET}",
    f"Cookie: session={SECRET}; theme=dark",
    json.dumps({"headers": {"set-cookie": f"sid={SECRET}; Path=/"}}),
    f"session_id={SECRET}",
    f"GET /songs?mail={SECRET}%40example.com HTTP/1.1",
    f"cloned with ghp_{SECRET * 4}",
    f"posted with xoxb-1234-{SECRET}{SECRET}",
    f"paid with sk_live_{SECRET}{SECRET}",
    f"-----BEGIN RSA PRIVATE KEY-----\\n{SECRET}\\n-----END RSA PRIVATE KEY-----",
]
KEPT = [
    '{"level":"info","message":"tokens: none","token":""}',
    "GET http://localhost:9090/metrics 200",
    "12:30:01 render://ok",
    "LOG:  password authentication is not asked for",
    "session opened; cookies are off; --passwords",
    "100%40 of mask_live_bytes",
]


@pytest.fixture(name="pipelines", scope="module")
def _pipelines() -> list[Pipeline]:
    jobs = load(CONFIG, {}).scrape_configs
    return [Pipeline(job.pipeline_stages[-1:], CustomMetrics()) for job in jobs]


def _masked(pipeline: Pipeline, line: str) -> str:
    (entry,) = pipeline.run([Entry(line, {"job": "x"}, 0, 1)])
    return entry.line


@pytest.mark.parametrize("line", LINES)
def test_a_secret_is_masked(pipelines: list[Pipeline], line: str) -> None:
    """No job lets a secret pass: quoted, with spaces and quotes, in JSON within JSON, in a URL."""
    for pipeline in pipelines:
        masked = _masked(pipeline, line)
        assert SECRET not in masked
        assert "***" in masked


@pytest.mark.parametrize("line", KEPT)
def test_what_is_no_secret_is_left_alone(pipelines: list[Pipeline], line: str) -> None:
    """A line without a secret is as it was."""
    assert {_masked(pipeline, line) for pipeline in pipelines} == {line}


def test_what_follows_a_secret_in_nested_json_is_kept(pipelines: list[Pipeline]) -> None:
    """A mask ends where the value ends."""
    line = json.dumps({"body": json.dumps({"api_key": "x y", "other": "kept"})})
    assert "kept" in _masked(pipelines[0], line)
