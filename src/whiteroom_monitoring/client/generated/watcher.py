# Generated from catalogue/watcher.yaml by `whiteroom generate`; edit that file, not this one.
"""Metrics of the domain ``watcher``, recorded by ``whiteroom-watcher``."""

from whiteroom_monitoring.client._native import Counter, Gauge

watcher_hop_passed_timestamp_seconds = Gauge(
    name="watcher_hop_passed_timestamp_seconds",
    help="When the newest sample was exported that the watcher has seen pass a hop of the pager path.",
    unit="seconds",
    number="f64",
    aggregation="latest",
    writers="many",
    scale=1,
    labels=(("hop", ("exporter", "prometheus", "scrape", "storage", "rules", "alertmanager", "inbox", "pagerduty", "slack", "email", "shipper", "log_store",)),),
)
watcher_hop_broken = Gauge(
    name="watcher_hop_broken",
    help="Whether a hop of the pager path is broken (1), so that nothing passes it.",
    unit="",
    number="f64",
    aggregation="latest",
    writers="many",
    scale=1,
    labels=(("hop", ("exporter", "prometheus", "scrape", "storage", "rules", "alertmanager", "inbox", "pagerduty", "slack", "email", "shipper", "log_store",)),),
)
watcher_heartbeats_total = Counter(
    name="watcher_heartbeats_total",
    help="Calls of the dead man's switch, by whether it took them.",
    unit="",
    number="u64",
    aggregation="sum",
    writers="many",
    scale=1,
    labels=(("outcome", ("taken", "failed",)),),
)

METRICS = (
    watcher_hop_passed_timestamp_seconds,
    watcher_hop_broken,
    watcher_heartbeats_total,
)
