"""The laws of reading a panel: its place in the grid, its queries, options, fields and styles."""

from __future__ import annotations

from typing import Any

import pytest

from tests.support.dashboards import graph, read, shown, view
from whiteroom_monitoring.grafana.display import layout
from whiteroom_monitoring.grafana.display.display_value import display_value
from whiteroom_monitoring.grafana.model.field_style import FieldStyle
from whiteroom_monitoring.grafana.model.panel import (
    AlertFilter,
    DashboardFilter,
    FooterOptions,
    GridPosition,
    LegendOptions,
    PanelOptions,
    Repeat,
    parse_panel,
)


@pytest.mark.parametrize(
    "position",
    [
        None, {}, [], "x", 5, {"x": None, "y": None, "w": None, "h": None},
        {"x": "0", "y": "0", "w": "24", "h": "8"}, {"x": -5, "y": -5, "w": 0, "h": 0},
        {"x": 99, "y": 1e300, "w": 1e300, "h": 1e300}, {"w": 12.5, "h": 3.7},
    ],
)  # fmt: skip
def test_panels_never_cover_each_other(position: Any) -> None:
    """Wherever panels say that they are, each has a place in the grid of its own."""
    content = [graph(gridPos={"x": 0, "y": 0, "w": 12, "h": 8}), graph(gridPos=position)]
    dashboard = read(title="T", panels=[*content, graph(gridPos=position), {"type": "text"}])
    [section] = layout.sections(view(dashboard))
    assert len(section.panels) == 4
    taken: set[tuple[int, int]] = set()
    for panel in section.panels:
        assert 0 <= panel.x < panel.x + panel.width <= 24
        assert panel.height >= 1
        cells = {
            (panel.x + c, panel.y + r) for c in range(panel.width) for r in range(panel.height)
        }
        assert not cells & taken
        taken |= cells


def test_rows_of_old_dashboards_become_sections() -> None:
    """Rows from before version 16 have their panels side by side, by their spans of 12 columns."""
    rows = [
        {"title": "A", "showTitle": True, "height": "250px", "panels": [
            {"id": 1, "type": "graph", "title": "old", "span": 8},
            {"id": 2, "type": "text", "span": "4"},
            {"id": 3, "type": "text", "span": 12, "height": 100},
        ]},
        {"title": "B", "collapse": True, "panels": [{"type": "text"}]},
    ]  # fmt: skip
    sections = layout.sections(view(read(title="T", rows=rows)))
    assert [(s.title, s.collapsed) for s in sections] == [("A", False), ("B", True)]
    places = [(p.x, p.y, p.width, p.height) for p in sections[0].panels]
    assert places == [(0, 0, 16, 7), (16, 0, 8, 7), (0, 7, 24, 3)]
    assert shown(read(title="T", rows=rows))[0]["type"] == "timeseries"


def test_a_panel_repeated_by_nothing_is_there_once() -> None:
    """A panel or row that is repeated by a variable that does not exist keeps its place."""
    panel = graph(repeat="nope", gridPos={"x": 3, "y": 0, "w": 5, "h": 4})
    row = {"type": "row", "title": "R", "repeat": "nope", "gridPos": {"x": 0, "y": 9}}
    sections = layout.sections(view(read(title="T", panels=[panel, row, graph(id=5)])))
    assert [len(section.panels) for section in sections] == [1, 1]
    assert (sections[0].panels[0].x, sections[0].panels[0].width) == (3, 5)


@pytest.mark.parametrize(
    ("panel", "expected"),
    [
        ({"repeat": "v"}, Repeat("v", True, 4)),
        ({"repeat": "v", "repeatDirection": "v"}, Repeat("v", False, 4)),
        ({"repeat": "v", "maxPerRow": 0}, Repeat("v", True, 1)),
        ({"repeat": "v", "maxPerRow": 1}, Repeat("v", True, 1)),
        ({"repeat": "v", "maxPerRow": 99}, Repeat("v", True, 24)),
        ({"repeat": None}, None),
        ({"repeatDirection": "h"}, None),
    ],
)
def test_repeats(panel: Any, expected: Repeat | None) -> None:
    """A panel is repeated to the right, four in a row, unless it says otherwise."""
    assert parse_panel(panel).repeat == expected


@pytest.mark.parametrize(
    ("position", "expected"),
    [
        ({}, GridPosition(0, 0, 12, 8)),
        ({"x": 3, "y": 4, "w": 5, "h": 6}, GridPosition(3, 4, 5, 6)),
        ({"x": 23, "w": 12}, GridPosition(12, 0, 12, 8)),
        ({"x": -1, "y": -1, "w": 0, "h": 0}, GridPosition(0, 0, 1, 1)),
        ({"y": 1e9, "w": 99, "h": 1e9}, GridPosition(0, 100_000, 24, 200)),
    ],
)
def test_positions_are_within_the_grid(position: Any, expected: GridPosition) -> None:
    """A panel has a place within 24 columns, and a height."""
    assert parse_panel({"gridPos": position}).position == expected


@pytest.mark.parametrize(
    ("height", "expected"),
    [
        *((250, 7), ("250px", 7), (266, 7), (267, 8), (38, 3), (114, 3), (115, 4), (None, 7)),
        *(("tall", 7), (1e9, 264), ("12.5px", 3)),
    ],
)
def test_old_heights_are_cells_of_the_grid(height: Any, expected: int) -> None:
    """A height in pixels is so many cells of 38, three at least; a row has 250 pixels."""
    rows = [{"height": height, "panels": [{"type": "text", "span": 12}]}]
    [panel] = read(title="T", rows=rows).panels()
    assert panel.position == GridPosition(0, 0, 24, expected)


def test_queries_without_an_expression_are_not_run() -> None:
    """A query that is hidden or empty asks nothing; queries without a name get the next letter."""
    targets: list[Any] = [
        {"refId": "B", "expr": "up"}, {"expr": "down"}, {}, {"expr": "x", "hide": True}, None,
    ]  # fmt: skip
    [content] = shown(read(title="T", panels=[graph(targets=targets)]))
    assert content["queries"] == {"B": "up", "A": "down"}


@pytest.mark.parametrize(
    ("query", "expected"),
    [
        ({"instant": True}, True),
        ({"instant": True, "range": True}, False),
        ({"range": True}, False),
        ({"range": False}, False),
        ({}, False),
    ],
)
def test_queries_of_one_moment(query: Any, expected: bool) -> None:
    """A query is of one moment when it says so, and not of a range as well."""
    [panel] = read(panels=[graph(targets=[query])]).panels()
    assert panel.queries[0].instant is expected


def test_numbers_and_truth_may_be_text() -> None:
    """What Grafana reads as a number or as true, is one."""
    defaults = {"decimals": "2", "min": "0", "max": "1e2", "custom": {"lineWidth": "3"}}
    panel = graph(
        fieldConfig={"defaults": defaults},
        targets=[{"expr": "up", "instant": "true"}],
        maxDataPoints="7",
    )
    dashboard = read(title="T", panels=[panel])
    [read_panel] = dashboard.panels()
    config = read_panel.field_config.defaults
    assert (config.decimals, config.min, config.max, config.style.line_width) == (2, 0, 100, 3)
    assert read_panel.queries[0].instant
    assert read_panel.max_data_points == 7
    assert shown(dashboard)[0]["notDrawn"] == []


@pytest.mark.parametrize(
    ("mapping", "value", "expected"),
    [
        ({"type": "range", "options": {"from": 0, "to": None, "result": {"text": "p"}}}, 5.0, "p"),
        (
            {"type": "range", "options": {"from": "1", "to": "2", "result": {"text": "p"}}},
            5.0,
            None,
        ),
        ({"type": 1, "value": "5", "text": "five"}, 5.0, "five"),
        ({"type": 2, "from": "4", "to": "6", "text": "about"}, 5.0, "about"),
        ({"type": "value", "options": {"5": None}}, 5.0, None),
    ],
)
def test_mappings_of_every_age(mapping: Any, value: float, expected: str | None) -> None:
    """Value mappings are read as Grafana writes them, now and before version 8."""
    [panel] = read(
        title="T", panels=[graph(fieldConfig={"defaults": {"mappings": [mapping]}})]
    ).panels()
    assert display_value(value, panel.field_config.defaults).text == expected


def test_options_of_panels() -> None:
    """What a panel says of its legend, its values and its alerts is what the model has."""
    options = {
        "legend": {"showLegend": False, "displayMode": "table", "calcs": ["max"],
                   "sortBy": "Max", "sortDesc": True},
        "reduceOptions": {"calcs": ["mean", "sum"], "values": True},
        "graphMode": "area", "colorMode": "none", "textMode": "name", "footer": {"show": True},
        "stateFilter": {"firing": True, "pending": False}, "maxItems": 3, "alertName": "A",
        "alertInstanceLabelFilter": "{a=\"b\"}", "calculate": True, "mode": "html",
    }  # fmt: skip
    read_options = parse_panel({"options": options}).options
    assert read_options == PanelOptions(
        legend=LegendOptions(
            False, "table", calculations=("max",), sort_by="Max", sort_descending=True
        ),
        calculations=("mean", "sum"),
        all_values=True,
        graph_mode="area",
        color_mode="none",
        text_mode="name",
        content_mode="html",
        calculate=True,
        footer=FooterOptions(show=True),
        dashboards=DashboardFilter(max_items=3),
        alerts=AlertFilter(frozenset({"firing"}), "A", '{a="b"}', 3),
    )
    assert parse_panel({}).options == PanelOptions()
    assert parse_panel({}).options.alerts == AlertFilter(
        frozenset({"firing", "pending"}), "", "", 20
    )


def test_styles_of_series() -> None:
    """What a panel says of lines, points and axes is what the model has; the rest is not set."""
    custom = {
        "drawStyle": "bars", "lineWidth": 2, "fillOpacity": 10, "lineInterpolation": "stepAfter",
        "lineStyle": {"fill": "dash", "dash": [0, 8, -1, "x", 6]}, "showPoints": "never",
        "pointSize": 4, "spanNulls": 3600, "stacking": {"mode": "normal", "group": "A"},
        "thresholdsStyle": {"mode": "dashed"}, "scaleDistribution": {"type": "log", "log": 2},
        "axisSoftMin": 0, "axisSoftMax": 1, "axisLabel": "x", "hideFrom": {"viz": True},
        "align": "left", "cellOptions": {"type": "color-text"},
    }  # fmt: skip
    [panel] = read(title="T", panels=[graph(fieldConfig={"defaults": {"custom": custom}})]).panels()
    assert panel.field_config.defaults.style == FieldStyle(
        draw_style="bars", line_width=2, fill_opacity=10, line_fill="dash", line_dash=(0, 8, 6),
        line_interpolation="stepAfter", show_points="never", point_size=4, span_nulls=3600,
        stacking="normal", stacking_group="A", thresholds_style="dashed", scale="log", scale_log=2,
        axis_soft_min=0, axis_soft_max=1, axis_label="x", hidden=True, align="left",
        cell_type="color-text",
    )  # fmt: skip
    [plain] = read(title="T", panels=[graph()]).panels()
    assert plain.field_config.defaults.style == FieldStyle()
