"""The data sources of a console or of `verify`, each with its client."""

from __future__ import annotations

from collections.abc import Mapping

from whiteroom_monitoring.datasources.alertmanager import AlertmanagerClient
from whiteroom_monitoring.datasources.errors import SourceError
from whiteroom_monitoring.datasources.http import HttpClient, Observer
from whiteroom_monitoring.datasources.limits import DEFAULT_LIMITS, Limits
from whiteroom_monitoring.datasources.loki import LokiClient
from whiteroom_monitoring.datasources.prometheus import PrometheusClient
from whiteroom_monitoring.datasources.single_flight import SingleFlight
from whiteroom_monitoring.project.model import DEFAULT_ALERTS, Alerts

# For how long an answer is shared, such as the values of a label.
_TTL_S = 5.0
_MAX_ANSWERS = 64


class DataSources:
    """The data sources by uid; ``urls`` maps a type, which is the uid as well, to an address.

    ``alerts`` says how urgent an alert is that they tell; ``silences`` is where silences are made
    and ended, when not at Alertmanager itself; ``authorizations`` are the headers of those that ask
    for one. Equal questions share their answers for a few seconds. Safe for many threads.
    """

    def __init__(
        self,
        urls: Mapping[str, str],
        limits: Limits = DEFAULT_LIMITS,
        observer: Observer | None = None,
        alerts: Alerts = DEFAULT_ALERTS,
        *,
        silences: str = "",
        authorizations: Mapping[str, str] | None = None,
    ) -> None:
        self.limits = limits
        self.alerts = alerts
        shared = SingleFlight(_TTL_S, _MAX_ANSWERS)
        self._clients = {
            uid: HttpClient(
                uid.capitalize(), url, limits, shared, observer, (authorizations or {}).get(uid, "")
            )
            for uid, url in urls.items()
        }
        self._silences = (
            HttpClient(
                "Alertmanager",
                silences,
                limits,
                shared,
                observer,
                (authorizations or {}).get("alertmanager", ""),
            )
            if silences
            else None
        )

    @property
    def uids(self) -> list[str]:
        """The uid of each data source."""
        return list(self._clients)

    @property
    def prometheus(self) -> PrometheusClient:
        """The client of Prometheus. Raises SourceError where none is configured."""
        return PrometheusClient(self._client("prometheus"))

    @property
    def alertmanager(self) -> AlertmanagerClient:
        """The client of Alertmanager. Raises SourceError where none is configured."""
        return AlertmanagerClient(self._client("alertmanager"), self._silences)

    @property
    def loki(self) -> LokiClient:
        """The client of Loki. Raises SourceError where none is configured."""
        return LokiClient(self._client("loki"))

    def _client(self, uid: str) -> HttpClient:
        if uid not in self._clients:
            raise SourceError(f"The data source {uid!r} is not configured.")
        return self._clients[uid]
