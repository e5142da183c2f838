"""Application Performance: is the sound intact, and if not, what is the cause?"""

from __future__ import annotations

from whiteroom_monitoring.dashboards.dashboard import Dashboard
from whiteroom_monitoring.dashboards.template_variables import label_values
from whiteroom_monitoring.promql.build import select

from .audio_quality import AUDIO_QUALITY
from .culprits import CULPRITS
from .engine import ENGINE
from .expressions import CHOSEN
from .ffi import FFI
from .front_end import FRONT_END
from .plugins import PLUGINS
from .runtime import RUNTIME

DASHBOARD = Dashboard(
    slug="application-performance",
    uid="whiteroom-application-performance",
    title="Application Performance",
    question="Is the sound intact, and if not, what is the cause?",
    variables=(
        # The segment exporter's series of an engine that is gone do not move: it is no engine.
        label_values("job", 'audio_callbacks_total{job!="whiteroom-agent"}', every=None),
        label_values("instance", 'audio_callbacks_total{job=~"$job"}'),
        label_values("channel", select("audio_channel_render_seconds_total", CHOSEN)),
        label_values("function", select("ffi_calls_total", CHOSEN)),
    ),
    rows=(AUDIO_QUALITY, CULPRITS, ENGINE, FFI, RUNTIME, FRONT_END, PLUGINS),
)
