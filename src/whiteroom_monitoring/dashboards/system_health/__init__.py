"""System Health: is every part there, and has the machine room for them?"""

from __future__ import annotations

from whiteroom_monitoring.dashboards.assembly import Dashboard
from whiteroom_monitoring.dashboards.system_health.availability import PRESENCE
from whiteroom_monitoring.dashboards.system_health.containers import CONTAINERS
from whiteroom_monitoring.dashboards.system_health.datastores import STORES
from whiteroom_monitoring.dashboards.system_health.machine import MACHINE
from whiteroom_monitoring.dashboards.system_health.monitoring import MONITORING
from whiteroom_monitoring.dashboards.system_health.targets import PARTS
from whiteroom_monitoring.dashboards.template_variables import choice

DASHBOARD = Dashboard(
    slug="system-health",
    question="Is every part of White Room there, and has the machine room for them?",
    source=__name__,
    variables=(choice("job", "up"), choice("instance", 'up{job=~"$job"}')),
    rows=(PRESENCE, PARTS, MACHINE, STORES, CONTAINERS, MONITORING),
)
