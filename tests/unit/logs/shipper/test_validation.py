"""A configuration that can't work is refused before anything is started, all of it at once."""

from __future__ import annotations

from typing import Any

import msgspec
import pytest

from whiteroom_monitoring.logs.shipper.config import Config
from whiteroom_monitoring.logs.shipper.errors import InvalidConfigError
from whiteroom_monitoring.logs.shipper.validation import require_makeable

URL = "http://localhost:3100/"
FILES = [{"labels": {"__path__": "/x.log"}}]
METRIC = {"type": "Counter", "config": {"action": "inc", "match_all": True}}


def _config(job: dict[str, Any], **more: Any) -> Config:
    jobs = [{"job_name": "a", **job}]
    return msgspec.convert({"clients": [{"url": URL}], "scrape_configs": jobs, **more}, Config)


CASES: list[tuple[str, dict[str, Any], dict[str, Any]]] = [
    ("expected a duration", {"static_configs": FILES}, {"positions": {"sync_period": "soon"}}),
    (
        "expected a duration",
        {"static_configs": FILES},
        {"global": {"file_watch_config": {"max_poll_frequency": "x"}}},
    ),
    (
        "expected a duration",
        {"static_configs": FILES},
        {"clients": [{"url": URL, "backoff_config": {"max_period": "x"}}]},
    ),
    ("expected http", {"static_configs": FILES}, {"clients": [{"url": "localhost"}]}),
    ("2 times", {"static_configs": FILES}, {"clients": [{"url": URL}, {"url": URL}]}),
    (
        "2 times",
        {"static_configs": FILES},
        {"scrape_configs": [{"job_name": "b", "static_configs": FILES}] * 2},
    ),
    ("no source", {}, {}),
    ("__path__", {"static_configs": [{"labels": {"job": "x"}}]}, {}),
    ("label 'a-b'", {"static_configs": [{"labels": {"__path__": "/x", "a-b": "1"}}]}, {}),
    ("ADDRESS:PORT", {"syslog": {"listen_address": "1514x"}}, {}),
    ("unix://", {"docker_sd_configs": [{"host": "tcp://localhost"}]}, {}),
    ("expected a duration", {"journal": {"max_age": "x"}}, {}),
    ("expected a duration", {"static_configs": FILES, "decompression": {"initial_delay": "x"}}, {}),
    (
        "elsewhere",
        {
            "static_configs": FILES,
            "pipeline_stages": [
                {"metrics": {"m": METRIC}},
                {"metrics": {"m": {**METRIC, "type": "Gauge"}}},
            ],
        },
        {},
    ),
]


@pytest.mark.parametrize(("problem", "job", "more"), CASES)
def test_what_can_not_work_is_refused(
    problem: str, job: dict[str, Any], more: dict[str, Any]
) -> None:
    """A value that no part of the shipper can use is told by ``--check`` and at the start."""
    with pytest.raises(InvalidConfigError, match=problem):
        require_makeable(_config(job, **more))


def test_all_problems_are_told_at_once() -> None:
    """Who mends a configuration sees everything that is wrong with it."""
    config = _config({"syslog": {"listen_address": "x", "idle_timeout": "y"}})
    with pytest.raises(InvalidConfigError) as caught:
        require_makeable(config)
    assert len(caught.value.problems) == 2


def test_a_rule_may_say_where_files_are() -> None:
    """What relabelling makes of ``__path__`` is where files are looked for."""
    rule = {"target_label": "__path__", "replacement": "/x.log"}
    require_makeable(_config({"static_configs": [{"labels": {}}], "relabel_configs": [rule]}))


def test_a_certificate_that_is_not_there_is_told() -> None:
    """``tls_config`` names files, which are read at the start."""
    client = {"url": "https://localhost/", "tls_config": {"ca_file": "/nowhere.pem"}}
    with pytest.raises(InvalidConfigError, match=r"/nowhere.pem: No such file"):
        require_makeable(_config({"static_configs": FILES}, clients=[client]))
