"""The laws of transformations, option by option."""

from __future__ import annotations

import math
from typing import Any

import pytest

from whiteroom_monitoring.grafana.evaluation.errors import UnsupportedError
from whiteroom_monitoring.grafana.evaluation.frame_shapes import lines_of
from whiteroom_monitoring.grafana.evaluation.frames import Column, Table
from whiteroom_monitoring.grafana.evaluation.transformations import transformed, values
from whiteroom_monitoring.grafana.model.panel import parse_panel


def table(**columns: list[Any]) -> Table:
    """Return a table; a column of numbers is one."""
    return Table(
        tuple(
            Column(name, "number" if isinstance(cells[0], float) else "string", cells)
            for name, cells in columns.items()
        )
    )


def after(tables: list[Table], *steps: Any) -> dict[str, list[Any]]:
    """Return the columns after these steps, by name."""
    parsed = parse_panel({"transformations": list(steps)}).transformations
    changed = transformed(tables, parsed)
    return {c.name: list(c.cells) for c in changed[0].columns} if changed else {}


def step(id: str, **options: Any) -> dict[str, Any]:
    """Return one step."""
    return {"id": id, "options": options}


NUMBERS = {"n": [10.0, 9.0, None, 11.0], "s": ["b", "a", "c", "d"]}


@pytest.mark.parametrize(
    ("sort", "expected"),
    [
        ([{"field": "n"}], ["a", "b", "d", "c"]),
        ([{"field": "n", "desc": True}], ["d", "b", "a", "c"]),
        ([{"field": "s", "desc": True}], ["d", "c", "b", "a"]),
        ([{"field": "gone"}], ["b", "a", "c", "d"]),
        ([{"field": "n", "desc": "true"}], ["d", "b", "a", "c"]),
        ([], ["b", "a", "c", "d"]),
        (None, ["b", "a", "c", "d"]),
        ("n", ["b", "a", "c", "d"]),
    ],
)
def test_sort_by(sort: Any, expected: list[str]) -> None:
    """Rows are ordered by numbers as numbers; those without a value come last."""
    assert after([table(**NUMBERS)], step("sortBy", sort=sort))["s"] == expected


def test_numbers_come_before_texts() -> None:
    """A column of both has its numbers first, each kind in its own order."""
    mixed = table(v=["b", 2.0, "a", 1.0])
    assert after([mixed], step("sortBy", sort=[{"field": "v"}]))["v"] == [1.0, 2.0, "a", "b"]


def test_rows_are_sorted_by_several_columns() -> None:
    """The first column decides, the next one about those that are equal."""
    rows = table(a=["x", "y", "x"], b=[1.0, 2.0, 0.0])
    keys = [{"field": "a", "desc": True}, {"field": "b"}]
    assert after([rows], step("sortBy", sort=keys)) == {"a": ["y", "x", "x"], "b": [2.0, 0.0, 1.0]}


@pytest.mark.parametrize(
    ("limit", "count"), [(2, 2), ("3", 3), (99, 12), (0, 10), (None, 10), (-1, 10), ([], 10)]
)
def test_limit(limit: Any, count: int) -> None:
    """The first rows are kept, ten where no number says how many."""
    rows = table(n=[float(n) for n in range(12)])
    assert after([rows], step("limit", limitField=limit))["n"] == [float(n) for n in range(count)]


@pytest.mark.parametrize(
    ("include", "expected"),
    [
        ({"names": ["job"]}, ["job"]),
        ({"pattern": "/^v/"}, ["v1", "v2"]),
        ({"pattern": "/(?<a>job)/"}, ["job"]),
        ({"names": ["job"], "pattern": "v1"}, ["job", "v1"]),
        ({"names": "v2"}, ["v2"]),
        ({"names": [], "pattern": ""}, []),
        (None, ["job", "v1", "v2"]),
    ],
)
def test_filter_by_name(include: Any, expected: list[str]) -> None:
    """A column is kept by its name, or by the pattern."""
    columns = table(job=["a"], v1=[1.0], v2=[2.0])
    assert list(after([columns], step("filterFieldsByName", include=include))) == expected


def test_a_filter_with_a_broken_pattern_is_named() -> None:
    """A pattern that can't be read filters nothing; the panel says so."""
    with pytest.raises(UnsupportedError, match="no regular expression"):
        after([table(a=["x"])], step("filterFieldsByName", include={"pattern": "/(/"}))


@pytest.mark.parametrize(
    ("options", "expected"),
    [
        ({}, ["a", "b", "c"]),
        ({"excludeByName": {"b": True, "c": False}}, ["a", "c"]),
        ({"includeByName": {"b": True, "c": False}}, ["b"]),
        ({"indexByName": {"c": 0, "a": 1, "b": 2}}, ["c", "a", "b"]),
        ({"indexByName": {"b": 0}}, ["b", "a", "c"]),
        ({"renameByName": {"a": "A", "b": ""}}, ["A", "b", "c"]),
        ({"excludeByName": None, "renameByName": [1]}, ["a", "b", "c"]),
    ],
)
def test_organize(options: Any, expected: list[str]) -> None:
    """Columns are left out, ordered and renamed by their names; the rest keeps its order."""
    assert list(after([table(a=["x"], b=["y"], c=["z"])], step("organize", **options))) == expected


def test_merge_joins_rows_that_share_their_labels() -> None:
    """Rows that agree in what they share are one; rows of other columns alone are not joined."""
    left, right = table(job=["a", "b"], x=[1.0, 2.0]), table(job=["b", "c"], y=[3.0, 4.0])
    assert after([left, right], step("merge")) == {
        "job": ["a", "b", "c"],
        "x": [1.0, 2.0, None],
        "y": [None, 3.0, 4.0],
    }
    apart = after([table(x=[1.0]), table(y=[2.0])], step("merge"))
    assert apart == {"x": [1.0, None], "y": [None, 2.0]}


def test_steps_follow_each_other() -> None:
    """A step gets what the one before has left; one that is disabled does nothing."""
    rows = table(**NUMBERS)
    limited = step("limit", limitField=1)
    assert after([rows], {**limited, "disabled": True})["s"] == ["b", "a", "c", "d"]
    assert after([rows], step("sortBy", sort=[{"field": "n"}]), limited)["s"] == ["a"]
    assert after([], limited) == {}


CPU = {"job": ["a", "b", "a"], "v": [1.0, 2.0, 3.0]}


@pytest.mark.parametrize(
    ("options", "expected"),
    [
        ({"byField": "k"}, {"k": ["x", "y", "z"], "a": [1.0, 2.0, None], "b": [None, 3.0, 4.0]}),
        ({"byField": "k", "mode": "inner"}, {"k": ["y"], "a": [2.0], "b": [3.0]}),
        (
            {"byField": "k", "mode": "outerTabular"},
            {"k": ["x", "y", "z"], "a": [1.0, 2.0, None], "b": [None, 3.0, 4.0]},
        ),
        ({"byField": "gone"}, {"k": ["x", "y"], "a": [1.0, 2.0]}),
    ],
)
def test_join_by_field(options: Any, expected: Any) -> None:
    """Columns stand side by side where the key is the same; the mode says what else is kept."""
    left, right = table(k=["x", "y"], a=[1.0, 2.0]), table(k=["y", "z"], b=[3.0, 4.0])
    assert after([left, right], step("joinByField", **options)) == expected


def test_columns_of_one_name_are_numbered_after_a_join() -> None:
    """What two tables call the same is told apart by numbers, as Grafana does."""
    left, right = table(k=["x"], job=["a"]), table(k=["x"], job=["b"])
    joined = after([left, right], step("joinByField", byField="k"))
    assert joined == {"k": ["x"], "job 1": ["a"], "job 2": ["b"]}


@pytest.mark.parametrize(
    ("fields", "expected"),
    [
        (
            {"job": {"operation": "groupby"},
             "v": {"operation": "aggregate", "aggregations": ["sum", "count"]}},
            {"job": ["a", "b"], "v (sum)": [4.0, 2.0], "v (count)": [2.0, 1.0]},
        ),
        ({"job": {"operation": "groupby"}}, {"job": ["a", "b"]}),
        ({"v": {"operation": "aggregate", "aggregations": ["sum"]}}, {}),
    ],
)  # fmt: skip
def test_group_by(fields: Any, expected: Any) -> None:
    """A row for each group, with the calculations of the others; without a group nothing."""
    assert after([table(**CPU)], step("groupBy", fields=fields)) == expected


@pytest.mark.parametrize(
    ("options", "expected"),
    [
        ({"reducers": ["max", "mean"]}, {"Field": ["v"], "Max": [3.0], "Mean": [2.0]}),
        ({"reducers": ["sum"], "mode": "reduceFields"}, {"v": [6.0]}),
        (
            {"reducers": ["min", "max"], "mode": "reduceFields"},
            {"v Min": [1.0], "v Max": [3.0]},
        ),
    ],
)
def test_reduce(options: Any, expected: Any) -> None:
    """Each column becomes a row of its calculations, or one value below its name."""
    assert after([table(v=CPU["v"])], step("reduce", **options)) == expected


@pytest.mark.parametrize(
    ("options", "name", "expected"),
    [
        ({"mode": "binary", "binary": {"left": "a", "operator": "/", "right": "b"}},
         "a / b", [0.5, None]),
        ({"mode": "binary", "binary": {"left": "a", "operator": "*", "right": "100"}},
         "a * 100", [100.0, 400.0]),
        ({"mode": "binary", "alias": "n", "binary": {
            "left": {"matcher": {"id": "byName", "options": "a"}}, "operator": "-",
            "right": {"fixed": "1"}}}, "n", [0.0, 3.0]),
        ({"mode": "reduceRow", "reduce": {"reducer": "sum"}}, "Total", [3.0, 4.0]),
        ({"reduce": {"reducer": "max", "include": ["a"]}}, "Max", [1.0, 4.0]),
        ({"mode": "unary", "unary": {"operator": "sqrt", "fieldName": "a"}}, "sqrt a", [1.0, 2.0]),
        ({"mode": "index"}, "Row", [0.0, 1.0]),
        ({"mode": "cumulativeFunctions", "cumulative": {"field": "a", "reducer": "sum"}},
         "cumulative sum(a)", [1.0, 5.0]),
        ({"mode": "windowFunctions", "window": {
            "field": "a", "reducer": "mean", "windowSizeMode": "fixed", "windowSize": 2}},
         "trailing moving mean(a)", [1.0, 2.5]),
    ],
)  # fmt: skip
def test_calculate_field(options: Any, name: str, expected: Any) -> None:
    """A column more holds what the mode makes of the others; a gap has no result."""
    rows = table(a=[1.0, 4.0], b=[2.0, None])
    made = after([rows], step("calculateField", **options))
    assert made == {"a": [1.0, 4.0], "b": [2.0, None], name: expected}
    alone = after([rows], step("calculateField", **options, replaceFields=True))
    assert alone == {name: expected}


@pytest.mark.parametrize(
    ("regex", "pattern", "expected"),
    [
        ("(.*)_total", "$1", "http"),
        ("/t/", "T", "hTtp_total"),
        ("/t/g", "T", "hTTp_ToTal"),
        ("(?<n>h)", "$<n>$$", "h$ttp_total"),
        ("", "x", "http_total"),
    ],
)
def test_rename_by_regex(regex: str, pattern: str, expected: str) -> None:
    """A name is changed where the pattern matches; its groups may be put in."""
    options = {"regex": regex, "renamePattern": pattern}
    assert list(after([table(http_total=[1.0])], step("renameByRegex", **options))) == [expected]


@pytest.mark.parametrize(
    ("kind", "options", "expected"),
    [
        *(("greater", {"value": 2}, [3.0]), ("greaterOrEqual", {"value": 2}, [2.0, 3.0])),
        *(("lower", {"value": 2}, [1.0]), ("lowerOrEqual", {"value": "2"}, [1.0, 2.0])),
        *(("equal", {"value": 2}, [2.0]), ("notEqual", {"value": 2}, [1.0, 3.0, None])),
        *(("range", {"from": 1, "to": 3}, [2.0]), ("isNull", {}, [None])),
        *(("isNotNull", {}, [1.0, 2.0, 3.0]), ("regex", {"value": "^[12]$"}, [1.0, 2.0])),
        *(("substring", {"value": "3"}, [3.0]), ("notSubstring", {"value": "3"}, [1.0, 2.0, None])),
    ],
)
def test_filter_by_value(kind: str, options: Any, expected: Any) -> None:
    """Rows are kept that meet the condition, or left out."""
    rows = table(n=[1.0, 2.0, 3.0, None])
    condition = {"fieldName": "n", "config": {"id": kind, "options": options}}
    included = step("filterByValue", filters=[condition], type="include", match="all")
    assert after([rows], included)["n"] == expected
    excluded = step("filterByValue", filters=[condition], type="exclude", match="all")
    others = [cell for cell in [1.0, 2.0, 3.0, None] if cell not in expected]
    assert after([rows], excluded)["n"] == others


def series(name: str, query: str = "A", **labels: str) -> Table:
    """Return a series of two moments as a table."""
    times = Column("Time", "time", [1000.0, 2000.0], query)
    return Table((times, Column(name, "number", [1.0, 2.0], query, labels)), query)


def test_labels_to_fields() -> None:
    """Labels are columns beside the values; one of them may name the values."""
    one = series("up", job="a", host="x")
    assert after([one], step("labelsToFields")) == {
        "Time": [1000.0, 2000.0], "job": ["a", "a"], "host": ["x", "x"], "Value": [1.0, 2.0],
    }  # fmt: skip
    named = after([one], step("labelsToFields", valueLabel="job", keepLabels=["job"]))
    assert named == {"Time": [1000.0, 2000.0], "a": [1.0, 2.0]}
    rows = after([one], step("labelsToFields", mode="rows"))
    assert rows == {"label": ["job", "host"], "value": ["a", "x"]}


def test_series_to_rows() -> None:
    """The points of all series are rows, the newest first."""
    rows = after([series("a"), series("b")], step("seriesToRows"))
    assert rows["Time"] == [2000.0, 2000.0, 1000.0, 1000.0]
    assert rows["Metric"] == ["a", "b", "a", "b"]
    assert rows["Value"] == [2.0, 2.0, 1.0, 1.0]


def test_time_series_table() -> None:
    """Each series is a row of its labels and one value."""
    both = [series("a", job="a"), series("b", job="b")]
    assert after(both, step("timeSeriesTable", A={"stat": "mean"})) == {
        "job": ["a", "b"],
        "Trend #A": [1.5, 1.5],
    }


def test_grouping_to_matrix() -> None:
    """Values of one column become columns; what is missing is as the option says."""
    rows = table(job=["a", "b"], host=["x", "y"], v=[1.0, 2.0])
    options = {"columnField": "host", "rowField": "job", "valueField": "v", "emptyValue": "zero"}
    assert after([rows], step("groupingToMatrix", **options)) == {
        "job\\host": ["a", "b"],
        "x": [1.0, 0.0],
        "y": [0.0, 2.0],
    }


def test_partition_by_values() -> None:
    """Each value of a column has a table of its own rows."""
    options = parse_panel(
        {"transformations": [step("partitionByValues", fields=["job"])]}
    ).transformations
    parts = transformed([table(**CPU)], options)
    assert [[list(c.cells) for c in part.columns] for part in parts] == [[[1.0, 3.0]], [[2.0]]]
    assert [part.columns[0].labels for part in parts] == [{"job": "a"}, {"job": "b"}]


def test_concatenate() -> None:
    """All columns stand side by side; the shorter ones end with gaps."""
    made = after([table(a=[1.0]), table(b=[2.0, 3.0])], step("concatenate"))
    assert made == {"a": [1.0, None], "b": [2.0, 3.0]}


@pytest.mark.parametrize(
    ("options", "expected"),
    [
        ({"format": "json"}, {"x": [1.0], "y": ["b"]}),
        ({"format": "json", "jsonPaths": [{"path": "y", "alias": "z"}]}, {"z": ["b"]}),
        ({"format": "regexp", "regExp": '/"y": "(?<letter>.)/'}, {"letter": ["b"]}),
        ({}, {"x": [1.0], "y": ["b"]}),
    ],
)
def test_extract_fields(options: Any, expected: Any) -> None:
    """The parts of a text are columns of their own."""
    rows = table(s=['{"x": 1, "y": "b"}'])
    assert after([rows], step("extractFields", source="s", replace=True, **options)) == expected
    assert next(iter(after([rows], step("extractFields", source="s", **options)))) == "s"


@pytest.mark.parametrize(
    ("kind", "expected"),
    [("number", [1.5, None]), ("string", ["1.5", "x"]), ("time", [1.5, None])],
)
def test_convert_field_type(kind: str, expected: Any) -> None:
    """A column has another type; what does not fit is a gap."""
    conversion = {"targetField": "s", "destinationType": kind}
    rows = table(s=["1.5", "x"])
    assert after([rows], step("convertFieldType", conversions=[conversion]))["s"] == expected


def test_histogram_and_transpose() -> None:
    """Values are counted in buckets of a size; rows become columns."""
    counted = after([table(v=[1.0, 2.0, 2.5, 9.0])], step("histogram", bucketSize=5))
    assert counted == {"xMin": [0.0, 5.0], "xMax": [5.0, 10.0], "v": [3.0, 1.0]}
    turned = after([table(job=["a", "b"], v=[1.0, 2.0])], step("transpose"))
    assert turned == {"Field": ["v"], "a": [1.0], "b": [2.0]}


def test_a_step_may_be_of_one_query_alone() -> None:
    """A step with a filter changes the tables of that query; the others stay as they are."""
    steps = parse_panel({"transformations": [
        {**step("renameByRegex", regex="up", renamePattern="down"),
         "filter": {"id": "byRefId", "options": "B"}},
    ]}).transformations  # fmt: skip
    changed = transformed([series("up", "A"), series("up", "B")], steps)
    assert {t.query: t.columns[1].name for t in changed} == {"A": "up", "B": "down"}
    kept = step("filterByRefId", include="B|C")
    assert list(after([series("a", "A"), series("b", "B")], kept)) == ["Time", "b"]


def test_limits_from_the_end() -> None:
    """The last rows are kept where the option says so."""
    rows = table(n=[1.0, 2.0, 3.0])
    assert after([rows], step("limit", limitField=2, limitPosition="tail"))["n"] == [2.0, 3.0]


@pytest.mark.parametrize(
    "one",
    [
        step(
            "calculateField", mode="binary", binary={"left": "n", "operator": "**", "right": "0.5"}
        ),
        step("extractFields", source="t", format="json"),
        step("extractFields", source="t", format="json", jsonPaths=[{"path": "x"}]),
        step("convertFieldType", conversions=[{"targetField": "t", "destinationType": "number"}]),
        step("convertFieldType", conversions=[{"targetField": "w", "destinationType": "number"}]),
        step("convertFieldType", conversions=[{"targetField": "w", "destinationType": "time"}]),
        step("calculateField", mode="windowFunctions", window={"field": "i", "reducer": "stdDev"}),
        step("reduce", reducers=["stdDev", "variance", "mean", "sum"]),
        step("histogram"),
    ],
)
def test_what_has_no_number_is_a_gap(one: Any) -> None:
    """Powers of negative numbers, numbers too large and words for no number are gaps."""
    cells = {
        "t": ['{"x": 1' + "0" * 400 + "}", "1" + "0" * 400],
        "n": [-8.0, -1.0],
        "w": ["nan", "+Inf"],
        "i": [math.inf, -math.inf],
    }
    tables = transformed([table(**cells)], parse_panel({"transformations": [one]}).transformations)
    made = [c for t in tables for c in t.columns if c.name not in cells or c.name == "w"]
    assert not [v for c in made for v in c.cells if isinstance(v, float) and math.isnan(v)]
    lines_of(tables)


EQUAL = [1.0] * 2000


@pytest.mark.parametrize(
    ("tables", "one"),
    [
        ([table(k=EQUAL), table(k=EQUAL)], step("joinByField", byField="k", mode="inner")),
        ([table(k=EQUAL), table(k=EQUAL)], step("joinByField", byField="k", mode="outerTabular")),
        (
            [table(k=[float(n) for n in range(2000)], c=EQUAL, v=EQUAL)],
            step("groupingToMatrix", columnField="k", rowField="k", valueField="v"),
        ),
        (
            [table(j=[f'{{"k{n}": 1}}' for n in range(2000)])],
            step("extractFields", source="j", format="json"),
        ),
        (
            [table(v=EQUAL)],
            step("calculateField", mode="windowFunctions", window={"field": "v", "windowSize": 1}),
        ),
    ],
)
def test_what_grows_by_squares_is_refused(tables: list[Table], one: Any) -> None:
    """A step that would make more than the most values is named before it makes any."""
    with pytest.raises(UnsupportedError, match=r"of \d+ values: the most is 2000000"):
        transformed(tables, parse_panel({"transformations": [one]}).transformations)


def test_names_of_pairs_begin_once() -> None:
    """In a text without pairs no character but the first of a word is tried as a name's."""
    assert not values._PAIR.match("aaaa=1", 1)
    assert [match[1] for match in values._PAIR.finditer("a.b-c=1, d: 2")] == ["a.b-c", "d"]
