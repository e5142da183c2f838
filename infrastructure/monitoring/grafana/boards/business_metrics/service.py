"""Requests: rate, errors, duration."""

from __future__ import annotations

from grafana_foundation_sdk.models import units

from whiteroom_monitoring.dashboards.dashboard import Row
from whiteroom_monitoring.dashboards.field_style import FieldStyle, Thresholds
from whiteroom_monitoring.dashboards.panels import PanelMeta, bar_chart, timeseries
from whiteroom_monitoring.dashboards.queries import range_query
from whiteroom_monitoring.promql.build import increase, quantile, select

from .expressions import (
    CHOSEN,
    FAILED_SHARE,
    JOB,
    REQUESTS,
    SOMEBODY_ASKS,
)

_RATE = f"avg_over_time({REQUESTS})"

_OURS = "database|cache|internal"
_FAILURES = increase("http_errors_total", CHOSEN, f'type=~"{_OURS}"')
_REFUSALS = increase("http_errors_total", CHOSEN, f'type!~"{_OURS}"')

SERVICE = Row(
    "Service",
    (
        timeseries(
            PanelMeta(
                "Requests by status",
                "200 to 299: answered. 400 to 499: refused, the client's mistake. From 500: "
                "the backend's own fault.",
                ("HttpErrorRateHigh",),
                waits_for=SOMEBODY_ASKS,
            ),
            [range_query(f"sum by (status) ({_RATE}) > 0", "{{status}}")],
            FieldStyle(units.RequestsPerSecond),
            (8, 8),
            stacked=True,
        ),
        timeseries(
            PanelMeta(
                "Requests by method",
                "Much more of one method than usual means a program in a loop, or an attack.",
                ("AuthenticationFailuresHigh",),
                waits_for=SOMEBODY_ASKS,
            ),
            [range_query(f"sum by (method) ({_RATE}) > 0", "{{method}}")],
            FieldStyle(units.RequestsPerSecond),
            (8, 8),
            stacked=True,
        ),
        timeseries(
            PanelMeta(
                "Request duration",
                "p95 over 1 s pages. When p50 rises too, the whole service is slow: see the "
                "database and the CPU in System Health. A diamond is one request; a click leads "
                "to its lines in the logs.",
                ("HttpLatencyHigh",),
                waits_for=SOMEBODY_ASKS,
            ),
            [
                range_query(
                    quantile(0.99, "http_request_duration_seconds", CHOSEN), "p99", exemplars=True
                ),
                range_query(quantile(0.95, "http_request_duration_seconds", CHOSEN), "p95"),
                range_query(quantile(0.5, "http_request_duration_seconds", CHOSEN), "p50"),
            ],
            FieldStyle(units.Seconds, Thresholds(0.5, 1)),
            (8, 8),
        ),
        timeseries(
            PanelMeta(
                "Error rate",
                "Requests that end in a server error (5xx). Over 5 % pages.",
                ("HttpErrorRateHigh",),
                waits_for=SOMEBODY_ASKS,
            ),
            [range_query(FAILED_SHARE, "failed")],
            FieldStyle(units.PercentUnit, Thresholds(0.01, 0.05), maximum=1),
            (8, 8),
        ),
        timeseries(
            PanelMeta(
                "Requests in flight",
                "Requests at this moment. A number that rises and stays high means that "
                "requests wait, most often for the database.",
                ("HttpLatencyHigh", "DatabaseConnectionsHigh"),
            ),
            [range_query(f"sum({select('http_active_connections', CHOSEN)})", "requests")],
            FieldStyle(units.Short),
            (8, 8),
        ),
        bar_chart(
            PanelMeta(
                "Request errors by type",
                "*database*, *cache* and *internal* are the backend's faults; the log has "
                "each with its reason. *refused* is the client's mistake; in great number it "
                "may be an attack: see the authentication failures.",
                ("HttpErrorRateHigh",),
            ),
            [
                range_query(f"sum by (type) ({_FAILURES})", "{{type}}"),
                range_query(f"sum({_REFUSALS})", "refused"),
            ],
            FieldStyle(units.Short, colors={"refused": "blue"}),
            (8, 8),
        ),
    ),
    needs=JOB,
)
