"""CPU, memory, disks and network."""

from __future__ import annotations

from grafana_foundation_sdk.models import units

from whiteroom_monitoring.dashboards.dashboard import Row
from whiteroom_monitoring.dashboards.field_style import FieldStyle, Thresholds
from whiteroom_monitoring.dashboards.panels import PanelMeta, bar_gauge, timeseries
from whiteroom_monitoring.dashboards.queries import instant_query, range_query
from whiteroom_monitoring.promql.build import mean, rate

_CPU = mean("instance_mode:node_cpu_seconds:ratio_rate2m")

MACHINE = Row(
    "Machine",
    (
        timeseries(
            PanelMeta(
                "CPU by mode",
                "CPU time by mode. Much *steal* means that a hypervisor gives the time to "
                "others; much *softirq* is the network.",
                ("HighCpuUsage",),
            ),
            [range_query(f"avg by (mode) ({_CPU})", "{{mode}}")],
            FieldStyle(units.PercentUnit, maximum=1),
            (8, 8),
            stacked=True,
        ),
        timeseries(
            PanelMeta(
                "Memory",
                "What is in use, of all that there is. What can be freed at once doesn't count.",
                ("HighMemoryUsage",),
            ),
            [
                range_query("sum(node_memory_MemTotal_bytes)", "total"),
                range_query(
                    "sum(node_memory_MemTotal_bytes - node_memory_MemAvailable_bytes)", "in use"
                ),
                range_query(
                    "sum(node_memory_SwapTotal_bytes - node_memory_SwapFree_bytes)", "swapped"
                ),
            ],
            FieldStyle(units.BytesIEC, dashed=("total",), colors={"total": "text"}),
            (8, 8),
        ),
        timeseries(
            PanelMeta(
                "Pressure (PSI)",
                "Share of time in which some task waited for CPU, I/O or memory. The highest "
                "line shows what the machine lacks.",
                ("HighCpuUsage", "HighMemoryUsage"),
            ),
            [
                range_query(f"max({rate('node_pressure_cpu_waiting_seconds_total')})", "CPU"),
                range_query(f"max({rate('node_pressure_io_waiting_seconds_total')})", "I/O"),
                range_query(f"max({rate('node_pressure_memory_waiting_seconds_total')})", "memory"),
            ],
            FieldStyle(units.PercentUnit, Thresholds(0.25, 0.6)),
            (8, 8),
        ),
        bar_gauge(
            PanelMeta(
                "Free space by disk",
                "Under 10 %, the platform team is paged. Delete old recordings and the "
                "package cache first.",
                ("DiskSpaceLow",),
            ),
            [
                instant_query(
                    "sort(instance_mountpoint:node_filesystem_avail:ratio)", "{{mountpoint}}"
                )
            ],
            FieldStyle(units.PercentUnit, Thresholds(0.2, 0.1), decimals=0, maximum=1),
            (8, 8),
        ),
        timeseries(
            PanelMeta(
                "Disk throughput",
                "High throughput together with high I/O pressure means that somebody copies "
                "or exports.",
                ("DiskSpaceLow",),
            ),
            [
                range_query(f"sum({mean('job:node_disk_read_bytes:rate2m')})", "read"),
                range_query(f"sum({mean('job:node_disk_written_bytes:rate2m')})", "written"),
            ],
            FieldStyle(units.BytesPerSecondIEC),
            (8, 8),
        ),
        timeseries(
            PanelMeta(
                "Network throughput",
                "Without the loopback device. No traffic on a machine that serves musicians "
                "points to a cable or a firewall.",
                ("WebServerDown",),
            ),
            [
                range_query(f"sum({mean('job:node_network_receive_bytes:rate2m')})", "received"),
                range_query(f"sum({mean('job:node_network_transmit_bytes:rate2m')})", "sent"),
            ],
            FieldStyle(units.BytesPerSecondIEC),
            (8, 8),
        ),
    ),
    needs="node-exporter",
)
