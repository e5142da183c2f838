"""Whether rules are evaluated, and in time."""

from __future__ import annotations

from grafana_foundation_sdk.models import units

from whiteroom_monitoring.dashboards.dashboard import Row
from whiteroom_monitoring.dashboards.field_style import FieldStyle
from whiteroom_monitoring.dashboards.panels import PanelMeta, timeseries
from whiteroom_monitoring.dashboards.queries import range_query
from whiteroom_monitoring.promql.build import rate

# Prometheus names a group by its file and its name.
_GROUP = """
    label_replace(prometheus_rule_group_last_duration_seconds,
      "group", "$1", "rule_group", ".*;(.*)")
"""

RULE_EVALUATION = Row(
    "Rule evaluation",
    (
        timeseries(
            PanelMeta(
                "Rule group duration",
                "Rules are evaluated every 10 s. A group that takes as long skips "
                "evaluations, and its alerts come late.",
                ("PrometheusRuleFailures",),
            ),
            [range_query(f"max by (group) ({_GROUP})", "{{group}}")],
            FieldStyle(units.Seconds),
            (12, 8),
        ),
        timeseries(
            PanelMeta(
                "Alerts sent to Alertmanager",
                "Alerts sent per second, and alerts dropped on the way.",
                ("AlertmanagerNotificationsFailing",),
            ),
            [
                range_query(f"sum({rate('prometheus_notifications_sent_total')})", "sent"),
                range_query(f"sum({rate('prometheus_notifications_dropped_total')})", "dropped"),
            ],
            FieldStyle(units.CountsPerSecond, colors={"dropped": "red"}),
            (12, 8),
        ),
    ),
)
