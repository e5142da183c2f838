"""Which target is down, and which alerts are firing."""

from __future__ import annotations

from grafana_foundation_sdk.models import units

from whiteroom_monitoring.dashboards.dashboard import Row
from whiteroom_monitoring.dashboards.field_style import BAD, GOOD, FieldStyle, ValueText
from whiteroom_monitoring.dashboards.panels import PanelMeta, alert_list, table
from whiteroom_monitoring.dashboards.queries import table_query
from whiteroom_monitoring.promql.build import select

_CHOSEN = 'job=~"$job", instance=~"$instance"'


def _by_part(metric: str) -> str:
    """Return ``metric`` without its name, so that rows of several can become one."""
    return f"max by (service, job, instance) ({select(metric, _CHOSEN)})"


TARGETS = Row(
    "Targets",
    (
        table(
            PanelMeta(
                "Targets",
                "Every target that Prometheus scrapes, its state, and the duration of its "
                "scrapes. If a target is *down*, `whiteroom status` and `whiteroom logs "
                "COMPONENT` show why. A target that nears 5 s will soon count as down.",
                ("ServiceDown",),
            ),
            [table_query(_by_part("up")), table_query(_by_part("scrape_duration_seconds"))],
            FieldStyle(
                units.NoUnit,
                mappings=(ValueText("down", BAD, 0, 0), ValueText("up", GOOD, 1, 1)),
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
        alert_list(
            PanelMeta(
                "Alerts of the platform and database teams",
                "Alerts that are firing or pending. Each has a runbook.",
            ),
            (9, 10),
            only='{team=~"platform|database"}',
        ),
    ),
)
