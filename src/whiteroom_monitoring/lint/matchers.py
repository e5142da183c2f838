"""Alertmanager's matchers, held against the labels and values that alerts carry."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Any

from whiteroom_monitoring.catalogue.document import Document, Pointer
from whiteroom_monitoring.diagnostics import Diagnostic
from whiteroom_monitoring.project.model import Alerts
from whiteroom_monitoring.promql import routing_matchers, validate
from whiteroom_monitoring.promql.infer import result_labels
from whiteroom_monitoring.promql.parse import Matcher, MatchOp
from whiteroom_monitoring.promql.rule_files import Rule
from whiteroom_monitoring.promql.series import Series, SeriesIndex, Values

_OPERATORS = {"=": MatchOp.Equal, "!=": MatchOp.NotEqual, "=~": MatchOp.Re, "!~": MatchOp.NotRe}


def alert_series(alerts: Iterable[Rule], series: SeriesIndex, settings: Alerts) -> Series:
    """Return the alerts as series: the labels that they carry, with those values that are fixed.

    Other values, such as teams, may be routed before the first alert has them.
    """
    names: set[str] = set()
    labels: dict[str, Values] = {}
    for rule in alerts:
        names.add(rule.name)
        result = None if rule.expression is None else result_labels(rule.expression, series)
        if result is None:
            return Series("an alert", "untyped", None, "our rules")
        labels.update(dict.fromkeys(result | rule.labels.keys()))
    labels["alertname"] = frozenset(names)
    if settings.declared:
        labels["severity"] = frozenset(settings.severities.values())
        labels[settings.priority_label] = frozenset(settings.priorities)
    return Series("an alert", "untyped", labels, "our rules")


def diagnostics(configuration: Document, alerts: Series) -> Iterator[Diagnostic]:
    """Yield every matcher that can't mean what it says, and every label that no alert has."""
    for pointer, text in _matchers(configuration):
        place = configuration.place(pointer)
        parsed = routing_matchers.parts(text)
        if parsed is None:
            expected = 'label="value" or label=~"pattern"'
            yield configuration.diagnostic(
                place, f"the matcher {text!r}", "write it anew", expected
            )
            continue
        name, operator, value = parsed
        if operator in ("=", "!=") and "|" in value:
            problem = f"the matcher {text} compares with the text {value!r}, not with a pattern"
            pattern = "=~" if operator == "=" else "!~"
            yield configuration.diagnostic(
                place, problem, f"use {pattern} for a regular expression"
            )
            continue
        matcher = Matcher(_OPERATORS[operator], name, value)
        for finding in validate.matcher_findings(matcher, alerts):
            yield configuration.diagnostic(place, finding.problem, finding.remedy)


def _matchers(configuration: Document) -> Iterator[tuple[Pointer, str]]:
    """Yield every matcher of routes and inhibitions; a label under `equal` as one that matches."""
    data = configuration.data if isinstance(configuration.data, dict) else {}
    yield from _of_route(configuration, ("route",), data.get("route"))
    for pointer, rule in configuration.mappings(("inhibit_rules",)):
        for key in ("source_matchers", "target_matchers"):
            yield from _texts(rule, key, pointer)
        for place, name in _texts(rule, "equal", pointer):
            yield place, f'{name}!=""'


def _of_route(
    configuration: Document, pointer: Pointer, route: Any
) -> Iterator[tuple[Pointer, str]]:
    if not isinstance(route, dict):
        return
    yield from _texts(route, "matchers", pointer)
    for child_pointer, child in configuration.mappings((*pointer, "routes")):
        yield from _of_route(configuration, child_pointer, child)


def _texts(parent: dict[str, Any], key: str, pointer: Pointer) -> Iterator[tuple[Pointer, str]]:
    for index, text in enumerate(parent.get(key) or []):
        yield (*pointer, key, index), str(text)
