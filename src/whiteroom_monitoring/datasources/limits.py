"""What one request to a data source may cost."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Limits:
    """The limits of one request; what passes them is a SourceError or a RequestError."""

    timeout_s: float = 10.0
    max_bytes: int = 32_000_000
    max_points: int = 2_000
    max_series: int = 500
    max_range_s: float = 400 * 86400.0
    max_log_lines: int = 1_000


DEFAULT_LIMITS = Limits()
