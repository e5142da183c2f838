"""A small dashboard in which everything is right, for each lint's test to break."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from grafana_foundation_sdk.models import units

from whiteroom_monitoring.catalogue.load import load
from whiteroom_monitoring.dashboards.assembly import Dashboard, Row
from whiteroom_monitoring.dashboards.field_style import Limits, Look
from whiteroom_monitoring.dashboards.panels import About, figure, lines
from whiteroom_monitoring.dashboards.queries import line, now
from whiteroom_monitoring.dashboards.template_variables import choice
from whiteroom_monitoring.lint.dashboards import files
from whiteroom_monitoring.lint.dashboards.files import DashboardFile
from whiteroom_monitoring.locations import share
from whiteroom_monitoring.promql import vocabulary
from whiteroom_monitoring.promql.series import Known, known_series

CALLBACKS = lines(
    About("Callbacks", "How many end in a second.", ("AudioCallbacksStopped",)),
    [
        line('sum(rate(audio_callbacks_total{job=~"$job"}[$__rate_interval]))', "ended"),
        line('sum(increase(audio_callbacks_total{job=~"$job"}[$__range]))', "in sight"),
    ],
    Look(units.CountsPerSecond),
    (12, 8),
)
PARTS = figure(
    About("Parts", "How many answer."),
    now("sum(up)", "up"),
    Look(units.NoUnit, Limits(9, 8)),
    (4, 8),
)

SMALL = Dashboard(
    slug="system-health",
    question="Is it there?",
    source="tests",
    variables=(choice("job", "audio_callbacks_total"),),
    rows=(Row("All", (CALLBACKS, PARTS)),),
)

# Changes a dashboard, and returns nothing.
Break = Callable[[dict[str, Any]], object]


@pytest.fixture
def content() -> dict[str, Any]:
    """The small dashboard's JSON. The first panel has two queries, the second one."""
    dashboard: dict[str, Any] = json.loads(SMALL.json("Generated."))
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
        found, diagnostics = files.read(path.parent)
        assert not diagnostics
        return found[0]

    return write


@pytest.fixture(scope="session")
def known() -> Known:
    """What this repository's catalogue and vocabulary provide."""
    labels = {"job": None, "instance": None, "service": None}
    return known_series(
        load(share("catalogue")), vocabulary.read(share("catalogue/vocabulary")), labels
    )
