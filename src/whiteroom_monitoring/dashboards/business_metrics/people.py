"""Who comes, who stays, who comes back."""

from __future__ import annotations

from grafana_foundation_sdk.models import units

from whiteroom_monitoring.dashboards.assembly import Row
from whiteroom_monitoring.dashboards.business_metrics.expressions import CHOSEN, JOB
from whiteroom_monitoring.dashboards.field_style import Limits, Look
from whiteroom_monitoring.dashboards.panels import About, bars, lines, ranking
from whiteroom_monitoring.dashboards.queries import line, now
from whiteroom_monitoring.promql.build import quantile, rate, select

PEOPLE = Row(
    "Musicians",
    (
        lines(
            About(
                "Users",
                "Active ones. A sudden step down is a fault, a slope the course of the day.",
                ("ActiveUsersLow",),
            ),
            [line(f"max({select('active_users', CHOSEN)})", "active users")],
            Look(units.Short),
            (8, 8),
        ),
        bars(
            About(
                "Sessions begun and accounts created",
                "In a minute. Sign-ups without sessions: the new ones don't get in.",
                ("NewSignups", "ActiveUsersLow"),
            ),
            [
                line(f"60 * sum({rate('user_sessions_total', CHOSEN)})", "sessions"),
                line(f"60 * sum({rate('user_signups_total', CHOSEN)})", "sign-ups"),
            ],
            Look(units.CountsPerMinute),
            (8, 8),
        ),
        lines(
            About(
                "Length of sessions",
                "Of those that ended lately. Many short ones: people leave again at once. See "
                "whether requests fail.",
                ("HttpErrorRateHigh",),
                waits_for="increase(session_duration_seconds_count[3m]) > 0",
            ),
            [
                line(quantile(0.9, "session_duration_seconds", CHOSEN), "longest in ten"),
                line(quantile(0.5, "session_duration_seconds", CHOSEN), "median"),
            ],
            Look(units.Seconds, nothing="no session has ended"),
            (8, 8),
        ),
        lines(
            About(
                "Accounts",
                "All that exist. It never falls by itself.",
                ("NewSignups",),
            ),
            [line(f"max({select('registered_users', CHOSEN)})", "accounts")],
            Look(units.Short),
            (12, 6),
        ),
        ranking(
            About(
                "Who comes back",
                "Share of the accounts of an age that were used again at that age. There when "
                "the first account is a day old.",
                waits_for="user_retention_ratio",
            ),
            [now(f"max by (after) ({select('user_retention_ratio', CHOSEN)})", "after {{after}}")],
            Look(
                units.PercentUnit,
                Limits(0.3, 0.1),
                decimals=0,
                highest=1,
                nothing="no account is old enough",
            ),
            (12, 6),
        ),
    ),
    needs=JOB,
)
