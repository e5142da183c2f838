"""One event of the catalogue as the rules see it: the event, and where each part stands."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from whiteroom_monitoring.catalogue.document import Document, Pointer
from whiteroom_monitoring.catalogue.model import Event, EventField
from whiteroom_monitoring.diagnostics import Diagnostic


@dataclass(frozen=True)
class EventEntry:
    """An event that fits the schema, with its place."""

    document: Document
    pointer: Pointer
    event: Event

    @property
    def fields(self) -> Iterator[tuple[Pointer, EventField]]:
        """The fields, each with its pointer."""
        for index, field in enumerate(self.event.fields):
            yield (*self.pointer, "fields", index), field

    def diagnostic(self, key: str, found: str, remedy: str, expected: str = "") -> Diagnostic:
        """Return a diagnostic at the value of ``key``."""
        return self.diagnostic_at((*self.pointer, key), found, remedy, expected)

    def diagnostic_at(
        self, pointer: Pointer, found: str, remedy: str, expected: str = ""
    ) -> Diagnostic:
        """Return a diagnostic at the value of ``pointer``."""
        return self.document.diagnostic(self.document.place(pointer), found, remedy, expected)


def build_all(document: Document, misfits: set[Pointer]) -> tuple[EventEntry, ...]:
    """Return the events of ``document`` that fit the schema; ``misfits`` point at what doesn't."""
    depth = len(("events", 0))
    unfit = {misfit[:depth] for misfit in misfits}
    if {(), ("events",)} & unfit:
        return ()
    events = document.data.get("events", [])
    pointers = [("events", index) for index in range(len(events))]
    return tuple(
        EventEntry(document, pointer, _event(document, pointer, events[pointer[1]]))
        for pointer in pointers
        if pointer not in unfit
    )


def _event(document: Document, pointer: Pointer, raw: dict[str, Any]) -> Event:
    fields = tuple(
        EventField(part["name"], part["type"], part.get("unit"), tuple(part.get("values", ())))
        for part in raw.get("fields", [])
    )
    line = document.place(pointer)[0]
    return Event(
        raw["name"], raw["level"], raw["message"], raw["help"], fields, document.path, line
    )
