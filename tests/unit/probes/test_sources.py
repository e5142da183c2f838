"""Each job of the shipper is live, or its probe says why it is not."""

from __future__ import annotations

import json
import os
import time
from collections.abc import Mapping
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlsplit

import msgspec
import pytest

from tests.support.projects import WHITE_ROOM
from whiteroom_monitoring.deploy.paths import StackPaths
from whiteroom_monitoring.logs.shipper.config import ScrapeConfig
from whiteroom_monitoring.probes import canaries, sources
from whiteroom_monitoring.probes.registry import probes
from whiteroom_monitoring.probes.stack import Stack

PROBES = {probe.id: probe for probe in probes(WHITE_ROOM)}
_CONFIG = """
clients: [{url: http://127.0.0.1:3100/loki/api/v1/push}]
scrape_configs:
  - job_name: engine
    static_configs:
      - labels: {job: engine, level: none, __path__: "${WHITEROOM_LOG}/engine*.log"}
    pipeline_stages: [{labels: {level: }}]
  - job_name: syslog
    syslog: {listen_address: "127.0.0.1:1514", labels: {job: syslog}}
  - job_name: containers
    docker_sd_configs: [{host: "unix:///nowhere/podman.sock"}]
    relabel_configs: [{target_label: job, replacement: containers}]
"""


class _Prometheus:
    """Answers an expression by the metric that it begins with."""

    def __init__(self, values: Mapping[str, float]) -> None:
        self._values = values

    def value(self, expression: str) -> float | None:
        """Return the value of the metric that the expression names."""
        assert 'job="whiteroom-shipper", source="' in expression
        return next((v for name, v in self._values.items() if name in expression), None)


def _stack(folder: Path, values: Mapping[str, float]) -> Stack:
    (folder / "config/promtail").mkdir(parents=True)
    (folder / "config/promtail/promtail-config.yml").write_text(_CONFIG)
    (folder / "log").mkdir()
    components = ("shipper", "log-store")
    prometheus: Any = _Prometheus(values)
    return Stack(StackPaths(folder), prometheus, components, {}, WHITE_ROOM)


def _store(monkeypatch: pytest.MonkeyPatch, ages_s: Mapping[str, float]) -> None:
    """Let the store have a line of an age for each selector, within what is asked for."""

    def ask(address: str, content: object = None) -> bytes:
        assert content is None
        parameters = {name: value for name, [value] in parse_qs(urlsplit(address).query).items()}
        values = []
        if (age_s := ages_s.get(parameters["query"])) is not None:
            time_ns = round((time.time() - age_s) * 1e9)
            assert int(parameters["start"]) < time_ns < int(parameters["end"])
            values = [[str(time_ns), "a line"]]
        return json.dumps({"data": {"result": [{"stream": {}, "values": values}]}}).encode()

    monkeypatch.setattr(sources, "ask", ask)


@pytest.mark.parametrize(
    ("ages_s", "values", "expected"),
    [
        ({'{job="engine"}': 4.2}, {}, ("ok", "the last line 4 s ago")),
        (
            {'{job="engine"}': 4.2},
            {"waiting_seconds": 75.0},
            ("failed", "lines have waited for the store for 75 s"),
        ),
        ({'{job="engine"}': 4.2}, {"waiting_seconds": 1.0}, ("ok", "the last line 4 s ago")),
        (
            {},
            {"lines_refused": 3.0, "lines_sent": 7.0},
            ("failed", "3 lines were refused; the file of dead letters holds them"),
        ),
        ({}, {"lines_sent": 7.0}, ("ok", "7 lines acknowledged, by labels that stages set")),
        ({}, {"read_errors": 2.0}, ("failed", "it can't be read")),
        ({}, {"lines_read": 9.0}, ("skipped", "stages leave out what was read")),
        ({}, {}, ("skipped", "no line within 60 min")),
    ],
)
def test_a_job_whose_file_has_lines(
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    ages_s: Mapping[str, float],
    values: Mapping[str, float],
    expected: tuple[str, str],
) -> None:
    """It is live by the age of its newest line; else the first thing that is wrong is said."""
    stack = _stack(tmp_path, values)
    (tmp_path / "log/engine.log").write_text("a line\n")
    _store(monkeypatch, ages_s)
    result = PROBES["sources.engine"].result(stack)
    assert (result.state, result.seen) == expected


@pytest.mark.parametrize(
    ("age_s", "state"), [(0, "skipped"), (sources.SETTLED_S + 5, "failed"), (2 * 3600, "skipped")]
)
def test_a_file_that_is_written_to_and_not_read(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, age_s: float, state: str
) -> None:
    """It fails once the shipper has had time for it, and while somebody writes to it at all."""
    stack = _stack(tmp_path, {})
    path = tmp_path / "log/engine.log"
    path.write_text("a line\n")
    os.utime(path, (time.time() - age_s,) * 2)
    _store(monkeypatch, {})
    result = PROBES["sources.engine"].result(stack)
    assert result.state == state
    assert (f"{path} was written to" in result.seen) == (state == "failed")


@pytest.mark.parametrize(
    ("name", "seen"),
    [
        ("engine", "no file matches {log}/engine*.log"),
        ("syslog", "nothing has come to 127.0.0.1:1514 yet"),
        ("containers", "there is no /nowhere/podman.sock"),
    ],
)
def test_sources_that_are_not_there(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, name: str, seen: str
) -> None:
    """What nothing can come of is skipped with its reason, whatever the shipper counts of it."""
    stack = _stack(tmp_path, {"read_errors": 20.0})
    _store(monkeypatch, {})
    result = PROBES[f"sources.{name}"].result(stack)
    assert (result.state, result.seen) == ("skipped", seen.format(log=tmp_path / "log"))


def test_an_empty_file_has_no_lines_yet(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A file without a byte is skipped."""
    stack = _stack(tmp_path, {})
    (tmp_path / "log/engine-1.log").touch()
    _store(monkeypatch, {})
    result = PROBES["sources.engine"].result(stack)
    assert (result.state, result.seen) == ("skipped", f"{tmp_path}/log/engine-1.log is empty")


def test_a_job_that_is_not_in_force_fails(tmp_path: Path) -> None:
    """A job of the project that the running shipper does not have is put in force by `up`."""
    result = PROBES["sources.journal"].result(_stack(tmp_path, {}))
    assert (result.state, result.seen, result.remedy) == (
        *("failed", "the shipper runs without this job"),
        "whiteroom up",
    )


_BACK = "live: a canary came back after 0.0 s; "
_ABSENT = "no canary: there is no {folder}/canary.log"
_GONE = "silent: a canary that was written at engine did not come back within 0 s"


@pytest.mark.parametrize(
    ("canary_is", "ages_s", "expected"),
    [
        ("back", {'{job="engine"}': 4.2}, ("ok", f"{_BACK}the last line 4 s ago")),
        ("back", {}, ("ok", f"{_BACK}no other line within 60 min")),
        ("gone", {'{job="engine"}': 4.2}, ("failed", _GONE)),
        ("absent", {}, ("ok", "7 lines acknowledged, by labels that stages set; " + _ABSENT)),
        ("absent", {'{job="engine"}': 4.2}, ("ok", f"the last line 4 s ago; {_ABSENT}")),
    ],
)
def test_no_logs_and_no_news_are_told_apart(
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    canary_is: str,
    ages_s: Mapping[str, float],
    expected: tuple[str, str],
) -> None:
    """A canary says whether lines arrive, the newest line whether there is news."""
    stack = _stack(tmp_path, {"lines_sent": 7.0})
    (tmp_path / "log/engine.log").write_text("a line\n")
    canary = tmp_path / "canary.log"
    (tmp_path / "config/promtail/canaries.yml").write_text(
        f"canaries: [{{job_name: engine, file: {canary}}}]"
    )
    if canary_is != "absent":
        canary.touch()
    _store(monkeypatch, ages_s)

    def ask(address: str) -> bytes:
        parameters = parse_qs(urlsplit(address).query)
        values = [[parameters["start"][0], canary.read_text()]] if canary_is == "back" else []
        return json.dumps({"data": {"result": [{"stream": {}, "values": values}]}}).encode()

    monkeypatch.setattr(canaries, "ask", ask)
    monkeypatch.setattr(canaries, "WITHIN_S", 0.0)
    (probe,) = [p for p in probes(WHITE_ROOM) if p.id == "sources.engine"]
    result = probe.result(stack)
    assert (result.state, result.seen) == (expected[0], expected[1].format(folder=tmp_path))
    if expected[0] == "failed":
        # Repeated, it writes another one.
        probe.result(stack)
        assert len(canary.read_text().splitlines()) == 2


@pytest.mark.parametrize(
    ("job", "expected"),
    [
        ({"static_configs": [{"labels": {"a": "1", "b": "2", "__path__": "/x"}}]},
         ['{a="1", b="2"}']),
        ({"static_configs": [{"labels": {"a": "1"}}, {"labels": {"a": "2"}}],
          "pipeline_stages": [{"labeldrop": ["b"]}]}, ['{a="1"}', '{a="2"}']),
        ({"static_configs": [{"labels": {"a": "1", "b": "2"}}],
          "pipeline_stages": [{"static_labels": {"b": "3"}}]}, ['{a="1"}']),
        ({"static_configs": [{"labels": {"a": "1", "b": "2"}}],
          "pipeline_stages": [{"labelallow": ["b"]}]}, ['{b="2"}']),
        ({"static_configs": [{"labels": {"a": 'say "x"'}}]}, ['{a="say \\"x\\""}']),
        ({"static_configs": [{"labels": {"a": "1"}}],
          "pipeline_stages": [{"labeldrop": ["a"]}]}, []),
        ({"docker_sd_configs": [{"host": "unix:///x"}],
          "relabel_configs": [{"target_label": "job", "replacement": "c"}]}, ['{job="c"}']),
    ],
)  # fmt: skip
def test_lines_are_found_by_what_no_stage_changes(job: Any, expected: list[str]) -> None:
    """A selector has the labels of the job without those that stages set or drop."""
    config = msgspec.convert({"job_name": "x", **job}, ScrapeConfig)
    assert list(sources.selectors(config)) == expected


def test_every_job_of_the_project_has_a_probe() -> None:
    """White Room's ten jobs are looked at, each by its name."""
    names = {id.partition(".")[2] for id in PROBES if id.startswith("sources.")}
    assert names == {
        *("engine", "frontend", "backend", "nginx", "nginx-access", "postgresql"),
        *("monitoring", "syslog", "journal", "containers"),
    }
