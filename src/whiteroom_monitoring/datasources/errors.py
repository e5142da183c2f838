"""Why a panel can't be shown: its own fault, its data source's, or this console's limits."""

from __future__ import annotations

from whiteroom_monitoring.errors import MonitoringError


class UnsupportedError(MonitoringError):
    """The dashboard asks for something that this console does not do; ``feature`` names it."""

    def __init__(self, feature: str) -> None:
        self.feature = feature
        super().__init__(f"This console does not support {feature}. Grafana shows this panel.")


class SourceError(MonitoringError):
    """A data source is down, slow, or refuses a query; the text says which and why."""


class RequestError(MonitoringError):
    """A request has no meaning, or asks for more than the limits allow."""


class UnknownError(MonitoringError):
    """There is no such dashboard or panel."""
