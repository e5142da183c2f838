"""The laws of reading a dashboard's variables: each is resolved, or says what is wrong with it."""

from __future__ import annotations

from typing import Any

import pytest

from tests.support.dashboards import graph, read, shown, view
from whiteroom_monitoring.grafana.model.query import DataSourceRef
from whiteroom_monitoring.grafana.model.variable import Option, VariableDefinition


def variables(*definitions: Any, **choices: list[str]) -> dict[str, Any]:
    """Return by name what is chosen of variables, or what is wrong with them."""
    viewed = view(read(title="T", panels=[], templating={"list": list(definitions)}), **choices)
    return {
        variable.name: variable.problem or list(variable.chosen) for variable in viewed.variables
    }


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
        ({"type": "query", "query": None}, []),
        ({"type": "query", "query": "up", "regex": '/job="(?<text>.)".*le="(?<value>[^"]+)/'},
         ["1"]),
        ({"type": "textbox", "query": "x"}, ["x"]),
        ({"type": "textbox", "query": "x", "current": {"value": "y"}}, ["y"]),
        ({"type": "adhoc", "datasource": {"type": "prometheus"}}, [""]),
        ({"type": "adhoc", "datasource": {"type": "loki"}}, "ad hoc filters of the data source"),
        ({"type": "adhoc", "filters": [{"key": "a", "operator": "=~", "value": "b.*"}, "x"]},
         ['a=~"b.*"']),
        ({"type": "adhoc", "filters": [{"key": "a", "operator": "=|", "values": ["b", "c."]}]},
         ['a=~"b|c\\\\."']),
        ({"type": "adhoc", "filters": [{"key": "1", "value": "b"}]}, "expected matchers"),
        ({"type": "switch"}, ["false"]),
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
    assert [variable.name for variable in dashboard.variables] == ["v"]
    assert len(dashboard.problems) == 3


@pytest.mark.parametrize(
    ("hide", "expected"),
    [(0, 0), (1, 1), (2, 2), ("dontHide", 0), ("hideLabel", 1), ("hideVariable", 2), ("odd", 0)],
)
def test_how_variables_hide(hide: Any, expected: int) -> None:
    """A variable hides by a number, or by a word in newer files."""
    [variable] = read(title="T", templating={"list": [{"name": "v", "hide": hide}]}).variables
    assert variable.hide == expected


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


def test_variables_are_resolved_after_those_that_they_name() -> None:
    """A variable has the value of another, wherever that stands; the order shown is the file's."""
    first = {"name": "f", "type": "query", "query": "label_values(up, job)", "regex": "/$s/"}
    resolved = variables(first, {"name": "s", "type": "custom", "query": "b"})
    assert list(resolved.items()) == [("f", ["b"]), ("s", ["b"])]


def test_variables_in_a_circle_are_in_the_order_of_the_file() -> None:
    """Variables that name each other are all resolved, without an error."""
    definitions = [
        {"name": name, "type": "query", "query": f"label_values(up{{job='${other}'}}, job)"}
        for name, other in (("a", "b"), ("b", "a"), ("c", "c"))
    ]
    assert variables(*definitions) == {"a": ["a"], "b": ["a"], "c": ["a"]}


@pytest.mark.parametrize(
    ("choices", "expected"),
    [
        ({}, 'rate(up{a=~"b", instance="i"}[5m]) + down{a=~"b"}'),
        ({"f": ["c|!=|d__gfp__e", "g|=|h"]},
         'rate(up{c!="d|e", g="h", instance="i"}[5m]) + down{c!="d|e", g="h"}'),
        ({"f": ['x!~"y,z"']}, 'rate(up{x!~"y,z", instance="i"}[5m]) + down{x!~"y,z"}'),
        ({"f": [""]}, 'rate(up{instance="i"}[5m]) + down'),
    ],
)  # fmt: skip
def test_ad_hoc_filters_are_matchers_of_every_query(choices: Any, expected: str) -> None:
    """What a dashboard or its reader filters by stands in every selector of every query."""
    query = {"expr": 'rate(up{instance="i"}[5m]) + down', "refId": "A"}
    listed = [{"name": "f", "type": "adhoc",
               "filters": [{"key": "a", "operator": "=~", "value": "b"}]}]  # fmt: skip
    [panel] = shown(
        read(title="T", panels=[graph(targets=[query])], templating={"list": listed}), **choices
    )
    assert panel["queries"] == {"A": expected}
