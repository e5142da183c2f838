"""A counter is shown by how it grows, over an interval that fits the time that is shown."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from promql_parser import AggregateExpr, Call, Expr, MatrixSelector, VectorSelector

from whiteroom_monitoring.diagnostics import Diagnostic
from whiteroom_monitoring.lint.dashboards.files import MACROS, DashboardFile, Query
from whiteroom_monitoring.promql.infer import children, descendants
from whiteroom_monitoring.promql.series import Known
from whiteroom_monitoring.promql.validate import OF_COUNTERS

_GROWING = frozenset({"counter", "bucket", "part"})
# Of these only the number matters, and not the value.
_COUNTING = frozenset({"count", "group"})
# Shown as they are, with the reason.
AS_THEY_ARE = {
    "monitoring_processes_lost_total": "served by two jobs in turn, see rules/engine.yml",
    "monitoring_observations_lost_total": "served by two jobs in turn, see rules/engine.yml",
}


def diagnostics(dashboards: Iterable[DashboardFile], known: Known) -> Iterator[Diagnostic]:
    """Yield every rate over a fixed range, and every counter without a rate."""
    for dashboard in dashboards:
        for query in dashboard.queries:
            if query.parsed is not None:
                yield from _ranges(query, query.parsed)
                yield from _counters(query, query.parsed, known)


def _ranges(query: Query, expression: Expr) -> Iterator[Diagnostic]:
    for part in descendants(expression):
        if not isinstance(part, Call) or part.func.name not in OF_COUNTERS:
            continue
        allowed = {"__rate_interval"} | ({"__range"} if part.func.name == "increase" else set())
        argument = part.args[0]
        lengths = {MACROS[name] for name in allowed}
        if isinstance(argument, MatrixSelector) and argument.range not in lengths:
            names = " or ".join(f"${name}" for name in sorted(allowed))
            problem = f"{part.func.name}() over a fixed range is empty or wrong when zoomed"
            yield query.diagnostic(part.func.name, problem, f"use [{names}]")


def _counters(query: Query, expression: Expr, known: Known) -> Iterator[Diagnostic]:
    for selector in _bare(expression):
        name = selector.name or ""
        series = known.find(name)
        if series is not None and series.kind in _GROWING and name not in AS_THEY_ARE:
            problem = f"{name} only grows, so that its value says nothing"
            yield query.diagnostic(name, problem, "show its rate() or increase()")


def _bare(expression: Expr) -> Iterator[VectorSelector]:
    """Yield the selectors that stand under no rate, nor under what only counts them."""
    if isinstance(expression, Call) and expression.func.name in OF_COUNTERS:
        return
    if isinstance(expression, AggregateExpr) and str(expression.op) in _COUNTING:
        return
    if isinstance(expression, VectorSelector):
        yield expression
    for child in children(expression):
        yield from _bare(child)
