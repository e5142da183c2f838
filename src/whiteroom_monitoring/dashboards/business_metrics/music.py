"""What musicians make, and with what."""

from __future__ import annotations

from grafana_foundation_sdk.models import units

from whiteroom_monitoring.dashboards.assembly import Row
from whiteroom_monitoring.dashboards.business_metrics.expressions import CHOSEN, JOB
from whiteroom_monitoring.dashboards.field_style import Look
from whiteroom_monitoring.dashboards.panels import About, bars, lines, ranking
from whiteroom_monitoring.dashboards.queries import line, now
from whiteroom_monitoring.promql.build import increase, rate, select

_FAILURES = increase("feature_errors_total", CHOSEN)
_INSTRUMENTS = select("instrument_assignments_total", CHOSEN)

MUSIC = Row(
    "Music",
    (
        bars(
            About(
                "Songs and performances",
                "Songs created and performances switched in a minute.",
                ("SongCreationDropped",),
            ),
            [
                line(f"60 * sum({rate('songs_created_total', CHOSEN)})", "songs created"),
                line(
                    f"60 * sum({rate('performances_switched_total', CHOSEN)})",
                    "performances switched",
                ),
            ],
            Look(units.CountsPerMinute),
            (8, 8),
        ),
        lines(
            About(
                "Features in use",
                "Uses in a minute. One that falls to nothing while the others go on is broken.",
                ("SongCreationDropped",),
            ),
            [line(f"60 * sum by (feature) ({rate('feature_usage_total', CHOSEN)})", "{{feature}}")],
            Look(units.CountsPerMinute),
            (8, 8),
            stacked=True,
        ),
        ranking(
            About(
                "Instruments",
                "The ten that were assigned to channels most often within the time shown.",
                waits_for="instrument_assignments_total",
            ),
            [
                now(
                    f"topk(10, round(sum by (instrument) (increase({_INSTRUMENTS}[$__range]))))",
                    "{{instrument}}",
                )
            ],
            Look(units.Short),
            (8, 8),
        ),
        bars(
            About(
                "Features that fail",
                "Uses that ended in an error. One now and then is somebody's mistake; a feature "
                "that stands out is broken: the backend's log has each error with its reason.",
                ("HttpErrorRateHigh",),
            ),
            [line(f"sum by (feature) ({_FAILURES})", "{{feature}}")],
            Look(units.Short),
            (24, 6),
        ),
    ),
    needs=JOB,
)
