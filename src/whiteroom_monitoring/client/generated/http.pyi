# Generated from catalogue/http.yaml by `whiteroom generate`; edit that file, not this one.
from typing import Literal

from whiteroom_monitoring.client._native import Exemplar, Counter, ExemplarCounter, ExemplarHistogram, UpDownCounter, Metric

class _HttpRequestsTotal(Metric):
    def inc(self, amount: float = 1, /, *, method: Literal["GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS", "other"], status: Literal["200", "201", "204", "206", "301", "302", "303", "304", "307", "308", "400", "401", "403", "404", "405", "409", "410", "413", "415", "422", "429", "500", "501", "502", "503", "504", "other"]) -> None: ...
    def labels(self, *, method: Literal["GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS", "other"], status: Literal["200", "201", "204", "206", "301", "302", "303", "304", "307", "308", "400", "401", "403", "404", "405", "409", "410", "413", "415", "422", "429", "500", "501", "502", "503", "504", "other"]) -> Counter: ...

class _HttpErrorsTotal(Metric):
    def inc(self, amount: float = 1, /, *, type: Literal["malformed", "invalid", "too_large", "unauthenticated", "forbidden", "not_found", "conflict", "rate_limited", "database", "cache", "internal"], exemplar: Exemplar | None = None) -> None: ...
    def labels(self, *, type: Literal["malformed", "invalid", "too_large", "unauthenticated", "forbidden", "not_found", "conflict", "rate_limited", "database", "cache", "internal"]) -> ExemplarCounter: ...

http_requests_total: _HttpRequestsTotal
"""HTTP requests answered, by method and status code."""
http_request_duration_seconds: ExemplarHistogram
"""Time from an HTTP request's first byte to the last byte of its answer."""
http_active_connections: UpDownCounter
"""HTTP requests that are being answered."""
http_errors_total: _HttpErrorsTotal
"""Requests refused or failed, by what was wrong."""

METRICS: tuple[Metric, ...]
