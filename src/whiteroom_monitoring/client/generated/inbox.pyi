# Generated from catalogue/inbox.yaml by `whiteroom generate`; edit that file, not this one.
from whiteroom_monitoring.client._native import Counter, Metric

class _InboxNotificationsTotal(Metric):
    def inc(self, amount: float = 1, /, *, channel: str | int) -> None: ...
    def labels(self, *, channel: str | int) -> Counter: ...

class _InboxRejectedTotal(Metric):
    def inc(self, amount: float = 1, /, *, channel: str | int) -> None: ...
    def labels(self, *, channel: str | int) -> Counter: ...

inbox_notifications_total: _InboxNotificationsTotal
"""Notifications that the inbox has received, by channel."""
inbox_rejected_total: _InboxRejectedTotal
"""Requests to the inbox that were not a valid notification, by channel."""

METRICS: tuple[Metric, ...]
