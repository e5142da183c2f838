"""Are rules judged, and in time?"""

from __future__ import annotations

from grafana_foundation_sdk.models import units

from whiteroom_monitoring.dashboards.assembly import Row
from whiteroom_monitoring.dashboards.field_style import Look
from whiteroom_monitoring.dashboards.panels import About, lines
from whiteroom_monitoring.dashboards.queries import line
from whiteroom_monitoring.promql.build import rate

# Prometheus names a group by its file and its name.
_GROUP = """
    label_replace(prometheus_rule_group_last_duration_seconds,
      "group", "$1", "rule_group", ".*;(.*)")
"""

JUDGING = Row(
    "Judging",
    (
        lines(
            About(
                "Time that each group of rules takes",
                "Judged every 10 s. A group that takes as long leaves rounds out, and its alerts "
                "come late.",
                ("PrometheusRuleFailures",),
            ),
            [line(f"max by (group) ({_GROUP})", "{{group}}")],
            Look(units.Seconds),
            (12, 8),
        ),
        lines(
            About(
                "From Prometheus to Alertmanager",
                "Alerts handed over in a second, and those that got lost on the way.",
                ("AlertmanagerNotificationsFailing",),
            ),
            [
                line(f"sum({rate('prometheus_notifications_sent_total')})", "handed over"),
                line(f"sum({rate('prometheus_notifications_dropped_total')})", "lost"),
            ],
            Look(units.CountsPerSecond, fixed={"lost": "red"}),
            (12, 8),
        ),
    ),
)
