# Generated from catalogue/shipper.yaml by `whiteroom generate`; edit that file, not this one.
"""Metrics of the domain ``shipper``, recorded by ``whiteroom-shipper``."""

from whiteroom_monitoring.client._native import Counter, Gauge, Histogram

log_shipper_lines_read_total = Counter(
    name="log_shipper_lines_read_total",
    help="Lines that the shipper has read of its sources, by job of its configuration.",
    unit="",
    number="u64",
    aggregation="sum",
    writers="many",
    scale=1,
    labels=(("source", 64),),
)
log_shipper_read_bytes_total = Counter(
    name="log_shipper_read_bytes_total",
    help="Bytes that the shipper has read of its sources, by job of its configuration.",
    unit="bytes",
    number="u64",
    aggregation="sum",
    writers="many",
    scale=1,
    labels=(("source", 64),),
)
log_shipper_lines_sent_total = Counter(
    name="log_shipper_lines_sent_total",
    help="Lines that a target has acknowledged; those that are sent again count again.",
    unit="",
    number="u64",
    aggregation="sum",
    writers="many",
    scale=1,
    labels=(("source", 64),),
)
log_lines_total = Counter(
    name="log_lines_total",
    help="Lines that a target has acknowledged, by job, service and level; neither canaries nor what was over an hour old.",
    unit="",
    number="u64",
    aggregation="sum",
    writers="many",
    scale=1,
    labels=(("source", 32), ("program", 48), ("level", ("critical", "error", "warn", "info", "debug", "unknown",)),),
)
log_pattern_matches_total = Counter(
    name="log_pattern_matches_total",
    help="Those of the lines that tell of a crash, or of a process that was killed for want of memory.",
    unit="",
    number="u64",
    aggregation="sum",
    writers="many",
    scale=1,
    labels=(("source", 32), ("program", 48), ("pattern", ("crash", "out_of_memory",)),),
)
log_shipper_lines_dropped_total = Counter(
    name="log_shipper_lines_dropped_total",
    help="Lines that a stage has left out, as it is configured to, or that a socket brought faster than they could be taken.",
    unit="",
    number="u64",
    aggregation="sum",
    writers="many",
    scale=1,
    labels=(("source", 64), ("reason", 32),),
)
log_shipper_lines_refused_total = Counter(
    name="log_shipper_lines_refused_total",
    help="Lines that a target has refused for good, with its status; they are in the file of dead letters.",
    unit="",
    number="u64",
    aggregation="sum",
    writers="many",
    scale=1,
    labels=(("source", 64), ("status", 8),),
)
log_shipper_lost_bytes_total = Counter(
    name="log_shipper_lost_bytes_total",
    help="Bytes of files that the shipper has seen, and that were gone before it could read them.",
    unit="bytes",
    number="u64",
    aggregation="sum",
    writers="many",
    scale=1,
)
log_shipper_read_errors_total = Counter(
    name="log_shipper_read_errors_total",
    help="Failures to read a source, which is tried again.",
    unit="",
    number="u64",
    aggregation="sum",
    writers="many",
    scale=1,
    labels=(("source", 64),),
)
log_shipper_retries_total = Counter(
    name="log_shipper_retries_total",
    help="Pushes that were not taken and are tried again, by status; 0 is no answer.",
    unit="",
    number="u64",
    aggregation="sum",
    writers="many",
    scale=1,
    labels=(("source", 64), ("status", 16),),
)
log_shipper_waiting_seconds = Gauge(
    name="log_shipper_waiting_seconds",
    help="How long lines of a source have been read and not acknowledged by a target, those that have waited longest.",
    unit="seconds",
    number="f64",
    aggregation="max",
    writers="many",
    scale=1,
    labels=(("source", 64), ("target", 8),),
)
log_shipper_sources = Gauge(
    name="log_shipper_sources",
    help="Files, containers, journals and sockets that the shipper reads.",
    unit="",
    number="f64",
    aggregation="sum",
    writers="many",
    scale=1,
)
log_shipper_push_duration_seconds = Histogram(
    name="log_shipper_push_duration_seconds",
    help="How long a target takes for a push.",
    unit="seconds",
    number="u64",
    aggregation="sum",
    writers="many",
    scale=1000000000,
    buckets=(0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0,),
)
log_canary_entries_total = Counter(
    name="log_canary_entries_total",
    help="Canaries that were written at a source of logs.",
    unit="",
    number="u64",
    aggregation="sum",
    writers="many",
    scale=1,
    labels=(("source", 64),),
)
log_canary_live = Gauge(
    name="log_canary_live",
    help="Whether a source of logs is there to write canaries at; 0 where its program, socket or file is missing.",
    unit="",
    number="f64",
    aggregation="max",
    writers="many",
    scale=1,
    labels=(("source", 64),),
)
log_canary_found_timestamp_seconds = Gauge(
    name="log_canary_found_timestamp_seconds",
    help="When the newest canary that came back from the log store was written; when the first one was, until one came back.",
    unit="seconds",
    number="f64",
    aggregation="max",
    writers="many",
    scale=1,
    labels=(("source", 64),),
)
log_canary_latency_seconds = Histogram(
    name="log_canary_latency_seconds",
    help="How long canaries take from being written at a source to being found in the log store.",
    unit="seconds",
    number="u64",
    aggregation="sum",
    writers="many",
    scale=1000000000,
    labels=(("source", 64), ("read", ("query", "tail",)),),
    buckets=(0.25, 0.5, 1.0, 1.5, 2.0, 3.0, 5.0, 10.0, 30.0, 60.0, 300.0,),
)
log_canary_late_entries_total = Counter(
    name="log_canary_late_entries_total",
    help="Canaries that were not found within 30 s.",
    unit="",
    number="u64",
    aggregation="sum",
    writers="many",
    scale=1,
    labels=(("source", 64), ("read", ("query", "tail",)),),
)
log_canary_missing_entries_total = Counter(
    name="log_canary_missing_entries_total",
    help="Canaries that were not found within 10 min, after which nobody looks for them.",
    unit="",
    number="u64",
    aggregation="sum",
    writers="many",
    scale=1,
    labels=(("source", 64), ("read", ("query", "tail",)),),
)
log_canary_duplicate_entries_total = Counter(
    name="log_canary_duplicate_entries_total",
    help="Canaries that are in the log store once more than they were written.",
    unit="",
    number="u64",
    aggregation="sum",
    writers="many",
    scale=1,
    labels=(("source", 64),),
)

METRICS = (
    log_shipper_lines_read_total,
    log_shipper_read_bytes_total,
    log_shipper_lines_sent_total,
    log_lines_total,
    log_pattern_matches_total,
    log_shipper_lines_dropped_total,
    log_shipper_lines_refused_total,
    log_shipper_lost_bytes_total,
    log_shipper_read_errors_total,
    log_shipper_retries_total,
    log_shipper_waiting_seconds,
    log_shipper_sources,
    log_shipper_push_duration_seconds,
    log_canary_entries_total,
    log_canary_live,
    log_canary_found_timestamp_seconds,
    log_canary_latency_seconds,
    log_canary_late_entries_total,
    log_canary_missing_entries_total,
    log_canary_duplicate_entries_total,
)
