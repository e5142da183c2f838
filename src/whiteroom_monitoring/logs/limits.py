"""What a store accepts and answers: Loki's limits by Loki's names, with its defaults.

Source: https://grafana.com/docs/loki/latest/configure/#limits_config
"""

from __future__ import annotations

from dataclasses import dataclass

SECOND_NS = 1_000_000_000
HOUR_S = 3600.0


@dataclass(frozen=True)
class Limits:
    """Times in seconds, sizes in bytes.

    ``out_of_order_window`` is how far behind its stream's newest a line may be (Loki: half of
    ``max_chunk_age``). ``push_bytes`` bounds a body, and ``decompressed_bytes`` what comes out of
    it. ``query_bytes`` is what one query may read, in bytes of lines; ``queries`` run at a time.
    """

    max_line_size: int = 256 * 1024
    reject_old_samples: bool = True
    reject_old_samples_max_age: float = 7 * 24 * HOUR_S
    creation_grace_period: float = 600
    out_of_order_window: float = HOUR_S
    discover_log_levels: bool = True
    discover_service_name: bool = True
    max_label_name_length: int = 1024
    max_label_value_length: int = 2048
    max_label_names_per_series: int = 15
    max_structured_metadata_size: int = 64 * 1024
    max_structured_metadata_entries_count: int = 128
    max_global_streams_per_user: int = 20_000
    max_entries_limit_per_query: int = 5000
    max_query_length: float = 721 * HOUR_S
    max_query_series: int = 500
    max_concurrent_tail_requests: int = 10
    push_bytes: int = 16 * 1024 * 1024
    decompressed_bytes: int = 32 * 1024 * 1024
    query_bytes: int = 16 * 1024**3
    queries: int = 4
    retention_period: float = 7 * 24 * HOUR_S
    retention_size: int = 10 * 1024**3
    head_bytes: int = 32 * 1024 * 1024
