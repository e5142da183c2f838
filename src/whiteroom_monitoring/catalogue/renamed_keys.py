"""Keys of YAML files that had other names: the old ones are read as the new ones."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
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
    """Return a file of the catalogue with today's keys, and what is wrong in its old ones."""
    return rename(document, document.mappings(("metrics",)), RENAMED, "catalogue key")


def rename(
    document: Document,
    mappings: Iterable[tuple[Pointer, dict[str, Any]]],
    renamed: Sequence[RenamedKey],
    kind: str,
) -> tuple[Document, list[Diagnostic]]:
    """Return ``document`` with today's keys in ``mappings``, and where a key has both its names.

    ``kind`` says of what the old name is, for the one line that names the new one.
    """
    current = replace(document, values=dict(document.values), keys=dict(document.keys))
    diagnostics: list[Diagnostic] = []
    for pointer, entry in mappings:
        for key in renamed:
            if key.old in entry and key.new in entry:
                problem = f"the keys {key.old} and {key.new} stand side by side"
                place = document.key_place((*pointer, key.old))
                diagnostics.append(
                    document.diagnostic(place, problem, f"remove `{key.old}`, the old name")
                )
                del entry[key.old]
            elif key.old in entry:
                name_once(kind, key.old, key.new)
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
