"""Database, cache and web server."""

from __future__ import annotations

from grafana_foundation_sdk.models import units

from whiteroom_monitoring.dashboards.dashboard import Row
from whiteroom_monitoring.dashboards.field_style import FieldStyle, Thresholds
from whiteroom_monitoring.dashboards.panels import PanelMeta, timeseries
from whiteroom_monitoring.dashboards.queries import range_query
from whiteroom_monitoring.promql.build import rate

_OURS = 'datname!~"template.*|postgres|"'

DATASTORES = Row(
    "Datastores and web server",
    (
        timeseries(
            PanelMeta(
                "Database connections",
                "Connections in use, as a share of the maximum. Over 90 %, musicians will "
                "soon be refused. The runbook has the query that shows who holds them.",
                ("DatabaseConnectionsHigh",),
                needs="postgres",
            ),
            [range_query("max(job:pg_connections_used:ratio)", "in use")],
            FieldStyle(units.PercentUnit, Thresholds(0.7, 0.9)),
            (8, 8),
        ),
        timeseries(
            PanelMeta(
                "Database: oldest transaction",
                "An open transaction keeps its locks, and others wait for them.",
                ("DatabaseQueriesSlow",),
                needs="postgres",
            ),
            [
                range_query(
                    "max by (datname) (job_datname:pg_transaction_age_seconds:max)", "{{datname}}"
                )
            ],
            FieldStyle(units.Seconds, Thresholds(10, 30)),
            (8, 8),
        ),
        timeseries(
            PanelMeta(
                "Database: transactions",
                "Committed and rolled back. If many are rolled back, the backend's errors say why.",
                ("HttpErrorRateHigh",),
                needs="postgres",
            ),
            [
                range_query(f"sum({rate('pg_stat_database_xact_commit', _OURS)})", "committed"),
                range_query(f"sum({rate('pg_stat_database_xact_rollback', _OURS)})", "rolled back"),
            ],
            FieldStyle(units.OpsPerSecond, colors={"rolled back": "red"}),
            (8, 8),
        ),
        timeseries(
            PanelMeta(
                "Cache hits and misses",
                "Each miss is a query to the database. After a restart every request is a "
                "miss for a while.",
                ("CacheDown",),
                needs="redis",
            ),
            [
                range_query(f"sum({rate('redis_keyspace_hits_total')})", "hits"),
                range_query(f"sum({rate('redis_keyspace_misses_total')})", "misses"),
            ],
            FieldStyle(units.OpsPerSecond),
            (8, 8),
            stacked=True,
        ),
        timeseries(
            PanelMeta(
                "Cache memory",
                "Memory that Redis uses. If it evicts keys, give it more.",
                ("CacheDown",),
                needs="redis",
            ),
            [range_query("sum(redis_memory_used_bytes)", "in use")],
            FieldStyle(units.BytesIEC),
            (8, 8),
        ),
        timeseries(
            PanelMeta(
                "Web server requests",
                "All requests that nginx answers, whether the backend sees them or not. If "
                "they are far more than the backend's requests, somebody asks for pages that "
                "do not exist.",
                ("WebServerDown", "HttpErrorRateHigh"),
                needs="nginx",
            ),
            [range_query(f"sum({rate('nginx_http_requests_total')})", "requests")],
            FieldStyle(units.RequestsPerSecond),
            (8, 8),
        ),
    ),
)
