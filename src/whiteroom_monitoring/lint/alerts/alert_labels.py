"""An alert says how urgent it is, whose it is and which service it concerns."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator

from whiteroom_monitoring.diagnostics import Diagnostic, check, require_none
from whiteroom_monitoring.lint.workspace import Workspace
from whiteroom_monitoring.project.model import Alerts
from whiteroom_monitoring.promql.infer import result_labels
from whiteroom_monitoring.promql.rule_files import Rule
from whiteroom_monitoring.promql.series import SeriesIndex

_NAME = re.compile(r"([A-Z][a-z0-9]*)+")


@check("alert-labels", "alerts", "a name in CamelCase, and the labels of the project")
def alert_labels(workspace: Workspace) -> str:
    """Every alert has a name in CamelCase and the labels that routes read."""
    settings = workspace.project.alerts
    problems = diagnostics(workspace.alerts, workspace.series, settings)
    return require_none(problems, workspace.seen_alerts)


def diagnostics(
    alerts: Iterable[Rule], series: SeriesIndex, settings: Alerts
) -> Iterator[Diagnostic]:
    """Yield names and labels that are missing or wrong.

    A label may also come from the alert's expression.
    """
    for rule in alerts:
        if not _NAME.fullmatch(rule.name):
            yield rule.diagnostic(("alert",), "expected a name in CamelCase", "rename it")
        for name in settings.labels:
            if name not in rule.labels and not _may_have(rule, name, series):
                remedy = f"add `{name}:` to its labels"
                yield rule.diagnostic((), f"the label {name} is missing", remedy)
        if settings.declared:
            yield from _urgency(rule, settings)


def _urgency(rule: Rule, settings: Alerts) -> Iterator[Diagnostic]:
    label, severities = settings.priority_label, settings.severities
    priority, severity = rule.labels.get(label), rule.labels.get("severity")
    if priority is not None and priority not in severities:
        expected = f"one of {', '.join(severities)}"
        yield rule.diagnostic(
            ("labels", label), f"the {label} {priority!r}", "choose one", expected
        )
    elif priority and severity and severity != severities[priority]:
        expected = f"{severities[priority]} for {priority}"
        yield rule.diagnostic(
            ("labels", "severity"), f"the severity {severity!r}", "change one of them", expected
        )


def _may_have(rule: Rule, label: str, series: SeriesIndex) -> bool:
    labels = None if rule.expression is None else result_labels(rule.expression, series)
    return labels is None or label in labels
