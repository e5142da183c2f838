"""Variables: each that is named exists, each that exists is named, and many values are matched."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator

from whiteroom_monitoring.diagnostics import Diagnostic
from whiteroom_monitoring.lint.dashboards.files import MACROS, VARIABLE, DashboardFile, parse
from whiteroom_monitoring.promql.infer import result_labels
from whiteroom_monitoring.promql.series import Known
from whiteroom_monitoring.promql.validate import findings

# What Grafana itself calls "all values".
_ALL = "__all"
_VALUES = re.compile(r"label_values\((.+), *(\w+)\)")
_EQUAL = re.compile(r'!?=\s*"\$\{?(\w+)')


def diagnostics(dashboards: Iterable[DashboardFile], known: Known) -> Iterator[Diagnostic]:
    """Yield variables that are missing, idle, compared as one value, or that nothing fills."""
    for dashboard in dashboards:
        yield from _names(dashboard)
        yield from _comparisons(dashboard)
        yield from _choices(dashboard, known)


def _names(dashboard: DashboardFile) -> Iterator[Diagnostic]:
    defined = {str(variable.get("name")): pointer for pointer, variable in dashboard.variables()}
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


def _choices(dashboard: DashboardFile, known: Known) -> Iterator[Diagnostic]:
    for pointer, variable in dashboard.variables():
        if variable.get("type") != "query":
            continue
        query = (*pointer, "query")
        found = _VALUES.fullmatch(str(variable.get("query")))
        expression = parse(found[1]) if found else None
        if found is None or expression is None:
            problem = f"found {variable.get('query')!r}, expected label_values(METRIC, LABEL)"
            yield dashboard.diagnostic(query, problem)
            continue
        for finding in findings(expression, known):
            yield dashboard.diagnostic(query, finding.problem, finding.remedy)
        labels = result_labels(expression, known)
        if labels is not None and found[2] not in labels:
            yield dashboard.diagnostic(query, f"{found[1]} has no label {found[2]}", "name another")
