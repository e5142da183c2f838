"""What does not fit the schema is said in words, at its place."""

from __future__ import annotations

import json
from typing import get_args

import jsonschema
import pytest

from whiteroom_monitoring.catalogue import model, units
from whiteroom_monitoring.resources import share

HEAD = "domain: audio\nprogram: juce-backend\n"
SOUND = "name: audio_calls_total, type: counter, help: What it is for., writers: many"


def _metrics(*entries: str) -> str:
    return HEAD + "metrics:\n" + "".join(f"  - {entry}\n" for entry in entries)


# Text of audio.yaml with the place marked, problem, remedy.
MISFITS = [
    ("▸- a\n", "found a list, expected a mapping with the keys domain, program and metrics", ""),
    ("▸domain: audio\nmetrics: []\n", "the key program is missing", "add `program:`"),
    (HEAD + "metrics: ▸{}\n", "found an empty mapping, expected a list of metrics", ""),
    (HEAD + "metrics:▸\n", "found nothing, expected a list of metrics", ""),
    (HEAD + "metrics: []\n▸metric: 1\n", "unknown key metric", "did you mean metrics?"),
    (HEAD + "metrics: []\n▸zzz: 1\n", "unknown key zzz", "known keys: domain, events, "),
    (
        "domain: ▸Audio\nprogram: juce-backend\nmetrics: []\n",
        "found 'Audio', expected one word of lower-case letters and digits",
        "",
    ),
    (
        f"domain: audio\nprogram: ▸{'p' * 64}\nmetrics: []\n",
        "expected a program's name of at most 63 lower-case letters",
        "",
    ),
    (
        HEAD + "label_sets:\n  causes: ▸none\nmetrics: []\n",
        "found 'none', expected a list of at least one label value",
        "",
    ),
    (_metrics("▸audio_calls_total"), "expected a metric: a mapping with the keys name, type", ""),
    (_metrics(f"{{{SOUND}, ▸lables: []}}"), "unknown key lables", "did you mean labels?"),
    (
        _metrics("▸{type: counter, help: What it is for., writers: many}"),
        "the key name is missing",
        "add `name:`",
    ),
    (
        _metrics("{name: ▸audio, type: counter, help: What it is for., writers: many}"),
        "found 'audio', expected two or more lower-case words joined by single underscores",
        "",
    ),
    (
        _metrics("{name: ▸12, type: counter, help: What it is for., writers: many}"),
        "found the number 12, expected two or more lower-case words",
        "put it in quotes",
    ),
    (
        _metrics("{name: audio_calls_total, type: ▸conter, help: What it is for., writers: many}"),
        "found 'conter', expected one of counter, gauge, histogram, summary, info",
        "did you mean counter?",
    ),
    (
        _metrics(f"{{{SOUND}, unit: ▸milliseconds}}"),
        "found 'milliseconds', expected one of seconds, bytes, ratio, hertz, frames",
        "use seconds",
    ),
    (
        _metrics("{name: audio_calls_total, type: counter, help: ▸true, writers: many}"),
        "found true, expected one sentence in text",
        "put it in quotes",
    ),
    (
        _metrics(f"{{{SOUND}, labels: ▸[]}}"),
        "found an empty list, expected a list of at least one label",
        "",
    ),
    (
        _metrics(f"{{{SOUND}, labels: [▸cause]}}"),
        "found 'cause', expected a label: a mapping with the key name",
        "",
    ),
    (
        _metrics(f"{{{SOUND}, labels: [{{name: code, values: [a, ▸200]}}]}}"),
        "found the number 200, expected text that is not empty",
        "put it in quotes",
    ),
    (
        _metrics(f'{{{SOUND}, labels: [{{name: code, values: [▸""]}}]}}'),
        "found empty text, expected text that is not empty",
        "",
    ),
    (
        _metrics(f"{{{SOUND}, labels: [{{name: code, max_series: ▸0}}]}}"),
        "found the number 0, expected a whole number of at least 1",
        "",
    ),
    (
        _metrics(f"{{{SOUND}, labels: [{{name: ▸a-b, max_series: 1}}]}}"),
        "found 'a-b', expected a label name: letters, digits and underscores",
        "",
    ),
    (
        _metrics(
            "{name: audio_wait_seconds, type: histogram, unit: seconds, buckets: [1, ▸+Inf], "
            "help: What it is for., writers: many}"
        ),
        "found '+Inf', expected a number; +Inf is added by itself",
        "",
    ),
    (
        _metrics(f"{{{SOUND}, replaces: [▸audio calls]}}"),
        "found 'audio calls', expected a metric name as Prometheus allows it",
        "",
    ),
]


@pytest.mark.parametrize(("text", "problem", "remedy"), MISFITS, ids=lambda text: text[-40:])
def test_misfit_is_said_in_words(text: str, problem: str, remedy: str, load_diagnostics) -> None:
    """What does not fit the schema is one diagnostic, at its place, with what was expected."""
    diagnostics, marked = load_diagnostics({"audio.yaml": text})
    assert [
        (diagnostic.path.name, diagnostic.line, diagnostic.column) for diagnostic in diagnostics
    ] == marked, diagnostics
    assert problem in diagnostics[0].problem
    assert diagnostics[0].remedy.startswith(remedy)
    assert bool(diagnostics[0].remedy) == bool(remedy)


def test_name_with_a_line_break_does_not_fit(load_diagnostics) -> None:
    """A pattern covers the whole text: a block scalar's line break is not overlooked."""
    text = _metrics("{" + SOUND.replace("audio_calls_total", '▸"audio_calls_total\\n"') + "}")
    diagnostics, marked = load_diagnostics({"audio.yaml": text})
    assert [
        (diagnostic.path.name, diagnostic.line, diagnostic.column) for diagnostic in diagnostics
    ] == marked


def test_value_under_an_alias_is_reported_once(load_diagnostics) -> None:
    """A diagnostic in a shared label set is reported at the set, once, however often it is used."""
    text = HEAD + (
        "label_sets: {causes: &causes [a, ▸1]}\n"
        "metrics:\n"
        f"  - {{{SOUND}, labels: [{{name: cause, values: *causes}}]}}\n"
    )
    diagnostics, marked = load_diagnostics({"audio.yaml": text})
    assert [
        (diagnostic.path.name, diagnostic.line, diagnostic.column) for diagnostic in diagnostics
    ] == marked


def _schema() -> dict[str, object]:
    return json.loads((share("catalogue") / "schema.json").read_text(encoding="utf-8"))


def test_schema_is_a_schema() -> None:
    """Editors can read catalogue/schema.json: it is valid JSON schema, draft 2020-12."""
    jsonschema.Draft202012Validator.check_schema(_schema())


@pytest.mark.parametrize(
    ("key", "values"),
    [
        ("type", get_args(model.MetricType)),
        ("writers", get_args(model.Writers)),
        ("aggregation", get_args(model.Aggregation)),
        ("updates", get_args(model.Updates)),
        ("unit", units.BASE_UNITS),
    ],
)
def test_schema_and_model_know_the_same_words(key: str, values: tuple[str, ...]) -> None:
    """The schema allows exactly the words that the code knows."""
    properties = _schema()["$defs"]["metric"]["properties"]  # type: ignore[index]
    assert tuple(properties[key]["enum"]) == values
