"""A dashboard as its project declares it, and its form as Grafana's classic JSON."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Any

from grafana_foundation_sdk.builders import dashboard as builders
from grafana_foundation_sdk.cog.encoder import JSONEncoder
from grafana_foundation_sdk.models.dashboard import DashboardCursorSync, VariableHide

from whiteroom_monitoring.dashboards import links, template_variables
from whiteroom_monitoring.dashboards.expectation import Expectation
from whiteroom_monitoring.dashboards.panels import Panel
from whiteroom_monitoring.dashboards.template_variables import AnnotationQuery, Variable

# Grafana 10.0's. What is newer migrates it; an older Grafana can't migrate what the SDK claims.
SCHEMA_VERSION = 38
# A row has ids of its own, so that a panel that is added moves no link to another row's panels.
IDS_OF_A_ROW = 100


@dataclass(frozen=True)
class Row:
    """Panels under one heading. They need the metrics of the job ``needs``, if it is given."""

    title: str
    panels: tuple[Panel, ...]
    needs: str | None = None


@dataclass(frozen=True)
class Dashboard:
    """A dashboard of a set.

    ``slug`` names its file and ends its address, ``uid`` never changes, and ``question`` is what a
    person on call asks it.
    """

    slug: str
    uid: str
    title: str
    question: str
    variables: tuple[Variable, ...]
    rows: tuple[Row, ...]

    def panels(self) -> Iterator[tuple[int, Row, Panel]]:
        """Yield every panel with its id and its row."""
        for number, row in enumerate(self.rows, start=1):
            for index, panel in enumerate(row.panels, start=1):
                yield number * IDS_OF_A_ROW + index, row, panel

    def expectations(self) -> dict[str, dict[str, str]]:
        """Return what each panel with queries shows in a healthy system, by panel id."""
        return {
            str(panel_id): Expectation(
                panel.meta.expect, panel.meta.needs or row.needs, panel.meta.waits_for
            ).to_json()
            for panel_id, row, panel in self.panels()
            if panel.has_metrics
        }


@dataclass(frozen=True)
class DashboardSet:
    """The dashboards of one project, in the order in which a person on call looks.

    Each links to the others. ``runbooks`` is the address below which runbooks are read, by default
    the console's own pages; ``annotations`` are marked on every time axis.
    """

    dashboards: tuple[Dashboard, ...]
    runbooks: str = "/runbooks/"
    annotations: tuple[AnnotationQuery, ...] = ()

    def __iter__(self) -> Iterator[Dashboard]:
        return iter(self.dashboards)

    def json(self, dashboard: Dashboard, note: str) -> str:
        """Return Grafana's JSON; ``note`` says in its first line where it comes from."""
        content = json.loads(json.dumps(self._builder(dashboard, note).build(), cls=JSONEncoder))
        content["schemaVersion"] = SCHEMA_VERSION
        _number(content["panels"], [panel_id for panel_id, _, _ in dashboard.panels()])
        _complete(content)
        ordered = {"description": content.pop("description"), **content}
        text = json.dumps(ordered, indent=2, ensure_ascii=False)
        return text.replace("{\n  ", "{ ", 1) + "\n"

    def _builder(self, dashboard: Dashboard, note: str) -> builders.Dashboard:
        others = [(other.title, other.uid, other.slug) for other in self if other != dashboard]
        builder = (
            builders.Dashboard(dashboard.title)
            .uid(dashboard.uid)
            .description(f"{dashboard.question} {note}")
            .tags(["whiteroom"])
            .time("now-30m", "now")
            .refresh("10s")
            .tooltip(DashboardCursorSync.CROSSHAIR)
            .links([links.dashboard_link(*other) for other in others])
            .variables([*template_variables.common(self.runbooks), *dashboard.variables])
            .annotations(list(self.annotations))
        )
        for row in dashboard.rows:
            builder.with_row(builders.Row(row.title))
            for panel in row.panels:
                builder.with_panel(panel)
        return builder


def _number(panels: Iterable[dict[str, Any]], ids: Iterable[int]) -> None:
    """Give each panel its id, and each row the one before its first panel's."""
    remaining = iter(ids)
    row = 0
    for panel in panels:
        if panel["type"] == "row":
            row += IDS_OF_A_ROW
            panel["id"] = row
        else:
            panel["id"] = next(remaining)


def _complete(content: dict[str, Any]) -> None:
    """Say what the SDK leaves out, and undo what it says unasked.

    Links and annotations belong in sight, not in a menu; nothing is repeated; a constant is no
    choice.
    """
    for variable in content["templating"]["list"]:
        if variable["type"] == "constant":
            value = variable["query"]
            variable |= {"hide": VariableHide.HIDE_VARIABLE.value, "skipUrlSync": True}
            variable["current"] = {"text": value, "value": value, "selected": True}
    for placed in (*content["links"], *content["annotations"]["list"]):
        del placed["placement"]
    for panel in content["panels"]:
        panel.pop("repeatDirection", None)
        for link in panel.get("links", []):
            del link["placement"]
