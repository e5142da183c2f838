"""Whether notifications arrive."""

from __future__ import annotations

from grafana_foundation_sdk.models import units

from whiteroom_monitoring.dashboards.dashboard import Row
from whiteroom_monitoring.dashboards.expectation import Expected
from whiteroom_monitoring.dashboards.field_style import FieldStyle, Thresholds
from whiteroom_monitoring.dashboards.panels import PanelMeta, bar_chart, stat, timeseries
from whiteroom_monitoring.dashboards.queries import instant_query, range_query
from whiteroom_monitoring.promql.build import increase, quantile

_SENT = increase("alertmanager_notifications_total")
_NONE_SENT = f'label_replace(sum({_SENT}), "integration", "all", "", "")'
_FAILED = increase("alertmanager_notifications_failed_total")
_LATENCY = quantile(0.95, "alertmanager_notification_latency_seconds", by="integration")
_RECEIVED = increase("inbox_notifications_total")
_REJECTED = increase("inbox_rejected_total")

DELIVERY = Row(
    "Delivery",
    (
        bar_chart(
            PanelMeta(
                "Notifications by channel",
                "Notifications that Alertmanager has tried to deliver. If there are none "
                "while alerts fire, check the routes in alertmanager.yml.",
                ("AlertmanagerNotificationsFailing",),
            ),
            [range_query(f"sum by (integration) ({_SENT}) > 0 or {_NONE_SENT}", "{{integration}}")],
            FieldStyle(units.NoUnit),
            (8, 8),
        ),
        bar_chart(
            PanelMeta(
                "Failed notifications by channel",
                "Empty when all is well. Until the channel is repaired, the people who rely "
                "on it hear nothing: tell the team.",
                ("AlertmanagerNotificationsFailing",),
                Expected.EMPTY,
            ),
            [range_query(f"sum by (integration) ({_FAILED}) > 0", "{{integration}}")],
            FieldStyle(units.NoUnit, no_value="none"),
            (8, 8),
        ),
        timeseries(
            PanelMeta(
                "Delivery time by channel (p95)",
                "The slowest 5 % of the notifications that were sent recently.",
                ("AlertmanagerNotificationsFailing",),
                waits_for="increase(alertmanager_notification_latency_seconds_count[3m]) > 0",
            ),
            [range_query(f"{_LATENCY} >= 0", "{{integration}}")],
            FieldStyle(units.Seconds, no_value="none sent"),
            (8, 8),
        ),
        bar_chart(
            PanelMeta(
                "Received by the inbox",
                "Notifications that arrived here in place of PagerDuty, Slack or a mail "
                "server without credentials, by channel, and requests that were no "
                "notification.",
                needs="whiteroom-inbox",
            ),
            [
                range_query(f"sum by (channel) ({_RECEIVED})", "{{channel}}"),
                range_query(f"sum({_REJECTED})", "rejected"),
            ],
            FieldStyle(units.NoUnit),
            (16, 8),
        ),
        stat(
            PanelMeta(
                "Active silences",
                "Each silence has an end. A forgotten one hides the next incident.",
            ),
            instant_query('sum(alertmanager_silences{state="active"})', "silences"),
            FieldStyle(units.NoUnit, Thresholds(1, 10)),
            (8, 8),
        ),
    ),
    needs="alertmanager",
)
