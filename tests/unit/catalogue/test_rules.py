"""Every rule of the catalogue has an example that breaks it, and only it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import pytest

from whiteroom_monitoring.catalogue import rules
from whiteroom_monitoring.catalogue.rules import across, events, labels, names, types
from whiteroom_monitoring.catalogue.rules.labels import IDENTITIES, RESERVED, TRACES


@dataclass(frozen=True)
class Example:
    """Files that break ``rule`` at the place marked ▸, in the words ``problem``."""

    rule: Callable[..., object]
    files: dict[str, str]
    problem: str


def _domain(metrics: str, domain: str = "audio", program: str = "juce-backend") -> str:
    return f"domain: {domain}\nprogram: {program}\nmetrics:\n{metrics}\n"


def _metric(rule: Callable[..., object], metric: str, problem: str) -> Example:
    return Example(rule, {"audio.yaml": _domain(f"  - {{{metric}, writers: many}}")}, problem)


def _named(rule: Callable[..., object], start: str, problem: str) -> Example:
    return _metric(rule, f"{start}, help: What it is for.", problem)


def _helped(rule: Callable[..., object], text: str, problem: str) -> Example:
    return _metric(rule, f"name: audio_calls_total, type: counter, help: {text}", problem)


def _labelled(rule: Callable[..., object], label: str, problem: str) -> Example:
    return _named(rule, f"name: audio_calls_total, type: counter, labels: [{label}]", problem)


def _bucketed(rule: Callable[..., object], buckets: str, problem: str) -> Example:
    start = f"name: audio_wait_seconds, type: histogram, unit: seconds, buckets: [{buckets}]"
    return _named(rule, start, problem)


_GAUGE = "type: gauge, aggregation: sum"
_COUNTER = "type: counter, help: What it is for., writers: many"

EXAMPLES = [
    _named(
        names.counter_ends_in_total,
        "name: ▸audio_calls, type: counter",
        "the counter audio_calls does not end in _total",
    ),
    _named(
        names.counter_ends_in_total,
        f"name: ▸audio_calls_total, {_GAUGE}",
        "the gauge audio_calls_total ends in _total, which belongs to the type counter",
    ),
    _named(
        names.info_ends_in_info,
        "name: ▸audio_engine, type: info, labels: [{name: version, max_series: 1}]",
        "the info audio_engine does not end in _info",
    ),
    _named(
        names.info_ends_in_info,
        f"name: ▸audio_engine_info, {_GAUGE}",
        "the gauge audio_engine_info ends in _info, which belongs to the type info",
    ),
    *(
        _named(
            names.suffix_is_not_reserved,
            f"name: ▸audio_calls{suffix}, {_GAUGE}",
            f"audio_calls{suffix} ends in {suffix}, reserved for parts of metrics",
        )
        for suffix in names.RESERVED_SUFFIXES
    ),
    _named(
        names.unit_is_a_base_unit,
        f"name: ▸audio_wait_milliseconds, {_GAUGE}, unit: seconds",
        "audio_wait_milliseconds is in milliseconds, which is not a base unit",
    ),
    _named(
        names.unit_is_a_base_unit,
        "name: ▸audio_read_kilobytes_total, type: counter",
        "audio_read_kilobytes_total is in kilobytes, which is not a base unit",
    ),
    _named(
        names.unit_stands_in_name,
        f"name: ▸audio_wait, {_GAUGE}, unit: seconds",
        "audio_wait does not name its unit, seconds",
    ),
    _named(
        names.named_unit_is_declared,
        f"name: ▸audio_wait_seconds, {_GAUGE}",
        "audio_wait_seconds ends in seconds, but has no unit",
    ),
    _named(
        types.buckets_belong_to_histograms,
        "name: audio_wait, type: histogram",
        "the histogram audio_wait has no buckets",
    ),
    _named(
        types.buckets_belong_to_histograms,
        "name: audio_calls_total, type: counter, buckets: ▸[1, 2]",
        "the counter audio_calls_total has buckets",
    ),
    _bucketed(types.buckets_increase, "0.1, ▸0.1", "the bucket 0.1 follows 0.1"),
    _bucketed(types.buckets_increase, "0.2, ▸0.1", "the bucket 0.1 follows 0.2"),
    _bucketed(types.buckets_increase, "0.2, ▸0.1, 0.3", "the bucket 0.1 follows 0.2"),
    _bucketed(types.buckets_fit_a_cell, "0.1, ▸.inf", "the bucket inf, expected a finite bound"),
    _bucketed(types.buckets_fit_a_cell, "▸0, 0.1", "the bucket 0, expected a positive multiple"),
    _bucketed(types.buckets_fit_a_cell, "▸1.5e-9", "expected a positive multiple of 1e-9"),
    _bucketed(types.buckets_fit_a_cell, "1, ▸1e10", "within 64 bits"),
    _bucketed(types.buckets_fit_a_cell, "1, ▸9223372036.854775808", "within 64 bits"),
    _named(
        types.buckets_fit_a_cell,
        "name: audio_notes_played, type: histogram, buckets: [1, ▸1.5]",
        "the bucket 1.5, expected a positive multiple of 1 within 64 bits",
    ),
    _named(
        types.gauges_name_their_aggregation,
        "name: audio_level, type: gauge",
        "the gauge audio_level does not say how the values of processes are aggregated",
    ),
    _named(
        types.gauges_name_their_aggregation,
        "name: audio_calls_total, type: counter, aggregation: ▸sum",
        "the counter audio_calls_total has `aggregation`, which is for gauges",
    ),
    _named(
        types.updates_belong_to_gauges,
        "name: audio_calls_total, type: counter, updates: ▸add",
        "the counter audio_calls_total has `updates`, which is for gauges",
    ),
    _named(
        types.exemplars_fit_the_type,
        "name: audio_level, type: gauge, aggregation: max, exemplars: ▸true",
        "the gauge audio_level has exemplars",
    ),
    _named(
        types.exemplars_fit_the_type,
        "name: audio_wait_seconds_total, type: counter, unit: seconds, exemplars: ▸true",
        "the counter audio_wait_seconds_total has exemplars",
    ),
    _named(
        types.info_has_labels_and_no_unit,
        "name: audio_engine_info, type: info",
        "the info audio_engine_info has no labels",
    ),
    _named(
        types.info_has_labels_and_no_unit,
        "name: audio_bytes_info, type: info, unit: ▸bytes, labels: [{name: v, max_series: 1}]",
        "the info audio_bytes_info has a unit",
    ),
    _helped(types.help_is_a_sentence, "▸calls that have ended.", "expected a sentence"),
    _helped(types.help_is_a_sentence, "▸Calls that have ended", "expected a sentence"),
    _helped(types.help_is_a_sentence, '▸"One line.\\nTwo."', "the help has several lines"),
    _helped(types.help_says_more_than_the_name, "▸Audio calls.", "only repeats the name"),
    _helped(types.help_says_more_than_the_name, "▸Audio calls total.", "only repeats the name"),
    _labelled(
        labels.label_is_lower_case,
        "{name: ▸Cause, values: [a]}",
        "the label Cause has capitals",
    ),
    *(
        _labelled(
            labels.label_is_not_reserved,
            f"{{name: ▸{name}, values: [a]}}",
            f"the label {name} is set by Prometheus or the exposition",
        )
        for name in (*sorted(RESERVED), "__name__")
    ),
    *(
        _labelled(
            labels.label_is_nobodys_identity,
            f"{{name: ▸{name}, max_series: 5}}",
            f"the label {name} carries a user's identity",
        )
        for name in (*sorted(IDENTITIES), "user_id", "session_id", "ip_address")
    ),
    *(
        _labelled(
            labels.label_is_no_trace,
            f"{{name: ▸{name}, max_series: 5}}",
            f"the label {name} has a new value for each request",
        )
        for name in (*sorted(TRACES), "trace_id")
    ),
    _labelled(
        labels.label_names_are_unique,
        "{name: cause, values: [a]}, {name: ▸cause, values: [b]}",
        "the label cause is listed twice",
    ),
    _labelled(
        labels.label_is_closed_or_limited,
        "▸{name: cause, values: [a], max_series: 5}",
        "the label cause has both values and max_series",
    ),
    _labelled(
        labels.label_is_closed_or_limited,
        "▸{name: cause}",
        "the label cause has neither values nor max_series",
    ),
    _labelled(
        labels.values_are_unique,
        "{name: cause, values: [a, b, ▸a]}",
        "the value 'a' of cause is listed twice",
    ),
    _labelled(
        labels.values_are_unique,
        "{name: cause, values: [a-b, ▸a_b]}",
        "the value 'a_b' of cause and 'a-b' become one name",
    ),
    _labelled(
        labels.values_are_plain,
        '{name: cause, values: [a, ▸" b"]}',
        "the value ' b' of cause has spaces at its ends or controls",
    ),
    _named(
        labels.cardinality_is_bounded,
        "name: audio_wait_seconds, type: histogram, unit: seconds, buckets: [1, 2], "
        "labels: ▸[{name: channel, max_series: 2001}]",
        "audio_wait_seconds may have 10,005 series, expected at most 10,000",
    ),
    Example(
        labels.shared_metric_names_its_program,
        {
            "self.yaml": _domain(
                f"  - {{name: own_calls_total, {_COUNTER}, labels: ▸[{{name: a, values: [b]}}]}}",
                "self",
                "any",
            )
        },
        "own_calls_total is recorded by every program, but has no label program",
    ),
    Example(
        across.domain_is_named_as_its_file,
        {"audio.yaml": _domain("  []", "▸sound")},
        "found the domain sound, expected audio, as the file is named",
    ),
    Example(
        across.only_self_belongs_to_all,
        {"audio.yaml": _domain("  []", program="▸any")},
        "the domain audio belongs to any, expected the one program that owns it",
    ),
    Example(
        across.only_self_belongs_to_all,
        {"self.yaml": _domain("  []", "self", "▸juce-backend")},
        "the domain self belongs to juce-backend, expected any",
    ),
    Example(
        labels.value_list_is_written_once,
        {
            "audio.yaml": _domain(
                "".join(
                    f"  - {{name: audio_{name}_total, {_COUNTER}, "
                    f"labels: [{{name: cause, values: {values}}}]}}\n"
                    for name, values in (("calls", "[a, b]"), ("drops", "▸[a, b]"))
                )
            )
        },
        "line 4 has the same values for cause",
    ),
    Example(
        across.families_are_unique,
        {
            "audio.yaml": _domain(f"  - {{name: audio_calls_total, {_COUNTER}}}"),
            "ffi.yaml": _domain(f"  - {{name: ▸audio_calls_total, {_COUNTER}}}", "ffi"),
        },
        "audio_calls_total is already taken by audio_calls_total (audio.yaml:4)",
    ),
    Example(
        across.families_are_unique,
        {
            "audio.yaml": _domain(
                f"  - {{name: audio_calls_total, {_COUNTER}}}\n"
                f"  - {{name: ▸audio_calls, {_GAUGE}, help: What it is for., writers: many}}"
            ),
        },
        "audio_calls is already taken by audio_calls_total (audio.yaml:4)",
    ),
    Example(
        across.old_names_are_free,
        {
            "audio.yaml": _domain(
                f"  - {{name: audio_calls_total, {_COUNTER}, replaces: [▸audio_notes_total]}}\n"
                f"  - {{name: audio_notes_total, {_COUNTER}}}"
            ),
        },
        "audio_calls_total replaces audio_notes_total, already taken by audio_notes_total",
    ),
    Example(
        across.old_names_are_free,
        {
            "audio.yaml": _domain(
                f"  - {{name: audio_calls_total, {_COUNTER}, replaces: [calls]}}\n"
                f"  - {{name: audio_notes_total, {_COUNTER}, replaces: [▸calls]}}"
            ),
        },
        "audio_notes_total replaces calls, already taken by audio_calls_total",
    ),
    _named(
        across.old_names_are_free,
        "name: audio_calls_total, type: counter, replaces: [▸audio_calls_total]",
        "audio_calls_total replaces itself",
    ),
    Example(
        events.events_stand_beside_metrics,
        {
            "audio.yaml": "domain: audio\nprogram: juce-backend\nmetrics: []\n▸events:\n"
            "  - {name: song_loaded, level: info, message: Loaded, help: A song is there.}\n"
        },
        "the domain audio has events and no metrics",
    ),
]

# Of what is missing, the place is that of the entry.
ENTRY_PLACE = ("audio.yaml", 4, 5)


def _id(example: Example) -> str:
    return f"{example.rule.__name__}: {example.problem[:40]}"


@pytest.mark.parametrize("example", EXAMPLES, ids=_id)
def test_example_breaks_only_its_rule(example: Example, load_diagnostics) -> None:
    """An example that breaks a rule has one diagnostic at the marked place, in the rule's words."""
    diagnostics, marked = load_diagnostics(example.files)
    places = [
        (diagnostic.path.name, diagnostic.line, diagnostic.column) for diagnostic in diagnostics
    ]
    assert places == (marked or [ENTRY_PLACE]), diagnostics
    assert example.problem in diagnostics[0].problem
    assert diagnostics[0].remedy


@pytest.mark.parametrize("example", EXAMPLES, ids=_id)
def test_without_its_rule_an_example_passes(
    example: Example, load_diagnostics, monkeypatch: pytest.MonkeyPatch
) -> None:
    """An example breaks a rule only because of its rule: taken away, the catalogue loads."""
    for registry in ("ENTRY_RULES", "DOCUMENT_RULES", "CATALOGUE_RULES"):
        kept = tuple(r for r in getattr(rules, registry) if _function(r) is not example.rule)
        monkeypatch.setattr(rules, registry, kept)
    diagnostics, _ = load_diagnostics(example.files)
    assert diagnostics == []


def test_every_rule_has_an_example() -> None:
    """No rule is without an example that breaks it."""
    registered = (*rules.ENTRY_RULES, *rules.DOCUMENT_RULES, *rules.CATALOGUE_RULES)
    unproven = {_function(rule) for rule in registered} - {example.rule for example in EXAMPLES}
    assert unproven == set()


def test_rule_waits_for_the_keys_it_needs(load_diagnostics) -> None:
    """A key that does not fit the schema is reported once, and rules that need it stay silent."""
    text = _domain("  - {name: audio_calls, type: ▸conter, help: What it is for., writers: many}")
    diagnostics, marked = load_diagnostics({"audio.yaml": text})
    assert [
        (diagnostic.path.name, diagnostic.line, diagnostic.column) for diagnostic in diagnostics
    ] == marked


def test_rules_hold_beside_a_invalid_key(load_diagnostics) -> None:
    """An invalid key does not hide what is wrong with the other keys of its entry."""
    text = _domain(
        "  - name: ▸audio_wait_ms\n"
        "    type: gauge\n"
        "    aggregation: ▸mean\n"
        "    help: ▸no sentence\n"
        "    writers: many\n"
        "    labels: [{name: ▸user, max_series: 3}, {name: ▸7}]"
    )
    diagnostics, marked = load_diagnostics({"audio.yaml": text})
    assert [
        (diagnostic.path.name, diagnostic.line, diagnostic.column) for diagnostic in diagnostics
    ] == marked


def _function(rule: object) -> object:
    return getattr(rule, "holds", rule)
