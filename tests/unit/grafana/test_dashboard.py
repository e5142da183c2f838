"""The laws of reading a dashboard's JSON: what does not fit is named, and the rest is there."""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from typing import Any

import pytest

from tests.support.dashboards import graph, read, shown, view
from whiteroom_monitoring.grafana.display import layout
from whiteroom_monitoring.grafana.model.dashboard import ParseError, TimeSettings, parse


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
    dashboard = read(title="T", panels=[*(graph(id=number) for number in ids), nested])
    taken = [panel.id for panel in dashboard.panels()] + [row.id for row in dashboard.rows]
    assert len(set(taken)) == len(taken)
    assert {1, 2, 3, 7} <= set(taken)
    keys = [panel.key for section in layout.sections(view(dashboard)) for panel in section.panels]
    assert len(set(keys)) == len(ids) + 2


@pytest.mark.parametrize(
    ("panel", "expected"),
    [
        ({"title": "P"}, "panels without a type"),
        ({"type": None}, "panels without a type"),
        ({"type": 5}, "panels of the type 5"),
        ({"type": "geomap"}, "panels of the type geomap"),
        ({"libraryPanel": {"uid": "x", "name": "Shared"}}, "the library panel 'Shared'"),
        (graph(fieldConfig={"overrides": [{"matcher": {"id": "bySize"}}]}), "match bySize"),
        (graph(fieldConfig={"overrides": [{}]}), "match nothing"),
        (graph(transformations=[{"id": "spatial"}]), "the transformation spatial"),
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


def test_null_is_nothing_at_all() -> None:
    """Null in the place of a text, a list or an object is the same as leaving it out."""
    names = ("title", "description", "options", "fieldConfig", "links", "repeat", "interval")
    panel = {"id": 1, "type": "text", **dict.fromkeys(names)}
    content = dict.fromkeys(("templating", "annotations", "links", "time", "tags", "timezone"))
    dashboard = read(title="T", panels=[panel], **content)
    assert dashboard.problems == ()
    [answer] = shown(dashboard)
    assert (answer["title"], answer["html"], answer["notDrawn"]) == ("", "", [])


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
    kept = [
        (x.new_tab, x.keep_time, x.include_variables) for x in read(title="T", links=links).links
    ]
    assert kept == [
        *((True, False, False), (False, True, False), (False, False, True)),
        (False, False, False),
    ]
