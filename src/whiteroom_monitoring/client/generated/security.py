# Generated from catalogue/security.yaml by `whiteroom generate`; edit that file, not this one.
"""Metrics of the domain ``security``, recorded by ``business-metrics``."""

from whiteroom_monitoring.client._native import Counter, Gauge

authentication_failures_total = Counter(
    name="authentication_failures_total",
    help="Attempts to log in that were refused.",
    unit="",
    number="u64",
    aggregation="sum",
    writers="many",
    scale=1,
    labels=(("reason", ("unknown_account", "wrong_password", "locked", "expired", "malformed",)),),
)
security_vulnerabilities = Gauge(
    name="security_vulnerabilities",
    help="Known vulnerabilities in the audit report that CI writes, by severity.",
    unit="",
    number="f64",
    aggregation="latest",
    writers="many",
    scale=1,
    labels=(("severity", ("critical", "high", "medium", "low", "unknown",)),),
)
security_audit_report_timestamp_seconds = Gauge(
    name="security_audit_report_timestamp_seconds",
    help="Unix time at which the audit report was written.",
    unit="seconds",
    number="f64",
    aggregation="latest",
    writers="many",
    scale=1,
)

METRICS = (
    authentication_failures_total,
    security_vulnerabilities,
    security_audit_report_timestamp_seconds,
)
