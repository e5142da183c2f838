"""The laws of reading a dashboard's JSON: what does not fit is named, and the rest is there."""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from typing import Any

import pytest

from tests.support.data_sources import CannedSources
from whiteroom_monitoring.console.presentation import encoded_panel
from whiteroom_monitoring.grafana.display import layout
from whiteroom_monitoring.grafana.display.display_value import display_value
from whiteroom_monitoring.grafana.evaluation.evaluate import Evaluator, View
from whiteroom_monitoring.grafana.evaluation.time_range import TimeRange
from whiteroom_monitoring.grafana.model.dashboard import Dashboard, ParseError, TimeSettings, parse
from whiteroom_monitoring.grafana.model.field_config import FieldStyle
from whiteroom_monitoring.grafana.model.panel import (
    AlertFilter,
    GridPosition,
    PanelOptions,
    Repeat,
    parse_panel,
)
from whiteroom_monitoring.grafana.model.query import DataSourceRef
from whiteroom_monitoring.grafana.model.variable import Option, VariableDefinition


def read(slug: str = "file", **content: Any) -> Dashboard:
    """Return the dashboard of a file with this content."""
    return parse(json.dumps(content), slug)


def view(dashboard: Dashboard, **choices: list[str]) -> View:
    """Return an hour of a dashboard."""
    return Evaluator(CannedSources()).view(dashboard, TimeRange(0.0, 3600.0), choices)


def shown(dashboard: Dashboard, **choices: list[str]) -> list[dict[str, Any]]:
    """Return the panels of a dashboard as the browser gets them."""
    viewed = view(dashboard, **choices)
    evaluator = Evaluator(CannedSources())
    panels = [panel for section in layout.sections(viewed) for panel in section.panels]
    return [
        encoded_panel(evaluator.panel(viewed, each.panel, each.scope), each.scope)
        for each in panels
    ]


def graph(**more: Any) -> dict[str, Any]:
    """Return a panel with one query."""
    return {"id": 1, "type": "timeseries", "targets": [{"expr": "up"}], **more}


@pytest.mark.parametrize("uid", [None, "", 0.5, [], {"a": 1}, "a/b", "ü", "x" * 41])
def test_a_uid_that_is_none_is_replaced_by_a_stable_one(uid: Any) -> None:
    """Without a uid that fits an address, a dashboard has one that follows from what it has."""
    first, second = read(uid=uid, title="T"), read(uid=uid, title="Other")
    assert first.uid == second.uid
    assert first.uid.replace("-", "").replace("_", "").isalnum()
    assert first.uid.isascii()
    if not isinstance(uid, str | float) or not uid:
        assert read("another", uid=uid, title="T").uid != first.uid


@pytest.mark.parametrize(
    "wrap",
    [
        lambda content: content,
        lambda content: {"dashboard": content, "meta": {"slug": "x"}},
        lambda content: {
            "apiVersion": "dashboard.grafana.app/v1beta1",
            "kind": "Dashboard",
            "metadata": {"name": "u"},
            "spec": content,
        },
    ],
)
def test_wrappers_of_apis_are_taken_off(wrap: Callable[[Any], Any]) -> None:
    """A dashboard is the same, as a file has it and as Grafana's APIs answer it."""
    content = {"uid": "u", "title": "T", "panels": [graph(title="P")]}
    dashboard = parse(json.dumps(wrap(content)), "file")
    assert (dashboard.uid, dashboard.title) == ("u", "T")
    [panel] = dashboard.panels()
    node: Any = wrap(content)
    for key in panel.queries[0].pointer:
        node = node[key]
    assert (panel.title, node["expr"]) == ("P", "up")


@pytest.mark.parametrize(
    ("content", "expected"),
    [
        ({"apiVersion": "dashboard.grafana.app/v2alpha1", "spec": {"title": "T"}}, "v2"),
        ({"elements": {}, "layout": {}, "title": "T"}, "v2"),
        ([], "found a list"),
        ("dashboard", "found 'dashboard'"),
        (None, "found null"),
        ({}, "found an object"),
        ({"message": "Unauthorized"}, "expected a dashboard"),
    ],
)
def test_what_is_no_dashboard_is_named(content: Any, expected: str) -> None:
    """A file of another kind says which, in one sentence."""
    with pytest.raises(ParseError, match=expected):
        parse(json.dumps(content), "file")


@pytest.mark.parametrize("text", [b"", b"{", b"\xff", b"[" * 5000, b'{"uid": NaN}'])
def test_what_is_no_json_is_named(text: bytes) -> None:
    """A file that is being written, or is none of text, says so."""
    with pytest.raises(ParseError, match="no JSON"):
        parse(text, "file")


def test_every_panel_has_an_id_of_its_own() -> None:
    """Panels and rows without an id, or with one that is taken, get the next free ones."""
    nested = {"type": "row", "id": 7, "collapsed": True, "panels": [graph(id=7), graph(id=None)]}
    ids: list[Any] = [1, 1, None, "3", "x", -4, True, 2.0, [9]]
    dashboard = read(title="T", panels=[*(graph(id=each) for each in ids), nested])
    found = [panel.id for panel in dashboard.panels()] + [row.id for row in dashboard.rows]
    assert len(set(found)) == len(found)
    assert {1, 2, 3, 7} <= set(found)
    keys = [panel.key for section in layout.sections(view(dashboard)) for panel in section.panels]
    assert len(set(keys)) == len(ids) + 2


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
    assert shown(read(title="T", rows=rows))[0]["notice"].endswith("panels of the type graph.")


@pytest.mark.parametrize(
    ("panel", "expected"),
    [
        ({"title": "P"}, "panels without a type"),
        ({"type": None}, "panels without a type"),
        ({"type": 5}, "panels of the type 5"),
        ({"type": "geomap"}, "panels of the type geomap"),
        ({"libraryPanel": {"uid": "x", "name": "Shared"}}, "the library panel 'Shared'"),
        ({"type": "stat", "timeFrom": "1h"}, "a panel's own time range"),
        (graph(fieldConfig={"overrides": [{"matcher": {"id": "byValue"}}]}), "match byValue"),
        (graph(fieldConfig={"overrides": [{}]}), "match nothing"),
        (graph(transformations=[{"id": "merge"}]), "the transformation merge"),
        (graph(targets=[{"expr": 'up{x="$__user"}'}]), "the macro $__user"),
        (graph(datasource={"type": "mysql"}), "the data source mysql"),
    ],
)
def test_what_is_not_supported_is_named_in_its_place(panel: Any, expected: str) -> None:
    """A panel that can't be shown says what of it is not supported; its neighbour is drawn."""
    other, neighbour = shown(read(title="T", panels=[panel, graph(id=2, title="N")]))
    assert expected in other["notice"]
    assert (neighbour["title"], neighbour["notice"]) == ("N", "")
    assert neighbour["series"]


@pytest.mark.parametrize(
    ("panel", "expected"),
    [
        ({"fieldConfig": {"overrides": [
            {"matcher": {"id": "byRegexp", "options": "/(?<a>x)[/"},
             "properties": [{"id": "unit", "value": "s"}]},
        ]}}, "is no regular expression"),
        ({"fieldConfig": {"defaults": {"decimals": {"of": 2}}}}, "expected a number"),
        ({"fieldConfig": {"defaults": {"thresholds": "red"}}}, "expected an object"),
        ({"fieldConfig": {"defaults": {"links": {"url": "/"}}}}, "expected a list"),
        ({"fieldConfig": {"defaults": {"mappings": [
            {"type": "regex", "options": {"pattern": "*", "result": {"text": "x"}}},
        ]}}}, "is no regular expression"),
        ({"links": [5]}, "expected an object"),
        ({"options": {"legend": "hidden"}}, "expected an object"),
        ({"targets": "up"}, "expected a list"),
        ({"title": ["a"]}, "expected a text"),
        ({"maxDataPoints": "many"}, "expected a number"),
    ],
)  # fmt: skip
def test_what_does_not_fit_is_named_below_its_panel(panel: Any, expected: str) -> None:
    """A value of another kind is left out and named; the panel is drawn without it."""
    [content] = shown(read(title="T", panels=[graph(**panel)]))
    assert any(expected in name for name in content["notDrawn"])
    assert (content["notice"], content["problem"]) == ("", "")
    assert "series" in content


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


def test_null_is_nothing_at_all() -> None:
    """Null in the place of a text, a list or an object is the same as leaving it out."""
    names = ("title", "description", "options", "fieldConfig", "links", "repeat", "interval")
    panel = {"id": 1, "type": "text", **dict.fromkeys(names)}
    content = dict.fromkeys(("templating", "annotations", "links", "time", "tags", "timezone"))
    dashboard = read(title="T", panels=[panel], **content)
    assert dashboard.problems == ()
    [answer] = shown(dashboard)
    assert (answer["title"], answer["html"], answer["notDrawn"]) == ("", "", [])


def test_queries_without_an_expression_are_not_run() -> None:
    """A query that is hidden or empty asks nothing; queries without a name get the next letter."""
    targets: list[Any] = [
        {"refId": "B", "expr": "up"}, {"expr": "down"}, {}, {"expr": "x", "hide": True}, None,
    ]  # fmt: skip
    [content] = shown(read(title="T", panels=[graph(targets=targets)]))
    assert content["queries"] == {"B": "up", "A": "down"}


def variables(*definitions: Any, **choices: list[str]) -> dict[str, Any]:
    """Return by name what is chosen of variables, or what is wrong with them."""
    viewed = view(read(title="T", panels=[], templating={"list": list(definitions)}), **choices)
    return {each.name: each.problem or list(each.chosen) for each in viewed.variables}


@pytest.mark.parametrize(
    ("definition", "expected"),
    [
        ({"type": "custom", "query": "a\\,b, c : 5"}, ["a,b"]),
        ({"type": "custom", "query": "", "options": [{"text": "A", "value": "a"}]}, ["a"]),
        ({"type": "custom", "query": 5, "current": {"value": 5}}, ["5"]),
        ({"type": "custom", "query": "a,b", "current": {"value": ["b"]}, "multi": 1}, ["b"]),
        ({"type": "interval", "query": "1m", "auto": True, "auto_min": "foo"},
         ["$__auto_interval_v"]),
        ({"type": "query", "query": "label_values(up, job)"}, ["a"]),
        ({"type": "query", "query": {"query": "label_values(job)", "refId": "x"}}, ["a"]),
        ({"type": "query", "query": "label_values(up, job)", "regex": "/(?<text>b)/i"}, ["b"]),
        ({"type": "query", "query": "label_values(up, job)", "regex": "*b"}, "regular expression"),
        ({"type": "query", "query": "metrics(*)"}, "regular expression"),
        ({"type": "query", "query": None}, "the variable query ''"),
        ({"type": "adhoc", "datasource": {"type": "prometheus"}}, "of the type adhoc"),
        ({"type": "switch"}, "of the type switch"),
        ({"query": "x"}, "variables without a type"),
    ],
)  # fmt: skip
def test_variables_are_resolved_or_named(definition: Any, expected: Any) -> None:
    """A variable has its choice, or says what is wrong; the one after it is resolved as well."""
    after = {"name": "after", "type": "constant", "query": "c"}
    resolved = variables({"name": "v", **definition}, after)
    assert resolved["after"] == ["c"]
    if isinstance(expected, str):
        assert expected in resolved["v"]
    else:
        assert resolved["v"] == expected


def test_variables_without_a_name_of_their_own_are_named() -> None:
    """A variable without a name, or with one that is taken, is a problem of the dashboard."""
    listed = [{"type": "custom"}, {"name": "v", "type": "custom"}, {"name": "v"}, "x"]
    dashboard = read(title="T", panels=[graph()], templating={"list": listed})
    assert [each.name for each in dashboard.variables] == ["v"]
    assert len(dashboard.problems) == 3


def test_inputs_of_an_export_stand_for_data_sources() -> None:
    """What an export asks for on import is answered: its data source is ours, by its type."""
    inputs = [
        {"name": "DS", "type": "datasource", "pluginId": "prometheus"},
        {"name": "OTHER", "type": "datasource", "pluginId": "mysql"},
        {"name": "VAR_LIMIT", "type": "constant", "value": "9"},
    ]
    panels = [
        graph(id=1, datasource="${DS}", targets=[{"expr": "up > ${VAR_LIMIT}"}]),
        graph(id=2, datasource={"uid": "${DS}"}),
    ]
    first, second = shown(read(title="T", panels=panels, __inputs=inputs))
    assert first["queries"] == {"A": "up > 9"}
    assert first["series"]
    assert second["series"]


def test_a_panel_repeated_by_nothing_is_there_once() -> None:
    """A panel or row that is repeated by a variable that does not exist keeps its place."""
    panel = graph(repeat="nope", gridPos={"x": 3, "y": 0, "w": 5, "h": 4})
    row = {"type": "row", "title": "R", "repeat": "nope", "gridPos": {"x": 0, "y": 9}}
    sections = layout.sections(view(read(title="T", panels=[panel, row, graph(id=5)])))
    assert [len(section.panels) for section in sections] == [1, 1]
    assert (sections[0].panels[0].x, sections[0].panels[0].width) == (3, 5)


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


def test_the_time_and_calendar_of_a_dashboard() -> None:
    """A dashboard has its own range, calendar and refresh, or those that Grafana assumes."""
    assert read(title="T").time == TimeSettings("now-30m", "now", "", "", 1, "")
    times = {"from": "now-1d/d", "to": "2026-01-01T00:00:00Z"}
    calendar = {"timezone": "utc", "weekStart": "Sunday", "fiscalYearStartMonth": 3}
    dashboard = read(title="T", time=times, refresh="10s", **calendar)
    assert dashboard.time == TimeSettings(times["from"], times["to"], "utc", "sunday", 4, "10s")
    for month, expected in ((-1, 1), (0, 1), (11, 12), (12, 12), ("x", 1)):
        assert read(title="T", fiscalYearStartMonth=month).time.fiscal_start == expected
    assert read(title="T", refresh=False).time.refresh == ""


def test_a_uid_that_is_made_is_short_and_readable() -> None:
    """A uid that is made begins with the name, and ends with six digits of its hash."""
    assert re.fullmatch(
        r"Node-Exporter-Full-[0-9a-f]{6}", read("Node Exporter: Full", title="T").uid
    )
    assert re.fullmatch(r"[0-9a-f]{6}", read("…", title="T").uid)
    long = read("n" * 90, title="T").uid
    assert re.fullmatch(r"n{33}-[0-9a-f]{6}", long)
    assert read(uid="n" * 40, title="T").uid == "n" * 40


def test_links_say_what_they_keep() -> None:
    """A link keeps the range, the choices and its own tab when it says so, and only then."""
    flags = ("targetBlank", "keepTime", "includeVars")
    links = [{"title": "a", "url": "/x", flag: True} for flag in flags] + [{"title": "b"}]
    found = [
        (x.new_tab, x.keep_time, x.include_variables) for x in read(title="T", links=links).links
    ]
    assert found == [
        *((True, False, False), (False, True, False), (False, False, True)),
        (False, False, False),
    ]


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


def test_options_of_panels() -> None:
    """What a panel says of its legend, its values and its alerts is what the model has."""
    options = {
        "legend": {"showLegend": False, "calcs": ["max"]},
        "reduceOptions": {"calcs": ["mean", "sum"], "values": True},
        "graphMode": "area", "colorMode": "none", "textMode": "name", "footer": {"show": True},
        "stateFilter": {"firing": True, "pending": False}, "maxItems": 3, "alertName": "A",
        "alertInstanceLabelFilter": "{a=\"b\"}", "calculate": True, "mode": "html",
    }  # fmt: skip
    found = parse_panel({"options": options}).options
    assert found == PanelOptions(
        False, ("max",), ("mean", "sum"), True, "area", "none", "name", "", "html", True, True,
        AlertFilter(frozenset({"firing"}), "A", '{a="b"}', 3),
    )  # fmt: skip
    assert parse_panel({}).options == PanelOptions()
    assert parse_panel({}).options.alerts == AlertFilter(
        frozenset({"firing", "pending"}), "", "", 20
    )


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
        "bars", 2, 10, "dash", (0, 8, 6), "stepAfter", "never", 4, True, "normal", "dashed",
        "log", 2, 0, 1, "x", True, "left", "color-text",
    )  # fmt: skip
    [plain] = read(title="T", panels=[graph()]).panels()
    assert plain.field_config.defaults.style == FieldStyle()


@pytest.mark.parametrize(
    ("hide", "expected"),
    [(0, 0), (1, 1), (2, 2), ("dontHide", 0), ("hideLabel", 1), ("hideVariable", 2), ("odd", 0)],
)
def test_how_variables_hide(hide: Any, expected: int) -> None:
    """A variable hides by a number, or by a word in newer files."""
    [found] = read(title="T", templating={"list": [{"name": "v", "hide": hide}]}).variables
    assert found.hide == expected


def test_a_variable_has_what_it_says() -> None:
    """Every part of a definition is read, and what is not said is what Grafana assumes."""
    raw = {
        "name": "v", "type": "interval", "label": "L", "multi": True, "includeAll": True,
        "allValue": ".+", "query": " 1m ", "regex": "/x/", "sort": 3, "auto": True,
        "auto_count": 5, "auto_min": "1m", "datasource": {"type": "prometheus", "uid": "u"},
        "current": {"value": ["a", "b"]}, "options": [{"value": ["a", "b"], "text": "A"}],
    }  # fmt: skip
    inputs = [{"type": "constant"}, {"name": "x", "type": "odd"}]
    full, plain = read(
        title="T", templating={"list": [raw, {"name": "p"}]}, __inputs=inputs
    ).variables
    assert full == VariableDefinition(
        "v", "interval", "L", 0, True, True, ".+", "1m", "/x/", 3, (Option("a,b", "A"),),
        ("a", "b"), True, 5, "1m", DataSourceRef("prometheus", "u"), ("templating", "list", 0),
    )  # fmt: skip
    assert plain == VariableDefinition("p", "", pointer=("templating", "list", 1))
    assert (plain.auto_count, plain.auto_min, plain.auto, plain.multi) == (30, "10s", False, False)
