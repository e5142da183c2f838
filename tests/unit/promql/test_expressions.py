"""Expressions are held against the series that exist."""

from __future__ import annotations

import pytest

from whiteroom_monitoring.catalogue.load import load
from whiteroom_monitoring.promql import vocabulary
from whiteroom_monitoring.promql.infer import result_labels
from whiteroom_monitoring.promql.parse import parse
from whiteroom_monitoring.promql.series import Series, SeriesIndex, build_index
from whiteroom_monitoring.promql.validate import findings
from whiteroom_monitoring.resources import share


@pytest.fixture(scope="module")
def known() -> SeriesIndex:
    """What this repository's catalogue and vocabulary provide, and one recorded series."""
    jobs = frozenset({"juce-backend", "node-exporter"})
    index = build_index(
        load(share("catalogue")),
        vocabulary.read(share("catalogue/vocabulary")),
        {"job": jobs, "instance": None},
    )
    index.add(Series("job:ffi_calls:rate5m", "recorded", {"job": None}, "a rule"))
    return index


RIGHT = [
    "up",
    'up{job="juce-backend"} == 0',
    'up{job=~"juce.*"} == 0',
    'up{job!=""}',
    'ALERTS{alertname="X", whatever="y"}',
    "rate(audio_dropouts_total[5m])",
    "rate(audio_engine_render_time_seconds_bucket[5m])",
    "increase(audio_engine_render_time_seconds_count[5m])",
    'audio_engine_render_time_seconds_bucket{le="0.025"}',
    'audio_engine_render_time_seconds_bucket{le="5e-05"}',
    "delta(audio_buffer_frames[5m])",
    "rate(node_vmstat_oom_kill[5m])",
    "max_over_time(rate(audio_callbacks_total[1m])[10m:1m])",
    "histogram_quantile(0.95, sum by (le) (rate(ffi_call_duration_seconds_bucket[5m])))",
    "histogram_quantile(0.95, rate(ffi_call_duration_seconds_bucket[5m]))",
    "sum without (cpu) (rate(node_cpu_seconds_total[5m]))",
    "sum(rate(ffi_errors_total[5m])) / sum(rate(ffi_calls_total[5m]))",
    "sum by (function) (rate(ffi_errors_total[5m])) / on (function) "
    "sum by (function) (rate(ffi_calls_total[5m]))",
    "rate(ffi_errors_total[5m]) / ignoring (code) group_left rate(ffi_calls_total[5m])",
    "rate(ffi_calls_total[5m]) * on (job) group_left (driver) audio_engine_info",
    "sum(up) or vector(0)",
    "up == 0 unless on (job) audio_buffer_frames",
    "node_filesystem_avail_bytes / node_filesystem_size_bytes < 0.1",
    "node_memory_MemAvailable_bytes / node_memory_MemTotal_bytes",
    'count by (name) (label_replace(up, "name", "$1", "job", "(.*)"))',
    "topk by (job) (3, up)",
    'count by (value) (count_values("value", up))',
    "time() - process_start_time_seconds > 60",
    'absent(up{job="juce-backend"})',
    "-up + 1",
    "job:ffi_calls:rate5m / scalar(sum(up))",
]


@pytest.mark.parametrize("text", RIGHT)
def test_right_expression_passes(text: str, known: SeriesIndex) -> None:
    """What names existing series and labels, with fitting functions, has no finding."""
    assert list(findings(parse(text), known)) == []


# Expression, topic, word, problem, remedy.
WRONG = [
    (
        "topk(scalar(audio_callback_total), up)",
        "metric",
        "audio_callback_total",
        "no metric is named audio_callback_total",
        "did you mean audio_callbacks_total?",
    ),
    (
        "sum by (job) (sum(up))",
        "label",
        "job",
        "sum(...) has no label job",
        "its labels: none",
    ),
    ("upp", "metric", "upp", "no metric is named upp", "did you mean up?"),
    ('{job="juce-backend"}', "metric", "{", "a selector without a metric's name", ""),
    (
        "audio_engine_render_time_seconds",
        "metric",
        "audio_engine_render_time_seconds",
        "no metric is named",
        "a histogram has audio_engine_render_time_seconds_bucket",
    ),
    ("deployment_version", "metric", "deployment_version", "", "it is now deployment_info"),
    ('up{jbo="x"}', "label", "jbo", "up has no label jbo", "did you mean job?"),
    ('up{job="juce"}', "label", "juce", "the label job of up is never 'juce'", "its values: "),
    ('up{job!="juce"}', "label", "juce", "never 'juce'", ""),
    ('up{job=~"juce-backend|x"}', "label", "x", "never 'x'", ""),
    ('up{job!~"x.*"}', "label", "x.*", "never 'x.*'", ""),
    (
        'audio_engine_load_ratio_bucket{le="0.95"}',
        "label",
        "0.95",
        "the label le of audio_engine_load_ratio_bucket is never '0.95'",
        "did you mean",
    ),
    ("sum by (channel) (up)", "label", "channel", "sum(...) has no label channel", ""),
    ("sum without (channel) (up)", "label", "channel", "sum(...) has no label channel", ""),
    (
        "up / on (instance) sum by (job) (up)",
        "label",
        "instance",
        "the right of / has no label instance",
        "",
    ),
    (
        "up * on (job) group_left (version) audio_engine_load_ratio_count",
        "label",
        "version",
        "the one side of * has no label version",
        "",
    ),
    (
        "rate(ffi_errors_total[5m]) / rate(ffi_calls_total[5m])",
        "label",
        "/",
        "the sides of / never match: only one has code",
        "say on(...)",
    ),
    (
        "sum(up) and up",
        "label",
        "and",
        "the sides of and never match: only one has instance, job",
        "",
    ),
    (
        "rate(audio_buffer_frames[5m])",
        "function",
        "rate",
        "rate() needs a counter; audio_buffer_frames is a gauge",
        "use delta",
    ),
    (
        "increase(audio_engine_info[5m])",
        "function",
        "increase",
        "increase() needs a counter; audio_engine_info is a info",
        "",
    ),
    (
        "rate(job:ffi_calls:rate5m[5m])",
        "function",
        "rate",
        "job:ffi_calls:rate5m is a rule's result",
        "take the rate in the rule",
    ),
    ("resets(up[1h:1m])", "function", "resets", "resets() needs a counter; up is a gauge", ""),
    (
        "deriv(audio_callbacks_total[5m])",
        "function",
        "deriv",
        "deriv() needs a gauge; audio_callbacks_total only grows",
        "use rate or increase",
    ),
    (
        "histogram_quantile(0.9, sum by (job) (rate(ffi_call_duration_seconds_bucket[5m])))",
        "function",
        "histogram_quantile",
        "histogram_quantile() needs the label le",
        "use _bucket series",
    ),
    (
        "histogram_quantile(0.9, rate(ffi_call_duration_seconds_sum[5m]))",
        "function",
        "histogram_quantile",
        "histogram_quantile() needs the label le",
        "",
    ),
]


@pytest.mark.parametrize("case", WRONG, ids=lambda case: case[0])
def test_wrong_expression_has_one_finding(
    case: tuple[str, str, str, str, str], known: SeriesIndex
) -> None:
    """What does not exist or fit is one finding, with the word that is wrong."""
    text, topic, word, problem, remedy = case
    [finding] = findings(parse(text), known)
    assert (finding.topic, finding.word) == (topic, word)
    assert problem in finding.problem
    assert finding.remedy.startswith(remedy)


LABELS = [
    ("up", {"job", "instance"}),
    ("sum(up)", set()),
    ("sum by (job) (up)", {"job"}),
    ("sum without (job) (up)", {"instance"}),
    ("topk(3, up)", {"job", "instance"}),
    ('count_values("v", up)', {"v"}),
    ('count_values by (job) ("v", up)', {"v", "job"}),
    ("up + on (job) up", {"job"}),
    ("up + ignoring (job) up", {"instance"}),
    ("up * on (job) group_left (driver) audio_engine_info", {"job", "instance", "driver"}),
    ("audio_engine_info * on (job) group_right (version) up", {"job", "instance", "version"}),
    ("sum by (job) (up) or sum by (instance) (up)", {"job", "instance"}),
    ("up unless on (job) vector(1)", {"job", "instance"}),
    ("1 - up", {"job", "instance"}),
    ("up > bool 1", {"job", "instance"}),
    ("vector(1)", set()),
    ("(1 + up) + ignoring (job) up", {"instance"}),
    ("quantile by (job) (0.9, up)", {"job"}),
    ("time()", set()),
    ("hour()", set()),
    ('absent(up{job="juce-backend"})', {"job"}),
    ('absent_over_time(up{job="juce-backend"}[5m])', {"job"}),
    ("absent(sum(up))", set()),
    ('label_replace(up, "a", "$1", "job", "(.*)")', {"job", "instance", "a"}),
    ('label_join(up, "a", "-", "job")', {"job", "instance", "a"}),
    ("histogram_quantile(0.9, audio_engine_load_ratio_bucket)", {"job", "instance"}),
    ("(rate(audio_dropouts_total[5m]))", {"job", "instance", "cause"}),
    ("avg_over_time(sum by (job) (up)[5m:1m])", {"job"}),
    ("quantile_over_time(0.9, up[5m])", {"job", "instance"}),
]


@pytest.mark.parametrize(("text", "labels"), LABELS)
def test_result_has_the_labels_that_prometheus_leaves(
    text: str, labels: set[str], known: SeriesIndex
) -> None:
    """The labels of a result follow from its operators and functions."""
    assert result_labels(parse(text), known) == labels


@pytest.mark.parametrize(
    "text", ["ALERTS", "nothing_known", "sum without (a) (ALERTS)", "ALERTS or up", "abs(ALERTS)"]
)
def test_labels_stay_unknown_where_they_can_not_be_known(text: str, known: SeriesIndex) -> None:
    """What may carry any label is not guessed."""
    assert result_labels(parse(text), known) is None
