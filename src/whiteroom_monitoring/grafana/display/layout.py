"""Where panels stand: rows become sections, repeats become panels, each with a key for links."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

from whiteroom_monitoring.grafana.evaluation.evaluate import View
from whiteroom_monitoring.grafana.evaluation.interpolation import Scope
from whiteroom_monitoring.grafana.evaluation.variables import ALL
from whiteroom_monitoring.grafana.model.dashboard import Row
from whiteroom_monitoring.grafana.model.panel import COLUMNS, GridPosition, Panel

# A repeated panel's key: its id, and which of the repetitions it is.
_SEPARATOR = "-"
# A dashboard with a variable of many values is not drawn without an end.
_MAX_REPEATS = 200


@dataclass(frozen=True)
class PanelLayout:
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
    panels: tuple[PanelLayout, ...]


def sections(view: View) -> list[Section]:
    """Return a dashboard's sections with repeated rows and panels in them."""
    return [section for row in view.dashboard.rows for section in _of_row(row, view)]


def by_key(view: View) -> dict[str, PanelLayout]:
    """Return every panel by its key."""
    return {layout.key: layout for section in sections(view) for layout in section.panels}


def _of_row(row: Row, view: View) -> Iterator[Section]:
    name = row.repeat.variable if row.repeat else ""
    for index, value in enumerate(_values(view, name) or [None]):
        scope = view.scope if value is None else view.scope.with_value(name, value)
        suffix = f"{_SEPARATOR}{index}" if index else ""
        yield Section(
            f"{row.id}{suffix}",
            scope.tolerant_text(row.title),
            row.collapsed,
            tuple(_without_overlaps(_laid_out(row.panels, view, scope, suffix))),
        )


def _laid_out(
    panels: Sequence[Panel], view: View, scope: Scope, suffix: str
) -> Iterator[PanelLayout]:
    top = min((panel.position.y for panel in panels if panel.position), default=0)
    pushed = bottom = 0
    for panel in panels:
        # What says nothing of its place comes below all others.
        at = panel.position or GridPosition(y=top + bottom - pushed)
        key = f"{panel.id}{suffix}"
        single = PanelLayout(key, panel, scope, at.x, at.y - top + pushed, at.width, at.height)
        layouts = list(_repeated(single, view))
        pushed += max(layout.y for layout in layouts) - single.y
        bottom = max([bottom, *(layout.y + layout.height for layout in layouts)])
        yield from layouts


def _repeated(single: PanelLayout, view: View) -> Iterator[PanelLayout]:
    repeat = single.panel.repeat
    values = _values(view, repeat.variable) if repeat else []
    if repeat is None or not values:
        yield single
        return
    in_row = min(len(values), repeat.max_per_row) if repeat.horizontal else 1
    width = COLUMNS // in_row if repeat.horizontal else single.width
    for index, value in enumerate(values):
        line, column = divmod(index, in_row)
        yield replace(
            single,
            key=single.key + (f"{_SEPARATOR}{index}" if index else ""),
            scope=single.scope.with_value(repeat.variable, value),
            x=column * width if repeat.horizontal else single.x,
            y=single.y + line * single.height,
            width=width,
        )


def _without_overlaps(layouts: Iterator[PanelLayout]) -> Iterator[PanelLayout]:
    """Move down what would cover another panel, as Grafana does."""
    # Which row is the first free one, by column.
    free = [0] * COLUMNS
    for layout in layouts:
        columns = range(layout.x, layout.x + layout.width)
        y = max([layout.y, *(free[column] for column in columns)])
        for column in columns:
            free[column] = y + layout.height
        yield replace(layout, y=y)


def _values(view: View, name: str) -> list[str]:
    """Return what a variable stands for, one by one; nothing where there is no such variable."""
    variable = next((v for v in view.variables if v.name == name), None)
    if variable is None:
        return []
    every = [option.value for option in variable.options]
    values = every if variable.chosen == (ALL,) else list(variable.chosen)
    return values[:_MAX_REPEATS]
