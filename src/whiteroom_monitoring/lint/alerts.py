"""What White Room demands of its alerts, beyond what Prometheus does."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any

import promql_parser

from whiteroom_monitoring.catalogue import document
from whiteroom_monitoring.catalogue.document import Document, Place
from whiteroom_monitoring.catalogue.suggestions import did_you_mean
from whiteroom_monitoring.dashboards.slugs import SLUGS, page_path
from whiteroom_monitoring.diagnostics import Diagnostic, DiagnosticsError
from whiteroom_monitoring.lint.rule_files import Rule
from whiteroom_monitoring.priorities import SEVERITIES
from whiteroom_monitoring.promql import validate
from whiteroom_monitoring.promql.infer import result_labels
from whiteroom_monitoring.promql.series import Known

# Priorities, each with the severity that goes with it.
ANNOTATIONS = ("summary", "description", "runbook_url", "dashboard")
# The dashboards that an alert may lead to, as paths of the console and of Grafana.
DASHBOARDS = tuple(page_path(slug) for slug in SLUGS)

_ALERT_NAME = re.compile(r"([A-Z][a-z0-9]*)+")
_RECORDING_NAME = re.compile(r"[a-z][a-z0-9_]*:[a-z][a-z0-9_]*:[a-z][a-z0-9_]*")
_TEMPLATE_QUERY = re.compile(r'\bquery\s+"((?:[^"\\]|\\.)*)"')
_TEMPLATE_LABEL = re.compile(r"\$labels\.(\w+)|\.Labels\.(\w+)")


def recording_names(recordings: Iterable[Rule]) -> Iterator[Diagnostic]:
    """A recording rule is named level:metric:operations.

    Source: https://prometheus.io/docs/practices/rules/
    """
    for rule in recordings:
        if not _RECORDING_NAME.fullmatch(rule.name):
            problem = "expected a name of the form level:metric:operations"
            yield rule.diagnostic(
                ("record",), problem, "for example instance:node_cpu:ratio_rate5m"
            )


def alert_labels(alerts: Iterable[Rule], known: Known) -> Iterator[Diagnostic]:
    """An alert says how urgent it is, whose it is and which service it concerns.

    The service may also come from the alert's expression.
    """
    for rule in alerts:
        if not _ALERT_NAME.fullmatch(rule.name):
            yield rule.diagnostic(("alert",), "expected a name in CamelCase", "rename it")
        for name in ("priority", "severity", "team"):
            if name not in rule.labels:
                yield rule.diagnostic(
                    (), f"the label {name} is missing", f"add `{name}:` to its labels"
                )
        yield from _urgency(rule)
        if "service" not in rule.labels and not _may_have(rule, "service", known):
            remedy = "add `service:` to its labels, or keep it in the expression"
            yield rule.diagnostic((), "the label service is missing", remedy)


def _urgency(rule: Rule) -> Iterator[Diagnostic]:
    priority, severity = rule.labels.get("priority"), rule.labels.get("severity")
    if priority is not None and priority not in SEVERITIES:
        problem = f"found the priority {priority!r}, expected one of {', '.join(SEVERITIES)}"
        yield rule.diagnostic(("labels", "priority"), problem)
    elif priority and severity and severity != SEVERITIES[priority]:
        problem = f"found the severity {severity!r}, expected {SEVERITIES[priority]} for {priority}"
        yield rule.diagnostic(("labels", "severity"), problem, "change the one or the other")


def _may_have(rule: Rule, label: str, known: Known) -> bool:
    labels = None if rule.expression is None else result_labels(rule.expression, known)
    return labels is None or label in labels


def alert_annotations(alerts: Iterable[Rule], known: Known) -> Iterator[Diagnostic]:
    """An alert has all annotations, and they name only labels and series that exist."""
    for rule in alerts:
        for name in ANNOTATIONS:
            if not rule.annotations.get(name, "").strip():
                remedy = f"add `{name}:` to its annotations"
                yield rule.diagnostic((), f"the annotation {name} is missing", remedy)
        yield from _dashboard(rule)
        yield from _template_labels(rule, known)
        yield from _template_queries(rule, known)


def _dashboard(rule: Rule) -> Iterator[Diagnostic]:
    path = rule.annotations.get("dashboard", "")
    if path and path not in DASHBOARDS:
        remedy = did_you_mean(path, DASHBOARDS) or f"one of {', '.join(DASHBOARDS)}"
        yield rule.diagnostic(("annotations", "dashboard"), f"there is no dashboard {path}", remedy)


def _template_queries(rule: Rule, known: Known) -> Iterator[Diagnostic]:
    """Hold the queries within annotations, as `{{ query "up" }}`, against what exists."""
    for key, text in rule.annotations.items():
        for written in _TEMPLATE_QUERY.findall(text):
            place = ("annotations", key)
            try:
                expression = promql_parser.parse(written.replace('\\"', '"'))
            except ValueError as error:
                yield rule.diagnostic(place, f"the query does not parse: {error}")
                continue
            for found in validate.findings(expression, known):
                yield rule.diagnostic(place, found.problem, found.remedy)


def _template_labels(rule: Rule, known: Known) -> Iterator[Diagnostic]:
    labels = None if rule.expression is None else result_labels(rule.expression, known)
    if labels is None:
        return
    for part, texts in (("annotations", rule.annotations), ("labels", rule.labels)):
        for key, text in texts.items():
            for first, second in _TEMPLATE_LABEL.findall(text):
                name = first or second
                if name not in labels:
                    remedy = did_you_mean(name, labels) or f"it has: {', '.join(sorted(labels))}"
                    problem = f"its expression has no label {name}"
                    yield rule.diagnostic((part, key), problem, remedy)


def alert_tests(alerts: Iterable[Rule], tests: Iterable[Path]) -> Iterator[Diagnostic]:
    """Every alert is seen firing by a unit test, and every tested alert exists."""
    fired: set[str] = set()
    names = {rule.name for rule in alerts}
    for path in sorted(tests):
        try:
            found = document.read(path)
        except DiagnosticsError as error:
            yield from error.diagnostics
            continue
        for place, test in _alert_rule_tests(found):
            name = str(test.get("alertname"))
            if test.get("exp_alerts"):
                fired.add(name)
            if name not in names:
                yield found.diagnostic(
                    place, f"no alert is named {name}", did_you_mean(name, names)
                )
    for rule in alerts:
        if rule.name not in fired:
            problem = "no unit test sees it fire"
            yield rule.diagnostic(("alert",), problem, "add one below prometheus/tests")


def _alert_rule_tests(found: Document) -> Iterator[tuple[Place, dict[str, Any]]]:
    for case, _ in found.mappings(("tests",)):
        for pointer, test in found.mappings((*case, "alert_rule_test")):
            yield found.place((*pointer, "alertname")), test
