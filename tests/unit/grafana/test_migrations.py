"""The laws of older panels: each becomes its successor, with what it said before."""

from __future__ import annotations

from typing import Any

import pytest

from tests.support.dashboards import read, shown
from whiteroom_monitoring.grafana.display.display_value import Field, field_config
from whiteroom_monitoring.grafana.model.field_config import FieldConfig
from whiteroom_monitoring.grafana.model.migrations import MIGRATED
from whiteroom_monitoring.grafana.model.panel import Panel, parse_panel


def old_graph(**more: Any) -> Panel:
    """Return a graph of before version 8."""
    return parse_panel({"id": 1, "type": "graph", "targets": [{"expr": "up"}], **more})


def of(panel: Panel, name: str = "a") -> FieldConfig:
    """Return the configuration of a series by its name."""
    return field_config(panel.field_config, Field(name))


@pytest.mark.parametrize(
    ("content", "style", "expected"),
    [
        ({}, "draw_style", "line"),
        ({}, "line_width", 1),
        ({}, "fill_opacity", 10),
        ({"bars": True}, "draw_style", "bars"),
        ({"bars": True, "fill": 1}, "fill_opacity", 100),
        ({"lines": False, "points": True, "pointradius": 1}, "point_size", 4),
        ({"lines": False}, "draw_style", "points"),
        ({"linewidth": 0, "fill": 3}, "fill_opacity", 30),
        ({"fillGradient": 4}, "fill_opacity", 40),
        ({"steppedLine": True}, "line_interpolation", "stepAfter"),
        ({"dashes": True, "dashLength": 4}, "line_dash", (4, 10)),
        ({"nullPointMode": "connected"}, "span_nulls", True),
        ({"nullPointMode": "null"}, "span_nulls", False),
        ({"nullPointMode": "null as zero"}, "nulls_as_zero", True),
        ({"stack": True}, "stacking", "normal"),
        ({"stack": True, "percentage": True}, "stacking", "percent"),
        ({"yaxes": [{"logBase": 2, "label": "x"}]}, "scale_log", 2),
        ({"yaxes": [{"show": False}]}, "axis_placement", "hidden"),
    ],
)
def test_the_style_of_a_graph(content: Any, style: str, expected: Any) -> None:
    """Lines, bars, points, fills, gaps and axes of a graph are those of its time series."""
    assert getattr(of(old_graph(**content)).style, style) == expected


def test_the_gradient_of_a_graph_stays_known() -> None:
    """A graph's gradient is that of its time series: it is named below the panel."""
    settings = old_graph(fillGradient=4).field_config.settings
    assert ("custom.gradientMode", "opacity") in settings


def test_the_axes_of_a_graph() -> None:
    """The left axis says unit and limits, which may be texts; "auto" is no limit."""
    axis = {"format": "bytes", "min": "0", "max": "auto", "decimals": 1}
    config = of(old_graph(yaxes=[axis]))
    assert (config.unit, config.min, config.max, config.decimals) == ("bytes", 0, None, 1)


def test_series_of_the_right_axis() -> None:
    """A series of the second axis has its unit, its limits and its side."""
    axes = [{"format": "bytes"}, {"format": "percent", "max": 100}]
    panel = old_graph(yaxes=axes, seriesOverrides=[{"alias": "/cpu/i", "yaxis": 2}])
    right = of(panel, "all CPU")
    assert (right.unit, right.max, right.style.axis_placement) == ("percent", 100, "right")
    assert of(panel, "memory").unit == "bytes"


@pytest.mark.parametrize(
    ("override", "style", "expected"),
    [
        ({"stack": False}, "stacking", "none"),
        ({"stack": "B"}, "stacking_group", "B"),
        ({"transform": "negative-Y"}, "transform", "negative-Y"),
        ({"lines": False}, "line_width", 0),
        ({"bars": True}, "draw_style", "bars"),
        ({"fill": 0}, "fill_opacity", 0),
        ({"linewidth": 3}, "line_width", 3),
        ({"fillBelowTo": "low"}, "fill_below_to", "low"),
        ({"legend": False}, "hidden_in_legend", True),
        ({"dashes": True}, "line_fill", "dash"),
        ({"steppedLine": True}, "line_interpolation", "stepAfter"),
    ],
)
def test_overrides_of_a_graph(override: Any, style: str, expected: Any) -> None:
    """What a graph says of one series is an override of that series, and of no other."""
    panel = old_graph(seriesOverrides=[{"alias": "a", **override}], stack=True)
    assert getattr(of(panel, "a").style, style) == expected
    assert getattr(of(panel, "b").style, style) == getattr(of(old_graph(stack=True)).style, style)


def test_colours_and_legend_of_a_graph() -> None:
    """Colours by name are fixed ones; the legend's values are calculations."""
    legend = {"show": True, "values": True, "avg": True, "current": True, "rightSide": True}
    panel = old_graph(aliasColors={"a": "#ff0000"}, legend=legend)
    assert of(panel).color.fixed == "#ff0000"
    assert set(panel.options.legend.calculations) == {"mean", "lastNotNull"}
    assert panel.options.legend.placement == "right"


@pytest.mark.parametrize(
    ("thresholds", "expected"),
    [
        (
            [{"op": "gt", "value": 80, "colorMode": "critical"}],
            [(None, "transparent"), (80, "red")],
        ),
        (
            [{"op": "lt", "value": 5, "colorMode": "warning"}],
            [(None, "orange"), (5, "transparent")],
        ),
    ],
)
def test_thresholds_of_a_graph(thresholds: Any, expected: Any) -> None:
    """A threshold colours what is above it, or below it."""
    config = of(old_graph(thresholds=[{**thresholds[0], "fill": True, "line": True}]))
    assert [(step.value, step.color) for step in config.thresholds.steps] == expected
    assert config.style.thresholds_style == "line+area"


@pytest.mark.parametrize(
    ("axis", "kind"),
    [({}, "timeseries"), ({"mode": "histogram"}, "histogram"), ({"mode": "series"}, "barchart")],
)
def test_the_mode_of_a_graph_decides_what_it_becomes(axis: Any, kind: str) -> None:
    """A graph over time, of values, and of series are panels of three types."""
    assert old_graph(xaxis=axis).type == kind


def test_a_singlestat_becomes_a_stat() -> None:
    """Unit, decimals, calculation, colours, thresholds and mappings are kept."""
    panel = parse_panel({
        "type": "singlestat", "format": "percent", "decimals": 1, "valueName": "current",
        "colorBackground": True, "sparkline": {"show": True}, "thresholds": "50, 80",
        "colors": ["green", "orange", "red"], "valueMaps": [{"value": "null", "text": "N/A"}],
    })  # fmt: skip
    config = panel.field_config.defaults
    assert (panel.type, config.unit, config.decimals) == ("stat", "percent", 1)
    assert panel.options.calculations == ("lastNotNull",)
    assert (panel.options.color_mode, panel.options.graph_mode) == ("background", "area")
    steps = [(step.value, step.color) for step in config.thresholds.steps]
    assert steps == [(None, "green"), (50, "orange"), (80, "red")]
    assert config.mappings[0].by_value["null"].text == "N/A"


def test_a_singlestat_with_a_gauge_becomes_a_gauge() -> None:
    """Its limits are those of the gauge; without a name of its value it is the mean."""
    gauge = {"show": True, "minValue": 0, "maxValue": 8}
    panel = parse_panel({"type": "singlestat", "gauge": gauge, "tableColumn": "v"})
    assert (panel.type, panel.field_config.defaults.max) == ("gauge", 8)
    assert (panel.options.calculations, panel.options.fields) == (("mean",), "/^v$/")


def test_options_of_a_gauge_before_version_7() -> None:
    """What stood in `fieldOptions` is the configuration of the field."""
    fields = {
        "calcs": ["max"], "thresholds": [{"value": None, "color": "green"}],
        "defaults": {"unit": "s", "title": "T", "max": 4},
    }  # fmt: skip
    panel = parse_panel({"type": "gauge", "options": {"fieldOptions": fields}})
    config = panel.field_config.defaults
    assert (config.unit, config.max, config.display_name) == ("s", 4, "T")
    assert config.thresholds.steps[0].color == "green"
    assert panel.options.calculations == ("max",)


def test_an_old_table_keeps_its_styles() -> None:
    """Names, units, dates, hidden columns and links are overrides of the columns' patterns."""
    styles = [
        {"pattern": "Time", "type": "hidden"},
        {"pattern": "/^Value/", "alias": "CPU", "type": "number", "unit": "percent", "decimals": 0},
        {"pattern": "job", "type": "string", "link": True, "linkUrl": "/d/x?var-job=$__cell"},
        {"pattern": "/.*/", "type": "number", "unit": "short"},
    ]
    panel = parse_panel({"type": "table-old", "transform": "table", "styles": styles})
    assert [step.id for step in panel.transformations] == ["merge"]
    assert of(panel, "Time").style.column_hidden
    assert (of(panel, "Value #A").display_name, of(panel, "Value #A").unit) == ("CPU", "percent")
    assert of(panel, "job").links[0].url == "/d/x?var-job=${__value.raw}"
    assert of(panel, "other").unit == "short"


def test_other_old_panels() -> None:
    """Pie charts and discrete panels of plugins, old heatmaps and texts are today's."""
    pie = parse_panel({"type": "grafana-piechart-panel", "pieType": "donut", "format": "bytes"})
    assert (pie.type, pie.options.pie_type) == ("piechart", "donut")
    assert parse_panel({"type": "natel-discrete-panel"}).type == "state-timeline"
    heatmap = {"type": "heatmap", "dataFormat": "tsbuckets", "yAxis": {"format": "s"}}
    assert parse_panel(heatmap).options.y_axis.unit == "s"
    assert not parse_panel(heatmap).options.calculate
    assert parse_panel({**heatmap, "dataFormat": "timeseries"}).options.calculate
    assert parse_panel({"type": "text", "content": "x", "mode": "html"}).options.content == "x"


def polystat(**options: Any) -> Panel:
    """Return a panel of polygons with these options."""
    return parse_panel({"type": "grafana-polystat-panel", "options": options})


def test_polygons_are_tiles() -> None:
    """A panel of polygons is a stat with their calculation, units, colours and names."""
    override = {
        "metricName": "/cpu.*/", "unitFormat": "percentunit", "operatorName": "max",
        "alias": "CPU", "colors": ["#00f"], "thresholds": [{"value": 0.5, "color": "#f00"}],
    }  # fmt: skip
    panel = polystat(globalUnitFormat="bytes", overrideConfig={"overrides": [override]})
    assert (panel.type, panel.options.calculations) == ("stat", ("max",))
    assert (of(panel, "cpu 1").unit, of(panel, "cpu 1").display_name) == ("percentunit", "CPU")
    assert [step.color for step in of(panel, "cpu 1").thresholds.steps] == ["#00f", "#f00"]
    assert (of(panel, "other").unit, polystat(globalOperator="last").options.calculations) == (
        "bytes", ("last",),
    )  # fmt: skip


@pytest.mark.parametrize(
    "options",
    [
        {},
        {"globalOperator": "odd"},
        {"compositeConfig": {"enabled": True, "composites": [{"compositeName": "C"}]}},
        {"overrideConfig": {"overrides": [{"operatorName": "max"}, {"operatorName": "min"}]}},
    ],
)
def test_polygons_without_a_successor_stay_what_they_are(options: dict[str, Any]) -> None:
    """A panel whose values a stat would not show is named, and not drawn otherwise than meant."""
    assert polystat(**options).type == "grafana-polystat-panel"


@pytest.mark.parametrize("kind", MIGRATED)
@pytest.mark.parametrize("odd", [None, 5, "x", [], [5], {"a": 1}, [{"a": None}]])
def test_no_odd_value_hurts_a_migration(kind: str, odd: Any) -> None:
    """Whatever stands where a list or an object was, the panel is there, and its neighbour."""
    names = (
        *("yaxes", "xaxis", "legend", "seriesOverrides", "aliasColors", "thresholds", "colors"),
        *("gauge", "sparkline", "valueMaps", "rangeMaps", "styles", "columns", "options"),
        *("fieldConfig", "yAxis", "mappingType", "tableColumn", "transform", "decimals"),
    )
    panels = [{"type": kind, name: odd, "targets": [{"expr": "up"}]} for name in names]
    answers = shown(read(title="T", panels=[*panels, {"type": "text", "title": "N"}]))
    assert len(answers) == len(names) + 1
    assert answers[-1]["title"] == "N"
