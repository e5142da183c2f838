"""Whose fault is it? Every suspect beside the others, on one scale."""

from __future__ import annotations

from grafana_foundation_sdk.models import units

from whiteroom_monitoring.dashboards.application_performance.expressions import (
    CALL_P99,
    CAUSE_COLOURS,
    CHANNEL_COST,
    CHOSEN,
    LOAD_P99,
    MEMORY,
    PROCESSORS,
    harm,
)
from whiteroom_monitoring.dashboards.assembly import Row
from whiteroom_monitoring.dashboards.field_style import Limits, Look
from whiteroom_monitoring.dashboards.panels import About, alerts, bars, ranking
from whiteroom_monitoring.dashboards.queries import line, now
from whiteroom_monitoring.promql.build import rate

_PLUGIN_COST = f"sum by (channel, plugin) ({rate('audio_plugin_render_seconds_total', CHOSEN)})"
_LOST = rate("audio_dropout_seconds_total", CHOSEN)
_CALLS_FAILED = rate("ffi_errors_total", CHOSEN, 'code!="deferred"')
_CALL_ERRORS = f"sum({_CALLS_FAILED}) / sum({rate('ffi_calls_total', CHOSEN)})"
_LATE = 'cause="late_callback"'

SUSPECTS = Row(
    "Whose fault is it?",
    (
        ranking(
            About(
                "Suspects, each of its limit",
                "How near each suspect is to the limit at which it is heard, or somebody is paged. "
                "The longest bar is where to look: the engine and its channels below, calls in "
                "*Bridge*, the machine in System Health.",
                ("AudioDeadlineMissed", "AudioXruns", "FfiSlow", "HighCpuUsage"),
            ),
            [
                now(LOAD_P99, "engine: render time, of the deadline"),
                now(f"max({CHANNEL_COST})", "engine: costliest channel, of the deadline"),
                now(f"max({_PLUGIN_COST})", "engine: costliest plug-in, of the deadline"),
                now(f"{harm(_LATE)} / 6", "machine: late callbacks, of 6 a minute"),
                now(f"{PROCESSORS} / 0.9", "machine: processors, of 90 %"),
                now(f"{MEMORY} / 0.9", "machine: memory, of 90 %"),
                now(f"({CALL_P99} >= 0 or vector(0)) / 0.1", "bridge: slowest calls, of 100 ms"),
                now(f"({_CALL_ERRORS} >= 0 or vector(0)) / 0.05", "bridge: failed calls, of 5 %"),
            ],
            Look(units.PercentUnit, Limits(0.7, 1), decimals=0, highest=1),
            (9, 9),
        ),
        bars(
            About(
                "Sound lost by cause",
                "Seconds in a minute. *over_budget*: rendering took longer than the buffer lasts; "
                "see the channels. *late_callback*: the machine called too late; see real-time "
                "scheduling and the processors. *device*: the driver says so. *configuration*: "
                "somebody changed the device's settings.",
                ("AudioXruns",),
            ),
            [line(f"60 * sum by (cause) ({_LOST})", "{{cause}}")],
            Look(
                units.Seconds,
                fixed=CAUSE_COLOURS,
            ),
            (9, 9),
        ),
        alerts(
            About(
                "Alerts of the audio team",
                "What fires or is about to. Each has a runbook.",
            ),
            (6, 9),
            only='{team="audio"}',
        ),
    ),
    needs="juce-backend",
)
