"""Is everything there? One look."""

from __future__ import annotations

from grafana_foundation_sdk.models import units

from whiteroom_monitoring.dashboards.assembly import Row
from whiteroom_monitoring.dashboards.expectation import Shows
from whiteroom_monitoring.dashboards.field_style import BAD, GOOD, Limits, Look, Word
from whiteroom_monitoring.dashboards.panels import About, Panel, figure
from whiteroom_monitoring.dashboards.queries import now


def _program(title: str, up: str, needs: str, text: str, runbook: str) -> Panel:
    """Return whether the program that an exporter watches is there."""
    words = (Word("down", BAD, 0, 0), Word("up", GOOD, 1, 1))
    look = Look(units.NoUnit, Limits(1, 0.5), words=words, nothing="not watched")
    return figure(
        About(title, text, (runbook,), needs=needs), now(f"min({up})", "up"), look, (3, 5)
    )


PRESENCE = Row(
    "Is everything there?",
    (
        figure(
            About(
                "Parts down",
                "Targets that Prometheus gets no answer from. The table below names them.",
                ("ServiceDown", "MonitoringPartDown"),
                Shows.ZERO,
            ),
            now('count(up{job=~"$job", instance=~"$instance"} == 0) or vector(0)', "down"),
            Look(
                units.NoUnit,
                Limits(1, 1),
                words=(Word("none", GOOD, 0, 0),),
            ),
            (3, 5),
        ),
        _program(
            "Database",
            "pg_up",
            "postgres",
            "Whether PostgreSQL answers. Without it musicians can't log in or save; what they "
            "play goes on.",
            "DatabaseDown",
        ),
        _program(
            "Cache",
            "redis_up",
            "redis",
            "Whether Redis answers. Without it everything takes a little longer.",
            "CacheDown",
        ),
        _program(
            "Web server",
            "nginx_up",
            "nginx",
            "Whether nginx answers. Without it nobody reaches the service.",
            "WebServerDown",
        ),
        figure(
            About(
                "Processors",
                "Of the busiest machine. Over 90 % callbacks come late. What uses them: see the "
                "containers, or `top` on the machine.",
                ("HighCpuUsage",),
                needs="node-exporter",
            ),
            now("max(instance:node_cpu_used:ratio_rate2m)", "in use"),
            Look(units.PercentUnit, Limits(0.7, 0.9), decimals=0),
            (3, 5),
        ),
        figure(
            About(
                "Memory used",
                "Of the fullest machine. Over 90 % the kernel may soon end a process.",
                ("HighMemoryUsage",),
                needs="node-exporter",
            ),
            now("max(instance:node_memory_used:ratio)", "in use"),
            Look(units.PercentUnit, Limits(0.8, 0.9), decimals=0),
            (3, 5),
        ),
        figure(
            About(
                "Disk free",
                "On the fullest disk. Under 10 % make room at once: when it is full, what is "
                "recorded is lost.",
                ("DiskSpaceLow",),
                needs="node-exporter",
            ),
            now("min(instance_mountpoint:node_filesystem_avail:ratio)", "free"),
            Look(units.PercentUnit, Limits(0.2, 0.1), decimals=0, highest=1),
            (3, 5),
        ),
        figure(
            About(
                "Waiting",
                "Share of the time in which somebody had to wait for a processor. It rises "
                "before sound breaks: move other work off this machine.",
                ("HighCpuUsage",),
                needs="node-exporter",
            ),
            now("max(rate(node_pressure_cpu_waiting_seconds_total[$__rate_interval]))", "waiting"),
            Look(units.PercentUnit, Limits(0.25, 0.6), decimals=0),
            (3, 5),
        ),
    ),
)
