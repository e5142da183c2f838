"""What musicians see and touch. Empty without a front end that records its metrics."""

from __future__ import annotations

from grafana_foundation_sdk.models import units

from whiteroom_monitoring.dashboards.dashboard import Row
from whiteroom_monitoring.dashboards.expectation import Expected
from whiteroom_monitoring.dashboards.field_style import FieldStyle, Thresholds
from whiteroom_monitoring.dashboards.panels import PanelMeta, bar_chart, timeseries
from whiteroom_monitoring.dashboards.queries import range_query
from whiteroom_monitoring.promql.build import highest, increase, mean, rate

_NOTHING = "no front end records"

FRONT_END = Row(
    "Front end",
    (
        timeseries(
            PanelMeta(
                "Frame rate",
                "Frames drawn per second by all front ends, and frames that missed the "
                "display's deadline. If frames are dropped but none is slow, the machine is "
                "the cause.",
            ),
            [
                range_query(f"sum({rate('ui_frames_total')})", "drawn"),
                range_query(f"sum({rate('ui_frames_dropped_total')})", "dropped"),
            ],
            FieldStyle(units.CountsPerSecond, no_value=_NOTHING, colors={"dropped": "red"}),
            (8, 8),
        ),
        timeseries(
            PanelMeta(
                "Frame time",
                "At 60 frames per second a frame has 16.7 ms. Above that, animations stutter: "
                "check which screen was opened.",
            ),
            [
                range_query(highest("job:ui_render_time_seconds:p99_rate2m"), "p99"),
                range_query(highest("job:ui_render_time_seconds:p50_rate2m"), "p50"),
            ],
            FieldStyle(units.Seconds, Thresholds(0.0167, 0.0333), no_value=_NOTHING),
            (8, 8),
        ),
        timeseries(
            PanelMeta(
                "Input latency",
                "Time from an action to the first frame that shows its effect. Over 100 ms it "
                "feels slow. If calls to the engine are slow too, they are the cause.",
                ("FfiSlow",),
            ),
            [
                range_query(highest("job:ui_interaction_time_seconds:p99_rate2m"), "p99"),
                range_query(highest("job:ui_interaction_time_seconds:p50_rate2m"), "p50"),
            ],
            FieldStyle(units.Seconds, Thresholds(0.1, 0.3), no_value=_NOTHING),
            (8, 8),
        ),
        timeseries(
            PanelMeta(
                "Waiting times of musicians (p95)",
                "The slowest 5 % of song loads, exports and screen transitions. Songs load "
                "from the backend: see the request duration in Business Metrics.",
                ("HttpLatencyHigh",),
            ),
            [
                range_query(highest("job:ui_song_load_duration_seconds:p95_rate2m"), "song load"),
                range_query(highest("job:ui_export_duration_seconds:p95_rate2m"), "export"),
                range_query(
                    highest("job_screen:ui_transition_duration_seconds:p95_rate2m", by="screen"),
                    "screen {{screen}}",
                ),
            ],
            FieldStyle(units.Seconds, no_value=_NOTHING),
            (8, 8),
        ),
        bar_chart(
            PanelMeta(
                "User actions",
                "Actions by kind. Many actions of one kind in a row mean that somebody tries "
                "again: check the errors.",
            ),
            [
                range_query(
                    f"60 * sum by (action) ({mean('job_action:ui_user_actions:rate2m')})",
                    "{{action}}",
                )
            ],
            FieldStyle(units.CountsPerMinute, no_value=_NOTHING),
            (8, 8),
        ),
        bar_chart(
            PanelMeta(
                "Errors shown to musicians",
                "Empty when all is well. *engine*: see FFI. *network*: see the backend. "
                "*memory*: see the machine.",
                ("FfiErrors", "HttpErrorRateHigh"),
                Expected.EMPTY,
            ),
            [range_query(f"sum by (type) ({increase('ui_errors_total')}) > 0", "{{type}}")],
            FieldStyle(units.NoUnit, no_value="none"),
            (8, 8),
        ),
        timeseries(
            PanelMeta(
                "Active sessions",
                "Sessions in which somebody is working. Compare them with the active users, "
                "which the backend counts by requests.",
                ("ActiveUsersLow",),
            ),
            # For 12 s, two jobs have it when an endpoint goes and the segment exporter takes over.
            [range_query("max(sum by (job) (ui_active_sessions))", "sessions")],
            FieldStyle(units.NoUnit, no_value=_NOTHING),
            (24, 6),
        ),
    ),
    needs="swift-frontend",
)
