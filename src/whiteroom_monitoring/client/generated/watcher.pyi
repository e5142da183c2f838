# Generated from catalogue/watcher.yaml by `whiteroom generate`; edit that file, not this one.
from typing import Literal

from whiteroom_monitoring.client._native import Counter, Gauge, Metric

class _WatcherHopPassedTimestampSeconds(Metric):
    def set(self, value: float, /, *, hop: Literal["exporter", "prometheus", "scrape", "storage", "rules", "alertmanager", "inbox", "pagerduty", "slack", "email", "shipper", "log_store"]) -> None: ...
    def labels(self, *, hop: Literal["exporter", "prometheus", "scrape", "storage", "rules", "alertmanager", "inbox", "pagerduty", "slack", "email", "shipper", "log_store"]) -> Gauge: ...

class _WatcherHopBroken(Metric):
    def set(self, value: float, /, *, hop: Literal["exporter", "prometheus", "scrape", "storage", "rules", "alertmanager", "inbox", "pagerduty", "slack", "email", "shipper", "log_store"]) -> None: ...
    def labels(self, *, hop: Literal["exporter", "prometheus", "scrape", "storage", "rules", "alertmanager", "inbox", "pagerduty", "slack", "email", "shipper", "log_store"]) -> Gauge: ...

class _WatcherHeartbeatsTotal(Metric):
    def inc(self, amount: float = 1, /, *, outcome: Literal["taken", "failed"]) -> None: ...
    def labels(self, *, outcome: Literal["taken", "failed"]) -> Counter: ...

watcher_hop_passed_timestamp_seconds: _WatcherHopPassedTimestampSeconds
"""When the newest sample was exported that the watcher has seen pass a hop of the pager path."""
watcher_hop_broken: _WatcherHopBroken
"""Whether a hop of the pager path is broken (1), so that nothing passes it."""
watcher_heartbeats_total: _WatcherHeartbeatsTotal
"""Calls of the dead man's switch, by whether it took them."""

METRICS: tuple[Metric, ...]
