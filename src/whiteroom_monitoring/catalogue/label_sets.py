"""Lists of values that several labels and fields of a domain share: listed once, then named.

The ``values`` of a label, or of an event's field, are a list, or the name of a list in the domain's
``label_sets``.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from typing import Any

from whiteroom_monitoring.catalogue.document import Document, Pointer
from whiteroom_monitoring.catalogue.suggestions import did_you_mean
from whiteroom_monitoring.diagnostics import Diagnostic

SETS: Pointer = ("label_sets",)

# What is wrong, by the part of the document that it makes unusable.
Misfits = dict[Pointer, list[Diagnostic]]


def resolve(document: Document) -> tuple[Document, Misfits]:
    """Return ``document`` with the list in place of each name of a set.

    The values keep the places where the set lists them, so that what is wrong with one is reported
    there, once. A name that is no set is a misfit, and so is a set that is no list.
    """
    resolved = replace(document, values=dict(document.values))
    label_sets = _label_sets(document)
    misfits: Misfits = {}
    for pointer, label in _labels(document):
        name = label.get("values")
        if not isinstance(name, str):
            continue
        values_at = (*pointer, "values")
        if name not in label_sets:
            misfits[values_at] = [_unknown(document, values_at, name, label_sets)]
        elif not isinstance(label_sets[name], list):
            misfits[values_at] = []  # it is reported where the set is
        else:
            label["values"] = label_sets[name]
            _copy_places(resolved, (*SETS, name), values_at)
    return resolved, misfits


def _label_sets(document: Document) -> dict[str, Any]:
    label_sets = document.data.get("label_sets") if isinstance(document.data, dict) else None
    return label_sets if isinstance(label_sets, dict) else {}


def _labels(document: Document) -> Iterator[tuple[Pointer, dict[str, Any]]]:
    for pointer, _ in document.mappings(("metrics",)):
        yield from document.mappings((*pointer, "labels"))
    for pointer, _ in document.mappings(("events",)):
        yield from document.mappings((*pointer, "fields"))


def _unknown(
    document: Document, pointer: Pointer, name: str, label_sets: dict[str, Any]
) -> Diagnostic:
    problem = f"found {name!r}, expected a list of label values or the name of a label set"
    remedy = did_you_mean(name, label_sets) or f"list {name} under `label_sets:`"
    return document.diagnostic(document.place(pointer), problem, remedy)


def _copy_places(document: Document, source: Pointer, target: Pointer) -> None:
    depth = len(source)
    places = {at: span for at, span in document.values.items() if at[:depth] == source}
    document.values.update({(*target, *at[depth:]): span for at, span in places.items()})
