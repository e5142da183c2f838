"""The laws of transformations, option by option."""

from __future__ import annotations

from typing import Any

import pytest

from whiteroom_monitoring.grafana.evaluation.errors import UnsupportedError
from whiteroom_monitoring.grafana.evaluation.frames import Column, Table
from whiteroom_monitoring.grafana.evaluation.transformations import transformed
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
    return {c.name: list(c.cells) for c in transformed(tables, parsed).columns}


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
        (None, []),
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
