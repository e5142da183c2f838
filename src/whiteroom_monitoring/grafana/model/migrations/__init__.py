"""Panels of older Grafanas as those of today: what has a successor becomes it, with its options.

Each function takes the JSON of a panel and returns that of its successor; queries stay where they
are. Sources: the files migrations.ts of Grafana's panels timeseries, stat, table and heatmap, and
SingleStatBaseOptions.ts.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping

from whiteroom_monitoring.grafana.model.json_node import Json, Node
from whiteroom_monitoring.grafana.model.migrations import (
    graph,
    others,
    polystat,
    singlestat,
    table,
)

Content = dict[str, Json]

_MIGRATIONS: Mapping[str, Callable[[Node], Content]] = {
    "graph": graph.migrated,
    "singlestat": singlestat.migrated,
    "grafana-singlestat-panel": singlestat.migrated,
    "table-old": table.migrated,
    "grafana-piechart-panel": others.pie_chart,
    "heatmap": others.heatmap,
    "heatmap-new": others.heatmap,
    "stat": singlestat.current,
    "gauge": singlestat.current,
    "bargauge": singlestat.current,
    "text": others.text,
    "table": table.maybe_old,
    "natel-discrete-panel": others.discrete,
    "grafana-polystat-panel": polystat.migrated,
    "dashlist": others.dashboard_list,
}
# Whose successors are made from other options than theirs.
MIGRATED = tuple(_MIGRATIONS)


def migrated(content: Json) -> Json:
    """Return a panel as today's Grafana has it; what needs no change is returned as it is."""
    if not isinstance(content, dict):
        return content
    kind = content.get("type")
    if not isinstance(kind, str) or kind not in _MIGRATIONS:
        return content
    # What of it does not fit is named where the result is read.
    return {**content, **_MIGRATIONS[kind](Node(content, []))}
