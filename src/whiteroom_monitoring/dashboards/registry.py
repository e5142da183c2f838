"""The set of dashboards, in the order in which a person on call looks."""

from __future__ import annotations

from whiteroom_monitoring.dashboards import (
    alerts,
    application_performance,
    business_metrics,
    system_health,
)
from whiteroom_monitoring.dashboards.assembly import Dashboard

DASHBOARDS: tuple[Dashboard, ...] = (
    application_performance.DASHBOARD,
    system_health.DASHBOARD,
    business_metrics.DASHBOARD,
    alerts.DASHBOARD,
)
