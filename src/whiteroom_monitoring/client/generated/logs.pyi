# Generated from catalogue/logs.yaml by `whiteroom generate`; edit that file, not this one.
from whiteroom_monitoring.client._native import Counter, Gauge, Histogram, Metric

class _LogLinesRefusedTotal(Metric):
    def inc(self, amount: float = 1, /, *, reason: str | int) -> None: ...
    def labels(self, *, reason: str | int) -> Counter: ...

log_lines_stored_total: Counter
"""Lines that the log store has accepted and written to the disk."""
log_lines_repeated_total: Counter
"""Lines that the log store had already, with the same stream, nanosecond, text and metadata."""
log_lines_refused_total: _LogLinesRefusedTotal
"""Lines that the log store has refused, by Loki's name of the reason."""
log_query_duration_seconds: Histogram
"""How long the log store takes for a query for lines."""
log_query_bytes_total: Counter
"""Bytes of lines that queries have read."""
log_store_size_bytes: Gauge
"""Bytes of the log store's segments on the disk."""
log_store_damaged: Gauge
"""Blocks, directories and records of the log store that can't be read."""

METRICS: tuple[Metric, ...]
