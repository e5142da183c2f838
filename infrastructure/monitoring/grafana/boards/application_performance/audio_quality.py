"""Audio quality at a glance."""

from __future__ import annotations

from grafana_foundation_sdk.models import units

from whiteroom_monitoring.dashboards.dashboard import Row
from whiteroom_monitoring.dashboards.field_style import (
    BAD,
    GOOD,
    WARNING,
    FieldStyle,
    Thresholds,
    ValueText,
)
from whiteroom_monitoring.dashboards.panels import PanelMeta, gauge, stat
from whiteroom_monitoring.dashboards.queries import instant_query
from whiteroom_monitoring.promql.build import rate

from .expressions import (
    AUDIBLE,
    CALL_P99,
    CHOSEN,
    LOAD_P99,
    PROCESSORS,
    RENDER_P99,
    SOMEBODY_CALLS,
    harm,
)

_LOST = rate("audio_dropout_seconds_total", CHOSEN, AUDIBLE)

AUDIO_QUALITY = Row(
    "Audio quality",
    (
        stat(
            PanelMeta(
                "Audio quality",
                "What musicians hear. *intact*: no dropout was caused by the engine or the "
                "machine. *clicks*: up to 6 dropouts a minute. *broken*: more than 6, or over "
                "1 % of the sound is lost. *silent*: no callback ends. If the sound is not "
                "intact, look at the culprits below.",
                ("AudioXruns", "AudioCallbacksStopped"),
            ),
            instant_query(
                f"(sum({rate('audio_callbacks_total', CHOSEN)}) == 0) - 1 or {harm(AUDIBLE)}",
                "sound",
            ),
            FieldStyle(
                units.CountsPerMinute,
                Thresholds(0.01, 6),
                mappings=(
                    ValueText("silent", BAD, -1, -1),
                    ValueText("intact", GOOD, 0, 0),
                    ValueText("clicks", WARNING, 0, 6),
                    ValueText("broken", BAD, 6, 1e9),
                ),
                minimum=None,
                no_value="no engine",
            ),
            (4, 5),
        ),
        gauge(
            PanelMeta(
                "Load (p99)",
                "Render time of the slowest 1 % of callbacks, as a share of the buffer's "
                "length. From 100 % on, musicians hear clicks. Remove plug-ins, or use a "
                "larger buffer.",
                ("AudioDeadlineMissed",),
            ),
            instant_query(LOAD_P99, "p99"),
            FieldStyle(units.PercentUnit, Thresholds(0.7, 1), decimals=0, maximum=1.5),
            (4, 5),
        ),
        stat(
            PanelMeta(
                "Render time (p99)",
                "Render time of the slowest 1 % of callbacks. Over 25 ms no usual buffer size "
                "is met, and the audio team is paged.",
                ("AudioProcessingOverload",),
            ),
            instant_query(RENDER_P99, "p99"),
            FieldStyle(units.Seconds, Thresholds(0.01, 0.025)),
            (4, 5),
        ),
        stat(
            PanelMeta(
                "Sound lost per minute",
                "Seconds of sound lost in each minute, in dropouts caused by the engine or "
                "the machine. It should be 0. *Dropouts by cause* shows where the sound was "
                "lost.",
                ("AudioXruns",),
            ),
            instant_query(f"60 * sum({_LOST})", "lost per minute"),
            FieldStyle(units.Seconds, Thresholds(0.001, 0.1)),
            (4, 5),
        ),
        stat(
            PanelMeta(
                "FFI call duration (p99)",
                "The slowest 1 % of calls over the C ABI. Over 100 ms the user interface lags "
                "behind the musician's fingers.",
                ("FfiSlow",),
                waits_for=SOMEBODY_CALLS,
            ),
            instant_query(CALL_P99, "p99"),
            FieldStyle(units.Seconds, Thresholds(0.05, 0.1)),
            (4, 5),
        ),
        stat(
            PanelMeta(
                "CPU",
                "CPU used on the machine that renders. Over 90 % the engine no longer gets "
                "its time. System Health shows what uses it.",
                ("HighCpuUsage",),
            ),
            instant_query(PROCESSORS, "in use"),
            FieldStyle(units.PercentUnit, Thresholds(0.7, 0.9), decimals=0),
            (4, 5),
        ),
    ),
    needs="juce-backend",
)
