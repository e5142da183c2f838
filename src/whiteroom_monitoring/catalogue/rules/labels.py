"""Rules about labels: whose they are, that they are bounded, and that nobody is in them."""

from __future__ import annotations

import re
from collections.abc import Iterator

from whiteroom_monitoring.catalogue.document import Document, Place
from whiteroom_monitoring.catalogue.entry import Entry
from whiteroom_monitoring.diagnostics import Diagnostic

MAX_SERIES_PER_METRIC = 10_000

# Set by Prometheus (on scraping) or by the exposition (in histograms and summaries), or an argument
# of the Python client.
RESERVED = frozenset({"le", "quantile", "job", "instance", "exemplar"})

# Compared without underscores.
_IDENTITIES = """
    user userid username useremail useruuid email emailaddress mail login loginname nickname
    account accountid accountname customer customerid member memberid person personid fullname
    firstname lastname surname phone phonenumber address ip ipaddress clientip userip remoteip
    remoteaddr remoteaddress sourceip session sessionid sessiontoken token cookie deviceid
    advertisingid
"""
IDENTITIES = frozenset(_IDENTITIES.split())

_TRACES = """
    traceid traceparent spanid parentspanid requestid correlationid transactionid messageid
    eventid uuid guid
"""
TRACES = frozenset(_TRACES.split())


def label_is_lower_case(entry: Entry) -> Iterator[Diagnostic]:
    """A label's name is lower-case."""
    for pointer, label in entry.labels:
        if label.name != label.name.lower():
            problem = f"the label {label.name} has capitals"
            yield entry.diagnostic_at(
                (*pointer, "name"), problem, f"rename it to {label.name.lower()}"
            )


def label_is_not_reserved(entry: Entry) -> Iterator[Diagnostic]:
    """No label has a name that Prometheus or the exposition sets."""
    for pointer, label in entry.labels:
        if label.name in RESERVED or label.name.startswith("__"):
            problem = f"the label {label.name} is set by Prometheus or the exposition"
            yield entry.diagnostic_at((*pointer, "name"), problem, "choose another name")


def label_is_nobodys_identity(entry: Entry) -> Iterator[Diagnostic]:
    """No label can carry who a user is."""
    for pointer, label in entry.labels:
        if label.name.replace("_", "").lower() in IDENTITIES:
            problem = f"the label {label.name} carries a user's identity, which no metric may"
            remedy = "metrics are kept for all to see, with a series for each value: count instead"
            yield entry.diagnostic_at((*pointer, "name"), problem, remedy)


def label_is_no_trace(entry: Entry) -> Iterator[Diagnostic]:
    """No label names a single request."""
    for pointer, label in entry.labels:
        if label.name.replace("_", "").lower() in TRACES:
            problem = f"the label {label.name} has a new value for each request"
            yield entry.diagnostic_at(
                (*pointer, "name"), problem, "put it into the log line instead"
            )


def label_names_are_unique(entry: Entry) -> Iterator[Diagnostic]:
    """A metric has each label once."""
    names: set[str] = set()
    for pointer, label in entry.labels:
        if label.name in names:
            problem = f"the label {label.name} is listed twice"
            yield entry.diagnostic_at((*pointer, "name"), problem, "remove one of the two")
        names.add(label.name)


def label_is_closed_or_limited(entry: Entry) -> Iterator[Diagnostic]:
    """A label has either a list of values or a limit."""
    for pointer, label in entry.labels:
        if (label.values is None) == (label.max_series is None):
            keys = "neither values nor" if label.values is None else "both values and"
            problem = f"the label {label.name} has {keys} max_series"
            remedy = "list the values; or, when they are not known beforehand, give a max_series"
            yield entry.diagnostic_at(pointer, problem, remedy)


def values_are_unique(entry: Entry) -> Iterator[Diagnostic]:
    """No two values of a label have the same name in the generated clients."""
    for pointer, label in entry.labels:
        identifiers: dict[str, str] = {}
        for index, value in enumerate(label.values or ()):
            first = identifiers.setdefault(re.sub(r"\W", "_", value), value)
            if first == value and list(label.values or ()).index(value) == index:
                continue
            fault = "is listed twice" if first == value else f"and {first!r} become one name"
            problem = f"the value {value!r} of {label.name} {fault}"
            yield entry.diagnostic_at((*pointer, "values", index), problem, "remove or rename it")


def value_list_is_written_once(document: Document) -> Iterator[Diagnostic]:
    """Labels of one name with the same values refer to one list."""
    lists: dict[tuple[str, str], Place] = {}
    for metric, _ in document.mappings(("metrics",)):
        for pointer, label in document.mappings((*metric, "labels")):
            if not isinstance(label.get("values"), list):
                continue
            place = document.place((*pointer, "values"))
            first = lists.setdefault((str(label.get("name")), str(label["values"])), place)
            if first != place:
                problem = f"line {first[0]} has the same values for {label.get('name')}"
                remedy = "list them once under `label_sets:`, and name the set: `values: NAME`"
                yield document.diagnostic(place, problem, remedy)


def values_are_plain(entry: Entry) -> Iterator[Diagnostic]:
    """A value has no space at its ends and no control characters."""
    for pointer, label in entry.labels:
        for index, value in enumerate(label.values or ()):
            if value != value.strip() or not value.isprintable():
                problem = f"the value {value!r} of {label.name} has spaces at its ends or controls"
                yield entry.diagnostic_at((*pointer, "values", index), problem, "remove them")


def cardinality_is_bounded(entry: Entry) -> Iterator[Diagnostic]:
    """A metric has at most so many series, the buckets of histograms counted."""
    series = entry.metric.exposed_series_limit
    if series > MAX_SERIES_PER_METRIC:
        problem = (
            f"{entry.metric.name} may have {series:,} series, "
            f"expected at most {MAX_SERIES_PER_METRIC:,}"
        )
        yield entry.diagnostic("labels", problem, "use fewer labels, values or buckets")


def shared_metric_names_its_program(entry: Entry) -> Iterator[Diagnostic]:
    """A metric that every program records carries the program as a label."""
    names = [label.name for label in entry.metric.labels]
    if entry.metric.program == "any" and "program" not in names:
        problem = f"{entry.metric.name} is recorded by every program, but has no label program"
        yield entry.diagnostic("labels", problem, "add the label `program`")
