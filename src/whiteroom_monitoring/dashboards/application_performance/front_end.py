"""What musicians see and touch. Empty without a front end that records its metrics."""

from __future__ import annotations

from grafana_foundation_sdk.models import units

from whiteroom_monitoring.dashboards.assembly import Row
from whiteroom_monitoring.dashboards.expectation import Shows
from whiteroom_monitoring.dashboards.field_style import Limits, Look
from whiteroom_monitoring.dashboards.panels import About, bars, lines
from whiteroom_monitoring.dashboards.queries import line
from whiteroom_monitoring.promql.build import highest, increase, mean, rate

_NOTHING = "no front end records"

FRONT_END = Row(
    "Front end",
    (
        lines(
            About(
                "Frame rate",
                "Frames drawn in a second by all front ends, and those that missed the display's "
                "deadline. Dropped frames without slow frames are the machine's fault.",
            ),
            [
                line(f"sum({rate('ui_frames_total')})", "drawn"),
                line(f"sum({rate('ui_frames_dropped_total')})", "dropped"),
            ],
            Look(units.CountsPerSecond, nothing=_NOTHING, fixed={"dropped": "red"}),
            (8, 8),
        ),
        lines(
            About(
                "Drawing of a frame",
                "At 60 frames a second there are 16.7 ms. Over it, animations stutter: see which "
                "screen was opened.",
            ),
            [
                line(highest("job:ui_render_time_seconds:p99_rate2m"), "p99"),
                line(highest("job:ui_render_time_seconds:p50_rate2m"), "p50"),
            ],
            Look(units.Seconds, Limits(0.0167, 0.0333), nothing=_NOTHING),
            (8, 8),
        ),
        lines(
            About(
                "From touch to picture",
                "Time from an action to the first frame that shows its effect. Over 100 ms it "
                "feels slow: if calls to the engine are slow too, they are the cause.",
                ("FfiSlow",),
            ),
            [
                line(highest("job:ui_interaction_time_seconds:p99_rate2m"), "p99"),
                line(highest("job:ui_interaction_time_seconds:p50_rate2m"), "p50"),
            ],
            Look(units.Seconds, Limits(0.1, 0.3), nothing=_NOTHING),
            (8, 8),
        ),
        lines(
            About(
                "What musicians wait for",
                "The slowest in twenty: a song to load, an export to end, a screen to open. Songs "
                "load from the backend: see the service's latency in Business Metrics.",
                ("HttpLatencyHigh",),
            ),
            [
                line(highest("job:ui_song_load_duration_seconds:p95_rate2m"), "song load"),
                line(highest("job:ui_export_duration_seconds:p95_rate2m"), "export"),
                line(
                    highest("job_screen:ui_transition_duration_seconds:p95_rate2m", by="screen"),
                    "screen {{screen}}",
                ),
            ],
            Look(units.Seconds, nothing=_NOTHING),
            (8, 8),
        ),
        bars(
            About(
                "What musicians do",
                "Actions by kind, with the sessions in which they happen. Many actions of one kind "
                "in a row are somebody who tries again: look at the errors.",
            ),
            [
                line(
                    f"60 * sum by (action) ({mean('job_action:ui_user_actions:rate2m')})",
                    "{{action}}",
                )
            ],
            Look(units.CountsPerMinute, nothing=_NOTHING),
            (8, 8),
        ),
        bars(
            About(
                "Errors shown to musicians",
                "Empty when all is well. *engine*: see the bridge; *network*: see the backend; "
                "*memory*: see the machine.",
                ("FfiErrors", "HttpErrorRateHigh"),
                Shows.EMPTY,
            ),
            [line(f"sum by (type) ({increase('ui_errors_total')}) > 0", "{{type}}")],
            Look(units.NoUnit, nothing="none"),
            (8, 8),
        ),
        lines(
            About(
                "Sessions at work",
                "Sessions in which somebody is at work. Compare with active users: the backend "
                "counts those who ask it something.",
                ("ActiveUsersLow",),
            ),
            [line("sum(ui_active_sessions)", "sessions")],
            Look(units.NoUnit, nothing=_NOTHING),
            (24, 6),
        ),
    ),
    needs="swift-frontend",
)
