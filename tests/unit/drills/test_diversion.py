"""A drill wakes nobody: every channel leads to the copy's inbox, whatever the project says."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from whiteroom_monitoring.deploy.paths import StackPaths
from whiteroom_monitoring.drills.diversion import divert

PATHS = StackPaths(Path("/data"), 100)
INBOX = "http://127.0.0.1:8104"


def diverted(**channels: Any) -> tuple[dict[str, Any], list[str]]:
    """Return one receiver after the diversion, and what was lost."""
    content = {"receivers": [{"name": "r", **channels}]}
    made, lost = divert(content, PATHS)
    return made["receivers"][0], lost


def test_channels() -> None:
    """PagerDuty, Slack and mail lead to the inbox, without the secrets of the real ones."""
    receiver, lost = diverted(
        pagerduty_configs=[
            {"url": "https://real.example", "severity": "error", "http_config": {"proxy_url": "p"}}
        ],
        slack_configs=[{"api_url": "https://real.example", "channel": "#a"}, {"api_url_file": "f"}],
        email_configs=[{"to": "a@b", "smarthost": "real.example:25", "auth_password_file": "f"}],
    )
    assert receiver == {
        "name": "r",
        "pagerduty_configs": [{"url": f"{INBOX}/pagerduty/v2/enqueue", "severity": "error"}],
        "slack_configs": [
            {"api_url": f"{INBOX}/slack", "channel": "#a"},
            {"api_url": f"{INBOX}/slack"},
        ],
        "email_configs": [{"to": "a@b", "smarthost": "127.0.0.1:8125", "require_tls": False}],
    }
    assert lost == []


def test_other_channels_are_taken_out() -> None:
    """A channel that the inbox does not speak is taken out, and said; the reconciler is kept."""
    own = {"url": "http://127.0.0.1:8105/notified"}
    receiver, lost = diverted(
        webhook_configs=[{"url": "https://real.example"}, own], opsgenie_configs=[{"api_key": "k"}]
    )
    assert receiver == {"name": "r", "webhook_configs": [own]}
    assert lost == [
        "receiver r: webhook_configs is not drilled",
        "receiver r: opsgenie_configs is not drilled",
    ]


def test_global_addresses() -> None:
    """No address and no secret of the global settings is left."""
    settings = {
        "slack_api_url": "https://real.example",
        "http_config": {"proxy_url": "https://real.example"},
        "pagerduty_url": "https://real.example",
        "opsgenie_api_key_file": "f",
        "smtp_smarthost": "real.example:25",
        "smtp_auth_password": "s",
        "smtp_from": "a@b",
        "resolve_timeout": "5m",
    }
    content = {"global": settings, "receivers": [{"name": "r", "email_configs": [{"to": "a@b"}]}]}
    assert divert(content, PATHS)[0]["global"] == {
        "smtp_smarthost": "127.0.0.1:8125",
        "smtp_require_tls": False,
        "smtp_from": "a@b",
        "resolve_timeout": "5m",
    }


def test_the_watcher_s_receiver_stays() -> None:
    """Rounds of the pager path go where the inbox keeps them, and not among its pages."""
    own = {"name": "pager-path", "slack_configs": [{"api_url": f"{INBOX}/pager-path/slack"}]}
    content, lost = divert({"receivers": [own]}, PATHS)
    assert (content["receivers"], lost) == ([own], [])
