"""What can go wrong in the shipper."""

from __future__ import annotations

from whiteroom_monitoring.errors import MonitoringError


class StageError(MonitoringError):
    """A stage or a rule can't be made of what is configured."""


class CorruptError(MonitoringError):
    """A compressed file can't be read to its end."""


class InvalidConfigError(MonitoringError):
    """A configuration has these problems."""

    def __init__(self, problems: list[str]) -> None:
        self.problems = problems
        super().__init__("\n".join(problems))
