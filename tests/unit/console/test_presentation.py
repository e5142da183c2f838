"""What the browser gets of a panel: values, colours, words, and nothing that JSON can't hold."""

from __future__ import annotations

import base64
import math
from array import array
from typing import Any

import pytest

from whiteroom_monitoring.console import encoding
from whiteroom_monitoring.console.presentation import encoded_panel
from whiteroom_monitoring.console.table import encoded_column
from whiteroom_monitoring.datasources.loki import LogLine
from whiteroom_monitoring.grafana.evaluation.evaluate import Evaluated
from whiteroom_monitoring.grafana.evaluation.frames import (
    Column,
    Frames,
    Lines,
    Logs,
    Series,
    Table,
)
from whiteroom_monitoring.grafana.evaluation.interpolation import Scope, Value
from whiteroom_monitoring.grafana.model.field_config import FieldStyle
from whiteroom_monitoring.grafana.model.panel import Panel, parse_panel


def unpacked(text: str) -> list[float]:
    """Return the values that a browser reads."""
    values = array("f")
    values.frombytes(base64.b64decode(text))
    return list(values)


def _panel(type: str, **more: Any) -> Panel:
    return parse_panel({"id": 1, "type": type, **more})


MOMENTS = [float(n) for n in range(30)]


def _encoded(panel: Panel, *series: Series, times: list[float] | None = None) -> dict[str, Any]:
    lines = Lines([0.0, 10.0] if times is None else times, series)
    return encoded_panel(Evaluated(panel, lines, {"A": "up"}), Scope())


@pytest.mark.parametrize(
    ("value", "expected"),
    [(0.0, 0.0), (-1.5, -1.5), (None, None), (math.inf, "Infinity"), (-math.inf, "-Infinity")],
)
def test_json_holds_every_number(value: Any, expected: Any) -> None:
    """What JSON has no number for is a word of JavaScript."""
    assert encoding.number(value) == expected


def test_values_of_a_drawing_are_floats() -> None:
    """Where there is no value there is NaN, which a drawing leaves out."""
    first, gap, last = unpacked(encoding.packed([1.5, None, -2.0]))
    assert (first, math.isnan(gap), last) == (1.5, True, -2.0)


def test_only_what_is_set_is_sent_of_a_style() -> None:
    """A style without settings is empty; a nested setting brings its own object."""
    assert encoding.style(FieldStyle()) == {}
    style = FieldStyle(line_fill="dash", line_dash=(4.0, 2.0), stacking="normal", scale_log=2.0)
    assert encoding.style(style) == {
        "lineStyle": {"fill": "dash", "dash": (4.0, 2.0)},
        "stacking": {"mode": "normal"},
        "scaleDistribution": {"log": 2.0},
    }
    assert encoding.style(FieldStyle(line_width=0.0)) == {"lineWidth": 0.0}


def test_a_unit_is_steps_or_words_or_a_moment() -> None:
    """A field without a unit has that of plain numbers."""
    config = parse_panel({"type": "stat"}).field_config.defaults
    assert encoding.value_format(config)["unit"] == encoding.unit("short")
    assert "words" in encoding.unit("bool")
    assert encoding.unit("dateTimeAsIso")["style"] == "dateTimeAsIso"
    assert set(encoding.unit("s")) == {"steps"}


@pytest.mark.parametrize(
    ("times", "expected"),
    [
        ([], {"start": 0.0, "step": 0.0, "count": 0}),
        ([7.0], {"start": 7.0, "step": 0.0, "count": 1}),
        ([7.0, 17.0, 27.0], {"start": 7.0, "step": 10.0, "count": 3}),
    ],
)
def test_moments_are_told_by_their_first_and_distance(times: list[float], expected: Any) -> None:
    """A browser computes them; a single moment has no distance."""
    series = Series("A", "a", {}, [1.0] * len(times))
    assert _encoded(_panel("timeseries"), series, times=times)["times"] == expected


def test_a_series_that_is_hidden_is_not_sent() -> None:
    """An override may hide a series; its neighbours keep their colours and their names."""
    override = {
        "matcher": {"id": "byName", "options": "b"},
        "properties": [{"id": "custom.hideFrom", "value": {"viz": True}}],
    }
    names = {"defaults": {}, "overrides": [override]}
    panel = _panel("timeseries", fieldConfig=names)
    every = [Series("A", name, {"n": name}, [1.0, 2.0]) for name in "abc"]
    sent = _encoded(panel, *every)["series"]
    assert [one["name"] for one in sent] == ["a", "c"]
    assert [one["labels"] for one in sent] == [{"n": "a"}, {"n": "c"}]
    whole = _encoded(_panel("timeseries"), *every)["series"]
    assert [one["colour"] for one in sent] == [whole[0]["colour"], whole[2]["colour"]]


def _stat(**defaults: Any) -> Panel:
    return _panel("stat", fieldConfig={"defaults": defaults}, options={"graphMode": "area"})


THRESHOLDS = {"steps": [{"value": None, "color": "green"}, {"value": 5, "color": "red"}]}


def test_a_single_value_is_the_newest_unless_said_otherwise() -> None:
    """One large number, its words, and the colour of the threshold that it has reached."""
    panel = _stat(thresholds=THRESHOLDS, noValue="none")
    one, none = _encoded(
        panel, Series("A", "a", {}, [1.0, 7.0]), Series("A", "b", {}, [None, None])
    )["singleValues"]
    assert (one["name"], one["value"], one["colour"]) == ("a", 7.0, "red")
    assert unpacked(one["line"]) == [1.0, 7.0]
    assert (none["value"], none["text"]) == (None, "none")
    first = _panel("gauge", options={"reduceOptions": {"calcs": ["first", "max"]}})
    [value] = _encoded(first, Series("A", "a", {}, [1.0, 7.0]))["singleValues"]
    assert value["value"] == 1.0


def test_a_color_mode_gives_single_values_colours_of_their_series() -> None:
    """By thresholds is what counts when nothing is said; another mode is the series' own colour."""
    series = Series("A", "a", {}, [1.0, 7.0])
    [judged] = _encoded(_stat(thresholds=THRESHOLDS), series)["singleValues"]
    fixed = {"mode": "fixed", "fixedColor": "purple"}
    [own] = _encoded(_stat(thresholds=THRESHOLDS, color=fixed), series)["singleValues"]
    assert (judged["colour"], own["colour"]) == ("red", "purple")


def test_a_line_needs_two_moments_and_to_be_asked_for() -> None:
    """A figure of one moment, or without graphMode, has no line behind it."""
    [one] = _encoded(_stat(), Series("A", "a", {}, [1.0]), times=[0.0])["singleValues"]
    [two] = _encoded(_panel("stat"), Series("A", "a", {}, [1.0, 2.0]))["singleValues"]
    assert (one["line"], two["line"]) == (None, None)


def test_what_is_not_supported_is_named_in_its_place() -> None:
    """An unknown calculation is said not to be known, and nothing stands in its place."""
    panel = _panel("stat", options={"reduceOptions": {"calcs": ["mood"]}})
    content = _encoded(panel, Series("A", "a", {}, [1.0, 2.0]))
    assert "the calculation mood" in content["notice"]
    assert "singleValues" not in content


def test_a_panel_shows_a_value_for_every_point_where_it_says_so() -> None:
    """With `values` each point is a value, up to the limit, which is 25 where none is said."""
    series = Series("A", "a", {}, [float(n) for n in range(30)])
    counts = []
    for options in ({"values": True}, {"values": True, "limit": 3}):
        panel = _panel("stat", options={"reduceOptions": options})
        counts.append(len(_encoded(panel, series, times=MOMENTS)["singleValues"]))
    assert counts == [25, 3]


def test_a_transformed_series_is_drawn_below_zero() -> None:
    """What goes out is drawn downwards where an override says so; its neighbour is not."""
    rule = {
        "matcher": {"id": "byName", "options": "out"},
        "properties": [{"id": "custom.transform", "value": "negative-Y"}],
    }
    panel = _panel("timeseries", fieldConfig={"overrides": [rule]})
    both = [Series("A", "in", {}, [1.0, 2.0]), Series("A", "out", {}, [3.0, 4.0])]
    sent = _encoded(panel, *both)["series"]
    assert [unpacked(one["values"]) for one in sent] == [[1.0, 2.0], [-3.0, -4.0]]


def test_states_last_as_long_as_their_value() -> None:
    """Equal values that follow each other are one state, with its words; a gap is none."""
    mapping = {"type": "value", "options": {"1": {"text": "up", "color": "green"}}}
    panel = _panel("state-timeline", fieldConfig={"defaults": {"mappings": [mapping]}})
    values = [1.0, 1.0, None, 0.0]
    [row] = _encoded(panel, Series("A", "a", {}, values), times=MOMENTS[:4])["rows"]
    assert [(s["from"], s["to"], s["text"]) for s in row["spans"]] == [(0, 1, "up"), (3, 3, None)]
    assert row["spans"][0]["colour"] == "green"


@pytest.mark.parametrize(("legend", "shown"), [({}, True), ({"showLegend": False}, False)])
def test_a_legend_is_shown_unless_it_is_not_wanted(legend: Any, shown: bool) -> None:
    """Only who says no gets none."""
    content = _encoded(_panel("timeseries", options={"legend": legend}))
    assert content["options"]["legend"]["showLegend"] == shown


def test_names_are_those_of_the_field() -> None:
    """A display name takes the place of every series' own."""
    panel = _panel("timeseries", fieldConfig={"defaults": {"displayName": "D"}})
    assert _encoded(panel, Series("A", "a", {}, [1.0, 2.0]))["series"][0]["name"] == "D"


NUMBERS = Column("Value", "number", [1.0, math.inf, None], "A")
JOBS = Column("job", "string", ["a b", "b", "c"])
TABLE = Table((JOBS, NUMBERS))


def _column(column: Column, **defaults: Any) -> dict[str, Any]:
    config = _panel("table", fieldConfig={"defaults": defaults}).field_config.defaults
    return encoded_column(TABLE, column, config, Scope())


def test_a_column_has_its_cells_and_words() -> None:
    """Numbers are those that JSON can hold; a cell has colours only where they are shown."""
    sent = _column(NUMBERS, thresholds=THRESHOLDS)
    assert sent["cells"] == [1.0, "Infinity", None]
    assert (sent["name"], sent["colours"], sent["links"]) == ("Value", None, None)
    styled = _column(NUMBERS, thresholds=THRESHOLDS, custom={"cellOptions": {"type": "color-text"}})
    assert styled["colours"] == ["green", "red", None]
    mapping = {"type": "value", "options": {"b": {"text": "B", "color": "blue"}}}
    mapped = _column(JOBS, mappings=[mapping], displayName="Jobs")
    assert (mapped["name"], mapped["texts"]) == ("Jobs", [None, "B", None])
    assert mapped["colours"] == [None, "blue", None]


@pytest.mark.parametrize(
    ("reference", "expected"),
    [
        ("${__value.raw}", "/x?1"),
        ("${__data.fields.job}", "/x?a%20b"),
        ('${__data.fields["job"]}', "/x?a%20b"),
        ("${__data.fields.none}", "/x?"),
        ("${__field.name}&${__value.raw}", "/x?Value&1"),
        ("${__series.name}", "/x?Value"),
    ],
)
def test_a_cell_links_to_its_own_row(reference: str, expected: str) -> None:
    """A link may name the cell or any other of its row; what it names is quoted."""
    sent = _column(NUMBERS, links=[{"title": "T", "url": f"/x?{reference}"}])
    assert sent["links"][0]["url"] == expected
    assert len(sent["links"]) == 3


def _names(panel: Panel, scope: Scope, *series: Series) -> list[str]:
    content = encoded_panel(Evaluated(panel, Lines([0.0, 10.0], series), {}), scope)
    parts = content.get("series") or content["singleValues"]
    return [part["name"] for part in parts]


def test_what_a_label_holds_is_not_looked_at_again() -> None:
    """In a display name variables come before labels, which may hold what looks like one."""
    scope = Scope({"secret": Value(("x",), "x"), "v": Value(("V",), "V")})
    config = {"defaults": {"displayName": "$v ${__field.labels.job} $__field_name"}}
    one = Series("A", "$secret", {"job": "$secret"}, [1.0, 2.0])
    assert _names(_panel("timeseries", fieldConfig=config), scope, one) == ["V $secret $secret"]


def test_a_row_is_called_after_its_cells() -> None:
    """`$__cell_1` is the text of the second column in the row of a value."""
    config = {"defaults": {"displayName": "$__cell_1 of $__cell_9"}}
    panel = _panel("stat", fieldConfig=config, options={"reduceOptions": {"values": True}})
    table = Table((NUMBERS, JOBS))
    singles = encoded_panel(Evaluated(panel, table, {}), Scope())
    assert "singleValues" not in singles
    content = encoded_panel(Evaluated(panel, Frames((table,)), {}), Scope())
    assert [one["name"] for one in content["singleValues"]] == ["a b of ", "b of ", "c of "]


def test_a_gauge_in_a_cell_has_its_colours() -> None:
    """A cell that is a bar is as coloured as one that is a text."""
    sent = _column(NUMBERS, thresholds=THRESHOLDS, custom={"cellOptions": {"type": "gauge"}})
    assert sent["colours"] == ["green", "red", None]


def test_states_have_the_colours_of_their_mode() -> None:
    """A fixed colour counts for all states of a row, but for those that a mapping colours."""
    mapping = {"type": "value", "options": {"2": {"text": "B", "color": "blue"}}}
    fixed = {"color": {"mode": "fixed", "fixedColor": "purple"}, "mappings": [mapping]}
    config = {"defaults": {**fixed, "thresholds": THRESHOLDS}}
    panel = _panel("state-timeline", fieldConfig=config)
    [row] = _encoded(panel, Series("A", "a", {}, [1.0, 2.0]))["rows"]
    assert [span["colour"] for span in row["spans"]] == ["purple", "blue"]


def test_a_legend_has_a_name_for_each_value() -> None:
    """A calculation that is not known has neither name nor value, and is named below the panel."""
    panel = _panel("timeseries", options={"legend": {"calcs": ["mood", "max"]}})
    content = _encoded(panel, Series("A", "a", {}, [1.0, 2.0]))
    assert content["options"]["legend"]["calcs"] == ["Max"]
    assert content["series"][0]["calcs"] == [2.0]
    assert "the calculation mood" in content["notDrawn"]


def test_a_footer_of_an_unknown_calculation_leaves_the_table() -> None:
    """What can't stand below a table is named; the table is shown."""
    footer = {"show": True, "reducer": ["mood"]}
    panel = _panel("table", options={"footer": footer})
    content = encoded_panel(Evaluated(panel, TABLE, {}), Scope())
    assert (content["notice"], len(content["columns"])) == ("", 2)
    assert "the calculation mood" in content["notDrawn"]


def test_a_list_of_numbers_is_a_text() -> None:
    """The values of a column of numbers may be listed below it."""
    footer = {"show": True, "reducer": ["uniqueValues"]}
    content = encoded_panel(
        Evaluated(_panel("table", options={"footer": footer}), TABLE, {}), Scope()
    )
    assert [column["footer"] for column in content["columns"]] == [None, "1, inf"]


def test_bars_are_bounded() -> None:
    """More bars than can be seen are named instead of drawn."""
    groups = Column("g", "string", [str(n) for n in range(500)])
    many = [Column(f"v{n}", "number", [1.0] * 500) for n in range(41)]
    content = encoded_panel(
        Evaluated(_panel("barchart"), Frames((Table((groups, *many)),)), {}), Scope()
    )
    assert "more than 20000 bars" in content["notice"]


@pytest.mark.parametrize(
    ("kind", "options", "styles", "named"),
    [
        ("timeseries", {"legend": {"displayMode": "table"}}, {}, None),
        ("bargauge", {"orientation": "vertical"}, {}, "orientation"),
        ("bargauge", {"orientation": "horizontal"}, {}, None),
        ("barchart", {"orientation": "horizontal"}, {}, "orientation"),
        ("stat", {"orientation": "auto"}, {}, None),
        ("barchart", {"colorByField": "x"}, {}, "colorByField"),
        ("state-timeline", {"mergeValues": False}, {}, "mergeValues"),
        ("heatmap", {"yAxis": {"reverse": True}}, {}, "yAxis.reverse"),
        ("heatmap", {"yAxis": {"reverse": False}}, {}, None),
        ("timeseries", {}, {"gradientMode": "hue"}, "custom.gradientMode"),
        ("timeseries", {}, {"gradientMode": "opacity"}, None),
        ("timeseries", {}, {"gradientMode": "none"}, None),
        ("table", {}, {"cellOptions": {"type": "gauge", "mode": "lcd"}}, "custom.cellOptions"),
        ("table", {}, {"cellOptions": {"type": "gauge", "mode": "basic"}}, None),
        ("table", {}, {"cellOptions": {"type": "pill"}}, "custom.cellOptions"),
    ],
)
def test_what_nothing_draws_is_named(kind: str, options: Any, styles: Any, named: Any) -> None:
    """An option that changes nothing here is named below its panel; its default is not."""
    config = {"defaults": {"custom": styles}}
    content = _encoded(_panel(kind, options=options, fieldConfig=config))
    assert content["notDrawn"] == ([named] if named else [])


@pytest.mark.parametrize(("flag", "named"), [(True, ["fieldMinMax"]), (False, [])])
def test_a_range_of_each_field_is_named(flag: bool, named: list[str]) -> None:
    """Limits that each field takes from its own values are not drawn."""
    assert _encoded(_stat(fieldMinMax=flag))["notDrawn"] == named


@pytest.mark.parametrize(
    ("order", "texts"), [("Descending", ["b", "a"]), ("Ascending", ["a", "b"])]
)
def test_lines_of_logs_have_their_order(order: str, texts: list[str]) -> None:
    """The newest line stands first, or last where the panel asks for it."""
    logs = Logs((LogLine(2, {}, "b"), LogLine(1, {}, "a")))
    panel = _panel("logs", options={"sortOrder": order})
    entries = encoded_panel(Evaluated(panel, logs, {}), Scope())["entries"]
    assert [entry["text"] for entry in entries] == texts
