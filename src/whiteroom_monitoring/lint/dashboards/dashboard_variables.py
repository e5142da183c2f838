"""Variables: each that is named exists, each that exists is named, and many values are matched."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator

from whiteroom_monitoring.diagnostics import Diagnostic, check, require_none
from whiteroom_monitoring.lint.dashboards.files import MACROS, VARIABLE, DashboardFile, parse
from whiteroom_monitoring.lint.workspace import Workspace
from whiteroom_monitoring.promql.infer import result_labels
from whiteroom_monitoring.promql.series import SeriesIndex
from whiteroom_monitoring.promql.validate import findings

# What Grafana itself calls "all values".
_ALL = "__all"
_VALUES = re.compile(r"label_values\((.+), *(\w+)\)")
_EQUAL = re.compile(r'!?=\s*"\$\{?(\w+)')


@check("dashboard-variables", "dashboards", "each defined, used and matched by =~")
def dashboard_variables(workspace: Workspace) -> str:
    """No variable is undefined, unused or compared as one value."""
    return require_none(diagnostics(workspace.dashboards, workspace.series), workspace.seen_panels)


def diagnostics(dashboards: Iterable[DashboardFile], series: SeriesIndex) -> Iterator[Diagnostic]:
    """Yield variables that are missing, idle, compared as one value, or that nothing fills."""
    for dashboard in dashboards:
        yield from _names(dashboard)
        yield from _comparisons(dashboard)
        yield from _choices(dashboard, series)


def _names(dashboard: DashboardFile) -> Iterator[Diagnostic]:
    defined = {variable.name: variable.pointer for variable in dashboard.variables()}
    text = dashboard.text
    used = set(VARIABLE.findall(text)) - MACROS.keys() - {_ALL}
    for name in sorted(used - defined.keys()):
        problem = f"there is no variable ${name}"
        yield dashboard.diagnostic(("templating",), problem, "add it, or don't name it")
    for name, pointer in defined.items():
        if name not in used:
            problem = f"nothing uses the variable ${name}"
            yield dashboard.diagnostic(pointer, problem, "use it or remove it")


def _comparisons(dashboard: DashboardFile) -> Iterator[Diagnostic]:
    for query in dashboard.queries:
        for name in _EQUAL.findall(query.text):
            problem = f"${name} may be several values, which = never finds"
            yield query.diagnostic(name, problem, "use =~")


def _choices(dashboard: DashboardFile, series: SeriesIndex) -> Iterator[Diagnostic]:
    for variable in dashboard.variables():
        if variable.type != "query":
            continue
        query = (*variable.pointer, "query")
        match = _VALUES.fullmatch(variable.query)
        expression = parse(match[1]) if match else None
        if match is None or expression is None:
            expected = "label_values(METRIC, LABEL)"
            text = repr(variable.query)
            yield dashboard.diagnostic(query, text, "write such a query", expected)
            continue
        for finding in findings(expression, series):
            yield dashboard.diagnostic(query, finding.problem, finding.remedy)
        labels = result_labels(expression, series)
        if labels is not None and match[2] not in labels:
            yield dashboard.diagnostic(query, f"{match[1]} has no label {match[2]}", "name another")
