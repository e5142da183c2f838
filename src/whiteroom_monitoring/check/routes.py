"""Holds Alertmanager's matchers against the labels that alerts carry."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from whiteroom_monitoring.catalogue.document import Document, Pointer
from whiteroom_monitoring.catalogue.suggestions import did_you_mean
from whiteroom_monitoring.check.inference import result_labels
from whiteroom_monitoring.check.known import Known
from whiteroom_monitoring.check.rule_files import Rule
from whiteroom_monitoring.errors import Fault

# Source: https://prometheus.io/docs/alerting/0.25/configuration/#matcher
_MATCHER = re.compile(r'\s*([a-zA-Z_]\w*)\s*(=~|!~|!=|=)\s*"?(.*?)"?\s*')
_EQUALITIES = ("=", "!=")


def alert_label_names(alerts: Iterable[Rule], known: Known) -> frozenset[str] | None:
    """Return the labels that alerts carry, or None when an expression hides its labels."""
    names = {"alertname"}
    for rule in alerts:
        labels = None if rule.expression is None else result_labels(rule.expression, known)
        if labels is None:
            return None
        names |= labels | rule.labels.keys()
    return frozenset(names)


def faults(configuration: Document, labels: frozenset[str] | None) -> Iterator[Fault]:
    """Yield every matcher that can't mean what it says; ``labels`` are those of the alerts."""
    for pointer, text in _matchers(configuration):
        place = configuration.place(pointer)
        parsed = _MATCHER.fullmatch(text)
        if parsed is None:
            problem = f'found the matcher {text!r}, expected label="value" or label=~"pattern"'
            yield configuration.fault(place, problem)
            continue
        name, operator, value = parsed.groups()
        if operator in _EQUALITIES and "|" in value:
            problem = f"the matcher {text} compares with the text {value!r}, not with a pattern"
            advice = f"use {operator[:-1] or operator}~ for a regular expression"
            yield configuration.fault(place, problem, advice)
        if labels is not None and name not in labels:
            advice = did_you_mean(name, labels)
            yield configuration.fault(place, f"no alert has the label {name}", advice)


def _matchers(configuration: Document) -> Iterator[tuple[Pointer, str]]:
    data = configuration.data if isinstance(configuration.data, dict) else {}
    yield from _of_route(configuration, ("route",), data.get("route"))
    for pointer, rule in configuration.mappings(("inhibit_rules",)):
        for key in ("source_matchers", "target_matchers"):
            yield from _texts(rule, key, pointer)


def _of_route(
    configuration: Document, pointer: Pointer, route: Any
) -> Iterator[tuple[Pointer, str]]:
    if not isinstance(route, dict):
        return
    yield from _texts(route, "matchers", pointer)
    for child_pointer, child in configuration.mappings((*pointer, "routes")):
        yield from _of_route(configuration, child_pointer, child)


def _texts(parent: Mapping[str, Any], key: str, pointer: Pointer) -> Iterator[tuple[Pointer, str]]:
    for index, text in enumerate(parent.get(key) or []):
        yield (*pointer, key, index), str(text)
