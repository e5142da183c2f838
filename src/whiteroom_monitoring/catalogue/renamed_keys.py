"""Keys of a catalogue entry that had other names: the old ones are read as the new ones."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any

from whiteroom_monitoring.catalogue.document import Document, Pointer, Span
from whiteroom_monitoring.deprecations import name_once
from whiteroom_monitoring.diagnostics import Diagnostic


@dataclass(frozen=True)
class RenamedKey:
    """A key of an entry with its old name, and the old words of its values."""

    old: str
    new: str
    values: dict[str, str]


RENAMED = (
    RenamedKey("thread", "writers", {"any": "many", "realtime": "one"}),
    RenamedKey("combine", "aggregation", {}),
)


def translate(document: Document) -> tuple[Document, list[Diagnostic]]:
    """Return ``document`` with today's keys, and what is wrong where a key has both its names."""
    current = replace(document, values=dict(document.values), keys=dict(document.keys))
    diagnostics: list[Diagnostic] = []
    for pointer, entry in document.mappings(("metrics",)):
        for key in RENAMED:
            if key.old in entry and key.new in entry:
                problem = f"the keys {key.old} and {key.new} stand side by side"
                place = document.key_place((*pointer, key.old))
                diagnostics.append(
                    document.diagnostic(place, problem, f"remove `{key.old}`, the old name")
                )
                del entry[key.old]
            elif key.old in entry:
                name_once("catalogue key", key.old, key.new)
                _rename(entry, current, pointer, key)
    return current, diagnostics


def _rename(entry: dict[str, Any], document: Document, pointer: Pointer, key: RenamedKey) -> None:
    value = entry.pop(key.old)
    entry[key.new] = key.values.get(value, value) if isinstance(value, str) else value
    for spans in (document.values, document.keys):
        _move(spans, (*pointer, key.old), (*pointer, key.new))


def _move(spans: dict[Pointer, Span], old: Pointer, new: Pointer) -> None:
    for pointer in [other for other in spans if other[: len(old)] == old]:
        spans[*new, *pointer[len(old) :]] = spans.pop(pointer)
