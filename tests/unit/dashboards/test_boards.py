"""The set of dashboards keeps what operators, links and bookmarks build on."""

from __future__ import annotations

import json
import os
from pathlib import Path

import pytest
import yaml

from tests.support.projects import WHITE_ROOM
from whiteroom_monitoring.dashboards.allowed_features import PANELS
from whiteroom_monitoring.dashboards.dashboard import IDS_OF_A_ROW, SCHEMA_VERSION, Dashboard
from whiteroom_monitoring.dashboards.load import load
from whiteroom_monitoring.deploy.paths import LOOPBACK, default_ports
from whiteroom_monitoring.grafana.evaluation.alert_list import parsed
from whiteroom_monitoring.grafana.evaluation.interpolation import Scope, Value
from whiteroom_monitoring.resources import share

GRAFANA = share("infrastructure/monitoring/grafana")
NOTE = "Generated for a test."
DASHBOARDS = load(WHITE_ROOM.files.boards)


@pytest.fixture(params=list(DASHBOARDS), ids=lambda each: each.slug)
def dashboard(request: pytest.FixtureRequest) -> Dashboard:
    """Each of the set."""
    board: Dashboard = request.param
    return board


def test_uids_and_slugs_never_change() -> None:
    """Links and bookmarks name these."""
    assert {board.uid: board.slug for board in DASHBOARDS} == {
        "whiteroom-application-performance": "application-performance",
        "whiteroom-system-health": "system-health",
        "whiteroom-business-metrics": "business-metrics",
        "whiteroom-alerts": "alerts",
    }


def test_the_table_of_slugs_is_that_of_the_set() -> None:
    """What the console, alerts and benchmarks call our dashboards is what the set declares."""
    assert [board.slug for board in DASHBOARDS] == list(WHITE_ROOM.dashboards)


def test_output_is_the_same_every_time(dashboard: Dashboard) -> None:
    """Building changes nothing in what is declared."""
    assert DASHBOARDS.json(dashboard, NOTE) == DASHBOARDS.json(dashboard, NOTE)


def test_first_line_says_where_it_comes_from(dashboard: Dashboard) -> None:
    """The first line is the question and the note, and the whole is JSON."""
    text = DASHBOARDS.json(dashboard, NOTE)
    assert text.splitlines()[0].startswith(f'{{ "description": "{dashboard.question} {NOTE}"')
    assert json.loads(text)["schemaVersion"] == SCHEMA_VERSION


def test_ids_belong_to_rows(dashboard: Dashboard) -> None:
    """A panel that is added to a row moves the id of no panel in another row."""
    panels = json.loads(DASHBOARDS.json(dashboard, NOTE))["panels"]
    row = 0
    for panel in panels:
        row = panel["id"] if panel["type"] == "row" else row
        assert row <= panel["id"] < row + IDS_OF_A_ROW
    assert row == len(dashboard.rows) * IDS_OF_A_ROW


def test_rows_are_filled(dashboard: Dashboard) -> None:
    """Panels leave no hole beside or below each other."""
    panels = json.loads(DASHBOARDS.json(dashboard, NOTE))["panels"]
    places = [panel["gridPos"] for panel in panels]
    height = max(place["y"] + place["h"] for place in places)
    assert sum(place["w"] * place["h"] for place in places) == 24 * height


def test_links_and_marks_stand_in_sight(dashboard: Dashboard) -> None:
    """Newer versions of Grafana hide in a menu what asks for it; ours asks for nothing."""
    assert "placement" not in json.loads(DASHBOARDS.json(dashboard, NOTE))["links"][0]
    assert "inControlsMenu" not in DASHBOARDS.json(dashboard, NOTE)


def test_dashboards_begin_with_a_provisioned_source(dashboard: Dashboard) -> None:
    """What the variable is set to at first, and what alert lists name, is provisioned."""
    provisioned = yaml.safe_load((GRAFANA / "provisioning/datasources/whiteroom.yml").read_text())
    sources = {source["uid"]: source["name"] for source in provisioned["datasources"]}
    assert sources == {"prometheus": "Prometheus", "alertmanager": "Alertmanager", "loki": "Loki"}
    content = json.loads(DASHBOARDS.json(dashboard, NOTE))
    variable = content["templating"]["list"][0]["current"]
    assert sources[variable["value"]] == variable["text"]
    for panel in content["panels"]:
        if panel["type"] == "alertlist":
            assert panel["options"]["datasource"] in sources.values()


def test_notifications_lead_to_the_console() -> None:
    """Runbooks are read where the dashboards are: at the console's own port."""
    template = (GRAFANA.parent / "alertmanager/templates/whiteroom.tmpl").read_text()
    console = f"http://{LOOPBACK}:{default_ports()['console']}"
    for name, address in (("console", console), ("runbooks", f"{console}/runbooks/")):
        assert f'"whiteroom.{name}" }}}}{address}{{{{ end' in template


def test_what_is_supported_is_used() -> None:
    """The list of panel types names none that no dashboard has: the console shows them in vain."""
    used = {
        panel["type"]
        for board in DASHBOARDS
        for panel in json.loads(DASHBOARDS.json(board, NOTE))["panels"]
    }
    assert used == set(PANELS)


@pytest.mark.parametrize(
    ("chosen", "pattern"),
    [(Value(("P0",), raw=".*"), ".*"), (Value(("P0", "P1"), several=True), "(P0|P1)")],
)
def test_alert_list_takes_every_choice(chosen: Value, pattern: str) -> None:
    """What is chosen in Alerts becomes a regular expression in its list, be it one, some or all."""
    [alerts] = [board for board in DASHBOARDS if board.slug == "alerts"]
    panels = json.loads(DASHBOARDS.json(alerts, NOTE))["panels"]
    [options] = [panel["options"] for panel in panels if panel["type"] == "alertlist"]
    scope = Scope(dict.fromkeys(("priority", "team", "service"), chosen))
    assert parsed(scope.text(options["alertInstanceLabelFilter"])) == [
        (name, "=~", pattern) for name in ("priority", "team", "service")
    ]


def test_boards_are_loaded_anew(tmp_path: Path) -> None:
    """A second load sees what has changed since, in modules of the package, too."""
    (tmp_path / "__init__.py").write_text(
        "from whiteroom_monitoring.dashboards.dashboard import DashboardSet\n"
        "from .rows import ROWS\n"
        "DASHBOARDS = DashboardSet(ROWS)\n"
    )
    rows = tmp_path / "rows.py"
    for count in (0, 1):
        rows.write_text(f"ROWS = (None,) * {count}\n")
        # Python compares the time of a file in seconds with that of its bytecode.
        os.utime(rows, (count, count))
        assert len(load(tmp_path).dashboards) == count
