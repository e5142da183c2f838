"""Users, music and service at a glance."""

from __future__ import annotations

from grafana_foundation_sdk.models import units

from whiteroom_monitoring.dashboards.dashboard import Row
from whiteroom_monitoring.dashboards.field_style import FieldStyle, Thresholds
from whiteroom_monitoring.dashboards.panels import PanelMeta, stat
from whiteroom_monitoring.dashboards.queries import instant_query
from whiteroom_monitoring.promql.build import quantile

from .expressions import (
    CHOSEN,
    FAILED_SHARE,
    JOB,
    SOMEBODY_ASKS,
    in_sight,
)

TODAY = Row(
    "Today",
    (
        stat(
            PanelMeta(
                "Active users",
                "Users with a request in the last 15 minutes. Fewer than 10 in daytime may "
                "mean that they can't reach White Room. See the requests below.",
                ("ActiveUsersLow",),
            ),
            instant_query(f"max(active_users{{{CHOSEN}}})", "active"),
            FieldStyle(units.Short, Thresholds(20, 10)),
            (4, 5),
        ),
        stat(
            PanelMeta(
                "Sign-ups",
                "New accounts within the time range.",
                ("NewSignups",),
            ),
            instant_query(in_sight("user_signups_total"), "sign-ups"),
            FieldStyle(units.Short),
            (4, 5),
        ),
        stat(
            PanelMeta(
                "Songs created",
                "Songs created within the time range. If they drop while the number of users "
                "does not, creating songs fails: see the errors by feature.",
                ("SongCreationDropped",),
            ),
            instant_query(in_sight("songs_created_total"), "songs"),
            FieldStyle(units.Short),
            (4, 5),
        ),
        stat(
            PanelMeta(
                "Performances switched",
                "Performances switched within the time range. Musicians switch them when they "
                "play live.",
                ("SongCreationDropped",),
            ),
            instant_query(in_sight("performances_switched_total"), "switched"),
            FieldStyle(units.Short),
            (4, 5),
        ),
        stat(
            PanelMeta(
                "HTTP error rate",
                "Share of requests that end in a server error (5xx). Over 5 %, the backend "
                "team is paged.",
                ("HttpErrorRateHigh",),
                waits_for=SOMEBODY_ASKS,
            ),
            instant_query(FAILED_SHARE, "failed"),
            FieldStyle(units.PercentUnit, Thresholds(0.01, 0.05), decimals=1),
            (4, 5),
        ),
        stat(
            PanelMeta(
                "Request duration (p95)",
                "The slowest 5 % of requests. Over 1 s, the backend team is paged: see the "
                "database in System Health.",
                ("HttpLatencyHigh",),
                waits_for=SOMEBODY_ASKS,
            ),
            instant_query(quantile(0.95, "http_request_duration_seconds", CHOSEN), "p95"),
            FieldStyle(units.Seconds, Thresholds(0.5, 1)),
            (4, 5),
        ),
    ),
    needs=JOB,
)
