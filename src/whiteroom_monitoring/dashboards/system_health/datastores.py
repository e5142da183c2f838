"""What the backend stands on: database, cache and web server."""

from __future__ import annotations

from grafana_foundation_sdk.models import units

from whiteroom_monitoring.dashboards.assembly import Row
from whiteroom_monitoring.dashboards.field_style import Limits, Look
from whiteroom_monitoring.dashboards.panels import About, lines
from whiteroom_monitoring.dashboards.queries import line
from whiteroom_monitoring.promql.build import rate

_OURS = 'datname!~"template.*|postgres|"'

STORES = Row(
    "Database, cache, web server",
    (
        lines(
            About(
                "Database: connections in use",
                "Of those that can be had. Over 90 % musicians are soon refused: see who holds "
                "them (the runbook has the query).",
                ("DatabaseConnectionsHigh",),
                needs="postgres",
            ),
            [line("max(job:pg_connections_used:ratio)", "in use")],
            Look(units.PercentUnit, Limits(0.7, 0.9)),
            (8, 8),
        ),
        lines(
            About(
                "Database: oldest transaction",
                "Whoever keeps a transaction open keeps its locks, and others wait.",
                ("DatabaseQueriesSlow",),
                needs="postgres",
            ),
            [line("max by (datname) (job_datname:pg_transaction_age_seconds:max)", "{{datname}}")],
            Look(units.Seconds, Limits(10, 30)),
            (8, 8),
        ),
        lines(
            About(
                "Database: transactions",
                "Committed and rolled back. Many that are rolled back: the backend's errors say "
                "why.",
                ("HttpErrorRateHigh",),
                needs="postgres",
            ),
            [
                line(f"sum({rate('pg_stat_database_xact_commit', _OURS)})", "committed"),
                line(f"sum({rate('pg_stat_database_xact_rollback', _OURS)})", "rolled back"),
            ],
            Look(units.OpsPerSecond, fixed={"rolled back": "red"}),
            (8, 8),
        ),
        lines(
            About(
                "Cache: found and missed",
                "What is missed is asked of the database. After a restart all is missed for a "
                "while.",
                ("CacheDown",),
                needs="redis",
            ),
            [
                line(f"sum({rate('redis_keyspace_hits_total')})", "found"),
                line(f"sum({rate('redis_keyspace_misses_total')})", "missed"),
            ],
            Look(units.OpsPerSecond),
            (8, 8),
            stacked=True,
        ),
        lines(
            About(
                "Cache: memory",
                "What Redis uses. When it evicts keys, give it more.",
                ("CacheDown",),
                needs="redis",
            ),
            [line("sum(redis_memory_used_bytes)", "in use")],
            Look(units.BytesIEC),
            (8, 8),
        ),
        lines(
            About(
                "Web server: requests",
                "What nginx answers, whether the backend sees it or not. Far more than the "
                "backend's requests: somebody asks for what does not exist.",
                ("WebServerDown", "HttpErrorRateHigh"),
                needs="nginx",
            ),
            [line(f"sum({rate('nginx_http_requests_total')})", "requests")],
            Look(units.RequestsPerSecond),
            (8, 8),
        ),
    ),
)
