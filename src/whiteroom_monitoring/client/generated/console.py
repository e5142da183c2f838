# Generated from catalogue/console.yaml by `whiteroom generate`; edit that file, not this one.
"""Metrics of the domain ``console``, recorded by ``whiteroom-console``."""

from whiteroom_monitoring.client._native import Counter

console_evaluations_total = Counter(
    name="console_evaluations_total",
    help="Panels that the console has evaluated, by what came of it. Unsupported is what only Grafana shows; failed is what a data source would not answer.",
    unit="",
    number="u64",
    aggregation="sum",
    writers="many",
    scale=1,
    labels=(("outcome", ("shown", "unsupported", "failed",)),),
)
console_source_requests_total = Counter(
    name="console_source_requests_total",
    help="Requests of the console to data sources, by source and outcome. Viewers who ask the same at the same time share one request.",
    unit="",
    number="u64",
    aggregation="sum",
    writers="many",
    scale=1,
    labels=(("source", ("prometheus", "loki", "alertmanager",)), ("outcome", ("answered", "failed",)),),
)

METRICS = (
    console_evaluations_total,
    console_source_requests_total,
)
