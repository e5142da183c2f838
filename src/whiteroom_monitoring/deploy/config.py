"""The configuration as components read it: the committed files with a stack's ports and paths."""

from __future__ import annotations

import re
from collections.abc import Collection, Mapping, Sequence
from pathlib import Path
from typing import Any

import yaml

from whiteroom_monitoring.covering.rules import PREFIX
from whiteroom_monitoring.deploy.component import Component
from whiteroom_monitoring.deploy.credentials import FILES
from whiteroom_monitoring.deploy.paths import LOOPBACK, PORTS, StackPaths
from whiteroom_monitoring.deploy.registry import COMPONENTS, rule_owners, scrape_jobs
from whiteroom_monitoring.diagnostics import Diagnostic, DiagnosticsError

# The receiver of alertmanager.yml that gets a copy of every notification.
COPIES = "inbox"

# Of the first scrapes after a start.
QUICK_INTERVAL = "1s"
DEFAULT_METRICS_PATH = "/metrics"

# Where Grafana's container has the dashboards.
_CONTAINER_DASHBOARDS = "/etc/grafana/dashboards"
_NOTE = "# Written by `whiteroom up` from the configuration that comes with the product.\n"
_LOCAL_PORT = re.compile(rf"\b{re.escape(LOOPBACK)}:(\d+)")


class Source:
    """The configuration in ``folder``, which is laid out like infrastructure/monitoring."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.prometheus_yml = self.folder / "prometheus/prometheus.yml"
        self.alertmanager_yml = self.folder / "alertmanager/alertmanager.yml"

    @property
    def rules(self) -> list[Path]:
        """The rule files."""
        return sorted((self.folder / "prometheus/rules").glob("*.yml"))

    def diagnostics(self, descriptions: Sequence[Component] = COMPONENTS) -> list[Diagnostic]:
        """Return every diagnostic of the files and of the catalogue, at its place.

        What the components of ``descriptions`` expose may be named by rules.
        """
        # Here, because it takes a fifth of a second, which `whiteroom up --help` has not.
        from whiteroom_monitoring.lint import configuration  # noqa: PLC0415
        from whiteroom_monitoring.promql.vocabulary import Family  # noqa: PLC0415

        additions = configuration.Additions(
            {c.name: [Family.parse(line) for line in c.metrics] for c in descriptions if c.metrics},
            {job.name: job.service for job in scrape_jobs(descriptions).values()},
        )
        try:
            return configuration.diagnostics(
                self.prometheus_yml, self.rules, self.alertmanager_yml, additions=additions
            )
        except DiagnosticsError as error:
            return list(error.diagnostics)


def render(
    source: Source,
    paths: StackPaths,
    kept: Collection[str],
    credentials: Collection[str],
    descriptions: Sequence[Component] = COMPONENTS,
) -> dict[str, str]:
    """Return the content of each file by its path below StackPaths.config.

    ``kept`` are the names of those of the components that the stack has. ``credentials`` are the
    names that are set; a channel without its own leads to the inbox.
    """
    owners = rule_owners(descriptions)
    rules = [path for path in source.rules if _owner_of_rules(path, owners) in kept]
    templates = sorted((source.folder / "alertmanager/templates").glob("*.tmpl"))
    files = {
        "prometheus/prometheus.yml": _prometheus(source.prometheus_yml, kept, descriptions),
        "alertmanager/alertmanager.yml": _alertmanager(source.alertmanager_yml, paths, credentials),
    }
    files |= {f"prometheus/rules/{path.name}": path.read_text(encoding="utf-8") for path in rules}
    files |= {
        f"alertmanager/templates/{path.name}": path.read_text(encoding="utf-8")
        for path in templates
    }
    files |= _grafana(source.folder / "grafana", paths)
    return {name: _shifted(text, paths) for name, text in files.items()}


def _owner_of_rules(path: Path, owners: Mapping[str, str]) -> str:
    """Return the component that a file of rules is about; of what is covered, its alerts' one."""
    return owners.get(path.name.removeprefix(PREFIX), "prometheus")


def scrape_config(component: Component) -> dict[str, Any]:
    """Return the entry of ``scrape_configs`` that scrapes a component. It has a scrape job."""
    job = component.scrape
    assert job is not None
    entry: dict[str, Any] = {"job_name": job.name}
    if job.interval_s is not None:
        entry["scrape_interval"] = f"{job.interval_s}s"
    if job.path != DEFAULT_METRICS_PATH:
        entry["metrics_path"] = job.path
    target = f"{LOOPBACK}:{component.ports[0].number}"
    return {**entry, "static_configs": [{"targets": [target], "labels": {"service": job.service}}]}


def quickened(files: Mapping[str, str]) -> dict[str, str]:
    """Return the files with first scrapes that follow at once.

    Prometheus spreads its first scrapes over one interval. A start is green when all have happened,
    so it begins with short intervals, which `up` then replaces by those of ``files``.
    """
    content = yaml.safe_load(files["prometheus/prometheus.yml"])
    quick = {"scrape_interval": QUICK_INTERVAL, "scrape_timeout": QUICK_INTERVAL}
    for settings in (content["global"], *content["scrape_configs"]):
        settings.update({key: quick[key] for key in quick.keys() & settings.keys()})
    return {**files, "prometheus/prometheus.yml": _dump(content)}


def _shifted(text: str, paths: StackPaths) -> str:
    numbers = set(paths.ports.values())

    def shift(address: re.Match[str]) -> str:
        port = int(address[1])
        return f"{LOOPBACK}:{port + paths.port_offset}" if port in numbers else address[0]

    return _LOCAL_PORT.sub(shift, text)


def _dump(content: Any) -> str:
    return _NOTE + yaml.safe_dump(content, sort_keys=False, allow_unicode=True, width=100)


def _prometheus(path: Path, kept: Collection[str], descriptions: Sequence[Component]) -> str:
    """Return the file with the jobs of kept components, and with those that are no component's."""
    content = yaml.safe_load(path.read_text(encoding="utf-8"))
    owners = {job.name: name for name, job in scrape_jobs(descriptions).items()}
    written = content["scrape_configs"]
    names = {job["job_name"] for job in written}
    content["scrape_configs"] = [
        *(job for job in written if owners.get(job["job_name"], "prometheus") in kept),
        *(
            scrape_config(component)
            for component in descriptions
            if component.name in kept and component.scrape and component.scrape.name not in names
        ),
    ]
    return _dump(content)


def _grafana(folder: Path, paths: StackPaths) -> dict[str, str]:
    """Return dashboards and provisioning, with this stack's folder of dashboards."""
    sources = [*folder.glob("dashboards/*.json"), *folder.glob("provisioning/*/*.yml")]
    files = {f"grafana/{path.relative_to(folder)}": path.read_text("utf-8") for path in sources}
    ours = str(paths.config / "grafana/dashboards")
    return {name: text.replace(_CONTAINER_DASHBOARDS, ours) for name, text in files.items()}


def _alertmanager(path: Path, paths: StackPaths, credentials: Collection[str]) -> str:
    content = yaml.safe_load(path.read_text(encoding="utf-8"))
    missing = {file_name for name, file_name in FILES.items() if name not in credentials}
    _with_absolute_secrets(content, paths)
    for receiver in content["receivers"]:
        for pager in receiver.get("pagerduty_configs", []):
            if Path(pager["routing_key_file"]).name in missing:
                # Addresses are written without the offset, which is added to all at the end.
                pager["url"] = f"http://{LOOPBACK}:{paths.ports['inbox']}/pagerduty/v2/enqueue"
    if not credentials:
        _leave_out_copies(content["route"])
    if "smtp_password" in missing:
        _mail_to_inbox(content["global"])
    return _dump(content)


def _leave_out_copies(route: dict[str, Any]) -> None:
    """Drop the route that copies everything to the inbox, which receives everything anyway."""
    route["routes"] = [child for child in route["routes"] if child["receiver"] != COPIES]


def _mail_to_inbox(settings: dict[str, Any]) -> None:
    settings["smtp_smarthost"] = f"{LOOPBACK}:{PORTS['inbox-smtp']}"
    settings["smtp_require_tls"] = False
    for name in ("smtp_auth_username", "smtp_auth_password_file"):
        settings.pop(name, None)


def _with_absolute_secrets(node: Any, paths: StackPaths) -> None:
    """Replace `secrets/NAME` of every ``*_file`` setting by its path in this stack's folder."""
    if isinstance(node, list):
        for item in node:
            _with_absolute_secrets(item, paths)
    elif isinstance(node, dict):
        for key, value in node.items():
            if isinstance(value, str) and str(key).endswith("_file"):
                node[key] = str(paths.secrets / Path(value).name)
            else:
                _with_absolute_secrets(value, paths)
