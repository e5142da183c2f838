"""Alerts: which are firing, since when, and has the right team been notified?"""

from __future__ import annotations

from whiteroom_monitoring.dashboards.dashboard import Dashboard
from whiteroom_monitoring.dashboards.template_variables import label_values

from .delivery import DELIVERY
from .firing import COUNTS, FIRING
from .rule_evaluation import RULE_EVALUATION

DASHBOARD = Dashboard(
    slug="alerts",
    uid="whiteroom-alerts",
    title="Alerts",
    question="Which alerts are firing, since when, and has the right team been notified?",
    variables=(
        label_values("priority", "ALERTS"),
        label_values("team", "ALERTS"),
        label_values("service", "ALERTS"),
    ),
    rows=(COUNTS, FIRING, DELIVERY, RULE_EVALUATION),
)
