"""What a query needs beside its text: data sources, names, range and moments."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from whiteroom_monitoring.datasources.data_sources import DataSources
from whiteroom_monitoring.datasources.prometheus import SampleStream
from whiteroom_monitoring.grafana.evaluation.interpolation import Scope
from whiteroom_monitoring.grafana.evaluation.time_range import TimeRange
from whiteroom_monitoring.grafana.model.grid import Grid
from whiteroom_monitoring.grafana.model.query import Query
from whiteroom_monitoring.promql.selectors import with_matchers

# Runs tasks at once, and returns their results in order.
RunAll = Callable[[Sequence[Callable[[], list[SampleStream]]]], list[list[SampleStream]]]


def run_in_sequence(tasks: Sequence[Callable[[], list[SampleStream]]]) -> list[list[SampleStream]]:
    """Run tasks one after the other."""
    return [task() for task in tasks]


@dataclass(frozen=True)
class QueryContext:
    """What the queries of a panel, a variable or an annotation need."""

    sources: DataSources
    scope: Scope
    time_range: TimeRange
    grid: Grid
    run_all: RunAll = run_in_sequence

    def promql(self, query: Query) -> str:
        """Return what Prometheus is asked. Raises UnsupportedError and RequestError."""
        expression = self.scope.query(query.expression)
        filters = self.scope.filters
        return with_matchers(expression, filters) if filters else expression
