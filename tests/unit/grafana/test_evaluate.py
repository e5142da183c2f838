"""The laws of what is computed before anything is drawn."""

from __future__ import annotations

import base64
import math
import re
from array import array
from typing import Any

import pytest

from tests.support.paths import ROOT
from whiteroom_monitoring.console import encoding as written
from whiteroom_monitoring.console import presentation
from whiteroom_monitoring.grafana.display import colors, markdown, units
from whiteroom_monitoring.grafana.display.display_value import (
    DisplayValue,
    Field,
    display_value,
    field_config,
)
from whiteroom_monitoring.grafana.evaluation import alert_list, support
from whiteroom_monitoring.grafana.evaluation.errors import UnsupportedError
from whiteroom_monitoring.grafana.evaluation.evaluate import Evaluated
from whiteroom_monitoring.grafana.evaluation.frames import Column, Series, Table
from whiteroom_monitoring.grafana.evaluation.interpolation import Scope
from whiteroom_monitoring.grafana.evaluation.time_range import TimeRange
from whiteroom_monitoring.grafana.evaluation.transformations import transformed
from whiteroom_monitoring.grafana.model.field_config import FieldConfig, parse_field_config
from whiteroom_monitoring.grafana.model.grid import grid
from whiteroom_monitoring.grafana.model.json_node import Node
from whiteroom_monitoring.grafana.model.panel import Transformation, parse_panel


def table(query: str, **columns: list[Any]) -> Table:
    return Table(
        tuple(
            Column(name, "number" if name.startswith("V") else "string", cells, query)
            for name, cells in columns.items()
        )
    )


def steps(*raw: dict[str, Any]) -> list[Transformation]:
    """Return transformations as the model has them."""
    return list(parse_panel({"transformations": list(raw)}).transformations)


def configured(defaults: dict[str, Any]) -> FieldConfig:
    """Return the configuration of a field with these defaults."""
    return parse_field_config(Node({"defaults": defaults}, [])).defaults


def cells(tables: list[Table]) -> dict[str, list[Any]]:
    [table] = tables
    return {column.name: list(column.cells) for column in table.columns}


def test_merge_joins_what_agrees() -> None:
    """Rows that agree in every shared column become one; others stay, with gaps."""
    left, right = table("A", c=["x", "y"], V1=[1.0, 2.0]), table("B", c=["y", "z"], V2=[3.0, 4.0])
    merged = transformed([left, right], steps({"id": "merge"}))
    assert cells(merged) == {
        "c": ["x", "y", "z"],
        "V1": [1.0, 2.0, None],
        "V2": [None, 3.0, 4.0],
    }


def test_organize_sort_and_limit() -> None:
    """Columns are left out, ordered and renamed; rows sorted, those without a value last."""
    chain = steps(
        {"id": "sortBy", "options": {"sort": [{"field": "V", "desc": True}]}},
        {"id": "limit", "options": {"limitField": 2}},
        {
            "id": "organize",
            "options": {
                "excludeByName": {"t": True},
                "indexByName": {"V": 0, "c": 1},
                "renameByName": {"V": "Value"},
            },
        },
    )
    result = transformed(
        [table("A", t=["1", "2", "3"], c=["x", "y", "z"], V=[1.0, None, 3.0])], chain
    )
    assert cells(result) == {"Value": [3.0, 1.0], "c": ["z", "x"]}
    assert list(cells(result)) == ["Value", "c"]


def test_an_unknown_transformation_is_named() -> None:
    """A transformation that is not supported is no table without it."""
    with pytest.raises(UnsupportedError, match="spatial"):
        transformed([], steps({"id": "spatial"}))


CONFIG = {
    "defaults": {"unit": "s", "custom": {"lineWidth": 1}},
    "overrides": [
        {
            "matcher": {"id": "byRegexp", "options": "/^p\\d+$/"},
            "properties": [{"id": "custom.lineStyle", "value": {"fill": "dash"}}],
        },
        {
            "matcher": {"id": "byFrameRefID", "options": "B"},
            "properties": [{"id": "unit", "value": "bytes"}],
        },
    ],
}


def test_overrides_change_what_they_match_alone() -> None:
    """An override changes the fields that it matches, deep in their configuration."""
    source = parse_field_config(Node(CONFIG, []))
    matched = field_config(source, Field("p99", "A"))
    assert matched.unit == "s"
    assert (matched.style.line_width, matched.style.line_fill) == (1.0, "dash")
    assert field_config(source, Field("mean", "B")).unit == "bytes"
    assert source.defaults == configured(CONFIG["defaults"])  # type: ignore[arg-type]


MAPPED = {
    "mappings": [
        {"type": "value", "options": {"0": {"text": "down", "color": "red"}}},
        {"type": "range", "options": {"from": 5, "to": None, "result": {"text": "many"}}},
        {"type": "special", "options": {"match": "null", "result": {"text": "gone"}}},
        {"type": "regex", "options": {"pattern": "/^v\\d/", "result": {"text": "version"}}},
    ],
    "thresholds": {"steps": [{"value": None, "color": "green"}, {"value": 2, "color": "red"}]},
}


@pytest.mark.parametrize(
    ("value", "text", "colour"),
    [
        (0.0, "down", "red"),
        (1.0, None, "green"),
        (2.0, None, "red"),
        (9.0, "many", "red"),
        (None, "gone", None),
        ("v2", "version", None),
    ],
)
def test_mappings_and_thresholds(value: Any, text: str | None, colour: str | None) -> None:
    """A mapping's words and colour win; else the last threshold that is reached colours."""
    assert display_value(value, configured(MAPPED)) == DisplayValue(text, colour)


def test_colours_by_name_stay() -> None:
    """A name has the same colour whatever its neighbours, unless one of them has it already."""
    series = [Series("A", name, {}, [1.0]) for name in ("a", "b", "c")]
    by_name = [configured({"color": {"mode": "palette-classic-by-name"}})] * 3
    chosen = colors.of_series(series, by_name)
    assert len(set(chosen)) == 3
    assert colors.of_series(series[:1], by_name[:1]) == chosen[:1]


@pytest.mark.parametrize(
    "written",
    [
        "<script>alert(1)</script>",
        "[x](javascript:alert(1))",
        '<a href="javascript:alert(1)">x</a>',
        '<img src=x onerror="alert(1)">',
        '<p style="position:fixed" onclick="alert(1)">x</p>',
        "<iframe src=http://example.org></iframe>",
        "<svg><script>alert(1)</script></svg>",
    ],
)
def test_text_is_harmless(written: str) -> None:
    """Nothing that runs, loads or covers anything survives in a text."""
    for made in (markdown.html(written), markdown.clean(written)):
        assert not re.search(r"<script|<img|<iframe|<svg|on\w+=|style=|href=\"?javascript", made)


def test_alert_filters() -> None:
    """A selector of alerts is read as Prometheus' matchers, and what is none is named."""
    assert alert_list.parsed('{team="audio", priority=~"P0|P1", job!="x"}') == [
        *(("team", "=", "audio"), ("priority", "=~", "P0|P1"), ("job", "!=", "x")),
    ]
    with pytest.raises(UnsupportedError):
        alert_list.parsed("{team}")


@pytest.mark.parametrize("length_s", [60, 1800, 86_400, 30 * 86_400])
def test_a_grid_has_no_more_points_than_wanted(length_s: int) -> None:
    """Moments are multiples of their step, cover the range, and are about as many as wanted."""
    steps = grid(TimeRange(1_000_003.0, 1_000_003.0 + length_s), 200, 0)
    assert steps.start % steps.step == 0
    assert steps.start <= 1_000_003 < steps.start + steps.step
    assert steps.count <= 202


def test_infinite_values_can_be_sent() -> None:
    """What JSON can't hold is a word in a figure; a line holds it, and no number for a gap."""
    assert written.number(-math.inf) == "-Infinity"
    sent = written.packed([0.1, 1e300, None])
    assert list(array("f", base64.b64decode(sent)))[:2] == [pytest.approx(0.1, rel=1e-7), math.inf]
    assert math.isnan(array("f", base64.b64decode(sent))[2])
    assert units.unit("lufs").steps == ((0.0, 1.0, " lufs"),)


def test_a_link_is_filled_from_its_row() -> None:
    """A link of a cell may name other cells of the row, which are made fit for an address."""
    content = table("A", c=["a b"], other=["x&y"])
    links = [{"title": "t", "url": "/d/u?var-c=${__value.raw}&o=${__data.fields.other}"}]
    config = {"defaults": {"links": links}}
    panel = parse_panel({"type": "table", "title": "T", "fieldConfig": config})
    shown = presentation.encoded_panel(Evaluated(panel, content, {}), Scope())
    assert shown["columns"][0]["links"][0]["url"] == "/d/u?var-c=a%20b&o=x%26y"


@pytest.mark.parametrize(
    ("kind", "defaults", "options", "expected"),
    [
        ("timeseries", {"unit": "s", "custom": {"lineWidth": 2, "barAlignment": 0}}, {}, []),
        ("timeseries", {"custom": {"barAlignment": 1}}, {}, ["custom.barAlignment"]),
        ("timeseries", {"custom": {"stacking": {"mode": "percent"}}}, {}, []),
        ("timeseries", {"custom": {"gradientMode": "scheme"}}, {}, ["custom.gradientMode"]),
        ("timeseries", {"color": {"mode": "continuous-GrYlRd"}}, {}, []),
        ("timeseries", {"color": {"mode": "by-mood"}}, {}, ["color"]),
        ("stat", {"links": [{"url": "/"}]}, {"legend": {"calcs": ["max"]}}, ["links"]),
        ("table", {"links": [{"url": "/"}], "filterable": True}, {}, ["filterable"]),
    ],
)
def test_what_is_not_drawn_is_named(
    kind: str, defaults: dict[str, Any], options: dict[str, Any], expected: list[str]
) -> None:
    """What a panel asks for in vain is named; what changes nothing is not."""
    panel = {"type": kind, "options": options, "fieldConfig": {"defaults": defaults}}
    assert support.not_drawn(parse_panel(panel)) == expected


def test_the_published_matrix_is_true() -> None:
    """docs/reference/console.md lists under each heading what `support` has, and nothing else."""
    page = (ROOT / "docs/reference/console.md").read_text(encoding="utf-8")
    rows = dict(re.findall(r"^\| ([^|]+?) \| (.+?) \|$", page, re.MULTILINE))
    for heading, names in support.MATRIX.items():
        assert re.findall(r"`([^`]+)`", rows[heading]) == list(names), heading
