"""What the configuration of a stack has for the watcher's path, whatever the project says."""

from __future__ import annotations

import json
import shutil
from pathlib import Path
from typing import Any

import pytest
import yaml

from tests.support.projects import WHITE_ROOM, white_room_with
from whiteroom_monitoring.deploy.configuration import config, pager_path_config
from whiteroom_monitoring.deploy.paths import StackPaths
from whiteroom_monitoring.deploy.registry import load, port_numbers
from whiteroom_monitoring.pager_path import ADDRESS, NAME
from whiteroom_monitoring.project import Project

COMPONENTS = load(WHITE_ROOM)
ALL = {component.name for component in COMPONENTS}
PATHS = StackPaths(Path("/data"), 1000, port_numbers(COMPONENTS))


def _files(kept: set[str] = ALL, project: Project = WHITE_ROOM) -> dict[str, Any]:
    files = config.render(project, PATHS, COMPONENTS, kept, set()).files
    return {
        name: yaml.safe_load(text)
        for name, text in files.items()
        if name.endswith((".yml", ".json")) and "grafana" not in name
    }


def test_the_path_is_its_own() -> None:
    """Job, rule, route, receiver and job of the shipper are there, and the route takes what the
    rule fires before any other route can."""
    files = _files()
    job = files["prometheus/prometheus.yml"]["scrape_configs"][-1]
    assert (job["job_name"], job["scrape_interval"]) == (NAME, "5s")
    assert job["static_configs"] == [
        {"targets": ["127.0.0.1:9003"], "labels": {"service": "agent"}}
    ]
    (group,) = files["prometheus/rules/pager_path.yml"]["groups"]
    (rule,) = group["rules"]
    assert group["interval"] == "5s"
    assert rule["expr"] == (
        'count_values("round", floor(segment_exporter_time_seconds{job="pager-path"} / 10) % 12)'
    )
    alertmanager = files["alertmanager/alertmanager.yml"]
    first = alertmanager["route"]["routes"][0]
    assert first["matchers"] == [f'alertname="{rule["alert"]}"']
    assert (first["group_wait"], first["group_interval"]) == ("0s", "5s")
    assert "continue" not in first
    shipper = files["promtail/promtail-config.yml"]["scrape_configs"][-1]
    assert shipper["static_configs"][0]["labels"]["__path__"] == "/data/watcher/rounds.log"
    assert files["watcher/followed.json"] == {"alerting": True, "logs": True}


def test_rounds_go_to_the_inbox_alone() -> None:
    """No round reaches a real pager, and none the reconciler's journal."""
    receivers = _files()["alertmanager/alertmanager.yml"]["receivers"]
    (receiver,) = (r for r in receivers if r["name"] == NAME)
    assert receiver["pagerduty_configs"][0]["url"] == (
        "http://127.0.0.1:9004/pager-path/pagerduty/v2/enqueue"
    )
    assert receiver["slack_configs"][0]["api_url"] == "http://127.0.0.1:9004/pager-path/slack"
    assert receiver["email_configs"][0]["smarthost"] == "127.0.0.1:9025"
    assert receiver["email_configs"][0]["to"] == ADDRESS
    assert "webhook_configs" not in receiver


def test_without_the_watcher_there_is_no_path() -> None:
    """A stack without the watcher has nothing of it, and one without logs none of theirs."""
    text = json.dumps(_files(ALL - {"watcher"}))
    assert "pager_path" not in text
    assert f'"{NAME}"' not in text
    files = _files(ALL - {"shipper"})
    assert files["watcher/followed.json"] == {"alerting": True, "logs": False}
    jobs = [job["job_name"] for job in files["promtail/promtail-config.yml"]["scrape_configs"]]
    assert NAME not in jobs


@pytest.mark.parametrize("targets", [["pager.example:9093"], ["127.0.0.1:9093", "other:9093"]])
def test_another_stack_s_alertmanager_gets_no_round(tmp_path: Path, targets: list[str]) -> None:
    """An Alertmanager without a route for rounds would notify people of them: there is no rule."""
    folder = tmp_path / "monitoring"
    shutil.copytree(WHITE_ROOM.files.folder, folder)
    path = folder / "prometheus/prometheus.yml"
    content = yaml.safe_load(path.read_text())
    content["alerting"]["alertmanagers"] = [{"static_configs": [{"targets": targets}]}]
    path.write_text(yaml.safe_dump(content))
    files = _files(project=white_room_with(folder))
    assert files["watcher/followed.json"]["alerting"] is False
    assert "prometheus/rules/pager_path.yml" not in files
    assert NAME not in [r["name"] for r in files["alertmanager/alertmanager.yml"]["receivers"]]


def test_an_alertmanager_that_is_discovered_is_another() -> None:
    """What can't be seen in the file may be anywhere."""
    manager: dict[str, Any] = {"dns_sd_configs": [{"names": ["pager.example"]}]}
    contents = {
        "prometheus/prometheus.yml": {"alerting": {"alertmanagers": [manager]}},
        "alertmanager/alertmanager.yml": {"route": {"receiver": "a"}, "receivers": []},
    }
    changes: list[str] = []
    files = pager_path_config.add(contents, PATHS, {"watcher"}, changes)
    assert list(files) == ["watcher/followed.json"]
    assert contents["alertmanager/alertmanager.yml"]["receivers"] == []
