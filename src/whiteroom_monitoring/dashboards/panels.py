"""The kinds of panels that our dashboards are made of, each with the defaults of the house."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from grafana_foundation_sdk.builders import (
    bargauge,
    common,
    dashboard,
    gauge,
    heatmap,
    stat,
    table,
)
from grafana_foundation_sdk.builders import timeseries as time_series
from grafana_foundation_sdk.cog.builder import Builder
from grafana_foundation_sdk.models import common as style
from grafana_foundation_sdk.models import dashboard as model
from grafana_foundation_sdk.models.heatmap import HeatmapColorMode

from whiteroom_monitoring.dashboards.expectation import Shows
from whiteroom_monitoring.dashboards.field_style import Look
from whiteroom_monitoring.dashboards.links import runbook_link
from whiteroom_monitoring.dashboards.queries import PROMETHEUS, Query, ref_ids

_STACKED_OPACITY, _LINE_OPACITY = 50, 8

Visual = time_series.Panel | stat.Panel | gauge.Panel | bargauge.Panel | table.Panel | heatmap.Panel

Size = tuple[int, int]


@dataclass(frozen=True)
class About:
    """What a panel is for: ``title``, and ``text`` that says what it means and what to do.

    ``runbooks`` are the alerts whose runbooks help; ``shows`` is what it shows in a healthy system,
    that is one with the job ``needs`` (None: with that of its row), and once there is a series
    ``waits_for``.
    """

    title: str
    text: str
    runbooks: tuple[str, ...] = ()
    shows: Shows = Shows.DATA
    needs: str | None = None
    waits_for: str | None = None


@dataclass(frozen=True)
class Panel(Builder[model.Panel]):
    """A panel of a dashboard: a width of 24 columns, a height in Grafana's rows of 30 pixels.

    ``has_metrics`` is False for a panel without queries.
    """

    about: About
    builder: Builder[model.Panel]
    size: Size
    has_metrics: bool = True

    def build(self) -> model.Panel:
        """Return Grafana's panel, without an id and a place."""
        built = self.builder.build()
        built.title, built.description = self.about.title, self.about.text
        built.links = [runbook_link(name).build() for name in self.about.runbooks]
        width, height = self.size
        built.grid_pos = model.GridPos(w=width, h=height)
        return built


def lines(
    about: About, queries: Sequence[Query], look: Look, size: Size, *, stacked: bool = False
) -> Panel:
    """Return lines over time; ``stacked`` ones add up to a whole."""
    builder = (
        time_series.Panel()
        .line_width(1)
        .fill_opacity(_STACKED_OPACITY if stacked else _LINE_OPACITY)
        .show_points(style.VisibilityMode.NEVER)
        .legend(_legend())
        .tooltip(_tooltip())
        .thresholds_style(_limit_lines(look))
        .color_scheme(_colours(model.FieldColorModeId.PALETTE_CLASSIC_BY_NAME))
    )
    if stacked:
        builder.stacking(common.StackingConfig().group("A").mode(style.StackingMode.NORMAL))
    return _panel(builder, about, queries, look, size)


def bars(about: About, queries: Sequence[Query], look: Look, size: Size) -> Panel:
    """Return stacked bars over time, for what happens now and then."""
    panel = lines(about, queries, look, size, stacked=True)
    assert isinstance(panel.builder, time_series.Panel)
    panel.builder.draw_style(style.GraphDrawStyle.BARS).fill_opacity(90)
    return panel


def figure(about: About, query: Query, look: Look, size: Size) -> Panel:
    """Return one large number of now; never an old one in the place of one that is missing."""
    builder = (
        stat.Panel()
        .graph_mode(style.BigValueGraphMode.NONE)
        .color_mode(style.BigValueColorMode.VALUE)
        .reduce_options(_newest())
        .color_scheme(_colours(model.FieldColorModeId.THRESHOLDS))
    )
    return _panel(builder, about, [query], look, size)


def dial(about: About, query: Query, look: Look, size: Size) -> Panel:
    """Return a gauge of now between its lowest and highest value."""
    builder = (
        gauge.Panel()
        .reduce_options(_newest())
        .color_scheme(_colours(model.FieldColorModeId.THRESHOLDS))
    )
    return _panel(builder, about, [query], look, size)


def ranking(about: About, queries: Sequence[Query], look: Look, size: Size) -> Panel:
    """Return a horizontal bar of now for each series."""
    builder = (
        bargauge.Panel()
        .display_mode(style.BarGaugeDisplayMode.BASIC)
        .orientation(style.VizOrientation.HORIZONTAL)
        .reduce_options(_newest())
        .color_scheme(_colours(model.FieldColorModeId.THRESHOLDS))
    )
    return _panel(builder, about, queries, look, size)


def spread(about: About, query: Query, look: Look, size: Size) -> Panel:
    """Return a heatmap of a histogram: when it took how long, and how often."""
    builder = (
        heatmap.Panel()
        .calculate(False)
        .color(
            heatmap.HeatmapColorOptions()
            .mode(HeatmapColorMode.SCHEME)
            .scheme("Blues")
            .steps(64)
            .exponent(0.5)
        )
        .y_axis(heatmap.YAxisConfig().unit(look.unit))
        .cell_gap(1)
    )
    return _panel(builder, about, [query], look, size)


def listing(
    about: About,
    queries: Sequence[Query],
    look: Look,
    size: Size,
    columns: Mapping[str, str],
    *,
    units: Mapping[str, str] | None = None,
    without: Sequence[str] = (),
) -> Panel:
    """Return a table of now with the ``columns``: what Grafana calls them, and what we do.

    ``units`` are those of columns, by our names, that differ from the look's. ``without`` are
    columns that are left out, besides the time.
    """
    builder = table.Panel().color_scheme(_colours(model.FieldColorModeId.THRESHOLDS))
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
    return _panel(builder, about, queries, look, size)


def alerts(about: About, size: Size, *, only: str = "") -> Panel:
    """Return the alerts that fire or are about to; ``only`` is a selector such as {team="audio"}.

    Grafana's foundation SDK has no builder for this panel.
    """
    options = {
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
    return Panel(about, dashboard.Panel().type("alertlist").options(options), size, False)


def _panel(
    builder: Visual, about: About, queries: Sequence[Query], look: Look, size: Size
) -> Panel:
    builder.datasource(PROMETHEUS).targets(ref_ids(queries))
    builder.unit(look.unit).thresholds(look.thresholds())
    if look.words:
        builder.mappings(look.mappings())
    if look.decimals is not None:
        builder.decimals(look.decimals)
    if look.lowest is not None:
        builder.min(look.lowest)
    if look.highest is not None:
        builder.max(look.highest)
    if look.nothing is not None:
        builder.no_value(look.nothing)
    for name, properties in look.overrides():
        builder.override_by_name(name, properties)
    return Panel(about, builder, size)


def _legend() -> common.VizLegendOptions:
    return (
        common.VizLegendOptions()
        .show_legend(True)
        .display_mode(style.LegendDisplayMode.LIST)
        .placement(style.LegendPlacement.BOTTOM)
    )


def _tooltip() -> common.VizTooltipOptions:
    return (
        common.VizTooltipOptions()
        .mode(style.TooltipDisplayMode.MULTI)
        .sort(style.SortOrder.DESCENDING)
    )


def _limit_lines(look: Look) -> common.GraphThresholdsStyleConfig:
    mode = style.GraphThresholdsStyleMode
    return common.GraphThresholdsStyleConfig().mode(mode.DASHED if look.limits else mode.OFF)


def _newest() -> common.ReduceDataOptions:
    return common.ReduceDataOptions().calcs(["lastNotNull"]).values(False)


def _colours(mode: model.FieldColorModeId) -> dashboard.FieldColor:
    return dashboard.FieldColor().mode(mode)
