"""The shipped canaries, and what is wrong with others."""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path

import pytest

from tests.support.projects import WHITE_ROOM
from whiteroom_monitoring.logs.canaries import marker
from whiteroom_monitoring.logs.canaries.config import load
from whiteroom_monitoring.logs.shipper.config import Config
from whiteroom_monitoring.logs.shipper.entry import Entry
from whiteroom_monitoring.logs.shipper.errors import InvalidConfigError
from whiteroom_monitoring.logs.shipper.loading import load as load_config
from whiteroom_monitoring.logs.shipper.pipeline import Pipeline
from whiteroom_monitoring.logs.shipper.relabel import Relabeling
from whiteroom_monitoring.logs.shipper.stages.counting import CustomMetrics

_FOLDER = WHITE_ROOM.files.folder / "promtail"
_NS = 1_764_573_000_000_000_001
_LINES = {
    "nginx": "2026/12/01 07:27:58 [error] 7#7: *1 open() "
    f'"/d/nginx/canaries/-/whiteroom-canary/nginx/{_NS}" failed (2: No such file or directory), '
    f'client: 127.0.0.1, request: "GET /-/whiteroom-canary/nginx/{_NS} HTTP/1.1"',
    "postgresql": f"2026-12-01 07:28:08.777 UTC [17514] LOG:  {marker.text('postgresql', _NS)}",
    "nginx-access": json.dumps(
        {"time": "1796137519.267", "path": f"/-/whiteroom-canary/nginx-access/{_NS}"},
        separators=(",", ":"),
    ),
}
# What users can write into a line.
_OTHERS = {
    "nginx": "2026/12/01 07:27:58 [error] 7#7: *1 upstream timed out, request: "
    f'"GET /x/-/whiteroom-canary/nginx/{_NS} HTTP/1.1"',
    "postgresql": "2026-12-01 07:28:08.777 UTC [17514] LOG:  duration: 1001 ms  statement: "
    f"SELECT 'x [1] LOG:  {marker.text('postgresql', _NS)}'",
    "nginx-access": json.dumps(
        {"path": f'/x","path":"/-/whiteroom-canary/nginx-access/{_NS}"'}, separators=(",", ":")
    ),
}


@pytest.fixture(name="config", scope="module")
def _config() -> Config:
    return load_config(_FOLDER / "promtail-config.yml", {})


def _labels(config: Config, name: str, line: str) -> Mapping[str, str]:
    (job,) = [job for job in config.scrape_configs if job.job_name == name]
    pipeline = Pipeline(job.pipeline_stages, CustomMetrics())
    labels = dict(job.static_configs[0].labels)
    chunk = [*pipeline.run([Entry(line, labels, 0, 1)]), *pipeline.flush(None)]
    (entry,) = chunk
    assert entry.line == line
    return entry.labels


def test_each_canary_has_a_job_that_reads_it(config: Config) -> None:
    """Its file is one that the job finds, with the label by which it is looked for."""
    jobs = {job.job_name: job for job in config.scrape_configs}
    for canary in load(_FOLDER / "canaries.yml", jobs, {}).canaries:
        if canary.file:
            paths = {
                static.labels["__path__"]: static.labels["job"]
                for static in jobs[canary.job_name].static_configs
            }
            assert paths[canary.file] == "canary"


@pytest.mark.parametrize("name", _LINES)
def test_a_line_of_a_program_is_told_as_a_canary(config: Config, name: str) -> None:
    """It has the job of canaries; what users make the program log has not."""
    labels = _labels(config, name, _LINES[name])
    assert (labels["job"], labels["level"]) == ("canary", "debug")
    assert _labels(config, name, _OTHERS[name])["job"] == name


@pytest.mark.parametrize(
    ("name", "label"),
    [
        ("syslog", "__syslog_message_app_name"),
        ("journal", "__journal_syslog_identifier"),
    ],
)
def test_a_message_is_told_as_a_canary(config: Config, name: str, label: str) -> None:
    """By the name of its program."""
    (job,) = [job for job in config.scrape_configs if job.job_name == name]
    relabeling = Relabeling(job.relabel_configs)
    for program, expected in ((marker.WORD, "canary"), ("sshd", name)):
        labels = relabeling.apply({label: program, "job": name})
        assert labels is not None
        assert labels["job"] == expected


@pytest.mark.parametrize(
    ("content", "problem"),
    [
        ("- {job_name: other, file: /x}", "the shipper has no job of this name"),
        ("- {job_name: a}", "found 0 of file"),
        ("- {job_name: a, file: /x, journal: /y}", "found 2 of file"),
        ("- {job_name: a, file: /x}\n- {job_name: a, file: /y}", "there are two"),
    ],
)
def test_a_canary_that_can_not_be(tmp_path: Path, content: str, problem: str) -> None:
    """What is wrong with it is said, with its name."""
    path = tmp_path / "canaries.yml"
    path.write_text(f"canaries:\n{content}\n")
    with pytest.raises(InvalidConfigError, match=problem):
        load(path, ["a"], {})
