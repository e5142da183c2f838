# Generated from catalogue/console.yaml by `whiteroom generate`; edit that file, not this one.
from typing import Literal

from whiteroom_monitoring.client._native import Counter, Metric

class _ConsoleEvaluationsTotal(Metric):
    def inc(self, amount: float = 1, /, *, outcome: Literal["shown", "unsupported", "failed"]) -> None: ...
    def labels(self, *, outcome: Literal["shown", "unsupported", "failed"]) -> Counter: ...

class _ConsoleSourceRequestsTotal(Metric):
    def inc(self, amount: float = 1, /, *, source: Literal["prometheus", "loki", "alertmanager"], outcome: Literal["answered", "failed"]) -> None: ...
    def labels(self, *, source: Literal["prometheus", "loki", "alertmanager"], outcome: Literal["answered", "failed"]) -> Counter: ...

console_evaluations_total: _ConsoleEvaluationsTotal
"""Panels that the console has evaluated, by what came of it. Unsupported is what only Grafana shows; failed is what a data source would not answer."""
console_source_requests_total: _ConsoleSourceRequestsTotal
"""Requests of the console to data sources, by source and outcome. Viewers who ask the same at the same time share one request."""

METRICS: tuple[Metric, ...]
