"""The laws of queries for numbers: windows, functions, operations, and random ones by an oracle."""

from __future__ import annotations

import math
import random
from collections import Counter
from collections.abc import Sequence

import pytest

from tests.support import plain_logql
from tests.support.logql import Line, numbers, stored
from whiteroom_monitoring.logs.errors import QueryError
from whiteroom_monitoring.logs.logql.evaluate.extract import Extractor
from whiteroom_monitoring.logs.logql.evaluate.ranges import Samples
from whiteroom_monitoring.logs.logql.evaluate.run import PipelineError, SeriesLimit, Times, evaluate
from whiteroom_monitoring.logs.logql.parser import parse
from whiteroom_monitoring.logs.logql.stages.row import Hints
from whiteroom_monitoring.logs.logql.syntax import LogQuery
from whiteroom_monitoring.logs.service import LogService

A, B = {"app": "a"}, {"app": "b"}
LINES: list[Line] = [
    (A, 10, "v=1", {}),
    (A, 20, "v=2 x=y", {"level": "warn"}),
    (B, 20, "v=10", {}),
    (A, 30, "v=4", {}),
    (B, 40, "v=x", {}),
]


def _values(query: str, moment_s: float, lines: Sequence[Line] = LINES) -> dict[str, float]:
    found = numbers(query, lines, moment_s)
    return {",".join(f"{n}={v}" for n, v in k): points[0][1] for k, points in found.items()}


def test_a_window_is_open_at_its_begin_and_closed_at_its_end() -> None:
    """A line at the very begin does not count, one at the very end does."""
    query = 'sum(count_over_time({app="a"}[10s]))'
    assert numbers(query, LINES, 10, 30, 10) == {(): [(10, 1), (20, 1), (30, 1)]}
    assert _values('sum(count_over_time({app="a"}[20s] offset 10s))', 40) == {"": 2}
    assert _values('sum(count_over_time({app="a"}[10s]))', 45) == {}


@pytest.mark.parametrize(
    ("query", "expected"),
    [
        ('count_over_time({app="a"}[1m])', {"app=a": 2, "app=a,level=warn": 1}),
        ('rate({app="b"}[1m])', {"app=b": 2 / 60}),
        ('bytes_over_time({app="a"} |= "x" [1m])', {"app=a,level=warn": 7}),
        ('sum(bytes_rate({app="a"}[13s] offset 30s))', {"": 10 / 13}),
        ('sum by (app) (count_over_time({app=~".+"} | logfmt [1m]))', {"app=a": 3, "app=b": 2}),
        ('sum without (level) (count_over_time({app="a"}[1m]))', {"app=a": 3}),
        ('max_over_time({app="a"} | logfmt | unwrap v [1m]) by (app)', {"app=a": 4}),
        ('quantile_over_time(0.5, {app="a"} | logfmt | unwrap v [1m]) by (app)', {"app=a": 2}),
        ('stdvar_over_time({app="a"} | logfmt | unwrap v [1m]) by ()', {"": 14 / 9}),
        ('rate_counter({app="a"} | logfmt | drop x, level | unwrap v [1m])',
         {"app=a": 3 * (20 + 5 + 5) / 20 / 60}),
        ('absent_over_time({app="z", x=~"y"}[1m])', {"app=z": 1}),
        ('absent_over_time({app="a"}[1m])', {}),
        ('sum(count_over_time({app=~"a|b"}[1m])) > 4', {"": 5}),
        ('4 < sum(count_over_time({app=~"a|b"}[1m]))', {"": 5}),
        ('sum(count_over_time({app=~"a|b"}[1m])) > bool 5', {"": 0}),
        ('sum by (app) (count_over_time({app=~"a|b"}[1m])) / on () group_left '
         'sum(count_over_time({app=~"a|b"}[1m]))', {"app=a": 0.6, "app=b": 0.4}),
        ('label_replace(vector(1), "x", "y$1", "z", "(.*)")', {"x=y": 1}),
        ("vector(1) + vector(1)", {"": 2}),
        ("vector(1) and vector(2) unless vector(3)", {}),
        ("1 / 0", {"": math.nan}),
        ('topk(1, sum by (app) (count_over_time({app=~".+"}[1m])))', {"app=a": 3}),
        ('approx_topk(1, sum by (app) (count_over_time({app=~".+"}[1m])))', {"app=a": 3}),
        ('count(count_over_time({app=~".+"}[1m]))', {"": 3}),
        ('sum by (level, detected_level) (count_over_time({app=~".+"} | drop __error__ [1m]))',
         {"": 4, "level=warn": 1}),
        ('sum(sum_over_time({app="b"} | logfmt | unwrap v | __error__="" [1m]))', {"": 10}),
    ],
)  # fmt: skip
def test_functions(query: str, expected: dict[str, float]) -> None:
    """Each function gives what it is called."""
    # A counter's increase of 3 is stretched to the end, and by half a step before.
    found = _values(query, 35 if "rate_counter" in query else 60)
    assert found == pytest.approx(expected, nan_ok=True)


def test_order_is_by_labels_unless_a_query_sorts() -> None:
    """sort and sort_desc give an order to an instant query."""
    query = 'sum by (app) (count_over_time({app=~".+"}[1m]))'
    assert list(_values(query, 60)) == ["app=a", "app=b"]
    assert list(_values(f"sort({query})", 60)) == ["app=b", "app=a"]
    assert list(_values(f"sort_desc({query}) * 2", 60)) == ["app=a", "app=b"]


def test_a_line_that_cannot_be_read_ends_a_query() -> None:
    """It says so, unless the query leaves such lines out, or groups by their error."""
    query = 'sum(sum_over_time({app="b"} | logfmt | unwrap v [1m]))'
    with pytest.raises(PipelineError, match="SampleExtractionErr"):
        numbers(query, LINES, 60)
    assert numbers(query, LINES, 30)
    counted = 'sum by (__error__) (count_over_time({app="b"} | json [1m]))'
    found = numbers(counted, LINES, 60)
    assert [dict(labels)["__error__"] for labels in found] == ["JSONParserErr"]


@pytest.mark.parametrize(
    ("query", "problem"),
    [
        ('count_over_time({app="a"}[1m]) + ignoring(level) vector(1)', "many"),
        ('vector(1) + ignoring(level, app) count_over_time({app="a"}[1m])', "duplicate series"),
        ('count_over_time({app=~".+"} | label_format i=`{{__timestamp__ | unixEpochNanos}}` [1m])',
         "maximum number of series"),
    ],
)  # fmt: skip
def test_what_is_ambiguous_or_too_much_is_refused(query: str, problem: str) -> None:
    """Series that may belong to several others, and too many of them, are an error."""
    lines: list[Line] = [*LINES, *((A, 1 + n / 100, "v=1", {}) for n in range(600))]
    if problem == "many":
        query = query.replace("vector(1)", 'sum by (app) (count_over_time({app="a"}[1m]))')
    with pytest.raises(QueryError, match=problem):
        numbers(query, lines, 60)


def test_approx_topk_is_for_one_moment() -> None:
    """A range of moments is refused, as in Loki."""
    with pytest.raises(QueryError):
        numbers('approx_topk(1, rate({app="a"}[1m]))', LINES, 10, 60, 10)


class _Writer:
    """Writes random lines and queries."""

    def __init__(self, seed: int) -> None:
        self.random = random.Random(seed)

    def pick(self, *options: str) -> str:
        return self.random.choice(options)

    def lines(self) -> list[Line]:
        return [self._line(number) for number in range(60)]

    def _line(self, number: int) -> Line:
        chosen = self.random
        pairs = {
            "v": str(chosen.randint(-5, 50)),
            "d": self.pick("5ms", "1.5s", "2m"),
            "s": self.pick("10B", "2KiB", "1.5KB"),
            "level": self.pick("info", "warn"),
            "app": "inner",
        }
        kept = {n: v for n, v in pairs.items() if chosen.random() < 0.8}
        if chosen.random() < 0.5:
            line = " ".join(f"{n}={v}" for n, v in kept.items())
        else:
            content = ", ".join(f'"{n}": "{v}"' for n, v in kept.items())
            line = "{" + content + "}"
        stream = {"app": self.pick("a", "b", "c"), "env": self.pick("x", "y")}
        meta = {"level": "error", "pod": self.pick("p", "q")} if chosen.random() < 0.4 else {}
        # No two at the same time, so that the first and the last one are certain.
        return stream, number * 3 + chosen.random() * 2, line, meta

    def query(self, depth: int = 0) -> str:
        chosen = self.random.random()
        if depth > 2 or chosen < 0.4:
            return self.ranged()
        if chosen < 0.75:
            operation = self.pick("sum", "min", "max", "count", "avg", "stddev", "stdvar")
            return f"{operation}{self._grouping()}({self.query(depth + 1)})"
        operator = self.pick("+", "-", "*", "/", ">", "<=", "== bool", "and", "or", "unless")
        right = self.query(depth + 1)
        if operator not in ("and", "or", "unless") and self.random.random() < 0.5:
            right = str(self.random.randint(0, 9))
        return f"({self.query(depth + 1)} {operator} {right})"

    def _grouping(self) -> str:
        labels = self.pick("app", "app, env", "level", "pod, level", "")
        return self.pick(f" by ({labels}) ", f" without ({labels}) ", " ")

    def ranged(self) -> str:
        selector = self.pick('{app="a"}', '{app=~"a|b"}', '{app!="c", env=~".+"}')
        # A filter that is negated would belong to a label before it.
        selector += self.pick("", "", ' != "warn" or "2m"', " !~ `v=[1-3]`")
        stages = "".join(self._stage() for _ in range(self.random.randint(0, 3)))
        tail = f"[{self.pick('7s', '30s', '1m', '5m')}]{self.pick('', ' offset 20s')}"
        if self.random.random() < 0.5:
            operation = self.pick("count_over_time", "rate", "bytes_over_time", "bytes_rate")
            return f"{operation}({selector}{stages} {tail})"
        unwrap = self.pick("v", "duration(d)", "bytes(s)", "v")
        parser = self.pick(" | logfmt", " | json")
        filtered = self.pick(' | __error__=""', "")
        lines = f"{selector}{parser}{stages} | unwrap {unwrap}{filtered} {tail}"
        operation = self.pick("sum", "avg", "min", "max", "first", "last", "stddev", "stdvar")
        if operation == "sum":
            return f"sum_over_time({lines})"
        if self.random.random() < 0.2:
            return f"quantile_over_time(0.{self.random.randint(0, 99)}, {lines})"
        return f"{operation}_over_time({lines}){self._grouping()}"

    def _stage(self) -> str:
        return self.pick(
            " | logfmt", " | json", ' | json | __error__=""', ' |= "v"', ' |= "warn" or "2m"',
            " |~ `v\\W+[1-3]`", " | level=`warn`", " | pod!~`p|z`", " | v>10", " | d<=1s or v<0",
            " | s>1KB and v!=3", " | drop env, pod", " | keep app, level, v, d, s",
            " | drop __error__, __error_details__", ' | level_extracted="info"',
        )  # fmt: skip


class _WriterOfAllStages(_Writer):
    """Writes queries with the stages, too, that the plain evaluator does not know."""

    def _stage(self) -> str:
        return self.pick(
            ' | logfmt x="v", y="none"', ' | json x="v"', " | label_format x=v, w=`{{.s}}!`",
            " | line_format `{{.v}} level=warn`", " | label_format y=`{{$.v}}`", " | x=`3`",
            " | label_format z=`{{range $n, $l := .}}{{$n}}{{end}}`", ' | x="none" or y=""',
            ' | label_format z=`{{block "t" .}}{{.v}}{{end}}`',
            " | regexp `(?P<x>[0-9]+)`", " | pattern `<x>=<y> <_>`", " | unpack", ' | y!="none"',
            " | line_format `{{.__error__}}`", " | keep x, v, app", " | drop x", ' | w=~"1.*"',
            " | logfmt --strict", " | v > 3", super()._stage(), super()._stage(),
        )  # fmt: skip


@pytest.mark.parametrize(
    "seeds",
    [range(25), pytest.param(range(1000, 3000), marks=pytest.mark.long, id="many")],
    ids=lambda seeds: f"{len(seeds)}",
)
def test_what_a_query_does_not_need_changes_nothing(
    seeds: range, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Extraction that takes only the labels that are needed gives what all labels give."""
    answered = 0
    for seed in seeds:
        writer = _WriterOfAllStages(seed)
        with stored(writer.lines()) as service:
            for _ in range(10):
                query = f"sum by (x, app, level) ({writer.ranged()})"
                try:
                    series = numbers(query, service, 150.0)
                    with monkeypatch.context() as context:
                        context.setattr(Extractor, "_made_hints", lambda _: Hints())
                        expected = numbers(query, service, 150.0)
                except QueryError:
                    # Whether an error is met depends on which labels a query needs.
                    continue
                assert series == expected, f"seed {seed}: {query}"
                answered += bool(series)
    assert answered > len(seeds)


@pytest.mark.parametrize(
    "seeds",
    [range(12), pytest.param(range(1000, 2000), marks=pytest.mark.long, id="many")],
    ids=lambda seeds: f"{len(seeds)}",
)
def test_random_queries_are_answered_as_by_the_plain_evaluator(seeds: range) -> None:
    """The evaluator and one from the documentation alone give the same for the same lines."""
    outcomes: Counter[str] = Counter()
    for seed in seeds:
        writer = _Writer(seed)
        lines = writer.lines()
        with stored(lines) as service:
            if seed % 2:
                service.store.flush()
            for _ in range(10):
                outcomes[_agrees(writer.query(), lines, service, seed)] += 1
    print(dict(outcomes))
    assert outcomes["answered"] > len(seeds) * 3
    assert outcomes["skipped"] < len(seeds) * 4


def _agrees(query: str, lines: list[Line], service: LogService, seed: int) -> str:
    """Compare, and say whether the query was answered, found nothing, or was skipped."""
    metric = parse(query)
    assert not isinstance(metric, LogQuery)
    try:
        expected = plain_logql.at(metric, lines, 150.0)
    except plain_logql.PlainError:
        # Whether an error is met depends on which labels a query needs: both may be right.
        return "skipped"
    try:
        found = numbers(query, service, 150.0)
    except QueryError as error:
        raise AssertionError(f"seed {seed}: {query}: {error}") from error
    values = {frozenset(labels): points[0][1] for labels, points in found.items()}
    assert values == pytest.approx(expected, nan_ok=True, abs=1e-9), f"seed {seed}: {query}"
    return "answered" if expected else "empty"


def test_an_evaluation_ends_when_it_is_stopped_or_has_too_many_series() -> None:
    """It is asked at every step whether to go on, and no step is made after that of too many."""
    metric = parse('sum by (n) (count_over_time({app="a"} | logfmt [1m]))')
    assert not isinstance(metric, LogQuery)
    series = {(("n", str(n)),): Samples(list(range(0, 10**12, 10**9)), [1.0] * 1000)
              for n in range(20)}  # fmt: skip
    asked = 0

    def check() -> None:
        nonlocal asked
        asked += 1
        if asked == 50:
            raise QueryError("stopped")

    times = Times(0, 10**12, 10**9)
    with pytest.raises(QueryError, match="stopped"):
        evaluate(metric, times, lambda *_: series, check=check)
    asked = -1000
    with pytest.raises(QueryError, match="maximum number of series"):
        evaluate(metric, times, lambda *_: series, SeriesLimit(5), check)
    assert asked == -980


def test_a_condition_behind_a_format_that_nobody_reads_is_asked() -> None:
    """Lines are chosen by the stages that are left, where a format is left out."""
    lines: list[Line] = [(A, 1, "x", {"level": "a"}), (A, 2, "x", {"level": "b"})]
    query = 'sum(count_over_time({app="a"} | line_format `y` | level="a" [1m]))'
    assert numbers(query, lines, 10.0) == {(): [(10.0, 1.0)]}
    query = 'sum(bytes_over_time({app="a"} | unpack [1m]))'
    packed: list[Line] = [(A, 1, '{"_entry":"abc"}', {})]
    assert numbers(query, packed, 10.0) == {(): [(10.0, 3.0)]}
