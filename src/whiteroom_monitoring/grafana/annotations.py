"""What is marked on the time axes of a dashboard: its annotations, as far as they can be asked."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from whiteroom_monitoring.console import alerts
from whiteroom_monitoring.datasources.errors import SourceError
from whiteroom_monitoring.datasources.registry import DataSources
from whiteroom_monitoring.grafana import queries
from whiteroom_monitoring.grafana.errors import UnsupportedError
from whiteroom_monitoring.grafana.evaluate import View
from whiteroom_monitoring.grafana.queries import Asking
from whiteroom_monitoring.grafana.time_range import grid

_POINTS, _LEAST_STEP_S = 240, 15


def marks(view: View, sources: DataSources) -> list[dict[str, Any]]:
    """Return when what is marked began and ended, in seconds since 1970, and what it is."""
    asked = (each for each in view.dashboard.annotations if each.get("enable") and each.get("expr"))
    return [mark for definition in asked for mark in _of_one(definition, view, sources)]


def _of_one(
    definition: Mapping[str, Any], view: View, sources: DataSources
) -> Iterator[dict[str, Any]]:
    moments = grid(view.when, _POINTS, _LEAST_STEP_S)
    title = str(definition.get("titleFormat") or definition["name"])
    target = {"expr": definition["expr"], "range": True, "legendFormat": title}
    try:
        found = queries.lines([target], Asking(sources, view.scope, view.when, moments))
    except (SourceError, UnsupportedError):
        return
    more = {"legendFormat": definition.get("textFormat") or ""}
    for series in found.series:
        mark = {
            "title": series.name,
            "text": queries.series_name(more, series.labels, view.scope),
            "colour": definition.get("iconColor") or "blue",
            "kind": definition["name"],
        }
        times = [t for t, v in zip(found.times, series.values, strict=True) if v]
        for start, end in alerts.runs(times, moments.step):
            yield {"start": start, "end": end, **mark}
