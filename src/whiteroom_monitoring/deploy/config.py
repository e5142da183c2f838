"""The configuration as components read it: the committed files with this stack's ports and paths.

Every version has a folder of its own, named by its content. A link names the one in force, so that
a component never sees half of a change, and the last good version stays when a new one is invalid.
"""

from __future__ import annotations

import hashlib
import os
import re
import shutil
from collections.abc import Collection
from pathlib import Path
from typing import Any

import yaml

from whiteroom_monitoring.deploy.credentials import FILES
from whiteroom_monitoring.deploy.paths import LOOPBACK, PORTS, StackPaths
from whiteroom_monitoring.diagnostics import Diagnostic, DiagnosticsError

# The component that a job scrapes, or that a file of rules judges; without it they are left out.
JOBS = {
    "juce-backend": "engine",
    "swift-frontend": "frontend",
    "business-metrics": "backend",
    "postgres": "postgres-exporter",
    "redis": "redis-exporter",
    "nginx": "nginx-exporter",
    "cadvisor": "cadvisor",
    "node-exporter": "node-exporter",
    "prometheus": "prometheus",
    "alertmanager": "alertmanager",
    "whiteroom-agent": "segment-exporter",
    "whiteroom-inbox": "inbox",
    "whiteroom-console": "console",
}
RULES = {
    "audio.yml": "engine",
    "causes.yml": "engine",
    "engine.yml": "engine",
    "ffi.yml": "engine",
    "missing_engine.yml": "engine",
    "objectives_engine.yml": "engine",
    "panels_engine.yml": "engine",
    "panels_frontend.yml": "frontend",
    "http.yml": "backend",
    "missing_backend.yml": "backend",
    "objectives_backend.yml": "backend",
    "panels_backend.yml": "backend",
    "business.yml": "backend",
    "security.yml": "backend",
    "database.yml": "postgres-exporter",
    "missing_database.yml": "postgres-exporter",
    "cache.yml": "redis-exporter",
    "web.yml": "nginx-exporter",
}

# The receiver of alertmanager.yml that gets a copy of every notification.
COPIES = "inbox"

# Of the first scrapes after a start.
QUICK_INTERVAL = "1s"

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

    def diagnostics(self) -> list[Diagnostic]:
        """Return every diagnostic of the files and of the catalogue, at its place."""
        try:
            # Here, because it takes a fifth of a second, which `whiteroom up --help` has not.
            from whiteroom_monitoring.lint import configuration  # noqa: PLC0415

            return configuration.diagnostics(self.prometheus_yml, self.rules, self.alertmanager_yml)
        except DiagnosticsError as error:
            return list(error.diagnostics)


def render(
    source: Source, paths: StackPaths, components: Collection[str], credentials: Collection[str]
) -> dict[str, str]:
    """Return the content of each file by its path below StackPaths.config.

    ``components`` are the names of those that the stack has. ``credentials`` are the names that are
    set; a channel without its own leads to the inbox.
    """
    rules = [path for path in source.rules if RULES.get(path.name, "prometheus") in components]
    templates = sorted((source.folder / "alertmanager/templates").glob("*.tmpl"))
    files = {
        "prometheus/prometheus.yml": _prometheus(source.prometheus_yml, components),
        "alertmanager/alertmanager.yml": _alertmanager(source.alertmanager_yml, paths, credentials),
    }
    files |= {f"prometheus/rules/{path.name}": path.read_text(encoding="utf-8") for path in rules}
    files |= {
        f"alertmanager/templates/{path.name}": path.read_text(encoding="utf-8")
        for path in templates
    }
    files |= _grafana(source.folder / "grafana", paths)
    return {name: _shifted(text, paths) for name, text in files.items()}


def quickened(files: dict[str, str]) -> dict[str, str]:
    """Return the files with first scrapes that follow at once.

    Prometheus spreads its first scrapes over one interval. A start is green when all have happened,
    so it begins with short intervals, which `activate` then replaces by those of ``files``.
    """
    content = yaml.safe_load(files["prometheus/prometheus.yml"])
    quick = {"scrape_interval": QUICK_INTERVAL, "scrape_timeout": QUICK_INTERVAL}
    for settings in (content["global"], *content["scrape_configs"]):
        settings.update({key: quick[key] for key in quick.keys() & settings.keys()})
    return {**files, "prometheus/prometheus.yml": _dump(content)}


def activate(files: dict[str, str], paths: StackPaths) -> bool:
    """Put ``files`` in force; return whether that changes anything.

    The version before stays for `restore`; older ones are removed.
    """
    folder = paths.configurations / _digest(files)
    before = paths.config.resolve() if paths.config.is_symlink() else None
    changes = before != folder or _content(folder) != files
    if changes:
        _write(files, folder)
        _link(paths, folder)
    for version in paths.configurations.iterdir():
        if version not in (folder, before) and version.is_dir():
            shutil.rmtree(version)
    return changes


def restore(paths: StackPaths) -> None:
    """Put the version before the present one in force again; without one, change nothing."""
    present = paths.config.resolve()
    for version in paths.configurations.iterdir():
        if version != present and version.is_dir():
            _link(paths, version)


def _write(files: dict[str, str], folder: Path) -> None:
    unfinished = folder.with_name(f"unfinished-{os.getpid()}")
    for name, text in files.items():
        path = unfinished / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")
    shutil.rmtree(folder, ignore_errors=True)
    unfinished.replace(folder)


def _content(folder: Path) -> dict[str, str]:
    """Return what is there, which somebody may have edited, as `render` returns it."""
    paths = (path for path in folder.rglob("*") if path.is_file())
    return {str(path.relative_to(folder)): path.read_text("utf-8", "replace") for path in paths}


def _link(paths: StackPaths, folder: Path) -> None:
    link = paths.config.with_name(f".{paths.config.name}.new")
    link.unlink(missing_ok=True)
    link.symlink_to(folder)
    link.replace(paths.config)


def _digest(files: dict[str, str]) -> str:
    content = "\0".join(f"{name}\0{files[name]}" for name in sorted(files))
    return hashlib.sha256(content.encode()).hexdigest()[:16]


def _shifted(text: str, paths: StackPaths) -> str:
    def shift(found: re.Match[str]) -> str:
        port = int(found[1])
        ours = port in PORTS.values()
        return f"{LOOPBACK}:{port + paths.port_offset}" if ours else found[0]

    return _LOCAL_PORT.sub(shift, text)


def _dump(content: Any) -> str:
    return _NOTE + yaml.safe_dump(content, sort_keys=False, allow_unicode=True, width=100)


def _prometheus(path: Path, components: Collection[str]) -> str:
    content = yaml.safe_load(path.read_text(encoding="utf-8"))
    content["scrape_configs"] = [
        job
        for job in content["scrape_configs"]
        if JOBS.get(job["job_name"], "prometheus") in components
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
                pager["url"] = f"http://{LOOPBACK}:{PORTS['inbox']}/pagerduty/v2/enqueue"
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
