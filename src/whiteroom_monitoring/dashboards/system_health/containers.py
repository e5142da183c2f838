"""What containers use, where there are any."""

from __future__ import annotations

from grafana_foundation_sdk.models import units

from whiteroom_monitoring.dashboards.assembly import Row
from whiteroom_monitoring.dashboards.expectation import Shows
from whiteroom_monitoring.dashboards.field_style import GOOD, WARNING, Limits, Look, Word
from whiteroom_monitoring.dashboards.panels import About, figure, lines
from whiteroom_monitoring.dashboards.queries import line, now
from whiteroom_monitoring.promql.build import mean

_NONE = "no containers"
_ANY = "container_last_seen"
_CPU = mean("instance_name:container_cpu_usage_seconds:rate2m")

CONTAINERS = Row(
    "Containers",
    (
        figure(
            About(
                "Containers",
                "How many there are. None is fine: White Room runs without.",
            ),
            now("count(container_last_seen) or vector(0)", "containers"),
            Look(units.NoUnit),
            (4, 8),
        ),
        figure(
            About(
                "Reading them",
                "Whether their figures could be read. If not, the panels beside are incomplete: "
                "`whiteroom output cadvisor` says why.",
                shows=Shows.ZERO,
            ),
            now("max(container_scrape_error)", "errors"),
            Look(
                units.NoUnit,
                Limits(1, 1),
                words=(Word("complete", GOOD, 0, 0), Word("incomplete", WARNING, 1, 1)),
            ),
            (4, 8),
        ),
        lines(
            About(
                "Processors by container",
                "Processors in use. The container that took them when the trouble began is the "
                "one to stop or to limit.",
                ("HighCpuUsage",),
                waits_for=_ANY,
            ),
            [line(f"sum by (name) ({_CPU})", "{{name}}")],
            Look(units.NoUnit, nothing=_NONE),
            (8, 8),
            stacked=True,
        ),
        lines(
            About(
                "Memory by container",
                "What can't be freed. At its limit a container is ended by the kernel.",
                ("HighMemoryUsage",),
                waits_for=_ANY,
            ),
            [line('sum by (name) (container_memory_working_set_bytes{name!=""})', "{{name}}")],
            Look(units.BytesIEC, nothing=_NONE),
            (8, 8),
            stacked=True,
        ),
    ),
    needs="cadvisor",
)
