"""What several rows of Application Performance ask."""

from __future__ import annotations

from whiteroom_monitoring.dashboards.promql import quantile, rate

# The engines that are chosen, and their channels and functions.
CHOSEN = 'job=~"$job", instance=~"$instance"'
CHANNELS = f'{CHOSEN}, channel=~"$channel"'
CALLS = f'{CHOSEN}, function=~"$function"'
# What engine or machine is to blame for. Those of the device are a few microseconds long.
AUDIBLE = 'cause=~"over_budget|late_callback"'

LOAD_P99 = quantile(0.99, "audio_engine_load_ratio", CHOSEN)
RENDER_P99 = quantile(0.99, "audio_engine_render_time_seconds", CHOSEN)
CHANNEL_COST = f"sum by (channel) ({rate('audio_channel_cpu_seconds_total', CHANNELS)})"
CALL_P99 = quantile(0.99, "ffi_call_duration_seconds", CHOSEN)
PROCESSORS = 'max(instance:node_cpu_used:ratio_rate2m{job="node-exporter"})'
MEMORY = 'max(instance:node_memory_used:ratio{job="node-exporter"})'
