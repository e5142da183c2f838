"""What the engine stands on: its process, its device, its priority, and what watching it costs."""

from __future__ import annotations

from grafana_foundation_sdk.models import units

from whiteroom_monitoring.dashboards.application_performance.expressions import CHOSEN
from whiteroom_monitoring.dashboards.assembly import Row
from whiteroom_monitoring.dashboards.field_style import GOOD, WARNING, Limits, Look, Word
from whiteroom_monitoring.dashboards.panels import About, bars, figure, lines, listing
from whiteroom_monitoring.dashboards.queries import line, now, rows
from whiteroom_monitoring.promql.build import rate, select

_RENDERED = rate("audio_engine_render_time_seconds_sum", CHOSEN)
_WATCHED = rate("audio_monitoring_seconds_total", CHOSEN)

GROUND = Row(
    "What the engine stands on",
    (
        figure(
            About(
                "Real-time scheduling",
                "*in force*: nothing ordinary can hold the callback up. *missing*: any busy "
                "program can, and late callbacks are to be expected. Allow it to the engine's "
                "user (rtprio in limits.conf).",
                ("AudioXruns",),
            ),
            now(f"min({select('audio_engine_realtime_scheduling', CHOSEN)})", "scheduling"),
            Look(
                units.NoUnit,
                Limits(1, 0),
                words=(Word("missing", WARNING, 0, 0), Word("in force", GOOD, 1, 1)),
            ),
            (5, 4),
        ),
        figure(
            About(
                "Buffer",
                "Frames in one buffer. Twice as many double the deadline, and the latency.",
                ("AudioDeadlineMissed",),
            ),
            now(f"min({select('audio_buffer_frames', CHOSEN)})", "frames"),
            Look(units.NoUnit),
            (4, 4),
        ),
        figure(
            About(
                "Sample rate",
                "Of the audio device. Twice the rate halves the deadline.",
                ("AudioDeadlineMissed",),
            ),
            now(f"max({select('audio_sample_rate_hertz', CHOSEN)})", "sample rate"),
            Look(units.Hertz),
            (4, 4),
        ),
        figure(
            About(
                "Cost of being watched",
                "Share of the render time that recording metrics takes. Over 1 % is a bug: say so.",
            ),
            now(f"sum({_WATCHED}) / sum({_RENDERED})", "of the render time"),
            Look(units.PercentUnit, Limits(0.01, 0.05), decimals=2),
            (5, 4),
        ),
        listing(
            About(
                "Engines",
                "Which version runs where, on which driver. If the trouble began with a new "
                "version, go back to the old one.",
                ("EngineVersionChanged",),
            ),
            [rows(f"max by (instance, version, driver) ({select('audio_engine_info', CHOSEN)})")],
            Look(units.NoUnit),
            (6, 4),
            {"instance": "Engine", "version": "Version", "driver": "Driver"},
            without=("Value",),
        ),
        lines(
            About(
                "Memory",
                "Resident memory of the engine. What grows for hours and never falls is a leak: "
                "restart the engine between two takes, and tell the audio team.",
                ("HighMemoryUsage",),
            ),
            [line(select("audio_engine_memory_bytes", CHOSEN), "{{instance}}")],
            Look(units.BytesIEC),
            (12, 8),
        ),
        bars(
            About(
                "XRUNs as the driver reports them",
                "What the driver says, audible or not: JACK's dummy driver reports XRUNs of a few "
                "microseconds on a busy machine. Dropouts by cause say which of them matter.",
                ("AudioXruns",),
            ),
            [
                line(
                    f"60 * sum by (instance) ({rate('audio_engine_xruns_total', CHOSEN)})",
                    "{{instance}}",
                )
            ],
            Look(units.CountsPerMinute),
            (12, 8),
        ),
    ),
    needs="juce-backend",
)
