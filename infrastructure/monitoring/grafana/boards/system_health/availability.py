"""Availability and machine at a glance."""

from __future__ import annotations

from grafana_foundation_sdk.models import units

from whiteroom_monitoring.dashboards.dashboard import Row
from whiteroom_monitoring.dashboards.expectation import Expected
from whiteroom_monitoring.dashboards.field_style import BAD, GOOD, FieldStyle, Thresholds, ValueText
from whiteroom_monitoring.dashboards.panels import Panel, PanelMeta, stat
from whiteroom_monitoring.dashboards.queries import instant_query


def _program(title: str, up: str, needs: str, text: str, runbook: str) -> Panel:
    """Return whether the program that an exporter watches is there."""
    words = (ValueText("down", BAD, 0, 0), ValueText("up", GOOD, 1, 1))
    style = FieldStyle(units.NoUnit, Thresholds(1, 0.5), mappings=words, no_value="not watched")
    return stat(
        PanelMeta(title, text, (runbook,), needs=needs),
        instant_query(f"min({up})", "up"),
        style,
        (3, 5),
    )


AVAILABILITY = Row(
    "Availability",
    (
        stat(
            PanelMeta(
                "Targets down",
                "Targets that do not answer Prometheus. The table below names them.",
                ("ServiceDown", "MonitoringPartDown"),
                Expected.ZERO,
            ),
            instant_query(
                'count(up{job=~"$job", instance=~"$instance"} == 0) or vector(0)', "down"
            ),
            FieldStyle(
                units.NoUnit,
                Thresholds(1, 1),
                mappings=(ValueText("none", GOOD, 0, 0),),
            ),
            (3, 5),
        ),
        _program(
            "Database",
            "pg_up",
            "postgres",
            "Whether PostgreSQL answers. Without it, musicians can't log in or save; playing "
            "continues.",
            "DatabaseDown",
        ),
        _program(
            "Cache",
            "redis_up",
            "redis",
            "Whether Redis answers. Without it, everything takes a little longer.",
            "CacheDown",
        ),
        _program(
            "Web server",
            "nginx_up",
            "nginx",
            "Whether nginx answers. Without it, nobody reaches the service.",
            "WebServerDown",
        ),
        stat(
            PanelMeta(
                "CPU",
                "CPU used on the busiest machine. Over 90 %, callbacks come late. The "
                "containers below, or `top` on the machine, show what uses it.",
                ("HighCpuUsage",),
                needs="node-exporter",
            ),
            instant_query("max(instance:node_cpu_used:ratio_rate2m)", "in use"),
            FieldStyle(units.PercentUnit, Thresholds(0.7, 0.9), decimals=0),
            (3, 5),
        ),
        stat(
            PanelMeta(
                "Memory used",
                "Memory used on the fullest machine. Over 90 %, the kernel may soon kill a "
                "process.",
                ("HighMemoryUsage",),
                needs="node-exporter",
            ),
            instant_query("max(instance:node_memory_used:ratio)", "in use"),
            FieldStyle(units.PercentUnit, Thresholds(0.8, 0.9), decimals=0),
            (3, 5),
        ),
        stat(
            PanelMeta(
                "Disk free",
                "Free space on the fullest disk. Under 10 %, make room at once: on a full "
                "disk, new data is lost.",
                ("DiskSpaceLow",),
                needs="node-exporter",
            ),
            instant_query("min(instance_mountpoint:node_filesystem_avail:ratio)", "free"),
            FieldStyle(units.PercentUnit, Thresholds(0.2, 0.1), decimals=0, maximum=1),
            (3, 5),
        ),
        stat(
            PanelMeta(
                "CPU pressure",
                "Share of time in which some task waited for a CPU. It rises before the sound "
                "breaks: move other work off this machine.",
                ("HighCpuUsage",),
                needs="node-exporter",
            ),
            instant_query(
                "max(rate(node_pressure_cpu_waiting_seconds_total[$__rate_interval]))", "waiting"
            ),
            FieldStyle(units.PercentUnit, Thresholds(0.25, 0.6), decimals=0),
            (3, 5),
        ),
    ),
)
