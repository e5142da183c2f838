"""An alert has all annotations, and they name only labels, series and boards that exist."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence

from whiteroom_monitoring.catalogue.suggestions import did_you_mean
from whiteroom_monitoring.diagnostics import Diagnostic, check, require_none
from whiteroom_monitoring.lint.workspace import Workspace
from whiteroom_monitoring.promql import validate
from whiteroom_monitoring.promql.infer import result_labels
from whiteroom_monitoring.promql.parse import ParseError, parse
from whiteroom_monitoring.promql.rule_files import Rule
from whiteroom_monitoring.promql.series import SeriesIndex

_TEMPLATE_QUERY = re.compile(r'\bquery\s+"((?:[^"\\]|\\.)*)"')
_TEMPLATE_LABEL = re.compile(r"\$labels\.(\w+)|\.Labels\.(\w+)")


@check("alert-annotations", "alerts", "the annotations of the project, and what they name")
def alert_annotations(workspace: Workspace) -> str:
    """Every alert has the annotations that a pager shows."""
    problems = diagnostics(
        workspace.alerts,
        workspace.series,
        workspace.project.alerts.annotations,
        workspace.dashboard_pages,
    )
    return require_none(problems, workspace.seen_alerts)


def diagnostics(
    alerts: Iterable[Rule], series: SeriesIndex, required: Iterable[str], pages: Sequence[str]
) -> Iterator[Diagnostic]:
    """Yield annotations that are missing, and names in them of what does not exist.

    ``pages`` are the dashboards that an alert may lead to, as paths of the console and of Grafana.
    """
    for rule in alerts:
        for name in required:
            if not rule.annotations.get(name, "").strip():
                remedy = f"add `{name}:` to its annotations"
                yield rule.diagnostic((), f"the annotation {name} is missing", remedy)
        yield from _dashboard(rule, pages)
        yield from _template_labels(rule, series)
        yield from _template_queries(rule, series)


def _dashboard(rule: Rule, pages: Sequence[str]) -> Iterator[Diagnostic]:
    path = rule.annotations.get("dashboard", "")
    # Without any dashboard at hand, those that exist are somewhere else.
    if pages and path.startswith("/") and path not in pages:
        remedy = did_you_mean(path, pages) or f"one of {', '.join(pages)}"
        yield rule.diagnostic(("annotations", "dashboard"), f"there is no dashboard {path}", remedy)


def _template_queries(rule: Rule, series: SeriesIndex) -> Iterator[Diagnostic]:
    """Hold the queries within annotations, as `{{ query "up" }}`, against what exists."""
    for key, text in rule.annotations.items():
        for query in _TEMPLATE_QUERY.findall(text):
            place = ("annotations", key)
            try:
                expression = parse(query.replace('\\"', '"'))
            except ParseError as error:
                problem = f"the query does not parse: {error}"
                yield rule.diagnostic(place, problem, "correct the PromQL")
                continue
            for finding in validate.findings(expression, series):
                yield rule.diagnostic(place, finding.problem, finding.remedy)


def _template_labels(rule: Rule, series: SeriesIndex) -> Iterator[Diagnostic]:
    labels = None if rule.expression is None else result_labels(rule.expression, series)
    if labels is None:
        return
    for part, texts in (("annotations", rule.annotations), ("labels", rule.labels)):
        for key, text in texts.items():
            for dollar, dot in _TEMPLATE_LABEL.findall(text):
                name = dollar or dot
                if name not in labels:
                    remedy = did_you_mean(name, labels) or f"it has: {', '.join(sorted(labels))}"
                    problem = f"its expression has no label {name}"
                    yield rule.diagnostic((part, key), problem, remedy)
