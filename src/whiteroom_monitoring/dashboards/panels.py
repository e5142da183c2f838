"""The panels that dashboards are made of, named as Grafana names them, with common defaults."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from grafana_foundation_sdk.builders import bargauge, common, dashboard, loki
from grafana_foundation_sdk.builders import gauge as gauge_builder
from grafana_foundation_sdk.builders import heatmap as heatmap_builder
from grafana_foundation_sdk.builders import logs as logs_builder
from grafana_foundation_sdk.builders import stat as stat_builder
from grafana_foundation_sdk.builders import table as table_builder
from grafana_foundation_sdk.builders import timeseries as timeseries_builder
from grafana_foundation_sdk.cog.builder import Builder
from grafana_foundation_sdk.models import common as options
from grafana_foundation_sdk.models import dashboard as model
from grafana_foundation_sdk.models.heatmap import HeatmapColorMode

from whiteroom_monitoring.dashboards.expectation import Expected
from whiteroom_monitoring.dashboards.field_style import FieldStyle
from whiteroom_monitoring.dashboards.links import runbook_link
from whiteroom_monitoring.dashboards.queries import LOKI, PROMETHEUS, Query, ref_ids

_STACKED_OPACITY, _LINE_OPACITY = 50, 8
_MOST_LINES = 200

Visual = (
    timeseries_builder.Panel
    | stat_builder.Panel
    | gauge_builder.Panel
    | bargauge.Panel
    | table_builder.Panel
    | heatmap_builder.Panel
)

Size = tuple[int, int]


@dataclass(frozen=True)
class PanelMeta:
    """What a panel is for: ``title``, and ``text`` that says what it means and what to do.

    ``runbooks`` are the alerts whose runbooks help; ``expect`` is what it shows in a healthy
    system, that is one with the job ``needs`` (None: with that of its row), and once there is a
    series ``waits_for``.
    """

    title: str
    text: str
    runbooks: tuple[str, ...] = ()
    expect: Expected = Expected.DATA
    needs: str | None = None
    waits_for: str | None = None


@dataclass(frozen=True)
class Panel(Builder[model.Panel]):
    """A panel of a dashboard: a width of 24 columns, a height in Grafana's rows of 30 pixels.

    ``has_metrics`` is False for a panel without queries.
    """

    meta: PanelMeta
    builder: Builder[model.Panel]
    size: Size
    has_metrics: bool = True

    def build(self) -> model.Panel:
        """Return Grafana's panel, without an id and a place."""
        built = self.builder.build()
        built.title, built.description = self.meta.title, self.meta.text
        built.links = [runbook_link(name).build() for name in self.meta.runbooks]
        width, height = self.size
        built.grid_pos = model.GridPos(w=width, h=height)
        return built


def timeseries(
    meta: PanelMeta,
    queries: Sequence[Query],
    style: FieldStyle,
    size: Size,
    *,
    stacked: bool = False,
) -> Panel:
    """Return lines over time; ``stacked`` ones add up to a whole."""
    builder = (
        timeseries_builder.Panel()
        .line_width(1)
        .fill_opacity(_STACKED_OPACITY if stacked else _LINE_OPACITY)
        .show_points(options.VisibilityMode.NEVER)
        .legend(_legend())
        .tooltip(_tooltip())
        .thresholds_style(_threshold_lines(style))
        .color_scheme(_colours(model.FieldColorModeId.PALETTE_CLASSIC_BY_NAME))
    )
    if stacked:
        builder.stacking(common.StackingConfig().group("A").mode(options.StackingMode.NORMAL))
    return _panel(builder, meta, queries, style, size)


def bar_chart(meta: PanelMeta, queries: Sequence[Query], style: FieldStyle, size: Size) -> Panel:
    """Return stacked bars over time, for what happens now and then."""
    panel = timeseries(meta, queries, style, size, stacked=True)
    assert isinstance(panel.builder, timeseries_builder.Panel)
    panel.builder.draw_style(options.GraphDrawStyle.BARS).fill_opacity(90)
    return panel


def stat(meta: PanelMeta, query: Query, style: FieldStyle, size: Size) -> Panel:
    """Return one large number of now; never an old one in the place of one that is missing."""
    builder = (
        stat_builder.Panel()
        .graph_mode(options.BigValueGraphMode.NONE)
        .color_mode(options.BigValueColorMode.VALUE)
        .reduce_options(_newest())
        .color_scheme(_colours(model.FieldColorModeId.THRESHOLDS))
    )
    return _panel(builder, meta, [query], style, size)


def gauge(meta: PanelMeta, query: Query, style: FieldStyle, size: Size) -> Panel:
    """Return a gauge of now between its lowest and highest value."""
    builder = (
        gauge_builder.Panel()
        .reduce_options(_newest())
        .color_scheme(_colours(model.FieldColorModeId.THRESHOLDS))
    )
    return _panel(builder, meta, [query], style, size)


def bar_gauge(meta: PanelMeta, queries: Sequence[Query], style: FieldStyle, size: Size) -> Panel:
    """Return a horizontal bar of now for each series."""
    builder = (
        bargauge.Panel()
        .display_mode(options.BarGaugeDisplayMode.BASIC)
        .orientation(options.VizOrientation.HORIZONTAL)
        .reduce_options(_newest())
        .color_scheme(_colours(model.FieldColorModeId.THRESHOLDS))
    )
    return _panel(builder, meta, queries, style, size)


def heatmap(meta: PanelMeta, query: Query, style: FieldStyle, size: Size) -> Panel:
    """Return a heatmap of a histogram: when it took how long, and how often."""
    builder = (
        heatmap_builder.Panel()
        .calculate(False)
        .color(
            heatmap_builder.HeatmapColorOptions()
            .mode(HeatmapColorMode.SCHEME)
            .scheme("Blues")
            .steps(64)
            .exponent(0.5)
        )
        .y_axis(heatmap_builder.YAxisConfig().unit(style.unit))
        .cell_gap(1)
    )
    return _panel(builder, meta, [query], style, size)


def table(
    meta: PanelMeta,
    queries: Sequence[Query],
    style: FieldStyle,
    size: Size,
    columns: Mapping[str, str],
    *,
    units: Mapping[str, str] | None = None,
    without: Sequence[str] = (),
) -> Panel:
    """Return a table of now with the ``columns``: what Grafana calls them, and what we do.

    ``units`` are those of columns, by our names, that differ from the style's. ``without`` are
    columns that are left out, besides the time.
    """
    builder = table_builder.Panel().color_scheme(_colours(model.FieldColorModeId.THRESHOLDS))
    if len(queries) > 1:
        builder.with_transformation(model.DataTransformerConfig(id_val="merge", options={}))
    builder.with_transformation(
        model.DataTransformerConfig(
            id_val="organize",
            options={
                "excludeByName": dict.fromkeys(["Time", *without], True),
                "indexByName": {name: index for index, name in enumerate(columns)},
                "renameByName": dict(columns),
            },
        )
    )
    for name, unit in (units or {}).items():
        builder.override_by_name(name, [model.DynamicConfigValue(id_val="unit", value=unit)])
    return _panel(builder, meta, queries, style, size)


def logs(meta: PanelMeta, query: str, size: Size) -> Panel:
    """Return the newest lines that a query of LogQL finds."""
    target = loki.Dataquery().expr(query).datasource(LOKI).max_lines(_MOST_LINES).ref_id("A")
    builder = (
        logs_builder.Panel()
        .datasource(LOKI)
        .targets([target])
        .show_time(True)
        .wrap_log_message(True)
        .enable_log_details(True)
    )
    return Panel(meta, builder, size)


def alert_list(meta: PanelMeta, size: Size, *, only: str = "") -> Panel:
    """Return the alerts that fire or are meta to; ``only`` is a selector such as {team="tape"}.

    Grafana's foundation SDK has no builder for this panel.
    """
    settings = {
        "viewMode": "list",
        "groupMode": "default",
        "groupBy": [],
        "maxItems": 30,
        "sortOrder": 3,
        "dashboardAlerts": False,
        "alertName": "",
        "alertInstanceLabelFilter": only,
        "datasource": "Prometheus",
        "stateFilter": {
            "firing": True,
            "pending": True,
            "noData": False,
            "normal": False,
            "error": True,
        },
    }
    return Panel(meta, dashboard.Panel().type("alertlist").options(settings), size, False)


def _panel(
    builder: Visual, meta: PanelMeta, queries: Sequence[Query], style: FieldStyle, size: Size
) -> Panel:
    builder.datasource(PROMETHEUS).targets(ref_ids(queries))
    builder.unit(style.unit).thresholds(style.threshold_steps())
    if style.mappings:
        builder.mappings(style.value_mappings())
    if style.decimals is not None:
        builder.decimals(style.decimals)
    if style.minimum is not None:
        builder.min(style.minimum)
    if style.maximum is not None:
        builder.max(style.maximum)
    if style.no_value is not None:
        builder.no_value(style.no_value)
    for name, properties in style.overrides():
        builder.override_by_name(name, properties)
    return Panel(meta, builder, size)


def _legend() -> common.VizLegendOptions:
    return (
        common.VizLegendOptions()
        .show_legend(True)
        .display_mode(options.LegendDisplayMode.LIST)
        .placement(options.LegendPlacement.BOTTOM)
    )


def _tooltip() -> common.VizTooltipOptions:
    return (
        common.VizTooltipOptions()
        .mode(options.TooltipDisplayMode.MULTI)
        .sort(options.SortOrder.DESCENDING)
    )


def _threshold_lines(style: FieldStyle) -> common.GraphThresholdsStyleConfig:
    mode = options.GraphThresholdsStyleMode
    return common.GraphThresholdsStyleConfig().mode(mode.DASHED if style.thresholds else mode.OFF)


def _newest() -> common.ReduceDataOptions:
    return common.ReduceDataOptions().calcs(["lastNotNull"]).values(False)


def _colours(mode: model.FieldColorModeId) -> dashboard.FieldColor:
    return dashboard.FieldColor().mode(mode)
