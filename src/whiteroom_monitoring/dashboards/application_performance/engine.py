"""What the engine does in its callbacks."""

from __future__ import annotations

from grafana_foundation_sdk.models import units

from whiteroom_monitoring.dashboards.application_performance.expressions import (
    CAUSE_COLOURS,
    CHANNEL_COST,
    CHANNELS,
    CHOSEN,
)
from whiteroom_monitoring.dashboards.assembly import Row
from whiteroom_monitoring.dashboards.field_style import Limits, Look
from whiteroom_monitoring.dashboards.panels import About, bars, lines, ranking, spread
from whiteroom_monitoring.dashboards.queries import buckets, line, now
from whiteroom_monitoring.promql.build import highest, mean, rate, recorded, select

_DROPOUTS = rate("audio_dropouts_total", CHOSEN)
_LOAD = mean("instance_le:audio_engine_load_ratio_bucket:rate1m", CHOSEN)
_CHANNEL_COST = mean("instance_channel:audio_channel_render_seconds:rate1m", CHANNELS)
_PLUGIN_COST = mean("instance_channel_plugin:audio_plugin_render_seconds:rate1m", CHANNELS)
_MISSED = select("audio_plugin_deadlines_missed_total", CHANNELS)
_GUILTY = f"round(sum by (channel, plugin) (increase({_MISSED}[$__range])))"
_RENDER = "instance:audio_engine_render_time_seconds"
_HEADROOM = "instance:audio_deadline_headroom_ratio"
_LATENESS = "instance:audio_callback_jitter_ratio"


def _lowest(series: str) -> str:
    return f"min(min_over_time({recorded(series, CHOSEN)}))"


ENGINE = Row(
    "Engine",
    (
        lines(
            About(
                "Render time against the deadline",
                "The deadline is the length of a buffer. Where p99 touches it, one callback in a "
                "hundred is late. When p50 rises too, all of the song costs more; when p99 rises "
                "alone, something disturbs: a plug-in now and then, or the machine. "
                "Of several engines, the slowest.",
                ("AudioDeadlineMissed", "AudioProcessingOverload"),
            ),
            [
                line(f"min({select('audio_buffer_duration_seconds', CHOSEN)})", "deadline"),
                line(highest(f"{_RENDER}:p99_rate1m", CHOSEN), "p99"),
                line(highest(f"{_RENDER}:p50_rate1m", CHOSEN), "p50"),
            ],
            Look(units.Seconds, dashed=("deadline",)),
            (12, 8),
        ),
        spread(
            About(
                "Callbacks by how much of the deadline they took",
                "Each column is a moment, each row a share of the deadline, and darker means more "
                "callbacks in a second. Another band far above the first is a plug-in that is slow "
                "now and then. Whatever is above 100 % was heard.",
                ("AudioDeadlineMissed",),
            ),
            buckets(f"sum by (le) ({_LOAD})"),
            Look(units.PercentUnit),
            (12, 8),
        ),
        lines(
            About(
                "Cost of each channel",
                "Share of the deadline that each mixer channel takes, one above the other. The "
                "one that grew when the trouble began is the one to mute first.",
                ("AudioDeadlineMissed",),
            ),
            [line(f"sum by (channel) ({_CHANNEL_COST})", "{{channel}}")],
            Look(units.PercentUnit),
            (14, 8),
            stacked=True,
        ),
        ranking(
            About(
                "Costliest channels now",
                "The same for now, the costliest first. Over 50 % for one channel leaves too "
                "little for the others.",
                ("AudioDeadlineMissed",),
            ),
            [now(f"topk(8, {CHANNEL_COST})", "{{channel}}")],
            Look(units.PercentUnit, Limits(0.3, 0.5), decimals=2),
            (10, 8),
        ),
        lines(
            About(
                "Cost of each plug-in",
                "Share of the deadline that each plug-in takes; those of a channel add up to the "
                "channel. Take out the one that grew, or ask its maker.",
                ("AudioDeadlineMissed",),
            ),
            [line(f"sum by (channel, plugin) ({_PLUGIN_COST})", "{{channel}} {{plugin}}")],
            Look(units.PercentUnit),
            (14, 8),
            stacked=True,
        ),
        ranking(
            About(
                "Plug-ins that missed deadlines",
                "How often each took longest in a callback that was over budget, within the time "
                "shown. One far ahead of the others is the cause.",
                ("AudioDeadlineMissed",),
            ),
            [now(f"topk(8, {_GUILTY})", "{{channel}} {{plugin}}")],
            Look(units.NoUnit, Limits(1, 10)),
            (10, 8),
        ),
        lines(
            About(
                "Headroom",
                "What is left of the deadline when a callback ends: in the middle, and in the "
                "worst of a hundred. Near 0 the next small disturbance is heard: use a larger "
                "buffer before it is. Of several engines, the one with the least.",
                ("AudioDeadlineMissed",),
            ),
            [
                line(_lowest(f"{_HEADROOM}:p50_rate1m"), "median"),
                line(_lowest(f"{_HEADROOM}:p1_rate1m"), "worst of 100"),
            ],
            Look(units.PercentUnit, Limits(0.3, 0.05), highest=1),
            (12, 8),
        ),
        lines(
            About(
                "Lateness of callbacks",
                "How much later than due callbacks began, of their deadline: p99 and median. The "
                "machine's fault, not the engine's: see real-time scheduling and the processors. "
                "Of several engines, the latest.",
                ("AudioXruns",),
            ),
            [
                line(highest(f"{_LATENESS}:p99_rate1m", CHOSEN), "p99"),
                line(highest(f"{_LATENESS}:p50_rate1m", CHOSEN), "median"),
            ],
            Look(units.PercentUnit, Limits(0.2, 0.5)),
            (12, 8),
        ),
        bars(
            About(
                "Dropouts by cause",
                "Each is heard as a click or a gap; a dropout that doesn't end is one, so see the "
                "sound lost as well.",
                ("AudioXruns",),
            ),
            [line(f"60 * sum by (cause) ({_DROPOUTS})", "{{cause}}")],
            Look(units.CountsPerMinute, fixed=CAUSE_COLOURS),
            (12, 7),
        ),
        lines(
            About(
                "Callbacks against what is due",
                "A callback for each length of a buffer is due. Fewer than that, and the driver "
                "skips; none, and there is silence.",
                ("AudioCallbacksStopped",),
            ),
            [
                line(f"sum(1 / {select('audio_buffer_duration_seconds', CHOSEN)})", "due"),
                line(f"sum({rate('audio_callbacks_total', CHOSEN)})", "ended"),
            ],
            Look(units.CountsPerSecond, dashed=("due",), fixed={"due": "text"}),
            (12, 7),
        ),
    ),
    needs="juce-backend",
)
