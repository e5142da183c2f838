"""Does the service answer, and in time?"""

from __future__ import annotations

from grafana_foundation_sdk.models import units

from whiteroom_monitoring.dashboards.assembly import Row
from whiteroom_monitoring.dashboards.business_metrics.expressions import (
    CHOSEN,
    FAILED_SHARE,
    JOB,
    REQUESTS,
    SOMEBODY_ASKS,
)
from whiteroom_monitoring.dashboards.field_style import Limits, Look
from whiteroom_monitoring.dashboards.panels import About, bars, lines
from whiteroom_monitoring.dashboards.queries import line
from whiteroom_monitoring.promql.build import increase, quantile, select

_RATE = f"avg_over_time({REQUESTS})"

_OURS = "database|cache|internal"
_FAILURES = increase("http_errors_total", CHOSEN, f'type=~"{_OURS}"')
_REFUSALS = increase("http_errors_total", CHOSEN, f'type!~"{_OURS}"')

SERVICE = Row(
    "Service",
    (
        lines(
            About(
                "Requests by status",
                "200 to 299: answered; 400 to 499: refused, a mistake of the asker's; from 500: "
                "the backend's own fault.",
                ("HttpErrorRateHigh",),
                waits_for=SOMEBODY_ASKS,
            ),
            [line(f"sum by (status) ({_RATE}) > 0", "{{status}}")],
            Look(units.RequestsPerSecond),
            (8, 8),
            stacked=True,
        ),
        lines(
            About(
                "Requests by method",
                "Much more of one than usual is a program that asks in a circle, or an attack.",
                ("AuthenticationFailuresHigh",),
                waits_for=SOMEBODY_ASKS,
            ),
            [line(f"sum by (method) ({_RATE}) > 0", "{{method}}")],
            Look(units.RequestsPerSecond),
            (8, 8),
            stacked=True,
        ),
        lines(
            About(
                "How long answers take",
                "p95 over 1 s pages. When p50 rises too, all of the service is slow: see the "
                "database and the processors in System Health.",
                ("HttpLatencyHigh",),
                waits_for=SOMEBODY_ASKS,
            ),
            [
                line(quantile(0.99, "http_request_duration_seconds", CHOSEN), "p99"),
                line(quantile(0.95, "http_request_duration_seconds", CHOSEN), "p95"),
                line(quantile(0.5, "http_request_duration_seconds", CHOSEN), "p50"),
            ],
            Look(units.Seconds, Limits(0.5, 1)),
            (8, 8),
        ),
        lines(
            About(
                "Share that fails",
                "Requests that end in an error of the backend's own (5xx). Over 5 % pages.",
                ("HttpErrorRateHigh",),
                waits_for=SOMEBODY_ASKS,
            ),
            [line(FAILED_SHARE, "failed")],
            Look(units.PercentUnit, Limits(0.01, 0.05), highest=1),
            (8, 8),
        ),
        lines(
            About(
                "Being answered",
                "Requests at this moment. A number that rises and stays: answers wait for "
                "something, most often the database.",
                ("HttpLatencyHigh", "DatabaseConnectionsHigh"),
            ),
            [line(f"sum({select('http_active_connections', CHOSEN)})", "requests")],
            Look(units.Short),
            (8, 8),
        ),
        bars(
            About(
                "Refused or failed, by what was wrong",
                "*database*, *cache* and *internal* are ours to mend; the log has each with its "
                "reason. What is *refused* is a mistake of the asker's; in great number it is "
                "somebody at the door: see refused log-ins.",
                ("HttpErrorRateHigh",),
            ),
            [
                line(f"sum by (type) ({_FAILURES})", "{{type}}"),
                line(f"sum({_REFUSALS})", "refused"),
            ],
            Look(units.Short, fixed={"refused": "blue"}),
            (8, 8),
        ),
    ),
    needs=JOB,
)
