"""Queries of panels. Where they go to is chosen in the dashboard, by the variable `datasource`."""

from __future__ import annotations

from collections.abc import Sequence

from grafana_foundation_sdk.builders import prometheus
from grafana_foundation_sdk.cog.builder import Builder
from grafana_foundation_sdk.cog.variants import Dataquery
from grafana_foundation_sdk.models.common import DataSourceRef
from grafana_foundation_sdk.models.prometheus import PromQueryFormat

Query = prometheus.Dataquery

PROMETHEUS = DataSourceRef(type_val="prometheus", uid="${datasource}")
LOKI = DataSourceRef(type_val="loki", uid="loki")


def range_query(expression: str, legend: str, *, exemplars: bool = False) -> Query:
    """Return a query over the time range; ``legend`` names its series, with labels in {{...}}.

    ``exemplars`` asks for single events behind the series, too.
    """
    query = _query(expression).legend_format(legend).range()
    return query.exemplar(True) if exemplars else query


def instant_query(expression: str, legend: str) -> Query:
    """Return a query of the present, that is of the end of the time range."""
    return _query(expression).legend_format(legend).instant()


def table_query(expression: str) -> Query:
    """Return a query of the present whose labels become the columns of a table."""
    return _query(expression).format(PromQueryFormat.TABLE).instant()


def heatmap_query(expression: str) -> Query:
    """Return a query of a histogram's buckets for a heatmap; the result needs the label `le`."""
    return _query(expression).legend_format("{{le}}").format(PromQueryFormat.HEATMAP).range()


def ref_ids(queries: Sequence[Query]) -> list[Builder[Dataquery]]:
    """Name the queries of a panel A, B, C and so on."""
    return [query.ref_id(chr(ord("A") + index)) for index, query in enumerate(queries)]


def _query(expression: str) -> Query:
    return prometheus.Dataquery().expr(" ".join(expression.split())).datasource(PROMETHEUS)
