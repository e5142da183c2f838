"""What containers use, where there are any."""

from __future__ import annotations

from grafana_foundation_sdk.models import units

from whiteroom_monitoring.dashboards.dashboard import Row
from whiteroom_monitoring.dashboards.expectation import Expected
from whiteroom_monitoring.dashboards.field_style import (
    GOOD,
    WARNING,
    FieldStyle,
    Thresholds,
    ValueText,
)
from whiteroom_monitoring.dashboards.panels import PanelMeta, stat, timeseries
from whiteroom_monitoring.dashboards.queries import instant_query, range_query
from whiteroom_monitoring.promql.build import mean

_NONE = "no containers"
_ANY = "container_last_seen"
_CPU = mean("instance_name:container_cpu_usage_seconds:rate2m")

CONTAINERS = Row(
    "Containers",
    (
        stat(
            PanelMeta(
                "Containers",
                "Number of running containers. White Room runs without any, so none is fine.",
            ),
            instant_query("count(container_last_seen) or vector(0)", "containers"),
            FieldStyle(units.NoUnit),
            (4, 8),
        ),
        stat(
            PanelMeta(
                "Container scrape",
                "Whether the metrics of all containers could be read. If not, the panels "
                "beside are incomplete: `whiteroom logs cadvisor` says why.",
                expect=Expected.ZERO,
            ),
            instant_query("max(container_scrape_error)", "errors"),
            FieldStyle(
                units.NoUnit,
                Thresholds(1, 1),
                mappings=(
                    ValueText("complete", GOOD, 0, 0),
                    ValueText("incomplete", WARNING, 1, 1),
                ),
            ),
            (4, 8),
        ),
        timeseries(
            PanelMeta(
                "CPU by container",
                "CPUs in use. If one container grew when the trouble began, stop or limit it.",
                ("HighCpuUsage",),
                waits_for=_ANY,
            ),
            [range_query(f"sum by (name) ({_CPU})", "{{name}}")],
            FieldStyle(units.NoUnit, no_value=_NONE),
            (8, 8),
            stacked=True,
        ),
        timeseries(
            PanelMeta(
                "Memory by container",
                "Working set, which can't be reclaimed. At its limit, a container is killed "
                "by the kernel.",
                ("HighMemoryUsage",),
                waits_for=_ANY,
            ),
            [
                range_query(
                    'sum by (name) (container_memory_working_set_bytes{name!=""})', "{{name}}"
                )
            ],
            FieldStyle(units.BytesIEC, no_value=_NONE),
            (8, 8),
            stacked=True,
        ),
    ),
    needs="cadvisor",
)
