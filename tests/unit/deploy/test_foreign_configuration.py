"""A configuration that others have written is used as it is, and each change of it is told."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import yaml
from msgspec.structs import replace

from tests.support.projects import WHITE_ROOM
from whiteroom_monitoring import pager_path
from whiteroom_monitoring.deploy.configuration import config
from whiteroom_monitoring.deploy.paths import StackPaths
from whiteroom_monitoring.deploy.registry import load, port_numbers
from whiteroom_monitoring.lint import checker
from whiteroom_monitoring.project import Project
from whiteroom_monitoring.project.settings import read

BARE = "route: {receiver: hook}\nreceivers:\n  - name: hook\n"
SPARSE = {
    "bare": BARE,
    "webhook": BARE + "    webhook_configs: [{url: 'http://hook.example/a'}]\n",
    "empty global": "global:\n" + BARE,
    "empty routes": "route: {receiver: hook, routes: }\nreceivers:\n  - name: hook\n",
    "own pager": BARE + "    pagerduty_configs: [{routing_key: abc}]\n",
    "own files": BARE + "    pagerduty_configs: [{routing_key_file: keys/pager}]\n",
    "own secrets": BARE
    + "    pagerduty_configs: [{routing_key_file: /etc/secrets/smtp_password}]\n",
    "tls": BARE + "    webhook_configs:\n"
    "      - {url: 'https://h.example/', http_config: {tls_config: {ca_file: ca.pem}}}\n",
    "smtp": "global: {smtp_smarthost: 'mail:25', smtp_from: a@b.example}\n" + BARE,
    "null receivers": "route: {receiver: hook}\nreceivers: [{name: hook, slack_configs: }]\n",
}  # fmt: skip


@pytest.fixture
def project(tmp_path: Path) -> Project:
    """A project without any configuration of its own."""
    path = tmp_path / "whiteroom.toml"
    path.write_text('name = "own"\n')
    return read(path)


def _render(project: Project, *credentials: str, offset: int = 0) -> tuple[Any, Any, list[str]]:
    descriptions = load(project)
    kept = [component.name for component in descriptions if not component.of_app]
    paths = StackPaths(project.root / "data", offset, port_numbers(descriptions))
    rendered = config.render(project, paths, descriptions, kept, credentials)
    names = ("prometheus/prometheus.yml", "alertmanager/alertmanager.yml")
    prometheus, alertmanager = (yaml.safe_load(rendered.files[name]) for name in names)
    return prometheus, alertmanager, list(rendered.changes)


@pytest.fixture
def alertmanager(project: Project) -> Callable[[str], Path]:
    """Return a function that gives the project an alertmanager.yml."""

    def write(text: str) -> Path:
        path = project.files.alertmanager
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)
        return path

    return write


@pytest.mark.parametrize("text", SPARSE.values(), ids=SPARSE)
def test_a_valid_configuration_is_no_traceback(
    project: Project, alertmanager: Callable[[str], Path], text: str
) -> None:
    """What amtool accepts is rendered, and nothing that it says is lost."""
    path = alertmanager(text)
    assert checker.AMTOOL_CONFIG.diagnostics([path]) == []
    assert config.diagnostics(project, load(project)) == []
    _, content, _ = _render(project)
    written = yaml.safe_load(text)
    own, *others = content["route"].pop("routes")
    assert own["receiver"] == content["receivers"].pop()["name"] == pager_path.NAME
    assert content["route"] == {k: v for k, v in written["route"].items() if k != "routes"}
    others = [route for route in others if not _is_of_probes(route)]
    assert others == (written["route"].get("routes") or [])
    assert len(content["receivers"]) == len(written["receivers"])


def _is_of_probes(route: Any) -> bool:
    return any(pager_path.PAGER_PROBE in text for text in route["matchers"])


PROBES = "route: PagerProbe reaches each receiver at once, for `whiteroom drill --before-show`"
PATH = (
    "pager-path: a job, a rule, a route and a receiver of its own, by which the watcher follows a "
    "sample to each channel of the inbox every 10 s"
)
JOURNAL = "alertmanager.yml: every receiver tells the reconciler, too, which keeps a journal"


def test_nothing_is_changed_silently(project: Project, alertmanager: Callable[[str], Path]) -> None:
    """A relative path begins at the file, which is told; everything else is as it was."""
    path = alertmanager(SPARSE["tls"])
    _, content, changes = _render(project)
    tls = content["receivers"][0]["webhook_configs"][0]["http_config"]["tls_config"]
    assert tls == {"ca_file": str(path.parent / "ca.pem")}
    read = f"alertmanager.yml: ca_file ca.pem is read at {path.parent / 'ca.pem'}"
    assert changes == [read, JOURNAL, PATH]


def test_a_pager_of_ones_own_pages(project: Project, alertmanager: Callable[[str], Path]) -> None:
    """Only a channel whose credential is one of ours, and not set, leads to the inbox."""
    alertmanager(SPARSE["own secrets"])
    assert "url" not in _render(project)[1]["receivers"][0]["pagerduty_configs"][0]
    name = "pagerduty_service_key_high"
    alertmanager(BARE + f"    pagerduty_configs: [{{routing_key_file: secrets/{name}}}]\n")
    _, content, changes = _render(project)
    assert content["receivers"][0]["pagerduty_configs"][0]["url"].endswith("/pagerduty/v2/enqueue")
    assert "receiver hook: pages the inbox, because PAGERDUTY_SERVICE_KEY_HIGH" in changes[0]
    _, content, changes = _render(project, "PAGERDUTY_SERVICE_KEY_HIGH")
    assert "url" not in content["receivers"][0]["pagerduty_configs"][0]


def test_jobs_of_ones_own_stay_whatever_their_names(project: Project) -> None:
    """A job that is called like a component's and scrapes something else is the project's."""
    path = project.files.prometheus
    path.parent.mkdir(parents=True)
    job = {"job_name": "redis", "static_configs": [{"targets": ["cache.example:9121"]}]}
    path.write_text(yaml.safe_dump({"scrape_configs": [job], "rule_files": ["alerts/*.yml"]}))
    content, _, changes = _render(project)
    assert content["scrape_configs"][0] == job
    assert str(path.parent / "alerts/*.yml") in content["rule_files"]
    assert any(change.startswith("prometheus.yml: rule_files alerts/*.yml") for change in changes)
    names = [found["job_name"] for found in content["scrape_configs"]]
    assert len(names) == len(set(names))


def test_without_files_everything_is_scraped_and_goes_to_the_inbox(project: Project) -> None:
    """A project that brings no configuration has one that the tools accept."""
    assert config.diagnostics(project, load(project)) == []
    prometheus, alertmanager, changes = _render(project, offset=1000)
    jobs = {job["job_name"] for job in prometheus["scrape_configs"]}
    assert {"prometheus", "whiteroom-inbox", "node-exporter"} <= jobs
    assert (
        alertmanager["receivers"][0]["slack_configs"][0]["api_url"] == "http://127.0.0.1:9004/slack"
    )
    assert changes == [
        "prometheus.yml: addresses of components are at the stack's ports",
        "alertmanager.yml: addresses of components are at the stack's ports",
        JOURNAL,
        PROBES,
        PATH,
    ]


PROGRAMS = """\
name = "own"
[programs.studio]
addresses = ["127.0.0.1:8080", "studio.example:8000"]
interval = "5s"
path = "/m"
service = "sound"
bearer_token_file = "token"
[programs.studio.tls]
ca_file = "ca.pem"
[programs.fleet]
dns = [{name = "_m._tcp.studio.example"}]
username = "me"
password_file = "password"
"""


def test_a_program_is_scraped_where_it_is(tmp_path: Path) -> None:
    """Addresses, TLS, credentials and discovery are Prometheus' own; an address never moves, though
    a component has the same port."""
    path = tmp_path / "whiteroom.toml"
    path.write_text(PROGRAMS)
    content, _, _ = _render(read(path), offset=1000)
    jobs = {job.pop("job_name"): job for job in content["scrape_configs"]}
    assert jobs["studio"] == {
        "scrape_interval": "5s",
        "metrics_path": "/m",
        "scheme": "https",
        "tls_config": {"ca_file": str(tmp_path / "ca.pem")},
        "authorization": {"credentials_file": str(tmp_path / "token")},
        "static_configs": [
            {
                "targets": ["127.0.0.1:8080", "studio.example:8000"],
                "labels": {"service": "sound"},
            }
        ],
    }
    assert jobs["fleet"] == {
        "basic_auth": {"username": "me", "password_file": str(tmp_path / "password")},
        "dns_sd_configs": [{"names": ["_m._tcp.studio.example"], "type": "SRV"}],
        "relabel_configs": [{"target_label": "service", "replacement": "fleet"}],
    }
    assert jobs["cadvisor"]["static_configs"][0]["targets"] == ["127.0.0.1:9080"]


def test_the_real_engine_takes_the_place_of_the_reference_engine() -> None:
    """With an address, the program is scraped there and all rules about it stay, app or not."""
    engine = replace(WHITE_ROOM.programs["juce-backend"], addresses=("127.0.0.1:8000",))
    project = replace(WHITE_ROOM, programs={**WHITE_ROOM.programs, "juce-backend": engine})
    descriptions = load(project)
    kept = [component.name for component in descriptions if not component.of_app]
    paths = StackPaths(Path("/nowhere"), 7000, port_numbers(descriptions))
    files = config.render(project, paths, descriptions, kept, ()).files
    jobs = yaml.safe_load(files["prometheus/prometheus.yml"])["scrape_configs"]
    [job] = [job for job in jobs if job["job_name"] == "juce-backend"]
    assert job["static_configs"] == [
        {"targets": ["127.0.0.1:8000"], "labels": {"service": "engine"}}
    ]
    assert job["scrape_interval"] == "10s"
    assert {f"prometheus/rules/{name}" for name in engine.rules} <= files.keys()
    assert "prometheus/rules/http.yml" not in files
    [component] = [c for c in descriptions if c.name == "engine"]
    assert "127.0.0.1:8000" in component.conditions[0].reason
