"""Users, sessions, accounts and retention."""

from __future__ import annotations

from grafana_foundation_sdk.models import units

from whiteroom_monitoring.dashboards.dashboard import Row
from whiteroom_monitoring.dashboards.field_style import FieldStyle, Thresholds
from whiteroom_monitoring.dashboards.panels import PanelMeta, bar_chart, bar_gauge, timeseries
from whiteroom_monitoring.dashboards.queries import instant_query, range_query
from whiteroom_monitoring.promql.build import quantile, rate, select

from .expressions import CHOSEN, JOB

PEOPLE = Row(
    "Musicians",
    (
        timeseries(
            PanelMeta(
                "Active users over time",
                "A sudden step down is a fault; a slope is the course of the day.",
                ("ActiveUsersLow",),
            ),
            [range_query(f"max({select('active_users', CHOSEN)})", "active users")],
            FieldStyle(units.Short),
            (8, 8),
        ),
        bar_chart(
            PanelMeta(
                "Sessions and sign-ups per minute",
                "If there are sign-ups but no sessions, new users can't get in.",
                ("NewSignups", "ActiveUsersLow"),
            ),
            [
                range_query(f"60 * sum({rate('user_sessions_total', CHOSEN)})", "sessions"),
                range_query(f"60 * sum({rate('user_signups_total', CHOSEN)})", "sign-ups"),
            ],
            FieldStyle(units.CountsPerMinute),
            (8, 8),
        ),
        timeseries(
            PanelMeta(
                "Session duration",
                "Duration of the sessions that ended recently. Many short sessions mean that "
                "people leave at once: check whether requests fail.",
                ("HttpErrorRateHigh",),
                waits_for="increase(session_duration_seconds_count[3m]) > 0",
            ),
            [
                range_query(quantile(0.9, "session_duration_seconds", CHOSEN), "p90"),
                range_query(quantile(0.5, "session_duration_seconds", CHOSEN), "median"),
            ],
            FieldStyle(units.Seconds, no_value="no session has ended"),
            (8, 8),
        ),
        timeseries(
            PanelMeta(
                "Accounts",
                "All accounts. The number never falls by itself.",
                ("NewSignups",),
            ),
            [range_query(f"max({select('registered_users', CHOSEN)})", "accounts")],
            FieldStyle(units.Short),
            (12, 6),
        ),
        bar_gauge(
            PanelMeta(
                "Retention",
                "Share of the accounts of an age that were used again at that age. It is "
                "shown once the first account is a day old.",
                waits_for="user_retention_ratio",
            ),
            [
                instant_query(
                    f"max by (after) ({select('user_retention_ratio', CHOSEN)})", "after {{after}}"
                )
            ],
            FieldStyle(
                units.PercentUnit,
                Thresholds(0.3, 0.1),
                decimals=0,
                maximum=1,
                no_value="no account is old enough",
            ),
            (12, 6),
        ),
    ),
    needs=JOB,
)
