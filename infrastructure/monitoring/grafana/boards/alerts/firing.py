"""Which alerts are firing, how urgent they are, and since when."""

from __future__ import annotations

from grafana_foundation_sdk.models import units

from whiteroom_monitoring.dashboards.dashboard import Row
from whiteroom_monitoring.dashboards.expectation import Expected
from whiteroom_monitoring.dashboards.field_style import BAD, GOOD, FieldStyle, Thresholds, ValueText
from whiteroom_monitoring.dashboards.panels import (
    Panel,
    PanelMeta,
    alert_list,
    bar_chart,
    stat,
    table,
)
from whiteroom_monitoring.dashboards.queries import instant_query, range_query, table_query
from whiteroom_monitoring.project.model import Priority

from ..priorities import NEEDING_ACTION, PRIORITIES

_CHOSEN = 'priority=~"$priority", team=~"$team", service=~"$service"'
_FIRING = f'{_CHOSEN}, alertstate="firing"'
_TROUBLE = f'priority=~"{"|".join(sorted(NEEDING_ACTION))}"'


def _count(priority: Priority) -> Panel:
    expression = f'count(ALERTS{{alertstate="firing", priority="{priority.name}"}}) or vector(0)'
    return stat(
        PanelMeta(f"{priority.name} firing", priority.answer, expect=Expected.ZERO),
        instant_query(expression, "firing"),
        FieldStyle(units.NoUnit, Thresholds(1, 1), mappings=(ValueText("none", GOOD, 0, 0),)),
        (4, 4),
    )


COUNTS = Row(
    "Overview",
    (
        *(_count(PRIORITIES[name]) for name in sorted(NEEDING_ACTION)),
        stat(
            PanelMeta(
                "Pending alerts",
                "Alerts whose condition holds, but not yet long enough. If you look now, "
                "perhaps nobody is paged.",
            ),
            instant_query('count(ALERTS{alertstate="pending"}) or vector(0)', "pending"),
            FieldStyle(units.NoUnit, mappings=(ValueText("none", GOOD, 0, 0),)),
            (4, 4),
        ),
        stat(
            PanelMeta(
                "Alert pipeline",
                "*open*: Watchdog, which always fires, reaches Alertmanager. *closed*: no "
                "alert would arrive, whatever happens.",
                ("Watchdog",),
            ),
            instant_query(
                'max(ALERTS{alertname="Watchdog", alertstate="firing"}) or vector(0)', "way"
            ),
            FieldStyle(
                units.NoUnit,
                Thresholds(1, 0.5),
                mappings=(ValueText("closed", BAD, 0, 0), ValueText("open", GOOD, 1, 1)),
            ),
            (4, 4),
        ),
        stat(
            PanelMeta(
                "Notifications lost",
                "Notifications that failed within the time range in spite of retries. "
                "*Delivery* names the channel.",
                ("AlertmanagerNotificationsFailing",),
                Expected.ZERO,
                "alertmanager",
            ),
            instant_query(
                "round(sum(increase(alertmanager_notifications_failed_total[$__range])))", "lost"
            ),
            FieldStyle(units.NoUnit, Thresholds(1, 1), mappings=(ValueText("none", GOOD, 0, 0),)),
            (4, 4),
        ),
    ),
)

FIRING = Row(
    "Firing alerts",
    (
        alert_list(
            PanelMeta(
                "Alerts",
                "Firing and pending alerts, the most urgent first. Each says what musicians "
                "notice and links to its runbook. Watchdog always fires: it proves that the "
                "pipeline is open.",
            ),
            (12, 11),
            # No query: without a format, Grafana would fill in {a,b} for several values.
            only='{priority=~"${priority:regex}", team=~"${team:regex}",'
            ' service=~"${service:regex}"}',
        ),
        table(
            PanelMeta(
                "Firing alerts",
                "Empty when all is well: alerts of P0 to P2 that are firing. Alerts of the "
                "same service usually have one cause: start with the most urgent.",
                expect=Expected.EMPTY,
            ),
            [
                table_query(
                    f"sort(sum by (alertname, priority, service, team)"
                    f" (ALERTS{{{_FIRING}, {_TROUBLE}}}))"
                )
            ],
            FieldStyle(units.NoUnit, no_value="nothing fires"),
            (12, 11),
            {
                "priority": "Priority",
                "alertname": "Alert",
                "service": "Service",
                "team": "Team",
                "Value": "Count",
            },
        ),
        table(
            PanelMeta(
                "Covered alerts",
                "What holds and pages nobody, because an alert that fires explains it. It ends "
                "with its cause, or becomes an alert when the cause is gone and it still holds.",
                expect=Expected.EMPTY,
            ),
            [
                table_query(
                    f"sort(count by (alert, priority, service, team)"
                    f" (alert:alerts_covered:value{{{_CHOSEN}}}))"
                )
            ],
            FieldStyle(units.NoUnit, no_value="nothing is covered"),
            (24, 6),
            {
                "priority": "Priority",
                "alert": "Alert",
                "service": "Service",
                "team": "Team",
                "Value": "Count",
            },
        ),
        bar_chart(
            PanelMeta(
                "Firing alerts over time",
                "Number of firing alerts. Alerts that began together belong together; the "
                "first of them is nearest to the cause.",
            ),
            [
                range_query(
                    f"count by (priority, alertname) (ALERTS{{{_FIRING}}})",
                    "{{priority}} {{alertname}}",
                )
            ],
            FieldStyle(units.NoUnit),
            (24, 8),
        ),
    ),
)
