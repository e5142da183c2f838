"""Where panels stand: rows become sections, repeats become panels, each with a key for links."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from whiteroom_monitoring.grafana.evaluate import View
from whiteroom_monitoring.grafana.interpolation import Scope
from whiteroom_monitoring.grafana.library import Panel
from whiteroom_monitoring.grafana.variables import ALL

COLUMNS = 24
# A repeated panel's key: its id, and which of the repetitions it is.
_SEPARATOR = "-"


@dataclass(frozen=True)
class Placed:
    """A panel at its place, in Grafana's units of columns and rows; ``y`` is within its section."""

    key: str
    panel: Panel
    scope: Scope
    x: int
    y: int
    width: int
    height: int


@dataclass(frozen=True)
class Section:
    """The panels under one heading; the first section of a dashboard may have none."""

    key: str
    title: str
    collapsed: bool
    panels: tuple[Placed, ...]


@dataclass(frozen=True)
class _Row:
    row: Panel
    panels: Sequence[Panel]


def sections(view: View) -> list[Section]:
    """Return a dashboard's sections with repeated rows and panels in them."""
    return [
        section
        for row in _rows(view.dashboard.content.get("panels") or [])
        for section in _repeated_row(row, view)
        if section.panels or section.title
    ]


def by_key(view: View) -> dict[str, Placed]:
    """Return every panel by its key."""
    return {placed.key: placed for section in sections(view) for placed in section.panels}


def _rows(panels: Sequence[Panel]) -> Iterator[_Row]:
    ordered = sorted(panels, key=lambda p: (p["gridPos"]["y"], p["gridPos"]["x"]))
    row: Mapping[str, Any] = {"title": "", "id": 0}
    members: list[Panel] = []
    for panel in ordered:
        if panel["type"] != "row":
            members.append(panel)
            continue
        yield _Row(row, members)
        row, members = panel, list(panel.get("panels") or [])
    yield _Row(row, members)


def _repeated_row(row: _Row, view: View) -> Iterator[Section]:
    name = row.row.get("repeat")
    values = _values(view, name) if name else [None]
    for index, value in enumerate(values):
        scope = view.scope.with_value(name, value) if name and value is not None else view.scope
        suffix = f"{_SEPARATOR}{index}" if index else ""
        yield Section(
            f"{row.row['id']}{suffix}",
            scope.text(row.row.get("title") or ""),
            bool(row.row.get("collapsed")),
            tuple(_placed(row.panels, view, scope, suffix)),
        )


def _placed(panels: Sequence[Panel], view: View, scope: Scope, suffix: str) -> Iterator[Placed]:
    if not panels:
        return
    top = min(panel["gridPos"]["y"] for panel in panels)
    pushed = 0
    for panel in panels:
        at = panel["gridPos"]
        one = Placed(
            f"{panel['id']}{suffix}",
            panel,
            scope,
            at["x"],
            at["y"] - top + pushed,
            at["w"],
            at["h"],
        )
        if panel.get("repeat"):
            several = list(_repeated(one, view))
            pushed += max(p.y for p in several) - one.y
            yield from several
        else:
            yield one


def _repeated(one: Placed, view: View) -> Iterator[Placed]:
    name = str(one.panel["repeat"])
    values = _values(view, name)
    across = one.panel.get("repeatDirection", "h") == "h"
    in_row = min(len(values), int(one.panel.get("maxPerRow") or 4)) if across else 1
    width = COLUMNS // in_row if across else one.width
    for index, value in enumerate(values):
        line, column = divmod(index, in_row)
        yield replace(
            one,
            key=one.key + (f"{_SEPARATOR}{index}" if index else ""),
            scope=one.scope.with_value(name, value),
            x=column * width if across else one.x,
            y=one.y + line * one.height,
            width=width,
        )


def _values(view: View, name: str) -> list[str]:
    """Return what a variable stands for, one by one; at least one value, so nothing vanishes."""
    variable = next((v for v in view.variables if v.name == name), None)
    if variable is None:
        return [""]
    every = [option.value for option in variable.options]
    return (every if variable.chosen == (ALL,) else list(variable.chosen)) or [""]
