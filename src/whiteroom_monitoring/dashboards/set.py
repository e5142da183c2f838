"""The set of dashboards."""

from __future__ import annotations

from whiteroom_monitoring.dashboards import application_performance
from whiteroom_monitoring.dashboards.assembly import Dashboard

DASHBOARDS: tuple[Dashboard, ...] = (application_performance.DASHBOARD,)
