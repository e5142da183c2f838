"""The client of Alertmanager.

Source: https://github.com/prometheus/alertmanager/blob/main/api/v2/openapi.yaml
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from whiteroom_monitoring.datasources.http import HttpClient


class AlertmanagerClient:
    """Alertmanager's HTTP API, version 2.

    ``silences`` is who makes and ends silences in its place, by the same API: the reconciler.
    """

    def __init__(self, http: HttpClient, silences: HttpClient | None = None) -> None:
        self._http = http
        self._silences = silences or http

    @classmethod
    def at(cls, url: str) -> AlertmanagerClient:
        """Return a client of the server at ``url``, such as http://127.0.0.1:9093."""
        return cls(HttpClient("Alertmanager", url))

    def alerts(self) -> list[Mapping[str, Any]]:
        """Return the alerts that it holds, with receivers and status. Raises SourceError."""
        return self._http.get_json("/api/v2/alerts", decode=list)

    def groups(self) -> list[Mapping[str, Any]]:
        """Return the groups of alerts, silenced and inhibited ones too. Raises SourceError."""
        return self._http.get_json("/api/v2/alerts/groups", decode=list)

    def post_alerts(self, alerts: Sequence[Mapping[str, object]]) -> None:
        """Give it alerts, as Prometheus does. Raises SourceError."""
        self._http.send_json("POST", "/api/v2/alerts", alerts)

    def silences(self) -> list[Mapping[str, Any]]:
        """Return the silences, expired ones as well. Raises SourceError."""
        return self._http.get_json("/api/v2/silences", decode=list)

    def create_silence(self, silence: Mapping[str, object]) -> str:
        """Create a silence and return its id. Raises SourceError."""
        return str(self._silences.send_json("POST", "/api/v2/silences", silence)["silenceID"])

    def expire_silence(self, identifier: str) -> None:
        """End a silence now. Raises SourceError."""
        self._silences.send_json("DELETE", f"/api/v2/silence/{identifier}")
