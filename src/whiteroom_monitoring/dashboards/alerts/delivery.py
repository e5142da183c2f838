"""Do notifications arrive?"""

from __future__ import annotations

from grafana_foundation_sdk.models import units

from whiteroom_monitoring.dashboards.assembly import Row
from whiteroom_monitoring.dashboards.expectation import Shows
from whiteroom_monitoring.dashboards.field_style import Limits, Look
from whiteroom_monitoring.dashboards.panels import About, bars, figure, lines
from whiteroom_monitoring.dashboards.queries import line, now
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
        bars(
            About(
                "Sent by channel",
                "Notifications that Alertmanager has tried to deliver. None while alerts fire: see "
                "the routes in alertmanager.yml.",
                ("AlertmanagerNotificationsFailing",),
            ),
            [line(f"sum by (integration) ({_SENT}) > 0 or {_NONE_SENT}", "{{integration}}")],
            Look(units.NoUnit),
            (8, 8),
        ),
        bars(
            About(
                "Lost by channel",
                "Empty when all is well. Until the channel is mended, whoever relies on it hears "
                "nothing: tell the team.",
                ("AlertmanagerNotificationsFailing",),
                Shows.EMPTY,
            ),
            [line(f"sum by (integration) ({_FAILED}) > 0", "{{integration}}")],
            Look(units.NoUnit, nothing="none"),
            (8, 8),
        ),
        lines(
            About(
                "Time to deliver",
                "The slowest in twenty, by channel, of those that were sent lately.",
                ("AlertmanagerNotificationsFailing",),
                waits_for="increase(alertmanager_notification_latency_seconds_count[3m]) > 0",
            ),
            [line(f"{_LATENCY} >= 0", "{{integration}}")],
            Look(units.Seconds, nothing="none sent"),
            (8, 8),
        ),
        bars(
            About(
                "Received by the inbox",
                "What arrived here in the place of PagerDuty, Slack or a mail server that has no "
                "credentials, by channel; and what was no notification.",
                needs="whiteroom-inbox",
            ),
            [
                line(f"sum by (channel) ({_RECEIVED})", "{{channel}}"),
                line(f"sum({_REJECTED})", "rejected"),
            ],
            Look(units.NoUnit),
            (16, 8),
        ),
        figure(
            About(
                "Silences",
                "In force now. Whoever set one wrote until when: a forgotten one hides the next "
                "trouble.",
            ),
            now('sum(alertmanager_silences{state="active"})', "silences"),
            Look(units.NoUnit, Limits(1, 10)),
            (8, 8),
        ),
    ),
    needs="alertmanager",
)
