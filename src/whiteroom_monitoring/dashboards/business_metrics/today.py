"""Is all well with musicians? One look."""

from __future__ import annotations

from grafana_foundation_sdk.models import units

from whiteroom_monitoring.dashboards.assembly import Row
from whiteroom_monitoring.dashboards.business_metrics.expressions import (
    CHOSEN,
    FAILED_SHARE,
    JOB,
    SOMEBODY_ASKS,
    in_sight,
)
from whiteroom_monitoring.dashboards.field_style import Limits, Look
from whiteroom_monitoring.dashboards.panels import About, figure
from whiteroom_monitoring.dashboards.queries import now
from whiteroom_monitoring.promql.build import quantile

TODAY = Row(
    "Do musicians come, and make music?",
    (
        figure(
            About(
                "Active users",
                "Users with a request in the last 15 minutes. Fewer than 10 in daytime: perhaps "
                "they can't reach White Room. See the requests below.",
                ("ActiveUsersLow",),
            ),
            now(f"max(active_users{{{CHOSEN}}})", "active"),
            Look(units.Short, Limits(20, 10)),
            (4, 5),
        ),
        figure(
            About(
                "Sign-ups",
                "New accounts within the time shown.",
                ("NewSignups",),
            ),
            now(in_sight("user_signups_total"), "sign-ups"),
            Look(units.Short),
            (4, 5),
        ),
        figure(
            About(
                "Songs created",
                "Within the time shown. A drop with as many users as ever: creating fails, see "
                "the errors by feature.",
                ("SongCreationDropped",),
            ),
            now(in_sight("songs_created_total"), "songs"),
            Look(units.Short),
            (4, 5),
        ),
        figure(
            About(
                "Performances switched",
                "Within the time shown. It is what people do who play live.",
                ("SongCreationDropped",),
            ),
            now(in_sight("performances_switched_total"), "switched"),
            Look(units.Short),
            (4, 5),
        ),
        figure(
            About(
                "Requests that fail",
                "Share of the requests that end in an error of the backend's own (5xx). Over 5 % "
                "somebody is paged.",
                ("HttpErrorRateHigh",),
                waits_for=SOMEBODY_ASKS,
            ),
            now(FAILED_SHARE, "failed"),
            Look(units.PercentUnit, Limits(0.01, 0.05), decimals=1),
            (4, 5),
        ),
        figure(
            About(
                "Waiting for an answer",
                "The slowest request in twenty. Over 1 s somebody is paged: see the database in "
                "System Health.",
                ("HttpLatencyHigh",),
                waits_for=SOMEBODY_ASKS,
            ),
            now(quantile(0.95, "http_request_duration_seconds", CHOSEN), "p95"),
            Look(units.Seconds, Limits(0.5, 1)),
            (4, 5),
        ),
    ),
    needs=JOB,
)
