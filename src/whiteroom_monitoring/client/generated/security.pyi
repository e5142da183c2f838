# Generated from catalogue/security.yaml by `whiteroom generate`; edit that file, not this one.
from typing import Literal

from whiteroom_monitoring.client._native import Counter, Gauge, Metric

class _AuthenticationFailuresTotal(Metric):
    def inc(self, amount: float = 1, /, *, reason: Literal["unknown_account", "wrong_password", "locked", "expired", "malformed"]) -> None: ...
    def labels(self, *, reason: Literal["unknown_account", "wrong_password", "locked", "expired", "malformed"]) -> Counter: ...

class _SecurityVulnerabilities(Metric):
    def set(self, value: float, /, *, severity: Literal["critical", "high", "medium", "low", "unknown"]) -> None: ...
    def labels(self, *, severity: Literal["critical", "high", "medium", "low", "unknown"]) -> Gauge: ...

authentication_failures_total: _AuthenticationFailuresTotal
"""Attempts to log in that were refused."""
security_vulnerabilities: _SecurityVulnerabilities
"""Known vulnerabilities in the audit report that CI writes, by severity."""
security_audit_report_timestamp_seconds: Gauge
"""Unix time at which the audit report was written."""

METRICS: tuple[Metric, ...]
