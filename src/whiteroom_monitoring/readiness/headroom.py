"""Whether the song that plays leaves the machine enough time."""

from __future__ import annotations

import math

from whiteroom_monitoring.diagnostics import CheckFailed, check
from whiteroom_monitoring.readiness.show import Show

# Of the time for a callback; a second song, a browser or a hot processor takes some.
LEAST_HEADROOM = 0.3
_MINUTES = 2
_WINDOW = f"[{_MINUTES}m]"
_LOAD = (
    "histogram_quantile(0.99, sum by (job, instance, le) "
    f"(rate(audio_engine_load_ratio_bucket{_WINDOW})))"
)
# The driver of a device may report dropouts of its own that nobody hears.
_DROPOUTS = f'sum(increase(audio_dropouts_total{{cause!="device"}}{_WINDOW}))'


@check("headroom", "sound", f"{LEAST_HEADROOM:.0%} of the time left by 99 of 100 callbacks")
def headroom(show: Show) -> str:
    # It is no number where no callback has ended.
    loads = [(m, v) for m, v in show.stack.prometheus.query(_LOAD) if not math.isnan(v)]
    if not loads:
        remedy = "Play the song for two minutes, as loud and full as it gets, and look again."
        raise CheckFailed("nothing has played of late", remedy=remedy)
    metric, load = max(loads, key=lambda pair: pair[1])
    dropouts = show.stack.prometheus.value(_DROPOUTS) or 0.0
    seen = f"{1 - load:.0%} left at {metric.get('job', 'the engine')}"
    if 1 - load < LEAST_HEADROOM:
        remedy = "Freeze or bypass the plug-in that takes most, or take a larger buffer."
        raise CheckFailed(f"{max(0.0, 1 - load):.0%} of the time left", remedy=remedy)
    if dropouts >= 1:
        remedy = "See the cause on the dashboard of the sound, or take a larger buffer."
        raise CheckFailed(f"{seen}, and {dropouts:.0f} dropouts in {_MINUTES} min", remedy=remedy)
    return f"{seen}, no dropout in {_MINUTES} min"
