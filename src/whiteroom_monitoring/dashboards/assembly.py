"""Puts a dashboard together from its rows, and writes it as Grafana's JSON."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Any

from grafana_foundation_sdk.builders import dashboard
from grafana_foundation_sdk.cog.encoder import JSONEncoder
from grafana_foundation_sdk.models.dashboard import DashboardCursorSync, VariableHide

from whiteroom_monitoring.dashboards import links, template_variables
from whiteroom_monitoring.dashboards.panels import About, Panel
from whiteroom_monitoring.dashboards.template_variables import Variable

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
    """One of the set: its ``question`` is what a person on call asks it."""

    slug: str
    question: str
    source: str
    variables: tuple[Variable, ...]
    rows: tuple[Row, ...]

    @property
    def uid(self) -> str:
        """The dashboard's uid, which never changes."""
        return links.uid(self.slug)

    def panels(self) -> Iterator[tuple[int, Row, Panel]]:
        """Yield every panel with its id and its row."""
        for number, row in enumerate(self.rows, start=1):
            for index, panel in enumerate(row.panels, start=1):
                yield number * IDS_OF_A_ROW + index, row, panel

    def json(self, note: str) -> str:
        """Return Grafana's JSON; ``note`` says in its first line where it comes from."""
        built = json.loads(json.dumps(self._builder(note).build(), cls=JSONEncoder))
        built["schemaVersion"] = SCHEMA_VERSION
        _number(built["panels"], [number for number, _, _ in self.panels()])
        _complete(built)
        ordered = {"description": built.pop("description"), **built}
        text = json.dumps(ordered, indent=2, ensure_ascii=False)
        return text.replace("{\n  ", "{ ", 1) + "\n"

    def _builder(self, note: str) -> dashboard.Dashboard:
        builder = (
            dashboard.Dashboard(links.DASHBOARDS[self.slug])
            .uid(self.uid)
            .description(f"{self.question} {note}")
            .tags(["whiteroom"])
            .time("now-30m", "now")
            .refresh("10s")
            .tooltip(DashboardCursorSync.CROSSHAIR)
            .links(list(links.to_others(self.slug)))
            .variables([*template_variables.of_all(), *self.variables])
            .annotations(template_variables.marks())
        )
        for row in self.rows:
            builder.with_row(dashboard.Row(row.title))
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


def _complete(built: dict[str, Any]) -> None:
    """Say what the SDK leaves out, and undo what it says unasked.

    Links and marks belong in sight, not in a menu; nothing is repeated; a constant is no choice.
    """
    for variable in built["templating"]["list"]:
        if variable["type"] == "constant":
            value = variable["query"]
            variable |= {"hide": VariableHide.HIDE_VARIABLE.value, "skipUrlSync": True}
            variable["current"] = {"text": value, "value": value, "selected": True}
    for part in (*built["links"], *built["annotations"]["list"]):
        del part["placement"]
    for panel in built["panels"]:
        panel.pop("repeatDirection", None)
        for link in panel.get("links", []):
            del link["placement"]


def expectations(dashboards: Iterable[Dashboard]) -> dict[str, dict[str, dict[str, str]]]:
    """Return what each panel with queries shows in a healthy system, by uid and panel id."""
    return {
        each.uid: {
            str(number): _expectation(panel.about, row)
            for number, row, panel in each.panels()
            if panel.has_metrics
        }
        for each in dashboards
    }


def _expectation(about: About, row: Row) -> dict[str, str]:
    conditions = {"needs": about.needs or row.needs, "waits_for": about.waits_for}
    return {"shows": about.shows.value} | {key: text for key, text in conditions.items() if text}
