"""White Room's dashboards, in the order in which a person on call looks."""

from __future__ import annotations

from whiteroom_monitoring.dashboards.dashboard import DashboardSet

from . import alerts, application_performance, business_metrics, system_health
from .annotations import ANNOTATIONS

DASHBOARDS = DashboardSet(
    (
        application_performance.DASHBOARD,
        system_health.DASHBOARD,
        business_metrics.DASHBOARD,
        alerts.DASHBOARD,
    ),
    # Where people read the repository; an operator changes it in alertmanager/templates, too.
    runbooks="https://git.whiteroom.example/white-room/blob/main/infrastructure/monitoring/runbooks/",
    annotations=ANNOTATIONS,
)
