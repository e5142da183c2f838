"""Where a drill's notifications go: to the copy's own inbox, whatever the project's files say.

A drill must wake nobody. What the inbox does not speak is taken out, and said.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from whiteroom_monitoring.deploy.paths import LOOPBACK, StackPaths
from whiteroom_monitoring.pager_path import NAME as PAGER_PATH

_MAIL_SECRETS = ("auth_username", "auth_password", "auth_password_file", "auth_secret")
_RECONCILER_PORT = "reconciler"
# Returns the settings of a channel that lead to the inbox, or nothing.
Diversion = Callable[[dict[str, Any], StackPaths], dict[str, Any]]


def divert(content: dict[str, Any], paths: StackPaths) -> tuple[dict[str, Any], list[str]]:
    """Return Alertmanager's configuration with every channel at the inbox, and what it lost."""
    lost: list[str] = []
    receivers = [
        # The watcher's rounds are at the inbox already, and nobody is notified of them.
        r if r["name"] == PAGER_PATH else _receiver(r, paths, lost)
        for r in content.get("receivers") or []
    ]
    settings = {k: v for k, v in (content.get("global") or {}).items() if not _is_address(k)}
    if _has_mail(receivers):
        settings |= {
            "smtp_smarthost": f"{LOOPBACK}:{paths.port('inbox-smtp')}",
            "smtp_require_tls": False,
            "smtp_from": settings.get("smtp_from", "alerts@localhost"),
        }
    return {**content, "global": settings, "receivers": receivers}, lost


def _is_address(key: str) -> bool:
    """Return whether a global setting says where notifications go, by which way, or a secret."""
    others = ("http_config", *(f"smtp_{name}" for name in _MAIL_SECRETS))
    return key.endswith(("_url", "_url_file", "_key", "_key_file")) or key in others


def _has_mail(receivers: list[dict[str, Any]]) -> bool:
    return any(receiver.get("email_configs") for receiver in receivers)


def _receiver(receiver: dict[str, Any], paths: StackPaths, lost: list[str]) -> dict[str, Any]:
    new_receiver: dict[str, Any] = {"name": receiver["name"]}
    for key, channels in receiver.items():
        if key == "name":
            continue
        diversion: Diversion = _DIVERSIONS.get(key, _none)
        diverted = [diversion(settings, paths) for settings in channels or []]
        if not all(diverted):
            lost.append(f"receiver {receiver['name']}: {key} is not drilled")
        new_receiver[key] = [settings for settings in diverted if settings]
    return {key: value for key, value in new_receiver.items() if value}


def _none(settings: Any, paths: StackPaths) -> dict[str, Any]:
    return {}


def _pagerduty(settings: dict[str, Any], paths: StackPaths) -> dict[str, Any]:
    diverted = {k: v for k, v in settings.items() if k != "http_config"}
    return {**diverted, "url": paths.url("inbox", "/pagerduty/v2/enqueue")}


def _slack(settings: dict[str, Any], paths: StackPaths) -> dict[str, Any]:
    diverted = {k: v for k, v in settings.items() if k not in ("api_url_file", "http_config")}
    return {**diverted, "api_url": paths.url("inbox", "/slack")}


def _email(settings: dict[str, Any], paths: StackPaths) -> dict[str, Any]:
    diverted = {k: v for k, v in settings.items() if k not in (*_MAIL_SECRETS, "tls_config")}
    smarthost = f"{LOOPBACK}:{paths.port('inbox-smtp')}"
    return {**diverted, "smarthost": smarthost, "require_tls": False}


def _webhook(settings: dict[str, Any], paths: StackPaths) -> dict[str, Any]:
    """Keep the one that tells the copy's own reconciler."""
    own = str(settings.get("url", "")).startswith(paths.url(_RECONCILER_PORT))
    return settings if own else {}


_DIVERSIONS: Mapping[str, Diversion] = {
    "pagerduty_configs": _pagerduty,
    "slack_configs": _slack,
    "email_configs": _email,
    "webhook_configs": _webhook,
}
