"""System Health: is every component up, and does the machine have headroom?"""

from __future__ import annotations

from whiteroom_monitoring.dashboards.dashboard import Dashboard
from whiteroom_monitoring.dashboards.template_variables import label_values

from .availability import AVAILABILITY
from .containers import CONTAINERS
from .datastores import DATASTORES
from .logs import LOGS
from .machine import MACHINE
from .monitoring import MONITORING
from .targets import TARGETS

DASHBOARD = Dashboard(
    slug="system-health",
    uid="whiteroom-system-health",
    title="System Health",
    question="Is every component up, and does the machine have headroom?",
    variables=(label_values("job", "up"), label_values("instance", 'up{job=~"$job"}')),
    rows=(AVAILABILITY, TARGETS, MACHINE, DATASTORES, CONTAINERS, MONITORING, LOGS),
)
