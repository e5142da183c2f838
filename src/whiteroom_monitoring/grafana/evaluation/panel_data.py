"""What a panel's queries return, after its expressions and transformations, in its type's form."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace

from whiteroom_monitoring.grafana.display import markdown
from whiteroom_monitoring.grafana.evaluation import (
    alert_list,
    queries,
    server_expressions,
    transformations,
)
from whiteroom_monitoring.grafana.evaluation.errors import UnsupportedError
from whiteroom_monitoring.grafana.evaluation.frame_shapes import lines_of, tables_of
from whiteroom_monitoring.grafana.evaluation.frames import (
    DashboardList,
    Data,
    Frames,
    Lines,
    Table,
    Text,
)
from whiteroom_monitoring.grafana.evaluation.interpolation import Scope
from whiteroom_monitoring.grafana.evaluation.query_context import QueryContext
from whiteroom_monitoring.grafana.model.panel import Panel
from whiteroom_monitoring.grafana.model.query import MIXED, OF_PANEL, SERVER, Query

# Types that draw series over time; all others show tables or single values.
OVER_TIME = ("timeseries", "heatmap", "state-timeline", "status-history", "trend")
# Data sources that speak PromQL: by their type, or by what an older file calls them.
_PROMQL = "prometheus"
_MOST_DEPTH = 3

Panels = Callable[[int], Panel]


def data(panel: Panel, context: QueryContext, panels: Panels, depth: int = 0) -> Data:
    """Return what a panel shows. Raises UnsupportedError, SourceError and RequestError."""
    if panel.type in _WITHOUT_SERIES:
        return _WITHOUT_SERIES[panel.type](panel, context)
    if _is_plain(panel):
        return queries.lines(_prometheus(panel, context.scope), context)
    tables = _tables(panel, context, panels, depth)
    if panel.type in OVER_TIME:
        return lines_of(tables)
    if panel.type == "table":
        return tables[min(panel.options.frame, len(tables) - 1)] if tables else Table(())
    return Frames(tuple(tables))


def _alerts(panel: Panel, context: QueryContext) -> Data:
    return alert_list.alerts(panel.options.alerts, context.scope, context.sources)


def _dashboards(panel: Panel, context: QueryContext) -> Data:
    chosen = panel.options.dashboards
    return DashboardList(context.scope.tolerant_text(chosen.query), chosen.tags, chosen.max_items)


def _logs(panel: Panel, context: QueryContext) -> Data:
    return queries.logs(_active(panel), context)


def _is_plain(panel: Panel) -> bool:
    """Tell whether the queries' series are shown as they are."""
    return (
        panel.type != "table"
        and not any(not step.disabled for step in panel.transformations)
        and all(
            query.format != "table" and query.server is None and query.panel_id is None
            for query in panel.queries
        )
    )


def _active(panel: Panel) -> list[Query]:
    return [query for query in panel.queries if query.is_active]


def _tables(panel: Panel, context: QueryContext, panels: Panels, depth: int) -> list[Table]:
    active, inputs = _prometheus(panel, context.scope), _inputs(panel)
    _require_prometheus(inputs, panel, context.scope)
    tables: list[Table] = []
    for query in active:
        if query.panel_id is not None:
            tables += _of_panel(query, context, panels, depth)
    own = [query for query in active if query.panel_id is None and query.server is None]
    steps = [step for step in panel.transformations if not step.disabled]
    # A table without transformations shows series as rows, with a column for each label.
    as_rows = panel.type == "table" and not steps
    spread = [query for query in own if as_rows or query.format == "table"]
    series = [query for query in own if query not in spread]
    by_query: dict[str, list[Table]] = {}
    for query, table in zip(spread, queries.tables(spread, context, len(own) > 1), strict=True):
        by_query[query.ref_id] = [table]
    # Each query is asked once, whether it is shown, the input of an expression, or both.
    lines = queries.lines([q for q in panel.queries if q in series or q in inputs], context)
    with_series = {query.ref_id for query in series}
    for table in tables_of(lines):
        if table.query in with_series:
            by_query.setdefault(table.query, []).append(table)
    by_query |= _of_expressions(panel, inputs, lines, context)
    tables += [table for query in active for table in by_query.get(query.ref_id, ())]
    return transformations.transformed(tables, steps)


def _inputs(panel: Panel) -> list[Query]:
    """Return the queries that expressions are of, hidden ones included."""
    servers = [query.server for query in panel.queries if query.server is not None]
    refs = {ref for server in servers for ref in server_expressions.needed(server)}
    return [
        query
        for query in panel.queries
        if query.ref_id in refs and query.server is None and query.expression.strip()
    ]


def _of_panel(query: Query, context: QueryContext, panels: Panels, depth: int) -> list[Table]:
    """Return what another panel of the dashboard shows, or its queries alone."""
    if depth >= _MOST_DEPTH:
        raise UnsupportedError("panels that show what each other shows")
    panel = panels(query.panel_id or 0)
    steps = panel.transformations if query.with_transforms else ()
    # As series over time, which keeps everything that queries return.
    other = replace(panel, type="timeseries", transformations=steps)
    tables = _tables(other, context, panels, depth + 1)
    return [replace(table, query=table.query or query.ref_id) for table in tables]


def _of_expressions(
    panel: Panel, inputs: Sequence[Query], lines: Lines, context: QueryContext
) -> dict[str, list[Table]]:
    expressions = {q.ref_id: q.server for q in panel.queries if q.server is not None}
    filled = {
        ref: replace(server, expression=_own_references(server.expression, panel, context.scope))
        for ref, server in expressions.items()
    }
    if not lines.times:
        lines = Lines(context.grid.times(), ())
    results = server_expressions.evaluate(filled, lines, [query.ref_id for query in inputs])
    return {
        ref: tables_of(Lines(lines.times, tuple(server_expressions.series_of(ref, items, lines))))
        for ref, items in results.items()
    }


def _own_references(text: str, panel: Panel, scope: Scope) -> str:
    """Return an expression with the variables filled in whose names are no query's."""
    refs = {query.ref_id for query in panel.queries}
    return scope.without(refs).tolerant_text(text)


def _prometheus(panel: Panel, scope: Scope) -> list[Query]:
    """Return the queries that are shown. Raises UnsupportedError for those of other sources."""
    active = _active(panel)
    _require_prometheus(active, panel, scope)
    return active


def _require_prometheus(queries: Sequence[Query], panel: Panel, scope: Scope) -> None:
    for query in queries:
        source = query.data_source if query.data_source.is_set else panel.data_source
        if source.uid in (OF_PANEL, SERVER) or source.type == SERVER:
            continue
        kind = "" if source.uid == MIXED else source.type or _kind(scope.tolerant_text(source.uid))
        if kind and _PROMQL not in kind:
            raise UnsupportedError(f"the data source {kind} in a panel of {panel.type}")


def _kind(uid: str) -> str:
    """Return the type of a data source by its uid, which is a type where it is one of ours."""
    return uid if uid in ("loki", "alertmanager", "grafana", "-- Grafana --") else ""


def _text(panel: Panel, context: QueryContext) -> Data:
    content = context.scope.tolerant_text(panel.options.content)
    mode = panel.options.content_mode
    if mode not in _TEXTS:
        raise UnsupportedError(f"text panels of the mode {mode}")
    return Text(_TEXTS[mode](content))


_TEXTS: Mapping[str, Callable[[str], str]] = {
    "markdown": markdown.html,
    "text": markdown.html,
    "html": markdown.clean,
    "code": markdown.code,
}
_WITHOUT_SERIES: Mapping[str, Callable[[Panel, QueryContext], Data]] = {
    "text": _text,
    "alertlist": _alerts,
    "dashlist": _dashboards,
    "logs": _logs,
}
