"""What a dashboard or panel can't be shown for: an unsupported feature, or it does not exist."""

from __future__ import annotations

from whiteroom_monitoring.errors import MonitoringError


class UnsupportedError(MonitoringError):
    """The dashboard asks for something that this console does not do; ``feature`` names it."""

    def __init__(self, feature: str) -> None:
        self.feature = feature
        super().__init__(f"This console does not support {feature}.")


# Of what a transformation or an expression may make at most: a panel of 2000 series has a million.
MOST_CELLS = 2_000_000


def require_room(cells: int, operation: str) -> None:
    """Refuse to make so many values, before any is made. Raises UnsupportedError."""
    if cells > MOST_CELLS:
        raise UnsupportedError(f"{operation} of {cells} values: the most is {MOST_CELLS}")


class NotFoundError(MonitoringError):
    """There is no such dashboard, panel or runbook."""
