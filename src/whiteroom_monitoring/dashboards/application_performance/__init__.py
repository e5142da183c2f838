"""Application Performance: is the sound whole, and if not, whose fault is it?"""

from __future__ import annotations

from whiteroom_monitoring.dashboards.application_performance.audio_quality import SOUND
from whiteroom_monitoring.dashboards.application_performance.culprits import SUSPECTS
from whiteroom_monitoring.dashboards.application_performance.engine import ENGINE
from whiteroom_monitoring.dashboards.application_performance.expressions import CHOSEN
from whiteroom_monitoring.dashboards.application_performance.ffi import BRIDGE
from whiteroom_monitoring.dashboards.application_performance.front_end import FRONT_END
from whiteroom_monitoring.dashboards.application_performance.runtime import GROUND
from whiteroom_monitoring.dashboards.assembly import Dashboard
from whiteroom_monitoring.dashboards.template_variables import choice
from whiteroom_monitoring.promql.build import select

DASHBOARD = Dashboard(
    slug="application-performance",
    question="Is the sound whole, and if not, whose fault is it?",
    source=__name__,
    variables=(
        # What the agent serves of an engine that is gone stands still: it is no engine.
        choice("job", 'audio_callbacks_total{job!="whiteroom-agent"}', every=None),
        choice("instance", 'audio_callbacks_total{job=~"$job"}'),
        choice("channel", select("audio_channel_render_seconds_total", CHOSEN)),
        choice("function", select("ffi_calls_total", CHOSEN)),
    ),
    rows=(SOUND, SUSPECTS, ENGINE, BRIDGE, GROUND, FRONT_END),
)
