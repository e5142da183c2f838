"""Exemplars of a panel: single events behind its series, each with the id of its trace."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from whiteroom_monitoring.datasources.errors import SourceError
from whiteroom_monitoring.grafana.evaluation.query_context import QueryContext
from whiteroom_monitoring.grafana.model.query import Query

# The newest of more than so many are shown.
MOST = 200


@dataclass(frozen=True)
class Exemplar:
    """One event; ``time`` is in seconds since 1970, ``ids`` are those of its trace, by name."""

    time: float
    value: float
    ids: Mapping[str, str]


def exemplars(queries: Sequence[Query], context: QueryContext) -> list[Exemplar]:
    """Return the exemplars of the queries that ask for them; none where Prometheus keeps none."""
    found: list[Exemplar] = []
    for query in queries:
        if not (query.exemplar and query.is_active):
            continue
        try:
            answer = context.sources.prometheus.get(
                "query_exemplars",
                query=context.promql(query),
                start=f"{context.time_range.start:.3f}",
                end=f"{context.time_range.end:.3f}",
            )
        except SourceError:
            continue
        found += [_exemplar(raw) for series in answer for raw in series["exemplars"]]
    newest = sorted(found, key=lambda exemplar: exemplar.time)[-MOST:]
    return [exemplar for exemplar in newest if math.isfinite(exemplar.value)]


def _exemplar(raw: Mapping[str, Any]) -> Exemplar:
    labels = raw["labels"]
    ids = {name: str(value) for name, value in labels.items() if name.endswith("_id")}
    return Exemplar(float(raw["timestamp"]), float(raw["value"]), ids)
