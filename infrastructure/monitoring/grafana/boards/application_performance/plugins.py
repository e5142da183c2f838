"""What plug-ins cost in other people's hosts. Empty without a plug-in that records its metrics."""

from __future__ import annotations

from grafana_foundation_sdk.models import units

from whiteroom_monitoring.dashboards.dashboard import Row
from whiteroom_monitoring.dashboards.expectation import Expected
from whiteroom_monitoring.dashboards.field_style import FieldStyle, Thresholds
from whiteroom_monitoring.dashboards.panels import PanelMeta, bar_chart, bar_gauge, timeseries
from whiteroom_monitoring.dashboards.queries import instant_query, range_query
from whiteroom_monitoring.promql.build import rate

_NOTHING = "no plug-in records"
_INSTANCE = "{{plugin}} {{number}}"
_COST = f"sum by (plugin, number) ({rate('plugin_render_seconds_total')})"
_SHARES = f"sum by (plugin, number, le) ({rate('plugin_load_ratio_bucket')})"

PLUGINS = Row(
    "Plug-ins in hosts",
    (
        timeseries(
            PanelMeta(
                "Share of real time in the slowest callbacks",
                "Render time of a host's callback against the length of its sound, of each "
                "instance, in the worst of a hundred. Near 100 % the plug-in alone uses what "
                "there is. It is no dropout: a host that renders ahead makes up for it.",
                expect=Expected.EMPTY,
            ),
            [range_query(f"topk(8, histogram_quantile(0.99, {_SHARES}))", _INSTANCE)],
            FieldStyle(units.PercentUnit, Thresholds(0.5, 1), no_value=_NOTHING),
            (10, 8),
        ),
        bar_gauge(
            PanelMeta(
                "Costliest instances now",
                "Share of real time that each instance takes, on whichever thread.",
                expect=Expected.EMPTY,
            ),
            [instant_query(f"topk(8, {_COST})", _INSTANCE)],
            FieldStyle(units.PercentUnit, Thresholds(0.3, 0.5), decimals=2, no_value=_NOTHING),
            (7, 8),
        ),
        bar_chart(
            PanelMeta(
                "Blocks by mode",
                "Blocks in a second. Those of an offline rendering and bypassed ones are not "
                "measured: nobody waits for them.",
                expect=Expected.EMPTY,
            ),
            [range_query(f"sum by (mode) ({rate('plugin_blocks_total')})", "{{mode}}")],
            FieldStyle(units.CountsPerSecond, no_value=_NOTHING),
            (7, 8),
        ),
    ),
)
