"""One entry of the catalogue as the rules see it: its metric, and where each part stands."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from whiteroom_monitoring.catalogue.document import Document, Pointer
from whiteroom_monitoring.catalogue.model import Label, Metric
from whiteroom_monitoring.diagnostics import Diagnostic


@dataclass(frozen=True)
class Entry:
    """A metric with its place; ``invalid`` are the keys that don't fit the schema.

    In ``metric`` an invalid key has a default, and an invalid label is left out: the rules about
    the other keys can still be held.
    """

    document: Document
    pointer: Pointer
    metric: Metric
    invalid: frozenset[str]
    label_pointers: tuple[Pointer, ...]

    @property
    def labels(self) -> Iterator[tuple[Pointer, Label]]:
        """The labels that fit the schema, each with its pointer."""
        return zip(self.label_pointers, self.metric.labels, strict=True)

    def has(self, key: str) -> bool:
        """Whether the entry has the key ``key``."""
        return (*self.pointer, key) in self.document.keys

    def diagnostic(self, key: str, found: str, remedy: str = "", expected: str = "") -> Diagnostic:
        """Return a diagnostic at the value of ``key``, or at the entry when it lacks the key."""
        return self.diagnostic_at((*self.pointer, key), found, remedy, expected)

    def diagnostic_at(
        self, pointer: Pointer, found: str, remedy: str = "", expected: str = ""
    ) -> Diagnostic:
        """Return a diagnostic at the value of ``pointer``."""
        return self.document.diagnostic(self.document.place(pointer), found, remedy, expected)


def build(document: Document, index: int, misfits: set[Pointer]) -> Entry:
    """Return entry ``index`` of ``document``, a mapping.

    ``misfits`` point at what doesn't fit the schema.
    """
    pointer: Pointer = ("metrics", index)
    depth = len(pointer)
    inside = {misfit[depth:] for misfit in misfits if misfit[:depth] == pointer}
    invalid = frozenset(str(misfit[0]) for misfit in inside)
    raw = document.data["metrics"][index]
    invalid_labels = {misfit[1] for misfit in inside if misfit[0] == "labels" and len(misfit) > 1}
    labels = {
        (*pointer, "labels", number): _label(label)
        for number, label in enumerate([] if ("labels",) in inside else raw.get("labels", []))
        if number not in invalid_labels
    }
    metric = _metric(document, pointer, raw, invalid, tuple(labels.values()))
    return Entry(document, pointer, metric, invalid, tuple(labels))


def _label(raw: dict[str, Any]) -> Label:
    values = tuple(raw["values"]) if "values" in raw else None
    return Label(raw["name"], values, raw.get("max_series"))


def _metric(
    document: Document,
    pointer: Pointer,
    raw: dict[str, Any],
    invalid: frozenset[str],
    labels: tuple[Label, ...],
) -> Metric:
    def sound(key: str, default: Any) -> Any:
        return default if key in invalid else raw.get(key, default)

    return Metric(
        name=sound("name", ""),
        type=sound("type", "counter"),
        unit=sound("unit", None),
        help=sound("help", ""),
        labels=labels,
        buckets=tuple(float(bound) for bound in sound("buckets", [])),
        writers=sound("writers", "many"),
        program=str(document.data.get("program", "")),
        aggregation=sound("aggregation", None),
        updates=sound("updates", "set"),
        replaces=tuple(sound("replaces", [])),
        exemplars=sound("exemplars", False),
        path=document.path,
        line=document.place(pointer)[0],
    )
