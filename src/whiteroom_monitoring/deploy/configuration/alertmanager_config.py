"""Alertmanager's configuration: the project's file, with the credentials that a stack has."""

from __future__ import annotations

from collections.abc import Collection
from pathlib import Path
from typing import Any

from whiteroom_monitoring import plain_yaml
from whiteroom_monitoring.deploy import access
from whiteroom_monitoring.deploy.configuration.prometheus_config import Edits
from whiteroom_monitoring.deploy.credentials import FILES, NO_CHANNELS
from whiteroom_monitoring.deploy.paths import LOOPBACK, StackPaths
from whiteroom_monitoring.project.model import Project
from whiteroom_monitoring.reconciler.notification_journal import KEPT_PATH

# The receiver that gets a copy of every notification.
COPIES = "inbox"
# Files of this folder, with these names, are ours to fill.
_SECRETS = "secrets"


def render(
    project: Project,
    path: Path,
    paths: StackPaths,
    credentials: Collection[str],
    edits: Edits,
) -> dict[str, Any]:
    """Return the content of the file at ``path``; a channel without its credential leads here."""
    changes = edits.changes
    content: dict[str, Any] = plain_yaml.load(edits.shift(path.read_text(encoding="utf-8"))) or {}
    missing = {file_name for name, file_name in FILES.items() if name not in credentials}
    for receiver in content.get("receivers") or []:
        _pagers_to_inbox(receiver, missing, paths, changes)
    if NO_CHANNELS.issuperset(credentials):
        _leave_out_copies(content.get("route") or {}, changes)
    settings = content.get("global") or {}
    if "smtp_password" in missing and _secret(settings.get("smtp_auth_password_file")):
        _mail_to_inbox(settings, paths)
        changes.append(f"{path.name}: mail goes to the inbox, because SMTP_PASSWORD is not set")
    if "slack_webhook_url" in missing and _secret(settings.get("slack_api_url_file")):
        changes.append(
            f"{path.name}: Slack's messages go to the inbox, because SLACK_WEBHOOK_URL is not set"
        )
    _with_absolute_files(content, path, paths, changes)
    password = access.basic_auth(paths, "alertmanager", "alertmanager")
    call_reconciler(content, paths.url("reconciler"), password)
    changes.append(f"{path.name}: every receiver tells the reconciler, too, which keeps a journal")
    if templates := _templates(project, path, content.get("templates"), changes):
        content["templates"] = templates
    return content


def call_reconciler(content: dict[str, Any], url: str, password: dict[str, Any]) -> None:
    """Let every receiver that tells anybody of anything tell the reconciler at ``url``, too."""
    for receiver in content.get("receivers") or []:
        if any(key.endswith("_configs") and receiver[key] for key in receiver):
            webhook: dict[str, Any] = {"url": url + KEPT_PATH, "send_resolved": True}
            # The group matters to it, and none of its alerts.
            webhook["max_alerts"] = 1
            if password:
                webhook["http_config"] = {"basic_auth": password}
            receiver["webhook_configs"] = [*(receiver.get("webhook_configs") or []), webhook]


def _pagers_to_inbox(
    receiver: dict[str, Any], missing: set[str], paths: StackPaths, changes: list[str]
) -> None:
    for pager in receiver.get("pagerduty_configs") or []:
        key = _secret(pager.get("routing_key_file"))
        if key in missing:
            pager["url"] = paths.url("inbox", "/pagerduty/v2/enqueue")
            name = next(name for name, file_name in FILES.items() if file_name == key)
            changes.append(
                f"receiver {receiver.get('name')}: pages the inbox, because {name} is not set"
            )


def _secret(value: Any) -> str:
    """Return the name of the credential's file that a setting names, or nothing."""
    path = Path(str(value or ""))
    is_ours = path == Path(_SECRETS, path.name) and path.name in FILES.values()
    return path.name if is_ours else ""


def _leave_out_copies(route: dict[str, Any], changes: list[str]) -> None:
    """Drop the route that copies everything to the inbox, which receives everything anyway."""
    routes = route.get("routes") or []
    children = [child for child in routes if not _copies_everything(child)]
    if len(children) < len(routes):
        route["routes"] = children
        changes.append(f"route to {COPIES}: left out, because everything goes there anyway")


def _copies_everything(route: dict[str, Any]) -> bool:
    choosing = ("matchers", "match", "match_re")
    chooses = any(route.get(key) for key in choosing)
    return route.get("receiver") == COPIES and bool(route.get("continue")) and not chooses


def _mail_to_inbox(settings: dict[str, Any], paths: StackPaths) -> None:
    settings["smtp_smarthost"] = f"{LOOPBACK}:{paths.port('inbox-smtp')}"
    settings["smtp_require_tls"] = False
    for name in ("smtp_auth_username", "smtp_auth_password_file"):
        settings.pop(name, None)


def _templates(
    project: Project, path: Path, written: list[str] | None, changes: list[str]
) -> list[str]:
    """Return the patterns of templates: those of the project's folder are copied, others stay."""
    patterns = []
    for pattern in written or []:
        absolute = path.parent / pattern
        if absolute.parent == project.files.templates:
            patterns.append(f"templates/{absolute.name}")
        else:
            changes.append(f"{path.name}: the templates {pattern} are read at {absolute}")
            patterns.append(str(absolute))
    return patterns


def _with_absolute_files(node: Any, path: Path, paths: StackPaths, changes: list[str]) -> None:
    """Let files of credentials be this stack's, and other relative paths begin at ``path``."""
    if isinstance(node, list):
        for item in node:
            _with_absolute_files(item, path, paths, changes)
    elif isinstance(node, dict):
        for key, value in node.items():
            if not (isinstance(value, str) and str(key).endswith("_file")):
                _with_absolute_files(value, path, paths, changes)
            elif secret := _secret(value):
                node[key] = str(paths.credentials_of("alertmanager") / secret)
            elif not Path(value).is_absolute():
                node[key] = str(path.parent / value)
                changes.append(f"{path.name}: {key} {value} is read at {node[key]}")
