"""Dashboards as files have them, and an hour of them from data sources that answer at once."""

from __future__ import annotations

import json
from typing import Any

from tests.support.data_sources import CannedSources
from whiteroom_monitoring.console.presentation import encoded_panel
from whiteroom_monitoring.grafana.display import layout
from whiteroom_monitoring.grafana.evaluation.evaluate import Evaluator, View
from whiteroom_monitoring.grafana.evaluation.time_range import TimeRange
from whiteroom_monitoring.grafana.model.dashboard import Dashboard, parse


def read(slug: str = "file", **content: Any) -> Dashboard:
    """Return the dashboard of a file with this content."""
    return parse(json.dumps(content), slug)


def view(dashboard: Dashboard, **choices: list[str]) -> View:
    """Return an hour of a dashboard."""
    return Evaluator(CannedSources()).view(dashboard, TimeRange(0.0, 3600.0), choices)


def shown(dashboard: Dashboard, **choices: list[str]) -> list[dict[str, Any]]:
    """Return the panels of a dashboard as the browser gets them."""
    viewed = view(dashboard, **choices)
    evaluator = Evaluator(CannedSources())
    panels = [panel for section in layout.sections(viewed) for panel in section.panels]
    return [
        encoded_panel(evaluator.panel(viewed, panel.panel, panel.scope), panel.scope)
        for panel in panels
    ]


def graph(**more: Any) -> dict[str, Any]:
    """Return a panel with one query."""
    return {"id": 1, "type": "timeseries", "targets": [{"expr": "up"}], **more}
