"""What the explore page asks: any PromQL, and the names to complete it with.

An expression is a stranger's: its length and depth are bounded here, and Prometheus parses it.
"""

from __future__ import annotations

from http import HTTPStatus
from typing import Any

from whiteroom_monitoring.console import encoding
from whiteroom_monitoring.datasources.data_sources import DataSources
from whiteroom_monitoring.datasources.errors import RefusedError, RequestError
from whiteroom_monitoring.grafana.display import colors
from whiteroom_monitoring.grafana.evaluation import queries
from whiteroom_monitoring.grafana.evaluation.evaluate import Evaluator
from whiteroom_monitoring.grafana.evaluation.interpolation import Scope
from whiteroom_monitoring.grafana.evaluation.time_range import TimeRange
from whiteroom_monitoring.grafana.model.field_config import FieldConfig
from whiteroom_monitoring.grafana.model.grid import grid
from whiteroom_monitoring.grafana.model.query import Query
from whiteroom_monitoring.promql.bounds import ParseError, require_bounded

_MAX_EXPRESSION = 10_000
FUNCTIONS = tuple(
    """abs absent absent_over_time avg_over_time ceil changes clamp clamp_max clamp_min
    count_over_time day_of_month day_of_week days_in_month delta deriv exp floor histogram_quantile
    hour idelta increase irate label_join label_replace last_over_time ln log10 log2 max_over_time
    min_over_time minute month predict_linear present_over_time quantile_over_time rate resets round
    scalar sgn sort sort_desc sqrt stddev_over_time stdvar_over_time sum_over_time time timestamp
    vector year""".split()
)
AGGREGATIONS = tuple(
    "avg bottomk count count_values group max min quantile stddev stdvar sum topk".split()
)


def evaluated(
    evaluator: Evaluator, expression: str, time_range: TimeRange, points: int
) -> dict[str, Any]:
    """Return an expression over a range as series, as a panel of time series has them.

    Raises RequestError when it is no PromQL, and SourceError.
    """
    moments = grid(time_range, points, 1)
    context = evaluator.context(Scope(), time_range, moments)
    expression = context.scope.query(expression)
    _require_bounded(expression)
    try:
        lines = queries.lines([Query("A", expression)], context)
    except RefusedError as error:
        if error.status != HTTPStatus.BAD_REQUEST:
            raise
        raise RequestError(f"this is no PromQL: {error.reason}") from error
    series_colors = colors.of_series(lines.series, [FieldConfig()] * len(lines.series))
    return {
        "type": "timeseries",
        "times": {"start": moments.start, "step": moments.step, "count": moments.count},
        "series": [
            {
                "name": series.name,
                "labels": dict(series.labels),
                "colour": color,
                "values": encoding.packed(series.values),
                **encoding.value_format(FieldConfig()),
                "style": {},
            }
            for series, color in zip(lines.series, series_colors, strict=True)
        ],
        "options": {"legend": {"showLegend": True}},
        "queries": {"A": expression},
    }


def _require_bounded(expression: str) -> None:
    if not expression.strip():
        raise RequestError("there is no expression")
    try:
        require_bounded(expression, _MAX_EXPRESSION)
    except ParseError as error:
        raise RequestError(f"this is no PromQL: {error}") from error


def names(sources: DataSources, time_range: TimeRange) -> dict[str, Any]:
    """Return what an expression may name: metrics with their help, functions."""
    prometheus = sources.prometheus
    metadata = prometheus.get("metadata", limit_per_metric="1")
    metrics = prometheus.label_values("__name__", "", time_range.start, time_range.end)
    return {
        "metrics": [{"name": name, **_about(metadata, name)} for name in metrics],
        "functions": FUNCTIONS,
        "aggregations": AGGREGATIONS,
    }


def _about(metadata: dict[str, Any], name: str) -> dict[str, str]:
    for family in (name, *(name.removesuffix(end) for end in ("_bucket", "_sum", "_count"))):
        if metadata.get(family):
            return {"help": metadata[family][0]["help"], "type": metadata[family][0]["type"]}
    return {"help": "", "type": ""}


def labels(sources: DataSources, metric: str, time_range: TimeRange) -> list[str]:
    """Return the labels that a metric has, or all. Raises SourceError."""
    names = sources.prometheus.label_names(metric, time_range.start, time_range.end)
    return [name for name in names if name != "__name__"]
