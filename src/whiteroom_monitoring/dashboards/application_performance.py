"""Application Performance: is the sound whole, and if not, whose fault is it?"""

from __future__ import annotations

from grafana_foundation_sdk.models import units

from whiteroom_monitoring.dashboards.assembly import Dashboard, Row
from whiteroom_monitoring.dashboards.context import choice
from whiteroom_monitoring.dashboards.look import BAD, GOOD, WARNING, Limits, Look, Word
from whiteroom_monitoring.dashboards.panels import (
    About,
    alerts,
    bars,
    dial,
    figure,
    lines,
    ranking,
    spread,
)
from whiteroom_monitoring.dashboards.promql import increase, quantile, rate, select
from whiteroom_monitoring.dashboards.queries import buckets, line, now
from whiteroom_monitoring.dashboards.shows import Shows

_ENGINE = 'job=~"$job", instance=~"$instance"'
_CHANNELS = f'{_ENGINE}, channel=~"$channel"'
_CALLS = f'{_ENGINE}, function=~"$function"'
# What engine or machine is to blame for. Those of the device are a few microseconds long.
_AUDIBLE = 'cause=~"over_budget|late_callback"'

_DROPOUTS = rate("audio_dropouts_total", _ENGINE)
_LOST = rate("audio_dropout_seconds_total", _ENGINE, _AUDIBLE)
_LOAD_P99 = quantile(0.99, "audio_engine_load_ratio", _ENGINE)
_RENDER_P99 = quantile(0.99, "audio_engine_render_time_seconds", _ENGINE)
_RENDER_P50 = quantile(0.5, "audio_engine_render_time_seconds", _ENGINE)
_CHANNEL_COST = f"sum by (channel) ({rate('audio_channel_cpu_seconds_total', _CHANNELS)})"
_CALL_P99 = quantile(0.99, "ffi_call_duration_seconds", _ENGINE)
_CALLS_FAILED = rate("ffi_errors_total", _ENGINE, 'code!="deferred"')
_CALL_ERRORS = f"sum({_CALLS_FAILED}) / sum({rate('ffi_calls_total', _ENGINE)})"
_PROCESSORS = 'max(instance:node_cpu_used:ratio_rate2m{job="node-exporter"})'
_MEMORY = 'max(instance:node_memory_used:ratio{job="node-exporter"})'

_SOUND = Row(
    "Is the sound whole?",
    (
        figure(
            About(
                "Sound",
                "What musicians hear. *whole*: no dropout that engine or machine is to blame for; "
                "*clicks*: up to 6 a minute; *broken*: more; *silent*: no callback ends. "
                "If it is not whole, look at the suspects below.",
                ("AudioXruns", "AudioCallbacksStopped"),
            ),
            now(
                f"(sum({rate('audio_callbacks_total', _ENGINE)}) == 0) - 1"
                f" or 60 * sum({rate('audio_dropouts_total', _ENGINE, _AUDIBLE)})",
                "sound",
            ),
            Look(
                units.CountsPerMinute,
                Limits(0.01, 6),
                words=(
                    Word("silent", BAD, -1, -1),
                    Word("whole", GOOD, 0, 0),
                    Word("clicks", WARNING, 0, 6),
                    Word("broken", BAD, 6, 1e9),
                ),
                lowest=None,
                nothing="no engine",
            ),
            (4, 5),
        ),
        dial(
            About(
                "Deadline in use",
                "Render time of the slowest callback in a hundred, of the time that a buffer "
                "lasts. From 100 % on musicians hear clicks. Take plug-ins out, or use a larger "
                "buffer.",
                ("AudioDeadlineMissed",),
            ),
            now(_LOAD_P99, "p99"),
            Look(units.PercentUnit, Limits(0.7, 1), decimals=0, highest=1.5),
            (4, 5),
        ),
        figure(
            About(
                "Render time",
                "Of the slowest callback in a hundred. Over 25 ms no usual buffer is met, and "
                "somebody is paged.",
                ("AudioProcessingOverload",),
            ),
            now(_RENDER_P99, "p99"),
            Look(units.Seconds, Limits(0.01, 0.025)),
            (4, 5),
        ),
        figure(
            About(
                "Sound lost",
                "Seconds of sound lost in a minute, in the dropouts that engine or machine are to "
                "blame for. Musicians expect 0; the dropouts by cause say where it went.",
                ("AudioXruns",),
            ),
            now(f"60 * sum({_LOST})", "lost in a minute"),
            Look(units.Seconds, Limits(0.001, 0.1)),
            (4, 5),
        ),
        figure(
            About(
                "Calls to the engine",
                "The slowest call in a hundred over the C ABI. Over 100 ms the front end lags "
                "behind the fingers.",
                ("FfiSlow",),
            ),
            now(_CALL_P99, "p99"),
            Look(units.Seconds, Limits(0.05, 0.1)),
            (4, 5),
        ),
        figure(
            About(
                "Processors in use",
                "Of the machine that renders. Over 90 % what is left does not suffice to be on "
                "time. System Health says who uses them.",
                ("HighCpuUsage",),
            ),
            now(_PROCESSORS, "in use"),
            Look(units.PercentUnit, Limits(0.7, 0.9), decimals=0),
            (4, 5),
        ),
    ),
    needs="juce-backend",
)

_LATE = rate("audio_dropouts_total", _ENGINE, 'cause="late_callback"')

_FAULT = Row(
    "Whose fault is it?",
    (
        ranking(
            About(
                "Suspects, of what they may take",
                "How near each suspect is to the limit at which it is heard, or somebody is paged. "
                "The longest bar is where to look: the engine and its channels below, calls in "
                "*Bridge*, the machine in System Health.",
                ("AudioDeadlineMissed", "AudioXruns", "FfiSlow", "HighCpuUsage"),
            ),
            [
                now(_LOAD_P99, "engine: render time of the deadline"),
                now(f"max({_CHANNEL_COST})", "costliest channel: of the deadline"),
                now(f"60 * sum({_LATE}) / 6", "machine: late callbacks of 6 a minute"),
                now(f"{_PROCESSORS} / 0.9", "machine: processors of 90 %"),
                now(f"{_MEMORY} / 0.9", "machine: memory of 90 %"),
                now(f"{_CALL_P99} / 0.1", "bridge: slowest calls of 100 ms"),
                now(f"{_CALL_ERRORS} / 0.05", "bridge: failed calls of 5 %"),
            ],
            Look(units.PercentUnit, Limits(0.7, 1), decimals=0, highest=1),
            (9, 9),
        ),
        bars(
            About(
                "Dropouts by cause",
                "*over_budget*: rendering took longer than the buffer lasts; see the channels. "
                "*late_callback*: the machine called too late; see real-time scheduling and the "
                "processors. *device*: the driver says so. *configuration*: somebody changed the "
                "device's settings.",
                ("AudioXruns",),
            ),
            [line(f"60 * sum by (cause) ({_DROPOUTS})", "{{cause}}")],
            Look(
                units.CountsPerMinute,
                fixed={
                    "over_budget": "red",
                    "late_callback": "orange",
                    "device": "blue",
                    "configuration": "purple",
                },
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

_RENDERING = Row(
    "Engine",
    (
        lines(
            About(
                "Render time against the deadline",
                "The deadline is the length of a buffer. Where p99 touches it, one callback in a "
                "hundred is late. When p50 rises too, all of the song costs more; when p99 rises "
                "alone, something disturbs: a plug-in now and then, or the machine.",
                ("AudioDeadlineMissed", "AudioProcessingOverload"),
            ),
            [
                line(f"min({select('audio_buffer_duration_seconds', _ENGINE)})", "deadline"),
                line(_RENDER_P99, "p99"),
                line(_RENDER_P50, "p50"),
            ],
            Look(units.Seconds, dashed=("deadline",)),
            (12, 8),
        ),
        spread(
            About(
                "Callbacks by how much of the deadline they took",
                "Each column is a moment, each row a share of the deadline, and darker means more "
                "callbacks. A second band far above the first is a plug-in that is slow now and "
                "then. Whatever is above 100 % was heard.",
                ("AudioDeadlineMissed",),
            ),
            buckets(f"sum by (le) ({increase('audio_engine_load_ratio_bucket', _ENGINE)})"),
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
            [line(_CHANNEL_COST, "{{channel}}")],
            Look(units.PercentUnit),
            (12, 8),
            stacked=True,
        ),
        ranking(
            About(
                "Costliest channels now",
                "The same for now, the costliest first. Over 50 % for one channel leaves too "
                "little for the others.",
                ("AudioDeadlineMissed",),
            ),
            [now(f"topk(8, {_CHANNEL_COST})", "{{channel}}")],
            Look(units.PercentUnit, Limits(0.3, 0.5), decimals=2),
            (6, 8),
        ),
        lines(
            About(
                "Callbacks against what is due",
                "A callback for each length of a buffer is due. Fewer than that, and the driver "
                "skips; none, and there is silence.",
                ("AudioCallbacksStopped",),
            ),
            [
                line(f"sum(1 / {select('audio_buffer_duration_seconds', _ENGINE)})", "due"),
                line(f"sum({rate('audio_callbacks_total', _ENGINE)})", "ended"),
            ],
            Look(units.CountsPerSecond, dashed=("due",), fixed={"due": "text"}),
            (6, 8),
        ),
    ),
    needs="juce-backend",
)

_CALL_RATE = f"sum by (function) ({rate('ffi_calls_total', _CALLS)}) > 0"
_CALL_P99S = quantile(0.99, "ffi_call_duration_seconds", _CALLS, by="function")
_FAILURES = rate("ffi_errors_total", _CALLS)

_BRIDGE = Row(
    "Bridge: calls over the C ABI",
    (
        lines(
            About(
                "Slowest calls by function",
                "The slowest call in a hundred of each function. The loading of a song may rightly "
                "take long; a note may not.",
                ("FfiSlow",),
            ),
            [line(f"{_CALL_P99S} > 0", "{{function}}")],
            Look(units.Seconds, Limits(0.05, 0.1)),
            (12, 8),
        ),
        lines(
            About(
                "Calls by function",
                "What the front end asks of the engine. No calls are no fault: nobody plays.",
                ("FfiErrors",),
            ),
            [line(_CALL_RATE, "{{function}}")],
            Look(units.OpsPerSecond),
            (12, 8),
            stacked=True,
        ),
        bars(
            About(
                "Failed calls by function and code",
                "Empty when all is well. *engine_null* and *invalid_state*: the front end calls "
                "too early or too late; *rejected*: the command queue is full; *internal*: a bug.",
                ("FfiErrors",),
                Shows.EMPTY,
            ),
            [line(f"sum by (function, code) ({_FAILURES}) > 0", "{{function}} {{code}}")],
            Look(units.OpsPerSecond, nothing="no call has failed"),
            (24, 7),
        ),
    ),
    needs="juce-backend",
)

DASHBOARD = Dashboard(
    "application-performance",
    "Is the sound whole, and if not, whose fault is it?",
    __name__,
    (
        choice("job", 'audio_callbacks_total{job!="whiteroom-agent"}', every=None),
        choice("instance", 'audio_callbacks_total{job=~"$job"}'),
        choice("channel", f"audio_channel_cpu_seconds_total{{{_ENGINE}}}"),
        choice("function", f"ffi_calls_total{{{_ENGINE}}}"),
    ),
    (_SOUND, _FAULT, _RENDERING, _BRIDGE),
)
