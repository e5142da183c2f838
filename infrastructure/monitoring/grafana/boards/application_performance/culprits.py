"""Every possible cause beside the others, on one scale."""

from __future__ import annotations

from grafana_foundation_sdk.models import units

from whiteroom_monitoring.dashboards.dashboard import Row
from whiteroom_monitoring.dashboards.field_style import FieldStyle, Thresholds
from whiteroom_monitoring.dashboards.panels import PanelMeta, alert_list, bar_chart, bar_gauge
from whiteroom_monitoring.dashboards.queries import instant_query, range_query
from whiteroom_monitoring.promql.build import rate

from .expressions import (
    CALL_P99,
    CAUSE_COLOURS,
    CHANNEL_COST,
    CHOSEN,
    LOAD_P99,
    MEMORY,
    PROCESSORS,
    harm,
)

_PLUGIN_COST = f"sum by (channel, plugin) ({rate('audio_plugin_render_seconds_total', CHOSEN)})"
_LOST = rate("audio_dropout_seconds_total", CHOSEN)
_PREEMPTED = rate("audio_callback_preempted_seconds_total", CHOSEN)
_CALLS_FAILED = rate("ffi_errors_total", CHOSEN, 'code!="deferred"')
_CALL_ERRORS = f"sum({_CALLS_FAILED}) / sum({rate('ffi_calls_total', CHOSEN)})"
_LATE = 'cause="late_callback"'

CULPRITS = Row(
    "Culprits",
    (
        bar_gauge(
            PanelMeta(
                "Culprits, each as a share of its limit",
                "How near each culprit is to the limit at which it is heard or pages "
                "somebody. Start with the longest bar: the engine and its channels are below, "
                "calls are under *FFI*, the machine is in System Health.",
                ("AudioDeadlineMissed", "AudioXruns", "FfiSlow", "HighCpuUsage"),
            ),
            [
                instant_query(LOAD_P99, "engine: render time, of the deadline"),
                instant_query(
                    f"max({CHANNEL_COST})", "engine: most expensive channel, of the deadline"
                ),
                instant_query(
                    f"max({_PLUGIN_COST})", "engine: most expensive plug-in, of the deadline"
                ),
                instant_query(f"{harm(_LATE)} / 6", "machine: late callbacks, of 6 a minute"),
                instant_query(f"max({_PREEMPTED}) / 0.1", "machine: callbacks preempted, of 10 %"),
                instant_query(f"{PROCESSORS} / 0.9", "machine: CPU, of 90 %"),
                instant_query(f"{MEMORY} / 0.9", "machine: memory, of 90 %"),
                instant_query(
                    f"({CALL_P99} >= 0 or vector(0)) / 0.1", "FFI: slowest calls, of 100 ms"
                ),
                instant_query(
                    f"({_CALL_ERRORS} >= 0 or vector(0)) / 0.05", "FFI: failed calls, of 5 %"
                ),
            ],
            FieldStyle(units.PercentUnit, Thresholds(0.7, 1), decimals=0, maximum=1),
            (9, 9),
        ),
        bar_chart(
            PanelMeta(
                "Sound lost by cause",
                "Seconds per minute. *over_budget*: rendering took longer than the buffer "
                "lasts; see the channels. *late_callback*: the machine called the engine too "
                "late; see real-time scheduling and CPU. *device*: the driver reported it. "
                "*configuration*: the device's settings were changed.",
                ("AudioXruns",),
            ),
            [range_query(f"60 * sum by (cause) ({_LOST})", "{{cause}}")],
            FieldStyle(
                units.Seconds,
                colors=CAUSE_COLOURS,
            ),
            (9, 9),
        ),
        alert_list(
            PanelMeta(
                "Alerts of the audio team",
                "Alerts that are firing or pending. Each has a runbook.",
            ),
            (6, 9),
            only='{team="audio"}',
        ),
    ),
    needs="juce-backend",
)
