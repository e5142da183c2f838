"""Authentication failures, vulnerabilities and the deployed version."""

from __future__ import annotations

from grafana_foundation_sdk.models import units

from whiteroom_monitoring.dashboards.dashboard import Row
from whiteroom_monitoring.dashboards.field_style import FieldStyle, Thresholds
from whiteroom_monitoring.dashboards.panels import PanelMeta, bar_gauge, stat, table, timeseries
from whiteroom_monitoring.dashboards.queries import instant_query, range_query, table_query
from whiteroom_monitoring.promql.build import rate, select

from .expressions import CHOSEN, JOB

_REFUSED = rate("authentication_failures_total", CHOSEN)
_KNOWN = select("security_vulnerabilities", CHOSEN)
_REPORT = "security_audit_report_timestamp_seconds"
_NO_REPORT = "no audit report"

SECURITY = Row(
    "Security and deployment",
    (
        timeseries(
            PanelMeta(
                "Authentication failures",
                "By reason. Over 10 per second somebody guesses passwords, and the security "
                "team is paged.",
                ("AuthenticationFailuresHigh",),
            ),
            [range_query(f"sum by (reason) ({_REFUSED})", "{{reason}}")],
            FieldStyle(units.CountsPerSecond),
            (10, 7),
        ),
        bar_gauge(
            PanelMeta(
                "Known vulnerabilities",
                "Vulnerabilities of the deployed version that the audit report names. A "
                "critical one pages: update the dependency, or block access to it.",
                ("VulnerabilityCritical",),
                waits_for=_REPORT,
            ),
            [
                instant_query(
                    f"max by (severity) ({select('security_vulnerabilities', CHOSEN)})",
                    "{{severity}}",
                )
            ],
            FieldStyle(units.Short, Thresholds(1, 10), no_value=_NO_REPORT),
            (5, 7),
        ),
        stat(
            PanelMeta(
                "Audit report age",
                "CI writes a report every day. Over 2 days, a new vulnerability would go "
                "unnoticed.",
                ("SecurityAuditOld", "SecurityAuditMissing"),
                waits_for=_REPORT,
            ),
            instant_query(f"time() - max({select(_REPORT, CHOSEN)})", "age"),
            FieldStyle(units.Seconds, Thresholds(36 * 3600, 48 * 3600), no_value=_NO_REPORT),
            (4, 7),
        ),
        table(
            PanelMeta(
                "Deployed version",
                "The version of White Room that runs. If the trouble began with it, roll back.",
                ("DeploymentCompleted",),
            ),
            [table_query(f"max by (version) ({select('deployment_info', CHOSEN)})")],
            FieldStyle(units.NoUnit),
            (5, 7),
            {"version": "Version"},
            without=("Value",),
        ),
    ),
    needs=JOB,
)
