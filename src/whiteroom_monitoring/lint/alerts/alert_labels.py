"""An alert says how urgent it is, whose it is and which service it concerns."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator

from whiteroom_monitoring.diagnostics import Diagnostic, check, require_none
from whiteroom_monitoring.lint.workspace import Workspace
from whiteroom_monitoring.priorities import SEVERITIES
from whiteroom_monitoring.promql.infer import result_labels
from whiteroom_monitoring.promql.rule_files import Rule
from whiteroom_monitoring.promql.series import SeriesIndex

REQUIRED = ("priority", "severity", "team")
_NAME = re.compile(r"([A-Z][a-z0-9]*)+")


@check("alert-labels", "alerts", "priority, severity, team, service")
def alert_labels(workspace: Workspace) -> str:
    """Every alert has a name in CamelCase and the labels that routes read."""
    return require_none(diagnostics(workspace.alerts, workspace.series), workspace.seen_alerts)


def diagnostics(alerts: Iterable[Rule], series: SeriesIndex) -> Iterator[Diagnostic]:
    """Yield names and labels that are missing or wrong.

    The service may also come from the alert's expression.
    """
    for rule in alerts:
        if not _NAME.fullmatch(rule.name):
            yield rule.diagnostic(("alert",), "expected a name in CamelCase", "rename it")
        for name in REQUIRED:
            if name not in rule.labels:
                remedy = f"add `{name}:` to its labels"
                yield rule.diagnostic((), f"the label {name} is missing", remedy)
        yield from _urgency(rule)
        if "service" not in rule.labels and not _may_have(rule, "service", series):
            remedy = "add `service:` to its labels, or keep it in the expression"
            yield rule.diagnostic((), "the label service is missing", remedy)


def _urgency(rule: Rule) -> Iterator[Diagnostic]:
    priority, severity = rule.labels.get("priority"), rule.labels.get("severity")
    if priority is not None and priority not in SEVERITIES:
        expected = f"one of {', '.join(SEVERITIES)}"
        yield rule.diagnostic(
            ("labels", "priority"), f"the priority {priority!r}", "choose one", expected
        )
    elif priority and severity and severity != SEVERITIES[priority]:
        expected = f"{SEVERITIES[priority]} for {priority}"
        yield rule.diagnostic(
            ("labels", "severity"), f"the severity {severity!r}", "change one of them", expected
        )


def _may_have(rule: Rule, label: str, series: SeriesIndex) -> bool:
    labels = None if rule.expression is None else result_labels(rule.expression, series)
    return labels is None or label in labels
