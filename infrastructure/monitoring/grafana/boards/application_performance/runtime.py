"""The engine's process, device and scheduling, and the overhead of monitoring."""

from __future__ import annotations

from grafana_foundation_sdk.models import units

from whiteroom_monitoring.dashboards.dashboard import Row
from whiteroom_monitoring.dashboards.field_style import (
    GOOD,
    WARNING,
    FieldStyle,
    Thresholds,
    ValueText,
)
from whiteroom_monitoring.dashboards.panels import PanelMeta, bar_chart, stat, table, timeseries
from whiteroom_monitoring.dashboards.queries import instant_query, range_query, table_query
from whiteroom_monitoring.promql.build import rate, select

from .expressions import CHOSEN

_RENDERED = rate("audio_engine_render_time_seconds_sum", CHOSEN)
_WATCHED = rate("audio_monitoring_seconds_total", CHOSEN)

RUNTIME = Row(
    "Runtime",
    (
        stat(
            PanelMeta(
                "Real-time scheduling",
                "*in force*: ordinary programs cannot delay the callback. *missing*: any busy "
                "program can, so expect late callbacks. Grant rtprio to the engine's user in "
                "limits.conf.",
                ("AudioXruns",),
            ),
            instant_query(
                f"min({select('audio_engine_realtime_scheduling', CHOSEN)})", "scheduling"
            ),
            FieldStyle(
                units.NoUnit,
                Thresholds(1, 0),
                mappings=(ValueText("missing", WARNING, 0, 0), ValueText("in force", GOOD, 1, 1)),
            ),
            (5, 4),
        ),
        stat(
            PanelMeta(
                "Buffer size",
                "Frames in one buffer. Doubling it doubles both the deadline and the latency.",
                ("AudioDeadlineMissed",),
            ),
            instant_query(f"min({select('audio_buffer_frames', CHOSEN)})", "frames"),
            FieldStyle(units.NoUnit),
            (4, 4),
        ),
        stat(
            PanelMeta(
                "Sample rate",
                "Sample rate of the audio device. Doubling it halves the deadline.",
                ("AudioDeadlineMissed",),
            ),
            instant_query(f"max({select('audio_sample_rate_hertz', CHOSEN)})", "sample rate"),
            FieldStyle(units.Hertz),
            (4, 4),
        ),
        stat(
            PanelMeta(
                "Monitoring overhead",
                "Share of the render time that recording metrics takes. Over 1 % is a bug: "
                "please report it.",
            ),
            instant_query(f"sum({_WATCHED}) / sum({_RENDERED})", "of the render time"),
            FieldStyle(units.PercentUnit, Thresholds(0.01, 0.05), decimals=2),
            (5, 4),
        ),
        table(
            PanelMeta(
                "Engines",
                "Version, host and driver of each engine. If the trouble began with a new "
                "version, go back to the previous one.",
                ("EngineVersionChanged",),
            ),
            [
                table_query(
                    f"max by (instance, version, driver) ({select('audio_engine_info', CHOSEN)})"
                )
            ],
            FieldStyle(units.NoUnit),
            (6, 4),
            {"instance": "Engine", "version": "Version", "driver": "Driver"},
            without=("Value",),
        ),
        timeseries(
            PanelMeta(
                "Memory",
                "Resident memory of the engine. What grows for hours and never falls is a leak: "
                "restart the engine between two takes, and tell the audio team.",
                ("HighMemoryUsage",),
            ),
            [range_query(select("audio_engine_memory_bytes", CHOSEN), "{{instance}}")],
            FieldStyle(units.BytesIEC),
            (12, 8),
        ),
        bar_chart(
            PanelMeta(
                "XRUNs reported by the driver",
                "All XRUNs of the driver, audible or not: JACK's dummy driver reports XRUNs "
                "of a few microseconds on a busy machine. *Dropouts by cause* shows which of "
                "them matter.",
                ("AudioXruns",),
            ),
            [
                range_query(
                    f"60 * sum by (instance) ({rate('audio_engine_xruns_total', CHOSEN)})",
                    "{{instance}}",
                )
            ],
            FieldStyle(units.CountsPerMinute),
            (12, 8),
        ),
    ),
    needs="juce-backend",
)
