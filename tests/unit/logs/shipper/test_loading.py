"""A configuration is read as Promtail's, or refused by the name and the line of what is not."""

from __future__ import annotations

from pathlib import Path

import pytest

from whiteroom_monitoring.diagnostics import DiagnosticsError
from whiteroom_monitoring.logs.shipper.config import Config
from whiteroom_monitoring.logs.shipper.loading import load

GOOD = """\
clients:
  - url: http://${HOST:-localhost}:3100/loki/api/v1/push
scrape_configs:
  - job_name: a
    static_configs:
      - labels: {job: a, __path__: "${LOG}/*.log"}
"""


def _load(folder: Path, text: str) -> Config:
    path = folder / "promtail.yml"
    path.write_text(text, "utf-8")
    return load(path, {"LOG": "/var/log"})


def test_variables_are_taken_from_the_environment(tmp_path: Path) -> None:
    """``${NAME}`` and ``${NAME:-default}`` are filled in."""
    path = tmp_path / "promtail.yml"
    path.write_text(GOOD, "utf-8")
    config = load(path, {"LOG": "/var/log"})
    assert config.clients[0].url == "http://localhost:3100/loki/api/v1/push"
    assert config.scrape_configs[0].static_configs[0].labels["__path__"] == "/var/log/*.log"


def test_every_key_that_is_not_supported_is_named_with_its_line(tmp_path: Path) -> None:
    """All unknown keys are refused at once, each at its place."""
    text = GOOD + "    kafka: {}\n    pipeline_stages:\n      - geoip: {}\n      - json: {x: 1}\n"
    with pytest.raises(DiagnosticsError) as caught:
        _load(tmp_path, text)
    told = [(d.line, d.found.split()[0]) for d in caught.value.diagnostics]
    assert (7, "kafka") in told
    assert (9, "geoip") in told


@pytest.mark.parametrize(
    ("old", "new", "problem"),
    [
        ("clients:", "clients: []\nserver:", "length"),
        ("    static", "    pipeline_stages: [{}]\n    static", "expected one stage"),
        ("job_name: a", "job_name: 1", "Expected `str`"),
    ],
)
def test_what_is_wrong_is_told(tmp_path: Path, old: str, new: str, problem: str) -> None:
    """A value that can't be is refused with what was expected."""
    with pytest.raises(DiagnosticsError, match=problem):
        _load(tmp_path, GOOD.replace(old, new, 1))


def test_a_variable_that_is_not_set_is_named(tmp_path: Path) -> None:
    """What has no value and no default is refused; an empty default is one, a group is none."""
    text = GOOD + "    relabel_configs: [{target_label: a, replacement: '${1}-${name}'}]\n"
    with pytest.raises(DiagnosticsError, match="variable PORT is not set") as caught:
        _load(tmp_path, text.replace(":3100", ":${PORT}"))
    assert [d.line for d in caught.value.diagnostics] == [2]
    path = tmp_path / "promtail.yml"
    path.write_text(text.replace("${HOST:-localhost}", "localhost${HOST:-}"), "utf-8")
    config = load(path, {"LOG": "/var/log"})
    assert config.clients[0].url == "http://localhost:3100/loki/api/v1/push"
    assert config.scrape_configs[0].relabel_configs[0].replacement == "${1}-${name}"


def test_a_variable_may_be_a_number_or_a_truth_value(tmp_path: Path) -> None:
    """A value that is a variable alone is what it would be in its place."""
    path = tmp_path / "promtail.yml"
    path.write_text(
        GOOD + "    tail_from_end: ${END:-true}\nserver: {http_listen_port: '${PORT}'}\n", "utf-8"
    )
    config = load(path, {"LOG": "/var/log", "PORT": "9081"})
    assert config.server.http_listen_port == 9081
    assert config.scrape_configs[0].tail_from_end is True


def test_limits_are_refused_by_name(tmp_path: Path) -> None:
    """A key that would have no effect is not accepted."""
    with pytest.raises(DiagnosticsError, match="limits_config"):
        _load(tmp_path, GOOD + "limits_config: {max_line_size: 10}\n")


def test_a_key_without_a_value_is_not_there(tmp_path: Path) -> None:
    """As YAML of Go has it: nothing is said; a stage without options is a stage all the same."""
    text = (
        GOOD
        + "    relabel_configs:\n    pipeline_stages:\n      - docker:\n      - labels: {a: }\n"
    )
    config = _load(tmp_path, text)
    [job] = config.scrape_configs
    assert job.relabel_configs == []
    assert [stage.one()[0] for stage in job.pipeline_stages] == ["docker", "labels"]
    assert job.pipeline_stages[1].labels == {"a": None}
    assert _load(tmp_path, "clients: [{url: http://x/}]\nscrape_configs:\n").scrape_configs == []


def test_a_stage_that_needs_a_value_is_refused_without_one(tmp_path: Path) -> None:
    """``- regex:`` alone is no stage."""
    with pytest.raises(DiagnosticsError, match="expected one stage"):
        _load(tmp_path, GOOD + "    pipeline_stages:\n      - regex:\n")


def test_the_client_of_old_configurations_is_one_of_the_clients(tmp_path: Path) -> None:
    """``client`` and ``clients`` are one list."""
    config = _load(tmp_path, "client: {url: http://old/}\n" + GOOD)
    assert [client.url for client in config.clients] == [
        "http://old/", "http://localhost:3100/loki/api/v1/push",
    ]  # fmt: skip


def test_what_has_no_effect_on_lines_is_accepted(tmp_path: Path) -> None:
    """What Promtail's own server and traces are told is no reason to refuse a configuration."""
    text = (
        "server: {register_instrumentation: false, http_server_read_timeout: 10s, "
        "graceful_shutdown_timeout: 5s, profiling_enabled: true}\ntracing: {enabled: false}\n"
        "global: {file_watch_config: {min_poll_frequency: 2s}}\n"
    )
    watch = _load(tmp_path, GOOD + text).global_config.file_watch_config
    assert watch.min_poll_frequency == "2s"


@pytest.mark.parametrize(
    "text", ["tracing: {enabled: true}", "server: {http_tls_config: {cert_file: x}}", "wal: {}"]
)
def test_what_would_have_an_effect_is_refused(tmp_path: Path, text: str) -> None:
    """A server with TLS, traces and a write-ahead log are not there."""
    with pytest.raises(DiagnosticsError):
        _load(tmp_path, f"{GOOD}{text}\n")
