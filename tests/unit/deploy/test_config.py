"""The configuration in force is the committed one, with a stack's own ports, paths and channels."""

from __future__ import annotations

import shutil
from collections.abc import Mapping
from pathlib import Path

import pytest
import yaml

from tests.support.projects import WHITE_ROOM, white_room_with
from whiteroom_monitoring import pager_path
from whiteroom_monitoring.deploy import credentials
from whiteroom_monitoring.deploy.component import Component, Port, ScrapeJob
from whiteroom_monitoring.deploy.configuration import (
    alertmanager_config,
    config,
    config_versions,
    prometheus_config,
)
from whiteroom_monitoring.deploy.paths import StackPaths
from whiteroom_monitoring.deploy.registry import load, port_numbers, scrape_jobs
from whiteroom_monitoring.lint import checker
from whiteroom_monitoring.project import Project
from whiteroom_monitoring.resources import share

COMPONENTS = load(WHITE_ROOM)
EVERYTHING = set(credentials.FILES)
ALL = {component.name for component in COMPONENTS}
# The rules of a stack without the app.
ALONE = (
    *("covered_machine", "covered_monitoring", "machine", "missing_monitoring", "monitoring"),
    *("panels_machine", "services", "logs"),
)
MONITORING = {
    "prometheus",
    "alertmanager",
    "segment-exporter",
    "inbox",
    "reconciler",
    "console",
    "node-exporter",
    "cadvisor",
}


@pytest.fixture
def paths(tmp_path: Path) -> StackPaths:
    """A stack with an offset, whose folders are there."""
    paths = StackPaths(tmp_path / "data", 1000, port_numbers(COMPONENTS))
    paths.configurations.mkdir(parents=True)
    return paths


def _rendered(
    paths: StackPaths, kept: set[str], given: set[str], project: Project = WHITE_ROOM
) -> Mapping[str, str]:
    return config.render(project, paths, COMPONENTS, kept, given).files


def _targets(files: Mapping[str, str]) -> dict[str, str]:
    jobs = yaml.safe_load(files["prometheus/prometheus.yml"])["scrape_configs"]
    return {job["job_name"]: job["static_configs"][0]["targets"][0] for job in jobs}


def test_ports_are_shifted(paths: StackPaths) -> None:
    """Every target of the stack is scraped at its own port plus the offset."""
    assert _targets(_rendered(paths, ALL, set())) == {
        "juce-backend": "127.0.0.1:9000",
        "swift-frontend": "127.0.0.1:9001",
        "business-metrics": "127.0.0.1:9002",
        "postgres": "127.0.0.1:10187",
        "redis": "127.0.0.1:10121",
        "nginx": "127.0.0.1:10113",
        "cadvisor": "127.0.0.1:9080",
        "node-exporter": "127.0.0.1:10100",
        "prometheus": "127.0.0.1:10090",
        "alertmanager": "127.0.0.1:10093",
        "whiteroom-agent": "127.0.0.1:9003",
        "whiteroom-inbox": "127.0.0.1:9004",
        "whiteroom-reconciler": "127.0.0.1:9005",
        "whiteroom-logs": "127.0.0.1:4100",
        "whiteroom-shipper": "127.0.0.1:10080",
        "whiteroom-console": "127.0.0.1:4000",
        "whiteroom-watcher": "127.0.0.1:9006",
        "pager-path": "127.0.0.1:9003",
    }


def test_the_committed_jobs_are_those_of_the_components() -> None:
    """prometheus.yml, which operators copy, scrapes every component as its description says."""
    content = yaml.safe_load(WHITE_ROOM.files.prometheus.read_text())
    written = {job["job_name"]: job for job in content["scrape_configs"]}
    described = {c.scrape.name: prometheus_config.component_job(c) for c in COMPONENTS if c.scrape}
    assert written == described


def test_a_job_that_is_no_component_s_stays(paths: StackPaths, tmp_path: Path) -> None:
    """What an operator scrapes beside the stack is scraped, whatever is left out."""
    folder = tmp_path / "monitoring"
    shutil.copytree(WHITE_ROOM.files.folder, folder)
    path = folder / "prometheus/prometheus.yml"
    entry = {"job_name": "studio", "static_configs": [{"targets": ["studio.example:9100"]}]}
    content = yaml.safe_load(path.read_text())
    content["scrape_configs"].append(entry)
    path.write_text(yaml.safe_dump(content))
    targets_ = _targets(_rendered(paths, {"prometheus"}, set(), white_room_with(folder)))
    assert targets_ == {"prometheus": "127.0.0.1:10090", "studio": "studio.example:9100"}


def test_without_app(paths: StackPaths) -> None:
    """Without the app, neither its targets nor the rules about it are there."""
    files = _rendered(paths, MONITORING, set())
    jobs = {job.name for name, job in scrape_jobs(COMPONENTS).items() if name in MONITORING}
    assert _targets(files).keys() == jobs
    rules = {name for name in files if "/rules/" in name}
    assert rules == {f"prometheus/rules/{n}.yml" for n in ALONE}


@pytest.mark.parametrize("components", [ALL, MONITORING, ALL - {"postgres-exporter", "cadvisor"}])
@pytest.mark.parametrize("given", [set(), EVERYTHING, {"SLACK_WEBHOOK_URL"}])
def test_rendered_configuration_is_valid(
    paths: StackPaths, components: set[str], given: set[str]
) -> None:
    """What is put in force is accepted by Prometheus' and Alertmanager's own checkers."""
    credentials.store(paths, dict.fromkeys(given, "https://hooks.example/a"))
    config_versions.activate(_rendered(paths, components, given), paths)
    rules = sorted((paths.config / "prometheus/rules").glob("*.yml"))
    prometheus = paths.config / "prometheus/prometheus.yml"
    alertmanager = paths.config / "alertmanager/alertmanager.yml"
    assert checker.PROMTOOL_CONFIG.diagnostics([prometheus]) == []
    assert checker.PROMTOOL_RULES.diagnostics(rules) == []
    assert checker.AMTOOL_CONFIG.diagnostics([alertmanager]) == []


def test_channels_without_credentials_lead_to_the_inbox(paths: StackPaths) -> None:
    """Each pager and the mail go to the inbox unless their own credential is set."""
    files = _rendered(paths, ALL, {"PAGERDUTY_SERVICE_KEY_HIGH"})
    content = yaml.safe_load(files["alertmanager/alertmanager.yml"])
    urls = {
        receiver["name"]: pager.get("url")
        for receiver in content["receivers"]
        for pager in receiver.get("pagerduty_configs", [])
    }
    inbox = "http://127.0.0.1:9004/pagerduty/v2/enqueue"
    urls.pop(pager_path.NAME)
    assert urls == {"pagerduty-critical": inbox, "pagerduty-high": None, "security-team": inbox}
    assert content["global"]["smtp_smarthost"] == "127.0.0.1:9025"
    assert "smtp_auth_password_file" not in content["global"]


def test_a_copy_goes_to_the_inbox_when_something_goes_elsewhere(paths: StackPaths) -> None:
    """Without any credential everything arrives once; with one, all of it once more."""
    for given, copies in ((set(), 0), ({"HEARTBEAT_URL"}, 0), ({"SMTP_PASSWORD"}, 1)):
        text = _rendered(paths, ALL, given)["alertmanager/alertmanager.yml"]
        routes = yaml.safe_load(text)["route"]["routes"]
        receivers = [r["receiver"] for r in routes if pager_path.PAGER_PROBE not in str(r)]
        assert receivers.count(alertmanager_config.COPIES) == copies


def test_every_receiver_tells_the_reconciler(paths: StackPaths) -> None:
    """Each receiver has the webhook of the journal, with the password that it asks for."""
    content = yaml.safe_load(_rendered(paths, ALL, EVERYTHING)["alertmanager/alertmanager.yml"])
    for receiver in content["receivers"]:
        if receiver["name"] == pager_path.NAME:
            continue
        (webhook,) = receiver["webhook_configs"]
        assert webhook["url"] == "http://127.0.0.1:9005/notified"
        assert webhook["send_resolved"]
        password = webhook["http_config"]["basic_auth"]["password_file"]
        assert password == str(paths.credentials_of("alertmanager") / "alertmanager_password")


def test_with_credentials_nothing_leads_to_the_inbox(paths: StackPaths) -> None:
    """With all credentials, the inbox gets the Watchdog and a copy of everything, no more; the
    watcher's rounds are no notifications."""
    text = _rendered(paths, ALL - {"watcher"}, EVERYTHING)["alertmanager/alertmanager.yml"]
    here = [line.strip() for line in text.splitlines() if "127.0.0.1" in line]
    journal = "url: http://127.0.0.1:9005/notified"
    assert [line for line in here if journal not in line] == [
        "- api_url: http://127.0.0.1:9004/slack",
        "- api_url: http://127.0.0.1:9004/slack",
    ]
    assert str(paths.credentials_of("alertmanager") / "smtp_password") in text


def test_activating_the_same_changes_nothing(paths: StackPaths) -> None:
    """The same content is in force already; other content replaces it, and can be taken back."""
    first, second = {"prometheus/a.yml": "1"}, {"prometheus/a.yml": "2"}
    assert config_versions.activate(first, paths)
    assert not config_versions.activate(first, paths)
    assert config_versions.activate(second, paths)
    assert (paths.config / "prometheus/a.yml").read_text() == "2"
    config_versions.restore(paths)
    assert (paths.config / "prometheus/a.yml").read_text() == "1"


def test_edited_configuration_is_replaced(paths: StackPaths) -> None:
    """What somebody has changed by hand in the folder is put right by the next activation."""
    files = {"prometheus/a.yml": "1"}
    config_versions.activate(files, paths)
    (paths.config / "prometheus/a.yml").write_text("edited")
    (paths.config / "prometheus/b.yml").write_text("added")
    assert config_versions.activate(files, paths)
    assert [path.name for path in (paths.config / "prometheus").iterdir()] == ["a.yml"]
    assert (paths.config / "prometheus/a.yml").read_text() == "1"


def test_only_two_versions_stay(paths: StackPaths) -> None:
    """The version in force and the one before it stay; older ones and unfinished ones go."""
    (paths.configurations / "unfinished-1").mkdir()
    for number in range(4):
        config_versions.activate({"a.yml": str(number)}, paths)
    kept = sorted((v / "a.yml").read_text() for v in paths.configurations.iterdir())
    assert kept == ["2", "3"]


def test_diagnostics_of_broken_files_have_their_place(tmp_path: Path) -> None:
    """A broken rule file and a broken Alertmanager configuration are both reported, with lines."""
    folder = tmp_path / "monitoring"
    shutil.copytree(share("infrastructure/monitoring"), folder)
    project = white_room_with(folder)
    assert config.diagnostics(project, COMPONENTS) == []
    rules = folder / "prometheus/rules/machine.yml"
    rules.write_text(rules.read_text().replace("expr: |", "expr: | (((", 1) + "\nx: [")
    routes = folder / "alertmanager/alertmanager.yml"
    routes.write_text(routes.read_text().replace("receiver: watchdog", "receiver: nobody"))
    lines = {
        diagnostic.path.name: diagnostic.line
        for diagnostic in config.diagnostics(project, COMPONENTS)
    }
    # What machine.yml records is missed by causes.yml.
    assert set(lines) == {
        *("machine.yml", "alertmanager.yml", "causes.yml"),
        *("covered_causes.yml", "covered_machine.yml"),
    }
    assert lines["machine.yml"] > 0


def test_rules_may_name_what_an_added_component_exposes(tmp_path: Path) -> None:
    """A rule about an added component is valid with its metrics, job and service; a name that it
    does not expose is a diagnostic, and so is every name without the component."""
    folder = tmp_path / "monitoring"
    shutil.copytree(WHITE_ROOM.files.folder, folder)
    rules = folder / "prometheus/rules/lamps.yml"
    expression = 'sum(lamps_burning{job="lamps", service="studio"})'
    rule = "groups: [{name: lamps, rules: [{record: studio:lamps_burning:sum, expr: '%s'}]}]\n"
    rules.write_text(rule % expression)
    lamps = Component(
        "lamp-exporter",
        1,
        (),
        (Port("lamp-exporter", 9555),),
        ScrapeJob("lamps", "studio"),
        metrics=("lamps_burning gauge",),
    )
    project = white_room_with(folder)
    assert config.diagnostics(project, [*COMPONENTS, lamps]) == []
    assert [d.path for d in config.diagnostics(project, COMPONENTS)] == [rules]
    rules.write_text(rule % expression.replace("burning{", "burnt{"))
    assert [d.path for d in config.diagnostics(project, [*COMPONENTS, lamps])] == [rules]
