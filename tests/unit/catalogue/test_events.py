"""Every rule about events has an example that breaks it, and only it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import pytest

from whiteroom_monitoring.catalogue import rules
from whiteroom_monitoring.catalogue.load import load
from whiteroom_monitoring.catalogue.model import EventField
from whiteroom_monitoring.catalogue.rules import events

_METRIC = "  - {name: audio_calls_total, type: counter, help: What it is for., writers: many}\n"
_HEAD = (
    "domain: audio\nprogram: juce-backend\nlabel_sets:\n  cause: [late, device]\n"
    f"metrics:\n{_METRIC}events:\n"
)
_REST = "level: warn, message: Lost, help: Sound was lost."


@dataclass(frozen=True)
class Example:
    """A catalogue that breaks ``rule`` at the place marked ▸, in the words ``problem``."""

    rule: Callable[..., object]
    text: str
    problem: str


def _event(rule: Callable[..., object], event: str, problem: str) -> Example:
    return Example(rule, f"{_HEAD}  - {{{event}}}\n", problem)


def _field(rule: Callable[..., object], field: str, problem: str) -> Example:
    return _event(rule, f"name: sound_lost, {_REST}, fields: [{field}]", problem)


EXAMPLES = [
    _event(
        events.message_names_fields,
        'name: sound_lost, level: warn, message: ▸"{caus} lost", help: Sound was lost., '
        "fields: [{name: cause, type: choice, values: cause}]",
        "the message of sound_lost names {caus}, which is no field of it",
    ),
    _event(
        events.message_names_fields,
        'name: sound_lost, level: warn, message: ▸"lost {", help: Sound was lost.',
        "the message of sound_lost has a single brace",
    ),
    _event(
        events.help_of_event_is_a_sentence,
        "name: sound_lost, level: warn, message: Lost, help: ▸lost sound",
        "the help of sound_lost is no sentence",
    ),
    _field(
        events.field_names_are_free,
        "{name: ▸level, type: integer}",
        "sound_lost has a field level, as each line has",
    ),
    _field(
        events.field_names_are_free,
        "{name: frames, type: integer}, {name: ▸frames, type: integer}",
        "sound_lost has a field frames, as another field has",
    ),
    _field(
        events.field_is_nobodys_identity,
        "{name: ▸user_id, type: id}",
        "sound_lost has a field user_id, which says who somebody is",
    ),
    _field(
        events.values_belong_to_choices,
        "▸{name: cause, type: choice}",
        "the choice cause has no values",
    ),
    _field(
        events.values_belong_to_choices,
        "{name: cause, type: integer, values: ▸[late]}",
        "cause is of type integer and has values",
    ),
    _field(
        events.values_belong_to_choices,
        "{name: cause, type: choice, values: [late, ▸late]}",
        "cause has the value late twice",
    ),
    _field(
        events.unit_of_field_stands_in_its_name,
        "{name: ▸lost, type: float, unit: seconds}",
        "lost does not name its unit, seconds",
    ),
    _field(
        events.unit_of_field_stands_in_its_name,
        "{name: lost_seconds, type: id, unit: ▸seconds}",
        "lost_seconds is of type id and has a unit",
    ),
    Example(
        events.events_are_unique,
        f"{_HEAD}  - {{name: sound_lost, {_REST}}}\n  - {{name: ▸sound_lost, {_REST}}}\n",
        "the id of sound_lost is already taken by sound_lost (audio.yaml:8)",
    ),
]


def _id(example: Example) -> str:
    return f"{example.rule.__name__}: {example.problem[:40]}"


@pytest.mark.parametrize("example", EXAMPLES, ids=_id)
def test_example_breaks_only_its_rule(example: Example, load_diagnostics) -> None:
    """An example has one diagnostic, at the marked place, in the rule's words."""
    diagnostics, marked = load_diagnostics({"audio.yaml": example.text})
    places = [
        (diagnostic.path.name, diagnostic.line, diagnostic.column) for diagnostic in diagnostics
    ]
    assert places == marked, diagnostics
    assert example.problem in diagnostics[0].problem
    assert diagnostics[0].remedy


@pytest.mark.parametrize("example", EXAMPLES, ids=_id)
def test_without_its_rule_an_example_passes(
    example: Example, load_diagnostics, monkeypatch: pytest.MonkeyPatch
) -> None:
    """An example breaks a rule only because of its rule: taken away, the catalogue loads."""
    for registry in ("EVENT_RULES", "EVENT_CATALOGUE_RULES"):
        kept = tuple(rule for rule in getattr(rules, registry) if rule is not example.rule)
        monkeypatch.setattr(rules, registry, kept)
    diagnostics, _ = load_diagnostics({"audio.yaml": example.text})
    assert diagnostics == []


def test_every_rule_has_an_example() -> None:
    """No rule about events is without an example that breaks it."""
    registered = {*rules.EVENT_RULES, *rules.EVENT_CATALOGUE_RULES}
    assert registered - {example.rule for example in EXAMPLES} == set()


def test_an_event_is_read_with_all_that_it_says(tmp_path: Path) -> None:
    """An event has its fields, a choice the values of its label set, and an id of its name."""
    fields = (
        "{name: cause, type: choice, values: cause}",
        "{name: lost_seconds, type: float, unit: seconds}",
    )
    text = f"{_HEAD}  - {{name: sound_lost, {_REST}, fields: [{', '.join(fields)}]}}\n"
    (tmp_path / "audio.yaml").write_text(text)
    (event,) = load(tmp_path).domain("audio").events
    assert (event.name, event.level, event.message) == ("sound_lost", "warn", "Lost")
    assert event.fields == (
        EventField("cause", "choice", None, ("late", "device")),
        EventField("lost_seconds", "float", "seconds"),
    )
    assert event.line == 8
    # FNV-1a of the name, as in segment-format.md.
    assert event.id == 0x8BFDE7BF
