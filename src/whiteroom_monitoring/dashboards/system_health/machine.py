"""Has the machine room?"""

from __future__ import annotations

from grafana_foundation_sdk.models import units

from whiteroom_monitoring.dashboards.assembly import Row
from whiteroom_monitoring.dashboards.field_style import Limits, Look
from whiteroom_monitoring.dashboards.panels import About, lines, ranking
from whiteroom_monitoring.dashboards.queries import line, now
from whiteroom_monitoring.promql.build import mean, rate

_CPU = mean("instance_mode:node_cpu_seconds:ratio_rate2m")

MACHINE = Row(
    "Machine",
    (
        lines(
            About(
                "Processors by what they do",
                "Processors in use, in user programs, the kernel and so on. Much *steal* is a "
                "hypervisor that gives the time to others; much *softirq* is the network.",
                ("HighCpuUsage",),
            ),
            [line(f"avg by (mode) ({_CPU})", "{{mode}}")],
            Look(units.PercentUnit, highest=1),
            (8, 8),
            stacked=True,
        ),
        lines(
            About(
                "Memory",
                "What is in use, of all that there is. What can be freed at once doesn't count.",
                ("HighMemoryUsage",),
            ),
            [
                line("sum(node_memory_MemTotal_bytes)", "there is"),
                line("sum(node_memory_MemTotal_bytes - node_memory_MemAvailable_bytes)", "in use"),
                line("sum(node_memory_SwapTotal_bytes - node_memory_SwapFree_bytes)", "swapped"),
            ],
            Look(units.BytesIEC, dashed=("there is",), fixed={"there is": "text"}),
            (8, 8),
        ),
        lines(
            About(
                "Time spent waiting",
                "Share of the time in which somebody waited for a processor, a disk or memory. "
                "What waits can't be on time: the highest line is what the machine lacks.",
                ("HighCpuUsage", "HighMemoryUsage"),
            ),
            [
                line(f"max({rate('node_pressure_cpu_waiting_seconds_total')})", "processor"),
                line(f"max({rate('node_pressure_io_waiting_seconds_total')})", "disk"),
                line(f"max({rate('node_pressure_memory_waiting_seconds_total')})", "memory"),
            ],
            Look(units.PercentUnit, Limits(0.25, 0.6)),
            (8, 8),
        ),
        ranking(
            About(
                "Free on each disk",
                "Under 10 % somebody is paged. Old recordings and the packages' cache go first.",
                ("DiskSpaceLow",),
            ),
            [now("sort(instance_mountpoint:node_filesystem_avail:ratio)", "{{mountpoint}}")],
            Look(units.PercentUnit, Limits(0.2, 0.1), decimals=0, highest=1),
            (8, 8),
        ),
        lines(
            About(
                "Disks: read and written",
                "Many bytes with much waiting for the disk: somebody copies or exports.",
                ("DiskSpaceLow",),
            ),
            [
                line(f"sum({mean('job:node_disk_read_bytes:rate2m')})", "read"),
                line(f"sum({mean('job:node_disk_written_bytes:rate2m')})", "written"),
            ],
            Look(units.BytesPerSecondIEC),
            (8, 8),
        ),
        lines(
            About(
                "Network",
                "Without the loopback device. Nothing at all on a machine that should serve "
                "musicians is a cable, or a firewall.",
                ("WebServerDown",),
            ),
            [
                line(f"sum({mean('job:node_network_receive_bytes:rate2m')})", "received"),
                line(f"sum({mean('job:node_network_transmit_bytes:rate2m')})", "sent"),
            ],
            Look(units.BytesPerSecondIEC),
            (8, 8),
        ),
    ),
    needs="node-exporter",
)
