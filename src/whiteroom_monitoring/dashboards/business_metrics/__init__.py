"""Business Metrics: do musicians come, do they make music, and does the service answer them?"""

from __future__ import annotations

from whiteroom_monitoring.dashboards.assembly import Dashboard
from whiteroom_monitoring.dashboards.business_metrics.music import MUSIC
from whiteroom_monitoring.dashboards.business_metrics.people import PEOPLE
from whiteroom_monitoring.dashboards.business_metrics.security import DOORS
from whiteroom_monitoring.dashboards.business_metrics.service import SERVICE
from whiteroom_monitoring.dashboards.business_metrics.today import TODAY
from whiteroom_monitoring.dashboards.template_variables import choice

DASHBOARD = Dashboard(
    slug="business-metrics",
    question="Do musicians come, do they make music, and does the service answer them?",
    source=__name__,
    variables=(
        choice("job", 'http_requests_total{job!="whiteroom-agent"}', every=None),
        choice("instance", 'http_requests_total{job=~"$job"}'),
    ),
    rows=(TODAY, PEOPLE, MUSIC, SERVICE, DOORS),
)
