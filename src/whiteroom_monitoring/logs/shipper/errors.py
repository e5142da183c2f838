"""What can go wrong in the shipper."""

from __future__ import annotations

from whiteroom_monitoring.errors import MonitoringError


class StageError(MonitoringError):
    """A stage or a rule can't be made of what is configured."""


class CorruptError(MonitoringError):
    """A compressed file can't be read to its end."""
