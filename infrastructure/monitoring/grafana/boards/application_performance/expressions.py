"""Expressions that several rows of Application Performance share."""

from __future__ import annotations

from whiteroom_monitoring.promql.build import quantile, rate, select

# The engines that are chosen, and their channels and functions.
CHOSEN = 'job=~"$job", instance=~"$instance"'
CHANNELS = f'{CHOSEN}, channel=~"$channel"'
CALLS = f'{CHOSEN}, function=~"$function"'
# What engine or machine is to blame for. Those of the device are a few microseconds long.
AUDIBLE = 'cause=~"over_budget|late_callback"'
CAUSE_COLOURS = {
    "over_budget": "red",
    "late_callback": "orange",
    "device": "blue",
    "configuration": "purple",
}

LOAD_P99 = quantile(0.99, "audio_engine_load_ratio", CHOSEN)
RENDER_P99 = quantile(0.99, "audio_engine_render_time_seconds", CHOSEN)
CHANNEL_COST = f"sum by (channel) ({rate('audio_channel_render_seconds_total', CHANNELS)})"
CALL_P99 = f"max({select('instance:ffi_call_duration_seconds:p99_rate2m', CHOSEN)})"
# Without calls there is no time that they take.
SOMEBODY_CALLS = "rate(ffi_calls_total[1m]) > 0"
PROCESSORS = 'max(instance:node_cpu_used:ratio_rate2m{job="node-exporter"})'
MEMORY = 'max(instance:node_memory_used:ratio{job="node-exporter"})'


def harm(cause: str) -> str:
    """Return what dropouts of a ``cause`` do to the sound: from 6 on it is broken.

    Dropouts in a minute, or six for each hundredth of the sound that is lost, whichever is more: a
    dropout that doesn't end is one, and all of the sound.
    """
    count = f"60 * sum({rate('audio_dropouts_total', CHOSEN, cause)})"
    lost = f"600 * sum({rate('audio_dropout_seconds_total', CHOSEN, cause)})"
    return f"({count} >= {lost} or {lost})"
