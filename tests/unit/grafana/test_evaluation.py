"""The laws of variables, places and queries of a view."""

from __future__ import annotations

import json
import math
from array import array
from typing import Any

import pytest

from tests.support.data_sources import LABELS, CannedLoki, CannedPrometheus, CannedSources
from whiteroom_monitoring.datasources.errors import RequestError
from whiteroom_monitoring.datasources.loki import LogLine, LogRange, LokiClient
from whiteroom_monitoring.datasources.prometheus import PrometheusClient, SampleStream
from whiteroom_monitoring.grafana.display import layout
from whiteroom_monitoring.grafana.evaluation import alert_list, queries
from whiteroom_monitoring.grafana.evaluation.annotations import (
    annotate,
    intervals,
    within_steps,
)
from whiteroom_monitoring.grafana.evaluation.errors import NotFoundError
from whiteroom_monitoring.grafana.evaluation.evaluate import Evaluator, View
from whiteroom_monitoring.grafana.evaluation.frames import Column, Table
from whiteroom_monitoring.grafana.evaluation.interpolation import Scope
from whiteroom_monitoring.grafana.evaluation.time_range import TimeRange
from whiteroom_monitoring.grafana.evaluation.transformations import transformed
from whiteroom_monitoring.grafana.evaluation.variables import ALL
from whiteroom_monitoring.grafana.model.dashboard import Dashboard, parse
from whiteroom_monitoring.grafana.model.grid import Grid, duration, grid, seconds
from whiteroom_monitoring.grafana.model.panel import AlertFilter, parse_panel
from whiteroom_monitoring.grafana.model.query import Query

HOUR = TimeRange(7200.0, 10_800.0)


class KnownPrometheus(CannedPrometheus):
    """Known values of labels, and a series with a gap."""

    def label_values(self, label: str, selector: str, start: float, end: float) -> list[str]:
        """Return values that sort in several ways."""
        return {"__name__": ["up", "down"]}.get(label, ["b10", "B2", "a", "b9", "a"])

    def range(self, expression: str, start: float, end: float, step: float) -> list[SampleStream]:
        """Return a series that is there at the second and the last moment alone."""
        times = array("d", [start + step, end])
        return [SampleStream({"__name__": expression, "job": "x"}, times, array("d", [1.0, 2.0]))]


class KnownSources(CannedSources):
    """Sources with the known Prometheus."""

    @property
    def prometheus(self) -> PrometheusClient:
        """A Prometheus that needs no server."""
        return KnownPrometheus()


EVALUATOR = Evaluator(KnownSources())


def read(**content: Any) -> Dashboard:
    """Return the dashboard of a file with this content."""
    return parse(json.dumps({"title": "T", **content}), "file")


def viewed(dashboard: Dashboard, **choices: list[str]) -> View:
    """Return a view of an hour."""
    return EVALUATOR.view(dashboard, HOUR, choices)


def variable(definition: Any, **choices: list[str]) -> Any:
    """Return a variable of a view."""
    listed = {"list": [{"name": "v", **definition}]}
    [resolved] = viewed(read(panels=[], templating=listed), **choices).variables
    return resolved


QUERY = {"type": "query", "query": "label_values(up, job)"}


@pytest.mark.parametrize(
    ("order", "expected"),
    [
        (0, ["b10", "B2", "a", "b9"]),
        (1, ["B2", "a", "b10", "b9"]),
        (2, ["b9", "b10", "a", "B2"]),
        (3, ["B2", "a", "b9", "b10"]),
        (4, ["b10", "b9", "a", "B2"]),
        (5, ["a", "b10", "B2", "b9"]),
        (6, ["b9", "B2", "b10", "a"]),
        (9, ["B2", "a", "b10", "b9"]),
    ],
)
def test_options_are_sorted(order: int, expected: list[str]) -> None:
    """Values are there once, in the order of Grafana's number."""
    assert [option.value for option in variable({**QUERY, "sort": order}).options] == expected


@pytest.mark.parametrize(
    ("query", "expected"),
    [
        ("metrics(u)", ["up"]),
        ("metrics(.*)", ["up", "down"]),
        ("label_values(up, job)", ["b10", "B2", "a", "b9"]),
        ("label_names()", list(LABELS[0])),
        ("label_values(job)", ["b10", "B2", "a", "b9"]),
        (
            "query_result(up)",
            [
                '{job="a",le="1",channel="bass"} 0 10800000',
                '{job="b",le="+Inf",channel="lead"} 1 10800000',
            ],
        ),
        ("up", ['{job="a",le="1",channel="bass"}', '{job="b",le="+Inf",channel="lead"}']),
    ],
)
def test_queries_of_variables(query: str, expected: list[str]) -> None:
    """Each function of Grafana's data source for Prometheus returns its values."""
    evaluated = variable({"type": "query", "query": query})
    assert [option.value for option in evaluated.options] == expected


@pytest.mark.parametrize(
    ("more", "choices", "expected"),
    [
        ({}, [], ("b10",)),
        ({"current": {"value": "a"}}, [], ("a",)),
        ({"current": {"value": "gone"}}, [], ("b10",)),
        ({}, ["gone"], ("gone",)),
        ({}, ["a", "b9"], ("a",)),
        ({"multi": True}, ["a", "b9"], ("a", "b9")),
        ({"includeAll": True}, [], (ALL,)),
        ({"includeAll": True, "current": {"value": "All"}}, [], (ALL,)),
        ({"includeAll": True, "current": {"value": ["a"]}, "multi": True}, [], ("a",)),
        ({"includeAll": True}, ["All"], (ALL,)),
        ({}, ["All"], ("All",)),
    ],
)
def test_choices(more: Any, choices: list[str], expected: tuple[str, ...]) -> None:
    """A link's choice counts, then the dashboard's if it exists, then the first or all."""
    assert variable({**QUERY, **more}, **({"v": choices} if choices else {})).chosen == expected


@pytest.mark.parametrize(
    ("definition", "hidden"),
    [
        (QUERY, False),
        ({**QUERY, "hide": 1}, False),
        ({**QUERY, "hide": 2}, True),
        ({**QUERY, "hide": "hideVariable"}, True),
        ({"type": "constant", "query": "c"}, True),
    ],
)
def test_hidden_variables(definition: Any, hidden: bool) -> None:
    """A constant is no choice, and what hides itself is not shown."""
    assert variable(definition).hidden is hidden


@pytest.mark.parametrize(
    ("more", "expected"),
    [
        ({"includeAll": True}, "(b10|B2|a|b9)"),
        ({"includeAll": True, "allValue": ".+"}, ".+"),
        ({"includeAll": True, "regex": "/nothing/"}, ".*"),
        ({"multi": True, "current": {"value": ["a", "b9"]}}, "(a|b9)"),
        ({}, "b10"),
    ],
)
def test_what_a_variable_stands_for(more: Any, expected: str) -> None:
    """All stands for every value, for its own text, or for anything where nothing is known."""
    listed = {"list": [{"name": "v", **QUERY, **more}]}
    assert viewed(read(panels=[], templating=listed)).scope.query("$v") == expected


def test_an_automatic_interval_follows_the_range() -> None:
    """An interval that is automatic is the range over its count, at least its minimum."""
    definition = {"type": "interval", "query": "1m", "auto": True, "auto_count": 60}
    for least, expected in (("10s", "1m"), ("5m", "5m"), ("", "1m"), ("odd", "1m")):
        listed = {"list": [{"name": "v", **definition, "auto_min": least}]}
        assert viewed(read(panels=[], templating=listed)).scope.query("$v") == expected


def places(sections: list[layout.Section]) -> list[tuple[str, int, int, int, int]]:
    """Return key and place of each panel."""
    return [(p.key, p.x, p.y, p.width, p.height) for s in sections for p in s.panels]


def test_repeated_panels_are_side_by_side() -> None:
    """A panel that is repeated fills rows of its number, or stands below itself."""
    listed = {"list": [{"name": "v", **QUERY, "includeAll": True}]}
    panel = {"id": 5, "type": "text", "title": "$v", "repeat": "v", "gridPos": {"w": 6, "h": 3}}
    below = {"id": 6, "type": "text", "gridPos": {"y": 3, "w": 6, "h": 2}}
    across = viewed(read(panels=[{**panel, "maxPerRow": 3}, below], templating=listed))
    assert places(layout.sections(across)) == [
        *(("5", 0, 0, 8, 3), ("5-1", 8, 0, 8, 3), ("5-2", 16, 0, 8, 3), ("5-3", 0, 3, 8, 3)),
        ("6", 0, 6, 6, 2),
    ]
    assert [p.scope.text("$v") for p in layout.by_key(across).values()][:4] == [
        *("b10", "B2", "a", "b9")
    ]
    down = viewed(read(panels=[{**panel, "repeatDirection": "v"}], templating=listed), v=["a"])
    assert places(layout.sections(down)) == [("5", 0, 0, 6, 3)]
    both = viewed(read(panels=[{**panel, "repeatDirection": "v"}], templating=listed))
    assert [place[2] for place in places(layout.sections(both))] == [0, 3, 6, 9]


def test_panels_without_a_place_come_last() -> None:
    """A panel that says nothing of its place comes after all that do, and covers none."""
    panels = [
        {"id": 1, "type": "text"},
        {"id": 2, "type": "text", "gridPos": {"x": 0, "y": 0, "w": 24, "h": 4}},
        {"id": 3, "type": "text", "gridPos": {"x": 12, "y": 0, "w": 6, "h": 2}},
        {"id": 4, "type": "text"},
    ]
    assert places(layout.sections(viewed(read(panels=panels)))) == [
        *(("2", 0, 0, 24, 4), ("3", 12, 4, 6, 2), ("1", 0, 4, 12, 8), ("4", 0, 12, 12, 8))
    ]


def test_repeated_rows_have_sections_of_their_own() -> None:
    """A row that is repeated has each panel once for each value, with a key of its own."""
    listed = {"list": [{"name": "v", **QUERY, "multi": True}]}
    row = {"id": 1, "type": "row", "title": "Of $v", "repeat": "v", "gridPos": {"y": 0}}
    panel = {"id": 2, "type": "text", "gridPos": {"y": 5}}
    both = layout.sections(viewed(read(panels=[row, panel], templating=listed), v=["a", "b9"]))
    assert [(s.key, s.title, s.collapsed) for s in both] == [
        *(("1", "Of a", False), ("1-1", "Of b9", False))
    ]
    assert [place[:3] for place in places(both)] == [("2", 0, 0), ("2-1", 0, 0)]


def test_values_lie_on_the_grid() -> None:
    """A series has a value at each moment or none; one of a moment is the last of the others."""
    context = EVALUATOR.context(Scope(), HOUR, Grid(7200.0, 1200.0, 4))
    over = Query("A", "up", legend="{{job}} {{ gone }}!")
    now = Query("B", "down", instant=True)
    lines = queries.lines([over, now], context)
    assert list(lines.times) == [7200.0, 8400.0, 9600.0, 10_800.0]
    assert [(s.query, s.name, list(s.values)) for s in lines.series] == [
        ("A", "x !", [None, 1.0, None, 2.0]),
        ("B", '{job="a", le="1", channel="bass"}', [None, None, None, 0.0]),
        ("B", '{job="b", le="+Inf", channel="lead"}', [None, None, None, 1.0]),
    ]
    alone = queries.lines([now], context)
    assert list(alone.times) == [10_800.0]
    assert [list(s.values) for s in alone.series] == [[0.0], [1.0]]
    assert queries.lines([Query("A", "up")], context).series[0].name == 'up{job="x"}'


def test_a_series_that_ends_early_has_no_values_after_it() -> None:
    """Before and after a series without a gap there is nothing."""

    class Early(CannedPrometheus):
        def range(
            self, expression: str, start: float, end: float, step: float
        ) -> list[SampleStream]:
            times = array("d", [start + step, start + 2 * step])
            return [SampleStream({}, times, array("d", [math.nan, 2.0]))]

    class Sources(CannedSources):
        @property
        def prometheus(self) -> PrometheusClient:
            return Early()

    context = Evaluator(Sources()).context(Scope(), HOUR, Grid(7200.0, 900.0, 5))
    [series] = queries.lines([Query("A", "up")], context).series
    assert (series.name, list(series.values)) == ("up", [None, None, 2.0, None, None])


def test_logs_are_asked_for_as_many_lines_as_they_show() -> None:
    """A query of logs has its own limit, or the one of all; the newest line comes first."""
    requests: list[tuple[str, LogRange, int]] = []

    class Loki(CannedLoki):
        def lines(
            self, query: str, when: LogRange, limit: int, *, oldest: bool = False
        ) -> list[LogLine]:
            requests.append((query, when, limit))
            return [LogLine(len(requests), {}, query)]

    class Sources(CannedSources):
        @property
        def loki(self) -> LokiClient:
            return Loki()

    context = Evaluator(Sources()).context(Scope(), HOUR, Grid(7200.0, 900.0, 5))
    limited = Query("A", '{a="b"}', max_lines=7)
    entries = queries.logs([limited, Query("B", '{c="d"}')], context).entries
    when = LogRange(7200 * 10**9, 10_800 * 10**9)
    assert requests == [('{a="b"}', when, 7), ('{c="d"}', when, 1000)]
    assert [entry.time_ns for entry in entries] == [2, 1]


def test_tables_have_a_column_for_each_label() -> None:
    """A table has its labels by name, and the number named after its query among several."""
    context = EVALUATOR.context(Scope(), HOUR, Grid(7200.0, 1200.0, 4))
    query = Query("A", "up", instant=True)
    [single] = queries.tables([query], context)
    assert [column.name for column in single.columns] == ["Time", "channel", "job", "le", "Value"]
    assert [list(column.cells) for column in single.columns[:2]] == [
        *([10_800_000.0, 10_800_000.0], ["bass", "lead"])
    ]
    first, second = queries.tables([query, Query("B", "up", instant=True)], context)
    assert (first.columns[-1].name, second.columns[-1].name) == ("Value #A", "Value #B")


def test_queries_get_the_letters_of_grafana() -> None:
    """Queries without a name are A to Z, then AA; names that are taken are left out."""
    panel = parse_panel({"targets": [{"refId": "B"}, *({"expr": str(n)} for n in range(28))]})
    names = [query.ref_id for query in panel.queries]
    assert names[:3] == ["B", "A", "C"]
    assert names[-4:] == ["Z", "AA", "AB", "AC"]


def test_columns_are_included_by_name() -> None:
    """Where columns are included by name, the others are left out."""
    table = Table(tuple(Column(name, "string", ["x"]) for name in "abc"))
    options = {"includeByName": {"a": True, "b": True, "c": False}, "excludeByName": {"b": True}}
    steps = parse_panel({"transformations": [{"id": "organize", "options": options}]})
    [kept] = transformed([table], steps.transformations)
    assert [column.name for column in kept.columns] == ["a"]


def test_intervals_join_neighbours() -> None:
    """Moments at most one and a half steps apart are one interval."""
    assert intervals([], 10.0) == []
    assert intervals([0.0, 15.0, 31.0, 41.0], 10.0) == [(0.0, 15.0), (31.0, 41.0)]


def test_annotations_are_marked_when_they_are_enabled() -> None:
    """An annotation that is disabled, or has no expression, marks nothing."""
    listed = [
        {"name": "on", "enable": True, "expr": "up", "titleFormat": "{{job}}", "textFormat": "t"},
        {"name": "off", "enable": False, "expr": "up"},
        {"name": "empty", "enable": True},
        {"name": "target", "enable": True, "target": {"expr": "up"}, "iconColor": "red"},
    ]
    view = viewed(read(panels=[], annotations={"list": listed}))
    marks = annotate(view, EVALUATOR)
    assert {(m.kind, m.title, m.text, m.colour) for m in marks} == {
        *(("on", "x", "t", "blue"), ("target", "target", "", "red"))
    }
    assert [(m.start, m.end) for m in marks if m.kind == "on"] == [
        *((7215.0, 7215.0), (10_800.0, 10_800.0))
    ]


@pytest.mark.parametrize(
    ("expression", "expected"),
    [
        ('ALERTS{a="$b"}', 'max_over_time(ALERTS{a="$b"}[1h])'),
        ("up offset 5m", "max_over_time((up offset 5m\n)[1h:44s])"),
        ("changes(up[1m]) > 0 # x", "max_over_time((changes(up[1m]) > 0 # x\n)[1h:44s])"),
        ("up ==", "max_over_time((up ==\n)[1h:44s])"),
    ],
)
def test_annotations_of_long_ranges_are_of_all_that_was_within_a_step(
    expression: str, expected: str
) -> None:
    """A long step is asked for the highest value within it; a short one for that of its moment."""
    assert within_steps(expression, Grid(0.0, 3600.0, 240)) == expected
    assert within_steps(expression, Grid(0.0, 15.0, 240)) == expression


@pytest.mark.parametrize(
    ("chosen", "count"),
    [
        (AlertFilter(), 1),
        (AlertFilter(states=frozenset({"pending"})), 0),
        (AlertFilter(name="Xruns"), 1),
        (AlertFilter(name="Other"), 0),
        (AlertFilter(labels='{team="audio"}'), 1),
        (AlertFilter(labels='{team!="audio"}'), 0),
        (AlertFilter(labels='{team=~"aud.*"}'), 1),
        (AlertFilter(labels='{team!~"aud.*"}'), 0),
        (AlertFilter(labels='{gone=""}'), 1),
        (AlertFilter(max_items=0), 0),
    ],
)
def test_alerts_are_filtered(chosen: AlertFilter, count: int) -> None:
    """An alert list shows the alerts of its states, name and labels, as many as it wants."""
    assert len(alert_list.alerts(chosen, Scope(), CannedSources()).alerts) == count


def test_a_panel_is_found_by_its_id() -> None:
    """A panel is found by its id, also in a collapsed row; another is named."""
    row = {"id": 1, "type": "row", "collapsed": True, "panels": [{"id": 2, "title": "B"}]}
    dashboard = read(panels=[row, {"id": 3, "title": "C", "gridPos": {"y": 9}}])
    assert [dashboard.panel(number).title for number in (2, 3)] == ["B", "C"]
    with pytest.raises(NotFoundError, match="no panel 4"):
        dashboard.panel(4)


@pytest.mark.parametrize(
    ("panel", "step"),
    [
        ({}, 10),
        ({"interval": "30s"}, 30),
        ({"interval": ">1m"}, 60),
        ({"interval": "odd"}, 10),
        ({"maxDataPoints": 60}, 60),
        ({"maxDataPoints": 99_999}, 10),
        ({"targets": [{"expr": "up", "interval": "2m"}]}, 120),
    ],
)
def test_the_step_of_a_panel(panel: Any, step: int) -> None:
    """A panel's step follows from its width, its points and the intervals of its queries."""
    view = viewed(read(panels=[]))
    assert EVALUATOR.grid(view, parse_panel(panel)).step == step


@pytest.mark.parametrize(
    ("length_s", "points", "least", "expected"),
    [
        (60.0, 500, 0.0, Grid(7200.0, 1, 61)),
        (3600.0, 100, 0.0, Grid(7200.0, 60, 61)),
        (3600.0, 0, 0.0, Grid(7200.0, 3600, 2)),
        (3600.0, 3600, 15.0, Grid(7200.0, 15, 241)),
        (3600.0, 60, 0.0, Grid(7200.0, 60, 61)),
        (86_400.0, 72, 0.0, Grid(7200.0, 1200, 73)),
        (0.5, 500, 0.0, Grid(7200.0, 1, 1)),
        (86_400.0 * 365, 2, 0.0, Grid(0.0, 15_768_000, 3)),
    ],
)
def test_grids(length_s: float, points: int, least: float, expected: Grid) -> None:
    """A grid has the first step of the list that is long enough, from a multiple of it."""
    assert grid(TimeRange(7200.0, 7200.0 + length_s), points, least) == expected
    assert expected.times()[-1] == expected.end


@pytest.mark.parametrize("text", ["", "x", "5", "1h x", "h", "-1m", "1.5h"])
def test_what_is_no_length_is_refused(text: str) -> None:
    """A length is whole numbers with their units, and nothing else."""
    with pytest.raises(RequestError, match="expected such as 30s"):
        seconds(text)


@pytest.mark.parametrize(("written", "expected"), [(5, 5), ("7", 7), (0, None), (None, None)])
def test_a_query_of_logs_has_its_own_limit(written: Any, expected: int | None) -> None:
    """A limit of lines is a number, and none where it is nothing."""
    [query] = parse_panel({"targets": [{"expr": "x", "maxLines": written}]}).queries
    assert query.max_lines == expected


@pytest.mark.parametrize(("written", "expected"), [(1, 1), (0, None), (-5, None), (None, None)])
def test_a_panel_has_at_least_one_point(written: Any, expected: int | None) -> None:
    """A number of points that draws nothing is none."""
    assert parse_panel({"maxDataPoints": written}).max_data_points == expected


def test_lengths_are_written_as_promql_has_them() -> None:
    """A length is in its largest whole unit, and reading it gives it back."""
    for length, text in ((1, "1s"), (90, "90s"), (120, "2m"), (7200, "2h"), (172_800, "2d")):
        assert (duration(length), seconds(text)) == (text, length)
    assert duration(0.5) == "500ms"
    assert seconds("1y1w1d1h1m1s1ms") == 31_536_000 + 604_800 + 86_400 + 3600 + 60 + 1.001
