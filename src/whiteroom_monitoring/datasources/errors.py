"""Why a data source gave no answer."""

from __future__ import annotations

from whiteroom_monitoring.errors import MonitoringError


class SourceError(MonitoringError):
    """A data source is down, slow, or refuses a query; the text says which and why."""


class SourceTimeoutError(SourceError):
    """A data source did not answer within its time."""

    def __init__(self, source: str, timeout_s: float) -> None:
        self.timeout_s = timeout_s
        super().__init__(f"{source} did not answer within {timeout_s:g} s.")


class UnreachableError(SourceError):
    """A data source can't be reached; ``reason`` is the system's."""

    def __init__(self, source: str, reason: str) -> None:
        self.reason = reason
        super().__init__(f"{source} can't be reached: {reason}.")


class RefusedError(SourceError):
    """A data source answered with the HTTP status ``status``; ``reason`` is its own."""

    def __init__(self, source: str, reason: str, status: int) -> None:
        self.reason, self.status = reason, status
        super().__init__(f"{source} refused: {reason}")


class RequestError(MonitoringError):
    """A request has no meaning, or asks for more than the limits allow."""
