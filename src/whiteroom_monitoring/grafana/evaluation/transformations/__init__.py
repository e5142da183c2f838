"""Grafana's transformations of tables, one after the other.

A series is a table of two columns, see `frame_shapes`. Source of what each option does:
packages/grafana-data/src/transformations/transformers of Grafana, and its documentation,
https://grafana.com/docs/grafana/latest/panels-visualizations/query-transform-data/transform-data/
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence

from whiteroom_monitoring.grafana.evaluation.errors import UnsupportedError
from whiteroom_monitoring.grafana.evaluation.frames import Table
from whiteroom_monitoring.grafana.evaluation.transformations import (
    calculate,
    columns,
    groups,
    joins,
    rows,
    shapes,
    values,
)
from whiteroom_monitoring.grafana.model.json_node import Node
from whiteroom_monitoring.grafana.model.panel import FrameFilter, Transformation
from whiteroom_monitoring.grafana.model.patterns import compiled

Transform = Callable[[Sequence[Table], Node], list[Table]]

TRANSFORMATIONS: Mapping[str, Transform] = {
    "merge": joins.merge,
    "joinByField": joins.join,
    "seriesToColumns": joins.join,
    "concatenate": joins.concatenate,
    "organize": columns.organize,
    "filterFieldsByName": columns.by_name,
    "filterFields": columns.by_matcher,
    "renameByRegex": columns.rename,
    "sortBy": rows.sort,
    "limit": rows.limit,
    "filterByValue": rows.by_value,
    "filterByRefId": rows.by_query,
    "groupBy": groups.group,
    "reduce": groups.reduce,
    "groupingToMatrix": groups.matrix,
    "partitionByValues": groups.partition,
    "calculateField": calculate.calculate,
    "labelsToFields": shapes.labels_to_columns,
    "seriesToRows": shapes.series_to_rows,
    "timeSeriesTable": shapes.series_to_table,
    "prepareTimeSeries": shapes.prepare,
    "transpose": shapes.transpose,
    "rowsToFields": shapes.rows_to_columns,
    "extractFields": values.extract,
    "convertFieldType": values.convert,
    "histogram": values.histogram,
}


def transformed(tables: Sequence[Table], steps: Sequence[Transformation]) -> list[Table]:
    """Return the tables after all transformations. Raises UnsupportedError."""
    current = list(tables)
    for step in steps:
        if step.disabled:
            continue
        if step.id not in TRANSFORMATIONS:
            raise UnsupportedError(f"the transformation {step.id or 'without an id'}")
        chosen = [table for table in current if _matches(step.filter, table)]
        others = [table for table in current if not _matches(step.filter, table)]
        current = [*TRANSFORMATIONS[step.id](chosen, Node(step.options, [])), *others]
    return current


def _matches(chosen: FrameFilter | None, table: Table) -> bool:
    """Tell whether a table is of the queries that a transformation is limited to."""
    if chosen is None or chosen.id != "byRefId" or not chosen.options:
        return True
    if not chosen.options.startswith("/"):
        return table.query == chosen.options
    try:
        return compiled(chosen.options).search(table.query) is not None
    except ValueError as error:
        raise UnsupportedError(f"the filter of a transformation: {error}") from error
