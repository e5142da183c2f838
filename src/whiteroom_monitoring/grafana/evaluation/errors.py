"""What a dashboard or panel can't be shown for: an unsupported feature, or it does not exist."""

from __future__ import annotations

from whiteroom_monitoring.errors import MonitoringError


class UnsupportedError(MonitoringError):
    """The dashboard asks for something that this console does not do; ``feature`` names it."""

    def __init__(self, feature: str) -> None:
        self.feature = feature
        super().__init__(f"This console does not support {feature}.")


class NotFoundError(MonitoringError):
    """There is no such dashboard, panel or runbook."""
