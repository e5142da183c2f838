"""The PagerDuty services that Alertmanager's configuration names, and events to them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import yaml

from whiteroom_monitoring import plain_yaml
from whiteroom_monitoring.datasources.http import HttpClient
from whiteroom_monitoring.errors import MonitoringError
from whiteroom_monitoring.pager_path import NAME

_DEFAULT_URL = "https://events.pagerduty.com/v2/enqueue"


class ServiceError(MonitoringError):
    """Alertmanager's configuration, or a key that it names, can't be read."""


@dataclass(frozen=True)
class Service:
    """One service: where events go, and the file of its key."""

    url: str
    key_file: Path
    severity: str

    def send(self, action: str, dedup_key: str, payload: Mapping[str, str] | None = None) -> None:
        """Send an event. Raises SourceError when it is not taken, ServiceError without a key."""
        try:
            key = self.key_file.read_text(encoding="utf-8").strip()
        except OSError as error:
            raise ServiceError(f"{self.key_file}: can't be read: {error.strerror}") from error
        event: dict[str, Any] = {
            "routing_key": key,
            "event_action": action,
            "dedup_key": dedup_key,
        }
        if payload is not None:
            event["payload"] = {"severity": self.severity, **payload}
        HttpClient("PagerDuty", self.url).send_json("POST", "", event)


def services(
    alertmanager_yml: Path, credentials: Path | None = None
) -> dict[str, Sequence[Service]]:
    """Return the services of each receiver, in the order of its configurations.

    A key that is in the folder ``credentials``, too, is read there. Raises ServiceError when the
    file can't be read.
    """
    try:
        content = plain_yaml.load(alertmanager_yml.read_text(encoding="utf-8"))
        default = content.get("global", {}).get("pagerduty_url", _DEFAULT_URL)
        return {
            receiver["name"]: tuple(
                Service(
                    pager.get("url", default),
                    _key_file(Path(pager["routing_key_file"]), credentials),
                    pager.get("severity", "error"),
                )
                for pager in receiver["pagerduty_configs"]
            )
            for receiver in content["receivers"]
            # The rounds of the pager path are nobody's incidents.
            if "pagerduty_configs" in receiver and receiver["name"] != NAME
        }
    except (OSError, yaml.YAMLError, KeyError, TypeError, AttributeError) as error:
        raise ServiceError(f"{alertmanager_yml}: can't be used: {error}") from error


def _key_file(named: Path, credentials: Path | None) -> Path:
    copy = credentials / named.name if credentials else named
    return copy if copy.is_file() else named
