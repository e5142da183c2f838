# Generated from catalogue/logs.yaml by `whiteroom generate`; edit that file, not this one.
"""Metrics of the domain ``logs``, recorded by ``whiteroom-logs``."""

from whiteroom_monitoring.client._native import Counter, Gauge, Histogram

log_lines_stored_total = Counter(
    name="log_lines_stored_total",
    help="Lines that the log store has accepted and written to the disk.",
    unit="",
    number="u64",
    aggregation="sum",
    writers="many",
    scale=1,
)
log_lines_repeated_total = Counter(
    name="log_lines_repeated_total",
    help="Lines that the log store had already, with the same stream, nanosecond, text and metadata.",
    unit="",
    number="u64",
    aggregation="sum",
    writers="many",
    scale=1,
)
log_lines_refused_total = Counter(
    name="log_lines_refused_total",
    help="Lines that the log store has refused, by Loki's name of the reason.",
    unit="",
    number="u64",
    aggregation="sum",
    writers="many",
    scale=1,
    labels=(("reason", 24),),
)
log_query_duration_seconds = Histogram(
    name="log_query_duration_seconds",
    help="How long the log store takes for a query for lines.",
    unit="seconds",
    number="u64",
    aggregation="sum",
    writers="many",
    scale=1000000000,
    buckets=(0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0, 30.0,),
)
log_query_bytes_total = Counter(
    name="log_query_bytes_total",
    help="Bytes of lines that queries have read.",
    unit="bytes",
    number="u64",
    aggregation="sum",
    writers="many",
    scale=1,
)
log_store_size_bytes = Gauge(
    name="log_store_size_bytes",
    help="Bytes of the log store's segments on the disk.",
    unit="bytes",
    number="f64",
    aggregation="latest",
    writers="many",
    scale=1,
)
log_store_damaged = Gauge(
    name="log_store_damaged",
    help="Blocks, directories and records of the log store that can't be read.",
    unit="",
    number="f64",
    aggregation="latest",
    writers="many",
    scale=1,
)

METRICS = (
    log_lines_stored_total,
    log_lines_repeated_total,
    log_lines_refused_total,
    log_query_duration_seconds,
    log_query_bytes_total,
    log_store_size_bytes,
    log_store_damaged,
)
