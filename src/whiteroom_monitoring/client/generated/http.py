# Generated from catalogue/http.yaml by `whiteroom generate`; edit that file, not this one.
"""Metrics of the domain ``http``, recorded by ``business-metrics``."""

from whiteroom_monitoring.client._native import Counter, Histogram, UpDownCounter

http_requests_total = Counter(
    name="http_requests_total",
    help="HTTP requests answered, by method and status code.",
    unit="",
    number="u64",
    aggregation="sum",
    writers="many",
    scale=1,
    labels=(("method", ("GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS", "other",)), ("status", ("200", "201", "204", "206", "301", "302", "303", "304", "307", "308", "400", "401", "403", "404", "405", "409", "410", "413", "415", "422", "429", "500", "501", "502", "503", "504", "other",)),),
)
http_request_duration_seconds = Histogram(
    name="http_request_duration_seconds",
    help="Time from an HTTP request's first byte to the last byte of its answer.",
    unit="seconds",
    number="u64",
    aggregation="sum",
    writers="many",
    scale=1000000000,
    buckets=(0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0,),
    exemplars=True,
)
http_active_connections = UpDownCounter(
    name="http_active_connections",
    help="HTTP requests that are being answered.",
    unit="",
    number="i64",
    aggregation="sum",
    writers="many",
    scale=1,
)
http_errors_total = Counter(
    name="http_errors_total",
    help="Requests refused or failed, by what was wrong.",
    unit="",
    number="u64",
    aggregation="sum",
    writers="many",
    scale=1,
    labels=(("type", ("malformed", "invalid", "too_large", "unauthenticated", "forbidden", "not_found", "conflict", "rate_limited", "database", "cache", "internal",)),),
    exemplars=True,
)

METRICS = (
    http_requests_total,
    http_request_duration_seconds,
    http_active_connections,
    http_errors_total,
)
