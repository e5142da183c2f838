"""Which part is down, and what fires."""

from __future__ import annotations

from grafana_foundation_sdk.models import units

from whiteroom_monitoring.dashboards.assembly import Row
from whiteroom_monitoring.dashboards.field_style import BAD, GOOD, Look, Word
from whiteroom_monitoring.dashboards.panels import About, alerts, listing
from whiteroom_monitoring.dashboards.queries import rows
from whiteroom_monitoring.promql.build import select

_CHOSEN = 'job=~"$job", instance=~"$instance"'


def _by_part(metric: str) -> str:
    """Return ``metric`` without its name, so that rows of several can become one."""
    return f"max by (service, job, instance) ({select(metric, _CHOSEN)})"


PARTS = Row(
    "Which part?",
    (
        listing(
            About(
                "Parts",
                "Every target that Prometheus scrapes, whether it answers, and how long that "
                "takes. A part that is *down*: `whiteroom status` and `whiteroom output PART` say "
                "why. One that nears 5 s soon counts as down.",
                ("ServiceDown",),
            ),
            [rows(_by_part("up")), rows(_by_part("scrape_duration_seconds"))],
            Look(
                units.NoUnit,
                words=(Word("down", BAD, 0, 0), Word("up", GOOD, 1, 1)),
            ),
            (15, 10),
            {
                "service": "Service",
                "job": "Job",
                "instance": "Address",
                "Value #A": "State",
                "Value #B": "Answers in",
            },
            units={"Answers in": units.Seconds},
        ),
        alerts(
            About(
                "Alerts of platform and database",
                "What fires or is about to. Each has a runbook.",
            ),
            (9, 10),
            only='{team=~"platform|database"}',
        ),
    ),
)
