"""The engine's callbacks."""

from __future__ import annotations

from grafana_foundation_sdk.models import units

from whiteroom_monitoring.dashboards.dashboard import Row
from whiteroom_monitoring.dashboards.field_style import FieldStyle, Thresholds
from whiteroom_monitoring.dashboards.panels import (
    PanelMeta,
    bar_chart,
    bar_gauge,
    heatmap,
    timeseries,
)
from whiteroom_monitoring.dashboards.queries import heatmap_query, instant_query, range_query
from whiteroom_monitoring.promql.build import highest, mean, rate, recorded, select

from .expressions import (
    CAUSE_COLOURS,
    CHANNEL_COST,
    CHANNELS,
    CHOSEN,
)

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
        timeseries(
            PanelMeta(
                "Render time and deadline",
                "The deadline is the length of a buffer. Where p99 touches it, 1 % of the "
                "callbacks are late. When p50 rises too, the whole song costs more. When p99 "
                "rises alone, something interferes: a plug-in now and then, or the machine. "
                "With several engines, the slowest one is shown.",
                ("AudioDeadlineMissed", "AudioProcessingOverload"),
            ),
            [
                range_query(f"min({select('audio_buffer_duration_seconds', CHOSEN)})", "deadline"),
                range_query(highest(f"{_RENDER}:p99_rate1m", CHOSEN), "p99"),
                range_query(highest(f"{_RENDER}:p50_rate1m", CHOSEN), "p50"),
            ],
            FieldStyle(units.Seconds, dashed=("deadline",)),
            (12, 8),
        ),
        heatmap(
            PanelMeta(
                "Callbacks by load",
                "Each column is a moment, each row a share of the deadline; darker means more "
                "callbacks per second. A second band far above the first is a plug-in that is "
                "slow now and then. Everything above 100 % was heard.",
                ("AudioDeadlineMissed",),
            ),
            heatmap_query(f"sum by (le) ({_LOAD})"),
            FieldStyle(units.PercentUnit),
            (12, 8),
        ),
        timeseries(
            PanelMeta(
                "Render time by channel",
                "Share of the deadline that each mixer channel takes, stacked. If one channel "
                "grew when the trouble began, mute it first.",
                ("AudioDeadlineMissed",),
            ),
            [range_query(f"sum by (channel) ({_CHANNEL_COST})", "{{channel}}")],
            FieldStyle(units.PercentUnit),
            (14, 8),
            stacked=True,
        ),
        bar_gauge(
            PanelMeta(
                "Most expensive channels",
                "The same at this moment, the most expensive first. A channel over 50 % "
                "leaves too little for the others.",
                ("AudioDeadlineMissed",),
            ),
            [instant_query(f"topk(8, {CHANNEL_COST})", "{{channel}}")],
            FieldStyle(units.PercentUnit, Thresholds(0.3, 0.5), decimals=2),
            (10, 8),
        ),
        timeseries(
            PanelMeta(
                "Render time by plug-in",
                "Share of the deadline that each plug-in takes. The plug-ins of a channel add "
                "up to the channel. Remove the one that grew, or ask its vendor.",
                ("AudioDeadlineMissed",),
            ),
            [range_query(f"sum by (channel, plugin) ({_PLUGIN_COST})", "{{channel}} {{plugin}}")],
            FieldStyle(units.PercentUnit),
            (14, 8),
            stacked=True,
        ),
        bar_gauge(
            PanelMeta(
                "Missed deadlines by plug-in",
                "How often each plug-in was the most expensive one in a callback over budget, "
                "within the time range. One that is far ahead of the others is the cause.",
                ("AudioDeadlineMissed",),
            ),
            [instant_query(f"topk(8, {_GUILTY})", "{{channel}} {{plugin}}")],
            FieldStyle(units.NoUnit, Thresholds(1, 10)),
            (10, 8),
        ),
        timeseries(
            PanelMeta(
                "Headroom",
                "Share of the deadline that is left when a callback ends: the median, and the "
                "worst 1 %. Near 0 the next small disturbance is heard, so use a larger "
                "buffer before that. With several engines, the one with the least headroom is "
                "shown.",
                ("AudioDeadlineMissed",),
            ),
            [
                range_query(_lowest(f"{_HEADROOM}:p50_rate1m"), "median"),
                range_query(_lowest(f"{_HEADROOM}:p1_rate1m"), "p1"),
            ],
            FieldStyle(units.PercentUnit, Thresholds(0.3, 0.05), maximum=1),
            (12, 8),
        ),
        timeseries(
            PanelMeta(
                "Callback jitter",
                "How late callbacks began, as a share of their deadline: p99 and median. The "
                "machine causes this, not the engine: check real-time scheduling and CPU. "
                "With several engines, the latest one is shown.",
                ("AudioXruns",),
            ),
            [
                range_query(highest(f"{_LATENESS}:p99_rate1m", CHOSEN), "p99"),
                range_query(highest(f"{_LATENESS}:p50_rate1m", CHOSEN), "median"),
            ],
            FieldStyle(units.PercentUnit, Thresholds(0.2, 0.5)),
            (12, 8),
        ),
        bar_chart(
            PanelMeta(
                "Dropouts by cause",
                "Each dropout is heard as a click or a gap. A dropout that does not end "
                "counts once, so check the sound lost, too.",
                ("AudioXruns",),
            ),
            [range_query(f"60 * sum by (cause) ({_DROPOUTS})", "{{cause}}")],
            FieldStyle(units.CountsPerMinute, colors=CAUSE_COLOURS),
            (12, 7),
        ),
        timeseries(
            PanelMeta(
                "Callback rate, expected and actual",
                "The device expects one callback per buffer. If there are fewer, the driver "
                "skips buffers. If there are none, there is silence.",
                ("AudioCallbacksStopped",),
            ),
            [
                range_query(
                    f"sum(1 / {select('audio_buffer_duration_seconds', CHOSEN)})", "expected"
                ),
                range_query(f"sum({rate('audio_callbacks_total', CHOSEN)})", "actual"),
            ],
            FieldStyle(units.CountsPerSecond, dashed=("expected",), colors={"expected": "text"}),
            (12, 7),
        ),
    ),
    needs="juce-backend",
)
