"""The intermediate form decides once what every language writes."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import jinja2
import pytest

from tests.support.projects import WHITE_ROOM
from whiteroom_monitoring.catalogue.load import load
from whiteroom_monitoring.codegen import clients, rendering
from whiteroom_monitoring.codegen.model import ClientModel, LabelEnum, build
from whiteroom_monitoring.resources import share

HEAD = "domain: audio\nprogram: juce-backend\nlabel_sets: {causes: [a, b]}\nmetrics:\n"


def _model(clone, *entries: str) -> ClientModel:
    clone.write("audio.yaml", HEAD + "".join(f"  - {{{entry}}}\n" for entry in entries))
    return build(load(clone.root / "catalogue"), WHITE_ROOM)


@pytest.mark.parametrize(
    ("entry", "handle", "series_class", "unit"),
    [
        ("name: audio_calls_total, type: counter", "Counter", "Counter", "Count"),
        (
            "name: audio_calls_total, type: counter, exemplars: true",
            "ExemplarCounter",
            "ExemplarCounter",
            "Count",
        ),
        (
            "name: audio_wait_seconds_total, type: counter, unit: seconds",
            "DurationCounter",
            "Counter",
            "Seconds",
        ),
        ("name: audio_level, type: gauge, aggregation: max", "Gauge", "Gauge", "Count"),
        (
            "name: audio_voices, type: gauge, aggregation: sum, updates: add",
            "UpDownCounter",
            "UpDownCounter",
            "Count",
        ),
        (
            "name: audio_load_ratio, type: histogram, unit: ratio, buckets: [0.5]",
            "Histogram",
            "Histogram",
            "Ratio",
        ),
        (
            "name: audio_wait_seconds, type: summary, unit: seconds",
            "Summary",
            "Summary",
            "Seconds",
        ),
    ],
)
def test_entry_decides_the_handle(
    entry: str, handle: str, series_class: str, unit: str, clone
) -> None:
    """Type, unit, updates and exemplars of an entry decide the class of its handle."""
    model = _model(clone, f"{entry}, help: What it is for., writers: many")
    [metric] = model.recorded[0].metrics
    assert (metric.handle, metric.series_class) == (handle, series_class)
    assert metric.observed_unit == unit


def test_equal_values_of_a_label_are_one_type(clone) -> None:
    """Metrics of a domain that name the same set of values for a label share the label's type."""
    entry = "type: counter, help: Events., writers: many, labels: [{name: cause, values: causes}]"
    model = _model(clone, f"name: audio_a_total, {entry}", f"name: audio_b_total, {entry}")
    [enum] = model.recorded[0].enums
    assert (enum.type_name, enum.values) == ("Cause", ("a", "b"))


def test_other_values_of_a_label_are_other_types(clone) -> None:
    """Metrics of a domain that list other values for a label have types named by the metric."""
    model = _model(
        clone,
        *(
            f"name: audio_{name}_total, type: counter, help: Events., writers: many, "
            f"labels: [{{name: cause, values: [{name}]}}]"
            for name in ("left", "right")
        ),
    )
    names = [enum.type_name for enum in model.recorded[0].enums]
    assert names == ["AudioLeftTotalCause", "AudioRightTotalCause"]


def test_every_language_calls_a_metric_the_same() -> None:
    """The C++, Swift and Python clients of the catalogue have the same metrics and label types."""
    files = clients.generate(load(share("catalogue")), WHITE_ROOM)
    model = build(load(share("catalogue")), WHITE_ROOM)
    for domain in model.recorded:
        header = files[f"{WHITE_ROOM.outputs.cpp}/{domain.name}.h"]
        module = files[f"{WHITE_ROOM.outputs.python}/{domain.name}.py"]
        swift = next(text for text in files.values() if f"enum {_swift(domain.name)} {{" in text)
        for metric in domain.metrics:
            assert f"k{metric.type_name} = kFamilies" in header
            assert f"\n{metric.name} = {metric.kind}(\n" in module
            assert f"`{metric.name}`: {metric.help}" in swift


def _swift(domain: str) -> str:
    return {"ffi": "FFI", "http": "HTTP", "ui": "UI"}.get(domain, domain.capitalize())


def test_template_with_an_unknown_name_fails(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A template that names nothing known ends the run; it never writes an empty text."""
    (tmp_path / "wrong.j2").write_text("${metric.nmae}")
    monkeypatch.setattr(rendering, "_TEMPLATES", tmp_path)
    rendering._environment.cache_clear()
    try:
        with pytest.raises(jinja2.UndefinedError, match="nmae"):
            rendering.render("wrong.j2", metric={})
    finally:
        rendering._environment.cache_clear()


@pytest.mark.parametrize(
    "module", ["whiteroom_monitoring.client", "whiteroom_monitoring.cli.status"]
)
def test_only_generation_imports_the_templates_engine(module: str) -> None:
    """Recording, and commands that have to start fast, don't import Jinja2."""
    program = f"import sys, json, {module}; print(json.dumps('jinja2' in sys.modules))"
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, check=True)
    assert json.loads(done.stdout) is False


@pytest.mark.parametrize(("values", "bits"), [(1, 8), (254, 8), (255, 16)])
def test_an_enum_has_room_for_those_that_are_not_named(values: int, bits: int) -> None:
    """255 values and the enumerator that counts all others need more than a byte."""
    assert LabelEnum("Cause", "cause", tuple(map(str, range(values)))).bits == bits
