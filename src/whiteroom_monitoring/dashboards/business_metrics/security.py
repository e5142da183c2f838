"""Does somebody try to get in, and is a door open?"""

from __future__ import annotations

from grafana_foundation_sdk.models import units

from whiteroom_monitoring.dashboards.assembly import Row
from whiteroom_monitoring.dashboards.business_metrics.expressions import CHOSEN, JOB
from whiteroom_monitoring.dashboards.field_style import Limits, Look
from whiteroom_monitoring.dashboards.panels import About, figure, lines, listing, ranking
from whiteroom_monitoring.dashboards.queries import line, now, rows
from whiteroom_monitoring.promql.build import rate, select

_REFUSED = rate("authentication_failures_total", CHOSEN)
_KNOWN = select("security_vulnerabilities", CHOSEN)
_REPORT = "security_audit_report_timestamp_seconds"
_NO_REPORT = "no audit report"

DOORS = Row(
    "Security and deployment",
    (
        lines(
            About(
                "Refused log-ins",
                "By reason. Over 10 in a second somebody guesses passwords, and the security team "
                "is paged.",
                ("AuthenticationFailuresHigh",),
            ),
            [line(f"sum by (reason) ({_REFUSED})", "{{reason}}")],
            Look(units.CountsPerSecond),
            (10, 7),
        ),
        ranking(
            About(
                "Known vulnerabilities",
                "That the audit report names in what is deployed. A critical one pages: update "
                "the dependency, or close the way to it.",
                ("VulnerabilityCritical",),
                waits_for=_REPORT,
            ),
            [
                now(
                    f"max by (severity) ({select('security_vulnerabilities', CHOSEN)})",
                    "{{severity}}",
                )
            ],
            Look(units.Short, Limits(1, 10), nothing=_NO_REPORT),
            (5, 7),
        ),
        figure(
            About(
                "Age of the audit report",
                "CI writes one a day. Over 2 days nobody would know of a new vulnerability.",
                ("SecurityAuditOld", "SecurityAuditMissing"),
                waits_for=_REPORT,
            ),
            now(f"time() - max({select(_REPORT, CHOSEN)})", "age"),
            Look(units.Seconds, Limits(36 * 3600, 48 * 3600), nothing=_NO_REPORT),
            (4, 7),
        ),
        listing(
            About(
                "Deployed",
                "The version of White Room that runs. If the trouble began with it, go back.",
                ("DeploymentCompleted",),
            ),
            [rows(f"max by (version) ({select('deployment_info', CHOSEN)})")],
            Look(units.NoUnit),
            (5, 7),
            {"version": "Version"},
            without=("Value",),
        ),
    ),
    needs=JOB,
)
