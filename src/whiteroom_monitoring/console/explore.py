"""What the explore page asks: any PromQL, and the names to complete it with."""

from __future__ import annotations

from typing import Any

import promql_parser

from whiteroom_monitoring.console.encoding import packed, unit
from whiteroom_monitoring.datasources.errors import RequestError
from whiteroom_monitoring.datasources.registry import DataSources
from whiteroom_monitoring.grafana import colors, queries
from whiteroom_monitoring.grafana.interpolation import SCRAPE_INTERVAL_S, Scope, macros
from whiteroom_monitoring.grafana.queries import Asking
from whiteroom_monitoring.grafana.time_range import TimeRange, grid

_LONGEST_EXPRESSION = 10_000
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
    sources: DataSources, expression: str, when: TimeRange, points: int
) -> dict[str, Any]:
    """Return an expression over a range as series, and its values at the end of the range.

    Raises RequestError when it is no PromQL, and SourceError.
    """
    moments = grid(when, points, 1)
    scope = Scope().with_macros(macros(when, moments, SCRAPE_INTERVAL_S))
    expression = scope.query(expression)
    _require_promql(expression)
    asking = Asking(sources, scope, when, moments)
    found = queries.lines([{"refId": "A", "expr": expression, "range": True}], asking)
    chosen = colors.of_series(found.series, [{}] * len(found.series))
    return {
        "type": "timeseries",
        "times": {"start": moments.start, "step": moments.step, "count": moments.count},
        "series": [
            {
                "name": series.name,
                "labels": dict(series.labels),
                "colour": colour,
                "values": packed(series.values),
                "unit": unit("short"),
                "decimals": None,
                "thresholds": [],
                "style": {},
            }
            for series, colour in zip(found.series, chosen, strict=True)
        ],
        "options": {"legend": {"showLegend": True}},
        "queries": {"A": expression},
    }


def _require_promql(expression: str) -> None:
    if not expression.strip():
        raise RequestError("there is no expression")
    if len(expression) > _LONGEST_EXPRESSION:
        raise RequestError(f"the expression is longer than {_LONGEST_EXPRESSION} characters")
    try:
        promql_parser.parse(expression)
    except ValueError as error:
        raise RequestError(f"this is no PromQL: {error}") from error


def names(sources: DataSources, when: TimeRange) -> dict[str, Any]:
    """Return what an expression may name: metrics with their help, functions."""
    prometheus = sources.prometheus
    about = prometheus.get("metadata", limit_per_metric="1")
    return {
        "metrics": [
            {"name": name, **_about(about, name)}
            for name in prometheus.label_values("__name__", "", when.start, when.end)
        ],
        "functions": FUNCTIONS,
        "aggregations": AGGREGATIONS,
    }


def _about(metadata: dict[str, Any], name: str) -> dict[str, str]:
    for known in (name, *(name.removesuffix(end) for end in ("_bucket", "_sum", "_count"))):
        if metadata.get(known):
            return {"help": metadata[known][0]["help"], "type": metadata[known][0]["type"]}
    return {"help": "", "type": ""}


def labels(sources: DataSources, metric: str, when: TimeRange) -> list[str]:
    """Return the labels that a metric has, or all. Raises SourceError."""
    found = sources.prometheus.label_names(metric, when.start, when.end)
    return [name for name in found if name != "__name__"]
