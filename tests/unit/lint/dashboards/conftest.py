"""A small dashboard in which everything is right, for each lint's test to break."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from grafana_foundation_sdk.models import units

from whiteroom_monitoring.catalogue.load import load
from whiteroom_monitoring.dashboards.dashboard import Dashboard, DashboardSet, Row
from whiteroom_monitoring.dashboards.field_style import FieldStyle, Thresholds
from whiteroom_monitoring.dashboards.panels import PanelMeta, stat, timeseries
from whiteroom_monitoring.dashboards.queries import instant_query, range_query
from whiteroom_monitoring.dashboards.template_variables import annotation, label_values
from whiteroom_monitoring.lint.dashboards import files
from whiteroom_monitoring.lint.dashboards.files import DashboardFile
from whiteroom_monitoring.promql import vocabulary
from whiteroom_monitoring.promql.series import SeriesIndex, build_index
from whiteroom_monitoring.resources import share

CALLBACKS = timeseries(
    PanelMeta("Callbacks", "How many end in a second.", ("AudioCallbacksStopped",)),
    [
        range_query('sum(rate(audio_callbacks_total{job=~"$job"}[$__rate_interval]))', "ended"),
        range_query('sum(increase(audio_callbacks_total{job=~"$job"}[$__range]))', "in sight"),
    ],
    FieldStyle(units.CountsPerSecond),
    (12, 8),
)
TARGETS = stat(
    PanelMeta("Targets", "How many answer."),
    instant_query("sum(up)", "up"),
    FieldStyle(units.NoUnit, Thresholds(9, 8)),
    (4, 8),
)

SMALL = Dashboard(
    slug="system-health",
    uid="whiteroom-system-health",
    title="System Health",
    question="Is it there?",
    variables=(label_values("job", "audio_callbacks_total"),),
    rows=(Row("All", (CALLBACKS, TARGETS)),),
)
SET = DashboardSet(
    (SMALL,),
    runbooks="https://git.example/blob/main/runbooks/",
    annotations=(annotation("Firing", 'ALERTS{alertstate="firing"}', "red", "{{alertname}}"),),
)

# Changes a dashboard, and returns nothing.
Break = Callable[[dict[str, Any]], object]


@pytest.fixture
def content() -> dict[str, Any]:
    """The small dashboard's JSON. The first panel has two queries, the second one."""
    dashboard: dict[str, Any] = json.loads(SET.json(SMALL, "Generated."))
    dashboard["links"] = []
    return dashboard


@pytest.fixture
def written(content: dict[str, Any], tmp_path: Path) -> Callable[..., DashboardFile]:
    """Return a function that writes the dashboard, changed by some breaks, and reads it."""

    def write(*breaks: Break) -> DashboardFile:
        for change in breaks:
            change(content)
        path = tmp_path / "dashboards" / "system-health.json"
        path.parent.mkdir(exist_ok=True)
        path.write_text(json.dumps(content, indent=2))
        dashboards, diagnostics = files.read(path.parent)
        assert not diagnostics
        return dashboards[0]

    return write


@pytest.fixture(scope="session")
def known() -> SeriesIndex:
    """What this repository's catalogue and vocabulary provide."""
    labels = {"job": None, "instance": None, "service": None}
    return build_index(
        load(share("catalogue")), vocabulary.read(share("catalogue/vocabulary")), labels
    )
