"""Is the sound whole? One look."""

from __future__ import annotations

from grafana_foundation_sdk.models import units

from whiteroom_monitoring.dashboards.application_performance.expressions import (
    AUDIBLE,
    CALL_P99,
    CHOSEN,
    LOAD_P99,
    PROCESSORS,
    RENDER_P99,
    SOMEBODY_CALLS,
    harm,
)
from whiteroom_monitoring.dashboards.assembly import Row
from whiteroom_monitoring.dashboards.field_style import BAD, GOOD, WARNING, Limits, Look, Word
from whiteroom_monitoring.dashboards.panels import About, dial, figure
from whiteroom_monitoring.dashboards.queries import now
from whiteroom_monitoring.promql.build import rate

_LOST = rate("audio_dropout_seconds_total", CHOSEN, AUDIBLE)

SOUND = Row(
    "Is the sound whole?",
    (
        figure(
            About(
                "Sound",
                "What musicians hear. *whole*: no dropout that engine or machine is to blame for; "
                "*clicks*: up to 6 in a minute; *broken*: more, or over 1 % of the sound is lost; "
                "*silent*: no callback ends. "
                "If it is not whole, look at the suspects below.",
                ("AudioXruns", "AudioCallbacksStopped"),
            ),
            now(
                f"(sum({rate('audio_callbacks_total', CHOSEN)}) == 0) - 1 or {harm(AUDIBLE)}",
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
            now(LOAD_P99, "p99"),
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
            now(RENDER_P99, "p99"),
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
                waits_for=SOMEBODY_CALLS,
            ),
            now(CALL_P99, "p99"),
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
            now(PROCESSORS, "in use"),
            Look(units.PercentUnit, Limits(0.7, 0.9), decimals=0),
            (4, 5),
        ),
    ),
    needs="juce-backend",
)
