"""What fires, how urgent it is, and since when."""

from __future__ import annotations

from grafana_foundation_sdk.models import units

from whiteroom_monitoring.dashboards.assembly import Row
from whiteroom_monitoring.dashboards.expectation import Shows
from whiteroom_monitoring.dashboards.field_style import BAD, GOOD, Limits, Look, Word
from whiteroom_monitoring.dashboards.panels import About, Panel, alerts, bars, figure, listing
from whiteroom_monitoring.dashboards.queries import line, now, rows

_CHOSEN = 'priority=~"$priority", team=~"$team", service=~"$service"'
_FIRING = f'{_CHOSEN}, alertstate="firing"'
_TROUBLE = 'priority=~"P0|P1|P2"'


def _count(priority: str, text: str) -> Panel:
    return figure(
        About(f"{priority} firing", text, shows=Shows.ZERO),
        now(f'count(ALERTS{{alertstate="firing", priority="{priority}"}}) or vector(0)', "firing"),
        Look(units.NoUnit, Limits(1, 1), words=(Word("none", GOOD, 0, 0),)),
        (4, 4),
    )


COUNTS = Row(
    "Does anything fire?",
    (
        _count("P0", "Answer within 5 minutes. PagerDuty calls at once."),
        _count("P1", "Answer within 30 minutes. PagerDuty calls."),
        _count("P2", "Answer within 2 hours. Slack #ops."),
        figure(
            About(
                "About to fire",
                "Alerts whose condition holds, but not yet for long enough. Look now, and perhaps "
                "nobody is called.",
            ),
            now('count(ALERTS{alertstate="pending"}) or vector(0)', "pending"),
            Look(units.NoUnit, words=(Word("none", GOOD, 0, 0),)),
            (4, 4),
        ),
        figure(
            About(
                "Way to the receivers",
                "*open*: the Watchdog, which always fires, reaches Alertmanager. *closed*: no "
                "alert would arrive, whatever happens.",
                ("Watchdog",),
            ),
            now('max(ALERTS{alertname="Watchdog", alertstate="firing"}) or vector(0)', "way"),
            Look(
                units.NoUnit,
                Limits(1, 0.5),
                words=(Word("closed", BAD, 0, 0), Word("open", GOOD, 1, 1)),
            ),
            (4, 4),
        ),
        figure(
            About(
                "Notifications lost",
                "Within the time shown, in spite of repeating them. *Delivery* names the channel.",
                ("AlertmanagerNotificationsFailing",),
                Shows.ZERO,
                "alertmanager",
            ),
            now("round(sum(increase(alertmanager_notifications_failed_total[$__range])))", "lost"),
            Look(units.NoUnit, Limits(1, 1), words=(Word("none", GOOD, 0, 0),)),
            (4, 4),
        ),
    ),
)

FIRING = Row(
    "What fires, and since when?",
    (
        alerts(
            About(
                "Alerts",
                "Firing and about to, the most urgent first. Each says what musicians notice, and "
                "links to what to do. Watchdog fires always: it is the proof that the way is open.",
            ),
            (12, 11),
            # No query: without a format, Grafana would fill in {a,b} for several values.
            only='{priority=~"${priority:regex}", team=~"${team:regex}",'
            ' service=~"${service:regex}"}',
        ),
        listing(
            About(
                "Trouble now",
                "Empty when all is well: alerts of P0 to P2 that fire. Alerts of the same service "
                "most often have one cause: begin with the most urgent.",
                shows=Shows.EMPTY,
            ),
            [
                rows(
                    f"sort(sum by (alertname, priority, service, team)"
                    f" (ALERTS{{{_FIRING}, {_TROUBLE}}}))"
                )
            ],
            Look(units.NoUnit, nothing="nothing fires"),
            (12, 11),
            {
                "priority": "Priority",
                "alertname": "Alert",
                "service": "Service",
                "team": "Team",
                "Value": "Count",
            },
        ),
        bars(
            About(
                "Firing over time",
                "How many fired when. Those that began together belong together; the first of "
                "them is nearest to the cause.",
            ),
            [
                line(
                    f"count by (priority, alertname) (ALERTS{{{_FIRING}}})",
                    "{{priority}} {{alertname}}",
                )
            ],
            Look(units.NoUnit),
            (24, 8),
        ),
    ),
)
