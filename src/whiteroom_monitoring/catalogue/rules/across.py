"""Rules about files, and about all entries together."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from whiteroom_monitoring.catalogue.document import Document
from whiteroom_monitoring.catalogue.entry import Entry
from whiteroom_monitoring.catalogue.model import ANY_PROGRAM
from whiteroom_monitoring.catalogue.rules.names import stem
from whiteroom_monitoring.diagnostics import Diagnostic

SHARED_DOMAIN = "self"


def domain_is_named_as_its_file(document: Document) -> Iterator[Diagnostic]:
    """A file `<domain>.yaml` holds the domain of that name."""
    domain = document.data["domain"]
    if domain != document.path.stem:
        place = document.place(("domain",))
        expected = f"{document.path.stem}, as the file is named"
        yield document.diagnostic(place, f"the domain {domain}", "rename one of the two", expected)


def only_self_belongs_to_all(document: Document) -> Iterator[Diagnostic]:
    """The domain `self` belongs to any program, every other to one."""
    domain, program = document.data["domain"], document.data["program"]
    if (program == ANY_PROGRAM) != (domain == SHARED_DOMAIN):
        expected = "any" if domain == SHARED_DOMAIN else "the one program that owns it"
        problem = f"the domain {domain} belongs to {program}, expected {expected}"
        yield document.diagnostic(document.place(("program",)), problem, "name its owner")


def families_are_unique(entries: Sequence[Entry]) -> Iterator[Diagnostic]:
    """No two metrics have the same name, or the same family name in OpenMetrics."""
    owners: dict[str, Entry] = {}
    for entry in entries:
        first = owners.setdefault(stem(entry.metric.name), entry)
        if first is not entry:
            problem = f"{entry.metric.name} is already taken by {_where(first)}"
            yield entry.diagnostic("name", problem, "rename or remove one of the two")


def old_names_are_free(entries: Sequence[Entry]) -> Iterator[Diagnostic]:
    """A replaced name is replaced by one metric, and is the name of none."""
    owners = {entry.metric.name: entry for entry in entries}
    for entry in entries:
        for index, name in enumerate(entry.metric.replaces):
            first = owners.setdefault(name, entry)
            pointer = (*entry.pointer, "replaces", index)
            if first is not entry or name in entry.metric.replaces[:index]:
                problem = f"{entry.metric.name} replaces {name}, already taken by {_where(first)}"
                yield entry.diagnostic_at(pointer, problem, "remove it from one of the two")
            elif name == entry.metric.name:
                yield entry.diagnostic_at(pointer, f"{name} replaces itself", "remove it")


def _where(entry: Entry) -> str:
    return f"{entry.metric.name} ({entry.metric.path.name}:{entry.metric.line})"
