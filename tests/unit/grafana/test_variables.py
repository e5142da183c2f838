"""The laws of reading a dashboard's variables: each is resolved, or says what is wrong with it."""

from __future__ import annotations

from typing import Any

import pytest

from tests.support.dashboards import graph, read, view
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
        ({"type": "adhoc", "datasource": {"type": "prometheus"}}, "of the type adhoc"),
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
