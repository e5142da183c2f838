# Generated from catalogue/inbox.yaml by `whiteroom generate`; edit that file, not this one.
"""Metrics of the domain ``inbox``, recorded by ``whiteroom-inbox``."""

from whiteroom_monitoring.client._native import Counter

inbox_notifications_total = Counter(
    name="inbox_notifications_total",
    help="Notifications that the inbox has received, by channel.",
    unit="",
    number="u64",
    aggregation="sum",
    writers="many",
    scale=1,
    labels=(("channel", 16),),
)
inbox_rejected_total = Counter(
    name="inbox_rejected_total",
    help="Requests to the inbox that were not a valid notification, by channel.",
    unit="",
    number="u64",
    aggregation="sum",
    writers="many",
    scale=1,
    labels=(("channel", 16),),
)

METRICS = (
    inbox_notifications_total,
    inbox_rejected_total,
)
