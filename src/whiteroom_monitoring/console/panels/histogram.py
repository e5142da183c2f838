"""Histograms as JSON: how many values lie in each bucket."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from whiteroom_monitoring.console import encoding
from whiteroom_monitoring.console.panels import field_names
from whiteroom_monitoring.grafana.display import colors
from whiteroom_monitoring.grafana.display.display_value import Field
from whiteroom_monitoring.grafana.evaluation.evaluate import Evaluated
from whiteroom_monitoring.grafana.evaluation.frames import Series
from whiteroom_monitoring.grafana.evaluation.interpolation import Scope
from whiteroom_monitoring.grafana.evaluation.single_values import tables_in
from whiteroom_monitoring.grafana.evaluation.transformations.values import buckets_of


def encoded(evaluated: Evaluated, scope: Scope) -> dict[str, Any]:
    """Return the buckets of a panel's values, and the counts of each series."""
    panel, data = evaluated.panel, evaluated.data
    assert data is not None
    chosen = panel.options.histogram
    columns = [c for table in tables_in(data) for c in table.columns if c.kind == "number"]
    buckets = buckets_of(columns, chosen.size, chosen.offset, chosen.count, chosen.combine)
    if not buckets.columns:
        return {"edges": [], "bars": []}
    low, high, *counts = buckets.columns
    fields = [Field(c.name, c.query, "number") for c in counts]
    configs = field_names.configs(panel, fields, [c.labels for c in counts], scope)
    series = [Series(c.query, c.name, c.labels, [0.0]) for c in counts]
    series_colors = colors.of_series(series, configs)
    config = configs[0]
    return {
        "edges": [*low.cells, *high.cells[-1:]],
        "edgeUnit": encoding.unit(config.unit or "short"),
        "bars": [
            {
                "name": own.display_name or column.name,
                "colour": color,
                "values": list(column.cells),
                **encoding.value_format(replace(own, unit="short")),
            }
            for column, own, color in zip(counts, configs, series_colors, strict=True)
        ],
    }
