"""A counter is shown by its growth, over an interval that fits the time range."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from whiteroom_monitoring.diagnostics import Diagnostic, check, require_none
from whiteroom_monitoring.lint.dashboards.files import MACROS, DashboardFile, Query
from whiteroom_monitoring.lint.workspace import Workspace
from whiteroom_monitoring.promql.functions import COUNTERS_OF_SERIES, OF_COUNTERS
from whiteroom_monitoring.promql.parse import (
    AggregateExpr,
    Call,
    Expr,
    MatrixSelector,
    VectorSelector,
    children,
    descendants,
)
from whiteroom_monitoring.promql.series import SeriesIndex

_GROWING = frozenset({"counter", "bucket", "part"})
# Shown as they are, with the reason.
AS_THEY_ARE = {
    "monitoring_processes_lost_total": "served by two jobs in turn, see rules/engine.yml",
    "monitoring_observations_lost_total": "served by two jobs in turn, see rules/engine.yml",
}


@check("dashboard-rates", "dashboards", "counters under a rate, over $__rate_interval")
def dashboard_rates(workspace: Workspace) -> str:
    """No panel shows a bare counter, or a rate over a fixed range."""
    return require_none(diagnostics(workspace.dashboards, workspace.series), workspace.seen_panels)


def diagnostics(dashboards: Iterable[DashboardFile], index: SeriesIndex) -> Iterator[Diagnostic]:
    """Yield every rate over a fixed range, and every counter without a rate."""
    for dashboard in dashboards:
        for query in dashboard.queries:
            if query.parsed is not None:
                yield from _ranges(query, query.parsed)
                yield from _counters(query, query.parsed, index)


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


def _counters(query: Query, expression: Expr, index: SeriesIndex) -> Iterator[Diagnostic]:
    for selector in _bare(expression):
        name = selector.name or ""
        series = index.find(name)
        if series is not None and series.kind in _GROWING and name not in AS_THEY_ARE:
            problem = f"{name} only grows, so that its value says nothing"
            yield query.diagnostic(name, problem, "show its rate() or increase()")


def _bare(expression: Expr) -> Iterator[VectorSelector]:
    """Yield the selectors that stand under no rate, nor under what only counts them."""
    if isinstance(expression, Call) and expression.func.name in OF_COUNTERS:
        return
    if isinstance(expression, AggregateExpr) and str(expression.op) in COUNTERS_OF_SERIES:
        return
    if isinstance(expression, VectorSelector):
        yield expression
    for child in children(expression):
        yield from _bare(child)
