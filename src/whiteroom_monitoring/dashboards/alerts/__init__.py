"""Alerts: what fires, since when, and does whom it concerns hear of it?"""

from __future__ import annotations

from whiteroom_monitoring.dashboards.alerts.delivery import DELIVERY
from whiteroom_monitoring.dashboards.alerts.firing import COUNTS, FIRING
from whiteroom_monitoring.dashboards.alerts.rule_evaluation import JUDGING
from whiteroom_monitoring.dashboards.assembly import Dashboard
from whiteroom_monitoring.dashboards.template_variables import choice

DASHBOARD = Dashboard(
    slug="alerts",
    question="What fires, since when, and does whom it concerns hear of it?",
    source=__name__,
    variables=(
        choice("priority", "ALERTS"),
        choice("team", "ALERTS"),
        choice("service", "ALERTS"),
    ),
    rows=(COUNTS, FIRING, DELIVERY, JUDGING),
)
