"""What musicians make, and with which instruments."""

from __future__ import annotations

from grafana_foundation_sdk.models import units

from whiteroom_monitoring.dashboards.dashboard import Row
from whiteroom_monitoring.dashboards.field_style import FieldStyle
from whiteroom_monitoring.dashboards.panels import PanelMeta, bar_chart, bar_gauge, timeseries
from whiteroom_monitoring.dashboards.queries import instant_query, range_query
from whiteroom_monitoring.promql.build import increase, rate, select

from .expressions import CHOSEN, JOB

_FAILURES = increase("feature_errors_total", CHOSEN)
_INSTRUMENTS = select("instrument_assignments_total", CHOSEN)

MUSIC = Row(
    "Music",
    (
        bar_chart(
            PanelMeta(
                "Songs and performances per minute",
                "Songs created and performances switched per minute.",
                ("SongCreationDropped",),
            ),
            [
                range_query(f"60 * sum({rate('songs_created_total', CHOSEN)})", "songs created"),
                range_query(
                    f"60 * sum({rate('performances_switched_total', CHOSEN)})",
                    "performances switched",
                ),
            ],
            FieldStyle(units.CountsPerMinute),
            (8, 8),
        ),
        timeseries(
            PanelMeta(
                "Feature usage",
                "Uses per minute. If one feature falls to 0 while the others continue, it is "
                "broken.",
                ("SongCreationDropped",),
            ),
            [
                range_query(
                    f"60 * sum by (feature) ({rate('feature_usage_total', CHOSEN)})", "{{feature}}"
                )
            ],
            FieldStyle(units.CountsPerMinute),
            (8, 8),
            stacked=True,
        ),
        bar_gauge(
            PanelMeta(
                "Instruments",
                "The ten instruments that were assigned to channels most often within the "
                "time range.",
                waits_for="instrument_assignments_total",
            ),
            [
                instant_query(
                    f"topk(10, round(sum by (instrument) (increase({_INSTRUMENTS}[$__range]))))",
                    "{{instrument}}",
                )
            ],
            FieldStyle(units.Short),
            (8, 8),
        ),
        bar_chart(
            PanelMeta(
                "Feature errors",
                "Uses that ended in an error. A single one is somebody's mistake. A feature "
                "that stands out is broken: the backend's log has each error with its reason.",
                ("HttpErrorRateHigh",),
            ),
            [range_query(f"sum by (feature) ({_FAILURES})", "{{feature}}")],
            FieldStyle(units.Short),
            (24, 6),
        ),
    ),
    needs=JOB,
)
