"""Whose logs belong to a panel: the services that its series are of."""

from __future__ import annotations

from collections.abc import Iterable

from whiteroom_monitoring.datasources.data_sources import DataSources
from whiteroom_monitoring.grafana.evaluation.time_range import TimeRange
from whiteroom_monitoring.promql.selectors import selectors

LABEL = "service"
# Panels ask for fewer; what a stranger's dashboard asks for more is left out.
MOST_SELECTORS = 12


def services_of(
    expressions: Iterable[str], sources: DataSources, time_range: TimeRange
) -> list[str]:
    """Return the services that the series of expressions name. Raises SourceError."""
    every = dict.fromkeys(selector for text in expressions for selector in selectors(text))
    services: set[str] = set()
    for selector in list(every)[:MOST_SELECTORS]:
        times = (time_range.start, time_range.end)
        services.update(sources.prometheus.label_values(LABEL, selector, *times))
    return sorted(filter(None, services))
