"""Business Metrics: do musicians come and make music, and does the service answer in time?"""

from __future__ import annotations

from whiteroom_monitoring.dashboards.dashboard import Dashboard
from whiteroom_monitoring.dashboards.template_variables import label_values

from .music import MUSIC
from .people import PEOPLE
from .security import SECURITY
from .service import SERVICE
from .today import TODAY

DASHBOARD = Dashboard(
    slug="business-metrics",
    uid="whiteroom-business-metrics",
    title="Business Metrics",
    question="Do musicians come and make music, and does the service answer in time?",
    variables=(
        label_values("job", 'http_requests_total{job!="whiteroom-agent"}', every=None),
        label_values("instance", 'http_requests_total{job=~"$job"}'),
    ),
    rows=(TODAY, PEOPLE, MUSIC, SERVICE, SECURITY),
)
