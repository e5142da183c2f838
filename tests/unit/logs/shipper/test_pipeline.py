"""Stages do what Promtail's documentation says of them."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any

import msgspec
import pytest
from prometheus_client.openmetrics.parser import text_string_to_metric_families

from whiteroom_monitoring.logs.shipper import go_time
from whiteroom_monitoring.logs.shipper.config import Relabel, Stage
from whiteroom_monitoring.logs.shipper.entry import SECOND_NS, Entry
from whiteroom_monitoring.logs.shipper.errors import StageError
from whiteroom_monitoring.logs.shipper.pipeline import Pipeline
from whiteroom_monitoring.logs.shipper.relabel import Relabeling
from whiteroom_monitoring.logs.shipper.stages import counting, selecting
from whiteroom_monitoring.logs.shipper.stages.counting import CustomMetrics

NOW_NS = 1_800_000_000 * SECOND_NS


def _pipeline(*stages: dict[str, Any], registry: CustomMetrics | None = None) -> Pipeline:
    made = [msgspec.convert(stage, Stage) for stage in stages]
    return Pipeline(made, registry or CustomMetrics())


def _run(pipeline: Pipeline, *lines: str, labels: dict[str, str] | None = None) -> list[Entry]:
    entries: list[Entry] = []
    for place, line in enumerate(lines):
        pipeline.context.before = place
        entries += pipeline.run([Entry(line, labels or {"job": "x"}, place, NOW_NS)])
    return entries


JSON = {"json": {"expressions": {"level": None, "trace": "fields.trace", "msg": "message"}}}
LINE = '{"level":"warn","message":"late","fields":{"trace":"a1"}}'

# Stages, a line, and what becomes of it: text, labels, metadata.
CASES: list[tuple[str, list[dict[str, Any]], str, tuple[str, dict[str, str], dict[str, str]]]] = [
    (
        "json",
        [JSON, {"labels": {"level": None}}, {"structured_metadata": {"trace_id": "trace"}}],
        LINE,
        (LINE, {"job": "x", "level": "warn"}, {"trace_id": "a1"}),
    ),
    ("output", [JSON, {"output": {"source": "msg"}}], LINE, ("late", {"job": "x"}, {})),
    (
        "logfmt",
        [{"logfmt": {"mapping": {"a": None, "b": "c"}}}, {"labels": {"a": None, "b": None}}],
        'a=1 c="x y" d',
        ('a=1 c="x y" d', {"job": "x", "a": "1", "b": "x y"}, {}),
    ),
    (
        "regex",
        [{"regex": {"expression": r"^(?P<l>\w+):"}}, {"labels": {"level": "l"}}],
        "error: x",
        ("error: x", {"job": "x", "level": "error"}, {}),
    ),
    (
        "replace of groups",
        [{"replace": {"expression": r"password=(\S+)", "replace": "***"}}],
        "password=a password=b",
        ("password=*** password=***", {"job": "x"}, {}),
    ),
    (
        "replace by a template",
        [{"replace": {"expression": r"(\w+)@", "replace": "{{ .Value | ToUpper }}"}}],
        "ann@x",
        ("ANN@x", {"job": "x"}, {}),
    ),
    (
        "template",
        [
            JSON,
            {"template": {"source": "level", "template": "{{ ToUpper .Value }}-{{ .msg }}"}},
            {"labels": {"level": None}},
        ],
        LINE,
        (LINE, {"job": "x", "level": "WARN-late"}, {}),
    ),
    (
        "labels",
        [{"static_labels": {"a": "1", "b": "2"}}, {"labeldrop": ["a"]}, {"labelallow": ["b"]}],
        "x",
        ("x", {"b": "2"}, {}),
    ),
    (
        "pack",
        [{"static_labels": {"pod": "p"}}, {"pack": {"labels": ["pod"]}}],
        "x",
        ('{"pod":"p","_entry":"x"}', {"job": "x"}, {}),
    ),
    (
        "match",
        [
            {"match": {"selector": '{job="x"} |= "b"', "stages": [{"static_labels": {"m": "1"}}]}},
            {"match": {"selector": '{job="y"}', "action": "drop"}},
        ],
        "abc",
        ("abc", {"job": "x", "m": "1"}, {}),
    ),
    (
        "cri",
        [{"cri": {}}],
        "2026-01-02T03:04:05.5Z stderr F hello",
        ("hello", {"job": "x", "stream": "stderr"}, {}),
    ),
]


@pytest.mark.parametrize(
    ("stages", "line", "expected"), [case[1:] for case in CASES], ids=[c[0] for c in CASES]
)
def test_stage(
    stages: list[dict[str, Any]], line: str, expected: tuple[str, dict[str, str], dict[str, str]]
) -> None:
    """A line has the text, the labels and the metadata that its stages give it."""
    (entry,) = _run(_pipeline(*stages), line)
    assert (entry.line, entry.labels, entry.meta) == expected


@pytest.mark.parametrize(
    "stage",
    [
        {"drop": {"expression": "debug"}},
        {"drop": {"longer_than": "4b"}},
        {"drop": {"value": "debug"}},
        {"match": {"selector": '{job="x"}', "action": "drop"}},
        {"limit": {"rate": 0.001, "burst": 1, "drop": True}},
    ],
)
def test_what_is_dropped_is_counted(stage: dict[str, Any]) -> None:
    """A line that a stage leaves out goes no further, and is counted by its reason."""
    pipeline = _pipeline(stage)
    left = _run(pipeline, "debug", "debug")
    assert len(left) + sum(pipeline.context.dropped.values()) == 2
    assert pipeline.context.dropped


def test_a_limit_that_does_not_drop_lets_its_source_wait(monkeypatch: pytest.MonkeyPatch) -> None:
    """Lines beyond the rate are kept, and the source is told to wait for as long as they take."""
    monkeypatch.setattr(selecting, "time", SimpleNamespace(monotonic=lambda: 100.0))
    pipeline = _pipeline({"limit": {"rate": 10, "burst": 1}})
    assert len(_run(pipeline, "a", "b", "c")) == 3
    assert pipeline.context.delay_s == pytest.approx(0.2)


TIMES = [
    ("RFC3339", "2026-01-02T03:04:05Z", 1767323045 * SECOND_NS, SECOND_NS),
    ("RFC3339Nano", "2026-01-02T03:04:05.123+00:00", 1767323045_123 * 10**6, 10**6),
    ("Unix", "1767323045.123", 1767323045_123 * 10**6, 10**6),
    ("UnixMs", "1767323045123", 1767323045_123 * 10**6, 10**6),
    ("02/Jan/2006:15:04:05 -0700", "02/Jan/2026:04:04:05 +0100", 1767323045 * SECOND_NS, SECOND_NS),
    ("2006-01-02 15:04:05.000 MST", "2026-01-02 03:04:05.123456 UTC", 1767323045_123456000, 1000),
]


@pytest.mark.parametrize(("layout", "text", "time_ns", "unit_ns"), TIMES)
def test_times(layout: str, text: str, time_ns: int, unit_ns: int) -> None:
    """A time is read to the nanosecond, with the step in which its text tells it."""
    stages = [
        {"regex": {"expression": "^(?P<t>.*)$"}},
        {"timestamp": {"source": "t", "format": layout}},
    ]
    (entry,) = _run(_pipeline(*stages), text)
    assert (entry.time_ns, entry.unit_ns) == (time_ns, unit_ns)


def test_a_line_without_a_time_takes_the_latest() -> None:
    """What tells no time has that of the line before it, and a nanosecond of its own."""
    stages = [
        {"regex": {"expression": r"^(?P<t>\d+) "}},
        {"timestamp": {"source": "t", "format": "2006", "fallback_formats": ["Unix"]}},
    ]
    with pytest.raises(StageError, match="format"):
        _pipeline(*stages)
    stages[1]["timestamp"]["format"] = "RFC3339"  # type: ignore[index]
    entries = _run(_pipeline(*stages), "100 a", "  b", "  c")
    assert [entry.stamp_ns() for entry in entries] == [100 * SECOND_NS + n for n in range(3)]


def test_equal_nanoseconds_are_told_apart() -> None:
    """Equal lines whose time leaves no room below it get nanoseconds of their own."""
    stages = [
        {"regex": {"expression": r"^(?P<t>\d+) "}},
        {"timestamp": {"source": "t", "format": "UnixNs"}},
    ]
    entries = _run(_pipeline(*stages), "100 a", "100 a", "101 b")
    assert [entry.stamp_ns() for entry in entries] == [100, 101, 101]


def test_multiline_holds_a_block_and_its_position() -> None:
    """Lines that follow a first one belong to it; the position before it is held."""
    pipeline = _pipeline({"multiline": {"firstline": r"^\d", "max_lines": 3}})
    assert [e.line for e in _run(pipeline, "1 a", " b", "2 c")] == ["1 a\n b"]
    assert pipeline.held() == [2]
    assert [e.line for e in pipeline.flush(None)] == ["2 c"]
    assert pipeline.held() == []


def test_metrics_are_exposed() -> None:
    """A pipeline's metrics count lines and what their fields say, by labels."""
    registry = CustomMetrics()
    definitions = {
        "lines_total": {"type": "Counter", "config": {"match_all": True, "action": "inc"}},
        "seconds": {"type": "Histogram", "source": "s", "config": {"buckets": [1, 2]}},
    }
    pipeline = _pipeline(
        {"regex": {"expression": r"(?P<s>[\d.]+)s"}}, {"metrics": definitions}, registry=registry
    )
    _run(pipeline, "1.5s", "3s")
    text = registry.exposition().decode()
    assert 'promtail_custom_lines_total{job="x"} 2\n' in text
    assert 'promtail_custom_seconds_bucket{job="x",le="2.0"} 1\n' in text
    assert 'promtail_custom_seconds_count{job="x"} 2\n' in text


def test_metrics_are_exposed_in_openmetrics() -> None:
    """Scrapers that ask for OpenMetrics get them, too: parsed, they have the same values."""
    registry = CustomMetrics()
    counter = {"type": "Counter", "config": {"match_all": True, "action": "inc"}}
    definitions = {
        "lines_total": {**counter, "description": 'of "x"\nand more'},
        "big_bytes": {"type": "Gauge", "source": "n", "config": {"action": "set"}},
    }
    pipeline = _pipeline(
        {"regex": {"expression": r"(?P<n>\d+)"}}, {"metrics": definitions}, registry=registry
    )
    _run(pipeline, "1", "123456789")
    text = registry.exposition(open_metrics=True).decode() + "# EOF\n"
    samples = [s for f in text_string_to_metric_families(text) for s in f.samples]
    assert {sample.name: sample.value for sample in samples} == {
        "promtail_custom_lines_total": 2,
        "promtail_custom_big_bytes": 123456789,
    }


def test_parts_of_a_line_of_a_container_are_joined() -> None:
    """Lines that the runtime has cut are one; its position is held until the last part."""
    pipeline = _pipeline({"cri": {}})
    time = "2026-01-02T03:04:05.5Z stdout"
    lines = _run(pipeline, f"{time} P in ", f"{time} P three ", f"{time} F parts", f"{time} F b")
    assert [entry.line for entry in lines] == ["in three parts", "b"]
    assert _run(pipeline, f"{time} P open") == []
    assert pipeline.held() == [0]
    assert [entry.line for entry in pipeline.flush(None)] == ["open"]


def test_a_function_that_a_field_does_not_fit_leaves_it_out() -> None:
    """An expression of JMESPath that fails for a line fills nothing, and the line goes on."""
    stages = [{"json": {"expressions": {"n": "length(msg)"}}}, {"labels": {"n": None}}]
    lines = _run(_pipeline(*stages), '{"msg":1}', '{"msg":"abc"}')
    assert [entry.labels.get("n") for entry in lines] == [None, "3"]


RULES = [
    ({"source_labels": ["__a"], "target_label": "b"}, {"b": "v-1"}),
    ({"source_labels": ["__a"], "regex": "v(.)(.)", "target_label": "b", "replacement": "$2"},
     {"b": "1"}),
    ({"source_labels": ["__a"], "regex": "w.*", "action": "keep"}, None),
    ({"source_labels": ["__a"], "regex": "v.*", "action": "drop"}, None),
    ({"regex": "__(a)", "action": "labelmap", "replacement": "got_$1"}, {"got_a": "v-1"}),
    ({"source_labels": ["__a"], "target_label": "b", "action": "uppercase"}, {"b": "V-1"}),
]  # fmt: skip


@pytest.mark.parametrize(("rule", "expected"), RULES)
def test_relabeling(rule: dict[str, Any], expected: dict[str, str] | None) -> None:
    """A rule changes the labels of a target, or leaves it out."""
    assert Relabeling([msgspec.convert(rule, Relabel)]).apply({"__a": "v-1"}) == expected


def test_what_a_template_lacks_is_refused_by_name() -> None:
    """A function that is not there, and an action without its end, is told with its place."""
    for text, named in (("{{ shout .a }}", "shout"), ("{{ range .a }}", "unexpected EOF")):
        with pytest.raises(StageError, match=named):
            _pipeline({"template": {"source": "a", "template": text}})


@pytest.mark.parametrize(
    "text", ["²", "99 Foo 2026 10:00:00", "31 Feb 2026 10:00:00", "01 Jan 2026 25:00:00"]
)
@pytest.mark.parametrize("layout", ["Unix", "02 Jan 2006 15:04:05"])
def test_what_is_no_time_is_none(layout: str, text: str) -> None:
    """A text that looks like a time and is none leaves a line without one, and the line goes on."""
    stages = [
        {"regex": {"expression": "^(?P<t>.*)$"}},
        {"timestamp": {"source": "t", "format": layout}},
    ]
    (entry,) = _run(_pipeline(*stages), text)
    assert entry.time_ns is None


def test_a_time_without_a_year_is_of_the_latest(monkeypatch: pytest.MonkeyPatch) -> None:
    """A text that tells no year is of the last year in which its moment has come."""
    monkeypatch.setattr(go_time, "time", SimpleNamespace(time=lambda: 1767323045.0))
    parse = go_time.parser("Jan _2 15:04:05")
    day_s = 86400
    jan_first_s = 1767225600
    assert parse("Jan  1 00:00:00") == (jan_first_s * SECOND_NS, SECOND_NS)
    assert parse("Dec 31 00:00:00") == ((jan_first_s - day_s) * SECOND_NS, SECOND_NS)
    assert parse("Feb 29 00:00:00") == (1709164800 * SECOND_NS, SECOND_NS)


def test_how_many_parts_and_bytes_a_line_of_a_container_has() -> None:
    """``max_partial_lines`` ends a line; ``max_partial_line_size`` cuts it where it is to."""
    begin = "2026-01-02T03:04:05Z stdout"
    cri = {
        "max_partial_lines": 2,
        "max_partial_line_size": 5,
        "max_partial_line_size_truncate": True,
    }
    lines = [f"{begin} P abc", f"{begin} P def", f"{begin} F g"]
    assert [e.line for e in _run(_pipeline({"cri": cri}), *lines)] == ["abcde", "g"]


def test_a_key_of_logfmt_may_fill_two_fields() -> None:
    """Two names for one key both get its value."""
    stages = [{"logfmt": {"mapping": {"a": "k", "b": "k"}}}, {"labels": {"a": None, "b": None}}]
    [entry] = _run(_pipeline(*stages), "k=1")
    assert entry.labels == {"job": "x", "a": "1", "b": "1"}


def test_a_series_that_is_idle_ends(monkeypatch: pytest.MonkeyPatch) -> None:
    """After ``max_idle_duration`` without a line, a series is exposed no more."""
    now_s = 1000.0
    monkeypatch.setattr(counting.time, "monotonic", lambda: now_s)
    registry = CustomMetrics()
    metric = {
        "type": "Counter",
        "max_idle_duration": "1m",
        "config": {"match_all": True, "action": "inc"},
    }
    pipeline = _pipeline({"metrics": {"lines": metric}}, registry=registry)
    _run(pipeline, "a", labels={"job": "old"})
    now_s += 59
    _run(pipeline, "a", labels={"job": "new"})
    now_s += 2
    text = registry.exposition().decode()
    assert 'job="new"' in text
    assert 'job="old"' not in text
