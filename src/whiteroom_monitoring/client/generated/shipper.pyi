# Generated from catalogue/shipper.yaml by `whiteroom generate`; edit that file, not this one.
from typing import Literal

from whiteroom_monitoring.client._native import Counter, Gauge, Histogram, Metric

class _LogShipperLinesReadTotal(Metric):
    def inc(self, amount: float = 1, /, *, source: str | int) -> None: ...
    def labels(self, *, source: str | int) -> Counter: ...

class _LogShipperReadBytesTotal(Metric):
    def inc(self, amount: float = 1, /, *, source: str | int) -> None: ...
    def labels(self, *, source: str | int) -> Counter: ...

class _LogShipperLinesSentTotal(Metric):
    def inc(self, amount: float = 1, /, *, source: str | int) -> None: ...
    def labels(self, *, source: str | int) -> Counter: ...

class _LogLinesTotal(Metric):
    def inc(self, amount: float = 1, /, *, source: str | int, program: str | int, level: Literal["critical", "error", "warn", "info", "debug", "unknown"]) -> None: ...
    def labels(self, *, source: str | int, program: str | int, level: Literal["critical", "error", "warn", "info", "debug", "unknown"]) -> Counter: ...

class _LogPatternMatchesTotal(Metric):
    def inc(self, amount: float = 1, /, *, source: str | int, program: str | int, pattern: Literal["crash", "out_of_memory"]) -> None: ...
    def labels(self, *, source: str | int, program: str | int, pattern: Literal["crash", "out_of_memory"]) -> Counter: ...

class _LogShipperLinesDroppedTotal(Metric):
    def inc(self, amount: float = 1, /, *, source: str | int, reason: str | int) -> None: ...
    def labels(self, *, source: str | int, reason: str | int) -> Counter: ...

class _LogShipperLinesRefusedTotal(Metric):
    def inc(self, amount: float = 1, /, *, source: str | int, status: str | int) -> None: ...
    def labels(self, *, source: str | int, status: str | int) -> Counter: ...

class _LogShipperReadErrorsTotal(Metric):
    def inc(self, amount: float = 1, /, *, source: str | int) -> None: ...
    def labels(self, *, source: str | int) -> Counter: ...

class _LogShipperRetriesTotal(Metric):
    def inc(self, amount: float = 1, /, *, source: str | int, status: str | int) -> None: ...
    def labels(self, *, source: str | int, status: str | int) -> Counter: ...

class _LogShipperWaitingSeconds(Metric):
    def set(self, value: float, /, *, source: str | int, target: str | int) -> None: ...
    def labels(self, *, source: str | int, target: str | int) -> Gauge: ...

class _LogCanaryEntriesTotal(Metric):
    def inc(self, amount: float = 1, /, *, source: str | int) -> None: ...
    def labels(self, *, source: str | int) -> Counter: ...

class _LogCanaryLive(Metric):
    def set(self, value: float, /, *, source: str | int) -> None: ...
    def labels(self, *, source: str | int) -> Gauge: ...

class _LogCanaryFoundTimestampSeconds(Metric):
    def set(self, value: float, /, *, source: str | int) -> None: ...
    def labels(self, *, source: str | int) -> Gauge: ...

class _LogCanaryLatencySeconds(Metric):
    def observe(self, value: float, /, *, source: str | int, read: Literal["query", "tail"]) -> None: ...
    def labels(self, *, source: str | int, read: Literal["query", "tail"]) -> Histogram: ...

class _LogCanaryLateEntriesTotal(Metric):
    def inc(self, amount: float = 1, /, *, source: str | int, read: Literal["query", "tail"]) -> None: ...
    def labels(self, *, source: str | int, read: Literal["query", "tail"]) -> Counter: ...

class _LogCanaryMissingEntriesTotal(Metric):
    def inc(self, amount: float = 1, /, *, source: str | int, read: Literal["query", "tail"]) -> None: ...
    def labels(self, *, source: str | int, read: Literal["query", "tail"]) -> Counter: ...

class _LogCanaryDuplicateEntriesTotal(Metric):
    def inc(self, amount: float = 1, /, *, source: str | int) -> None: ...
    def labels(self, *, source: str | int) -> Counter: ...

log_shipper_lines_read_total: _LogShipperLinesReadTotal
"""Lines that the shipper has read of its sources, by job of its configuration."""
log_shipper_read_bytes_total: _LogShipperReadBytesTotal
"""Bytes that the shipper has read of its sources, by job of its configuration."""
log_shipper_lines_sent_total: _LogShipperLinesSentTotal
"""Lines that a target has acknowledged; those that are sent again count again."""
log_lines_total: _LogLinesTotal
"""Lines that a target has acknowledged, by job, service and level; neither canaries nor what was over an hour old."""
log_pattern_matches_total: _LogPatternMatchesTotal
"""Those of the lines that tell of a crash, or of a process that was killed for want of memory."""
log_shipper_lines_dropped_total: _LogShipperLinesDroppedTotal
"""Lines that a stage has left out, as it is configured to, or that a socket brought faster than they could be taken."""
log_shipper_lines_refused_total: _LogShipperLinesRefusedTotal
"""Lines that a target has refused for good, with its status; they are in the file of dead letters."""
log_shipper_lost_bytes_total: Counter
"""Bytes of files that the shipper has seen, and that were gone before it could read them."""
log_shipper_read_errors_total: _LogShipperReadErrorsTotal
"""Failures to read a source, which is tried again."""
log_shipper_retries_total: _LogShipperRetriesTotal
"""Pushes that were not taken and are tried again, by status; 0 is no answer."""
log_shipper_waiting_seconds: _LogShipperWaitingSeconds
"""How long lines of a source have been read and not acknowledged by a target, those that have waited longest."""
log_shipper_sources: Gauge
"""Files, containers, journals and sockets that the shipper reads."""
log_shipper_push_duration_seconds: Histogram
"""How long a target takes for a push."""
log_canary_entries_total: _LogCanaryEntriesTotal
"""Canaries that were written at a source of logs."""
log_canary_live: _LogCanaryLive
"""Whether a source of logs is there to write canaries at; 0 where its program, socket or file is missing."""
log_canary_found_timestamp_seconds: _LogCanaryFoundTimestampSeconds
"""When the newest canary that came back from the log store was written; when the first one was, until one came back."""
log_canary_latency_seconds: _LogCanaryLatencySeconds
"""How long canaries take from being written at a source to being found in the log store."""
log_canary_late_entries_total: _LogCanaryLateEntriesTotal
"""Canaries that were not found within 30 s."""
log_canary_missing_entries_total: _LogCanaryMissingEntriesTotal
"""Canaries that were not found within 10 min, after which nobody looks for them."""
log_canary_duplicate_entries_total: _LogCanaryDuplicateEntriesTotal
"""Canaries that are in the log store once more than they were written."""

METRICS: tuple[Metric, ...]
