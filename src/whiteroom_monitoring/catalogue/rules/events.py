"""Rules about events of the log."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from whiteroom_monitoring.catalogue.document import Document
from whiteroom_monitoring.catalogue.event_entry import EventEntry
from whiteroom_monitoring.catalogue.rules.labels import IDENTITIES
from whiteroom_monitoring.catalogue.suggestions import did_you_mean
from whiteroom_monitoring.diagnostics import Diagnostic

# Keys that every line has.
LINE_KEYS = frozenset("time level message event program pid segment sequence".split())
_PLACEHOLDER = re.compile(r"\{([^{}]*)\}")
_NUMBERS = ("integer", "float")


def message_names_fields(entry: EventEntry) -> Iterator[Diagnostic]:
    """What a message has in braces is a field of the event, and each brace has its counterpart."""
    event = entry.event
    names = [field.name for field in event.fields]
    for name in _PLACEHOLDER.findall(event.message):
        if name not in names:
            remedy = did_you_mean(name, names) or f"add a field {name}, or leave the braces out"
            problem = f"the message of {event.name} names {{{name}}}, which is no field of it"
            yield entry.diagnostic("message", problem, remedy)
    if set("{}") & set(_PLACEHOLDER.sub("", event.message)):
        problem = f"the message of {event.name} has a single brace"
        yield entry.diagnostic("message", problem, "write fields as {name}")


def help_of_event_is_a_sentence(entry: EventEntry) -> Iterator[Diagnostic]:
    """The help of an event is a sentence: it begins in upper case and ends in a period."""
    text = entry.event.help
    if not text[:1].isupper() or not text.endswith("."):
        problem = f"the help of {entry.event.name} is no sentence"
        yield entry.diagnostic("help", problem, "begin it in upper case, end it with a period")


def field_names_are_free(entry: EventEntry) -> Iterator[Diagnostic]:
    """A field has a name that neither another field nor the line itself has."""
    known = set(LINE_KEYS)
    for pointer, field in entry.fields:
        if field.name in known:
            owner = "each line" if field.name in LINE_KEYS else "another field"
            problem = f"{entry.event.name} has a field {field.name}, as {owner} has"
            yield entry.diagnostic_at((*pointer, "name"), problem, "choose another name")
        known.add(field.name)


def field_is_nobodys_identity(entry: EventEntry) -> Iterator[Diagnostic]:
    """No field says who somebody is."""
    for pointer, field in entry.fields:
        if field.name.replace("_", "") in IDENTITIES:
            problem = f"{entry.event.name} has a field {field.name}, which says who somebody is"
            yield entry.diagnostic_at((*pointer, "name"), problem, "leave it out")


def values_belong_to_choices(entry: EventEntry) -> Iterator[Diagnostic]:
    """A choice has values, and nothing else has; no value is there twice."""
    for pointer, field in entry.fields:
        if field.type == "choice" and not field.values:
            problem = f"the choice {field.name} has no values"
            yield entry.diagnostic_at(pointer, problem, "add `values:`")
        if field.type != "choice" and field.values:
            problem = f"{field.name} is of type {field.type} and has values"
            remedy = "leave them out, or make it a choice"
            yield entry.diagnostic_at((*pointer, "values"), problem, remedy)
        for index, value in enumerate(field.values):
            if value in field.values[:index]:
                place = (*pointer, "values", index)
                yield entry.diagnostic_at(
                    place, f"{field.name} has the value {value} twice", "remove one of the two"
                )


def unit_of_field_stands_in_its_name(entry: EventEntry) -> Iterator[Diagnostic]:
    """A field with a unit is a number and ends in it."""
    for pointer, field in entry.fields:
        if field.unit is None:
            continue
        if field.type not in _NUMBERS:
            problem = f"{field.name} is of type {field.type} and has a unit"
            yield entry.diagnostic_at((*pointer, "unit"), problem, "leave the unit out")
        elif field.name.rpartition("_")[2] != field.unit:
            problem = f"{field.name} does not name its unit, {field.unit}"
            remedy = f"rename it to {field.name}_{field.unit}"
            yield entry.diagnostic_at((*pointer, "name"), problem, remedy)


def events_stand_beside_metrics(document: Document) -> Iterator[Diagnostic]:
    """A domain that has events has metrics, too, and is not the domain of all programs."""
    if not document.data.get("events"):
        return
    place = document.key_place(("events",))
    if not document.data["metrics"]:
        problem = f"the domain {document.data['domain']} has events and no metrics"
        yield document.diagnostic(place, problem, "put its events into a domain with metrics")
    elif document.data["program"] == "any":
        problem = "events of every program"
        yield document.diagnostic(place, problem, "put them into the domain of one program")


def events_are_unique(entries: Sequence[EventEntry]) -> Iterator[Diagnostic]:
    """No two events of a catalogue have the same name, or ids that are the same."""
    owners: dict[int, EventEntry] = {}
    for entry in entries:
        first = owners.setdefault(entry.event.id, entry)
        if first is not entry:
            where = f"{first.event.name} ({first.event.path.name}:{first.event.line})"
            problem = f"the id of {entry.event.name} is already taken by {where}"
            yield entry.diagnostic("name", problem, "rename or remove one of the two")
