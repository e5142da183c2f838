"""A list of label values is written once, and named where it is used."""

from __future__ import annotations

import json
from pathlib import Path

import jsonschema
import pytest

from whiteroom_monitoring.catalogue import document
from whiteroom_monitoring.catalogue.load import load
from whiteroom_monitoring.catalogue.model import Catalogue
from whiteroom_monitoring.resources import share

HEAD = "domain: audio\nprogram: juce-backend\n"
METRIC = "type: counter, help: What it is for., writers: many"


def _metric(name: str, values: str) -> str:
    label = f"{{name: cause, values: {values}}}"
    return f"  - {{name: audio_{name}_total, {METRIC}, labels: [{label}]}}\n"


def _load(folder: Path, text: str) -> Catalogue:
    (folder / "audio.yaml").write_text(text)
    return load(folder)


@pytest.mark.parametrize(
    ("head", "reference"),
    [
        ("label_sets: {causes: [a, b]}\n", "causes"),
        ("label_sets: {causes: &causes [a, b]}\n", "*causes"),
    ],
)
def test_named_set_means_its_list(head: str, reference: str, tmp_path: Path) -> None:
    """A label that names a set has the values of the set; an alias of YAML means the same."""
    entries = _metric("calls", reference) + _metric("drops", reference)
    for metric in _load(tmp_path, f"{HEAD}{head}metrics:\n{entries}"):
        assert metric.labels[0].values == ("a", "b")


def test_unknown_set_is_reported_where_it_is_named(load_diagnostics) -> None:
    """A name that is no set of the domain is reported at the label, with the nearest set."""
    text = f"{HEAD}label_sets: {{causes: [a, b]}}\nmetrics:\n{_metric('calls', '▸cause')}"
    diagnostics, marked = load_diagnostics({"audio.yaml": text})
    assert [(wrong.path.name, wrong.line, wrong.column) for wrong in diagnostics] == marked
    assert diagnostics[0].problem == (
        "found 'cause', expected a list of label values or the name of a label set"
    )
    assert diagnostics[0].remedy == "did you mean causes?"


@pytest.mark.parametrize(
    "label_sets",
    ["{causes: ▸none}", "{causes: ▸[]}", "{causes: [a, ▸1]}", "{causes: [a, ▸a]}"],
)
def test_fault_of_a_set_is_reported_once(label_sets: str, load_diagnostics) -> None:
    """What is wrong with a set is reported at the set, however many labels name it."""
    entries = _metric("calls", "causes") + _metric("drops", "causes")
    text = f"{HEAD}label_sets: {label_sets}\nmetrics:\n{entries}"
    diagnostics, marked = load_diagnostics({"audio.yaml": text})
    places = {(wrong.path.name, wrong.line, wrong.column) for wrong in diagnostics}
    assert places == set(marked), diagnostics


def test_unresolved_set_hides_nothing_else(load_diagnostics) -> None:
    """An unknown set of one label leaves the rules about the other labels in force."""
    entry = (
        f"  - {{name: audio_calls_total, {METRIC}, "
        "labels: [{name: cause, values: ▸none}, {name: ▸user, max_series: 3}]}\n"
    )
    diagnostics, marked = load_diagnostics({"audio.yaml": f"{HEAD}metrics:\n{entry}"})
    assert [(wrong.path.name, wrong.line, wrong.column) for wrong in diagnostics] == marked


def test_schema_for_editors_knows_names_of_sets(tmp_path: Path) -> None:
    """The JSON schema accepts a label that names a set, as editors read it: unresolved."""
    path = tmp_path / "audio.yaml"
    path.write_text(f"{HEAD}label_sets: {{causes: [a]}}\nmetrics:\n{_metric('calls', 'causes')}")
    jsonschema.validate(document.read(path).data, _schema())


def _schema() -> dict[str, object]:
    return json.loads((share("catalogue") / "schema.json").read_text(encoding="utf-8"))
