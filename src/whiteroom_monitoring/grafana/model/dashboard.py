"""A dashboard as a type: Grafana's JSON is parsed here, once, and nowhere else.

Files are read as Grafana exports them: the dashboard alone, wrapped as its HTTP API answers, or as
a resource of version 1. What does not fit is a named problem of its panel or of the dashboard.
Sources: https://grafana.com/docs/grafana/latest/dashboards/build-dashboards/view-dashboard-json-model/,
public/app/features/dashboard/state/DashboardMigrator.ts of Grafana (rows before version 16).
"""

from __future__ import annotations

import hashlib
import math
import re
from collections.abc import Iterator
from dataclasses import dataclass, field, replace

import orjson

from whiteroom_monitoring.grafana.display.dashboard_links import Link, parse_link
from whiteroom_monitoring.grafana.evaluation.errors import NotFoundError
from whiteroom_monitoring.grafana.model.json_node import Json, Node, Pointer, kind_of
from whiteroom_monitoring.grafana.model.panel import (
    COLUMNS,
    GridPosition,
    Panel,
    Repeat,
    parse_panel,
    parse_repeat,
)
from whiteroom_monitoring.grafana.model.query import AnnotationQuery, parse_annotations
from whiteroom_monitoring.grafana.model.variable import (
    VariableDefinition,
    parse_inputs,
    parse_variables,
)

_UID = re.compile(r"[A-Za-z0-9_-]{1,40}")
_NOT_OF_UIDS = re.compile(r"[^A-Za-z0-9_-]+")
# Of the layout in rows of 12 columns: a row is 250 px high by default, a cell of the grid 38 px.
_OLD_COLUMNS, _OLD_HEIGHT_PX, _CELL_PX, _OLD_SPAN = 12, 250, 38, 4


class ParseError(ValueError):
    """A file is no dashboard that is read here; the text says what it is instead."""


@dataclass(frozen=True)
class Row:
    """The panels below one heading, in the order of their places; the first may have none."""

    id: int = 0
    title: str = ""
    collapsed: bool = False
    repeat: Repeat | None = None
    panels: tuple[Panel, ...] = ()


@dataclass(frozen=True)
class TimeSettings:
    """The range that a dashboard opens with, in Grafana's grammar, and its calendar.

    ``timezone`` and ``week_start`` are empty where they are the viewer's.
    """

    start: str = "now-30m"
    end: str = "now"
    timezone: str = ""
    week_start: str = ""
    fiscal_start: int = 1
    refresh: str = ""


@dataclass(frozen=True)
class Dashboard:
    """One dashboard. ``slug`` is the name of its file, which links carry for people to read.

    ``problems`` say what does not fit, beside those of its panels.
    """

    uid: str
    slug: str
    title: str
    description: str = ""
    time: TimeSettings = field(default_factory=TimeSettings)
    links: tuple[Link, ...] = ()
    variables: tuple[VariableDefinition, ...] = ()
    annotations: tuple[AnnotationQuery, ...] = ()
    rows: tuple[Row, ...] = ()
    problems: tuple[str, ...] = ()
    tags: tuple[str, ...] = ()

    def panels(self) -> Iterator[Panel]:
        """Yield every panel, those in collapsed rows as well."""
        for row in self.rows:
            yield from row.panels

    def panel(self, number: int) -> Panel:
        """Return the panel with an id. Raises NotFoundError."""
        for panel in self.panels():
            if panel.id == number:
                return panel
        raise NotFoundError(f"The dashboard {self.title!r} has no panel {number}.")


def parse(text: bytes | str, slug: str) -> Dashboard:
    """Return the dashboard in the text of a file. Raises ParseError."""
    try:
        content: Json = orjson.loads(text)
    except orjson.JSONDecodeError as error:
        raise ParseError(f"it is no JSON: {error}") from error
    return parse_dashboard(content, slug)


def parse_dashboard(content: Json, slug: str) -> Dashboard:
    """Return the dashboard in the content of a file. Raises ParseError."""
    problems: list[str] = []
    base, unwrapped, name = _unwrapped(content)
    node = Node(unwrapped, problems)
    if not node.is_object or not _is_dashboard(node):
        raise ParseError(f"found {kind_of(content)}, expected a dashboard with panels")
    variables = (*parse_inputs(node["__inputs"]), *parse_variables(node))
    annotations = parse_annotations(node["annotations"].object()["list"])
    return Dashboard(
        uid=_uid(node["uid"].text() or name, slug),
        slug=slug,
        title=node["title"].text() or slug,
        description=node["description"].text(),
        time=_time(node),
        links=tuple(parse_link(link) for link in node["links"].objects()),
        variables=tuple(replace(v, pointer=(*base, *v.pointer)) for v in variables),
        annotations=tuple(replace(a, pointer=(*base, *a.pointer)) for a in annotations),
        rows=_Rows(node, base).rows(),
        tags=node["tags"].texts(),
        problems=tuple(problems),
    )


def _unwrapped(content: Json) -> tuple[Pointer, Json, str]:
    """Return the dashboard within what Grafana's APIs answer, its place, and its other name."""
    if not isinstance(content, dict):
        return (), content, ""
    node = Node(content, [])
    version = node["apiVersion"].text()
    if version and node["spec"].is_object:
        if "v2" in version.rpartition("/")[2] or node["spec"]["elements"].is_set:
            raise ParseError(f"it is of the version {version}; dashboards of v2 are not read")
        return ("spec",), content["spec"], node["metadata"].object()["name"].text()
    if "elements" in content and "layout" in content:
        raise ParseError("it has elements and a layout; dashboards of v2 are not read")
    if isinstance(content.get("dashboard"), dict):
        return ("dashboard",), content["dashboard"], ""
    return (), content, ""


def _is_dashboard(node: Node) -> bool:
    """Tell whether an object has anything that makes a dashboard."""
    return any(node[name].is_set for name in ("panels", "rows", "title", "uid"))


def _uid(uid: str, slug: str) -> str:
    """Return a uid that fits an address; without one, it follows from the name of the file.

    >>> _uid("a-b", "file"), _uid("", "Node Exporter"), _uid("a/b", "file")
    ('a-b', 'Node-Exporter-aa1df9', 'a-b-c14cdd')
    """
    if _UID.fullmatch(uid):
        return uid
    source = uid or slug
    digest = hashlib.sha256(source.encode("utf-8", "replace")).hexdigest()[:6]
    return "-".join(filter(None, (_NOT_OF_UIDS.sub("-", source)[:33].strip("-"), digest)))


def _time(node: Node) -> TimeSettings:
    chosen, default = node["time"].object(), TimeSettings()
    return TimeSettings(
        chosen["from"].text() or default.start,
        chosen["to"].text() or default.end,
        node["timezone"].text(),
        node["weekStart"].text().lower(),
        min(max(node["fiscalYearStartMonth"].integer(0), 0), 11) + 1,
        node["refresh"].text() if not isinstance(node["refresh"].value, bool) else "",
    )


class _Rows:
    """Sorts the panels of a file into rows, and gives each an id of its own."""

    def __init__(self, node: Node, base: Pointer) -> None:
        self._node, self._base = node, base
        self._taken: set[int] = set()
        self._last = max(_declared_ids(Node(node["panels"].value, [])), default=0)

    def rows(self) -> tuple[Row, ...]:
        """Return the rows of a dashboard, empty ones without a heading left out."""
        nodes = list(self._node["panels"].objects())
        rows = self._of_grid(nodes) if nodes else self._of_old_layout()
        return tuple(row for row in rows if row.panels or row.title)

    def _of_grid(self, nodes: list[Node]) -> Iterator[Row]:
        bottom = _bottom(nodes)
        ordered = sorted(nodes, key=lambda node: _order(node, bottom))
        row, members = Row(), list[Panel]()
        for node in ordered:
            if node["type"].value != "row":
                members.append(self._panel(node))
                continue
            yield replace(row, panels=tuple(members))
            row = self._row(node)
            members = [self._panel(inner) for inner in _by_place(node["panels"])]
        yield replace(row, panels=tuple(members))

    def _of_old_layout(self) -> Iterator[Row]:
        """Return rows as dashboards before version 16 have them: panels span columns of 12."""
        rows = list(self._node["rows"].objects())
        has_headings = any(_has_heading(node) for node in rows)
        y = 0
        for node in rows:
            # All are below one heading where none is shown, as Grafana migrates them.
            row = self._row(node) if has_headings else Row()
            panels, y = self._in_old_row(node, y)
            yield replace(row, panels=tuple(panels))

    def _in_old_row(self, row: Node, top: int) -> tuple[list[Panel], int]:
        height = _old_height(row["height"])
        panels, x, y = list[Panel](), 0, top
        for node in row["panels"].objects():
            width = min(max(node["span"].integer(_OLD_SPAN), 1), _OLD_COLUMNS) * 2
            own = _old_height(node["height"]) if node["height"].is_set else height
            if x + width > COLUMNS:
                x, y = 0, y + height
            place = GridPosition(x, y, width, own)
            panels.append(replace(self._panel(node), position=place))
            x += width
        return panels, y + height

    def _row(self, node: Node) -> Row:
        collapsed = node["collapsed"].flag() or node["collapse"].flag()
        return Row(self._id(node), node["title"].text(), collapsed, parse_repeat(node))

    def _panel(self, node: Node) -> Panel:
        return parse_panel(node.value, (*self._base, *node.pointer), self._id(node))

    def _id(self, node: Node) -> int:
        """Return the panel's id; the next free one where it has none, or another has it."""
        number = Node(node["id"].value, []).integer(0)
        if number < 1 or number in self._taken:
            self._last = number = self._last + 1
        self._taken.add(number)
        return number


def _declared_ids(panels: Node) -> Iterator[int]:
    for node in panels.objects():
        yield node["id"].integer(0)
        yield from _declared_ids(node["panels"])


def _by_place(panels: Node) -> list[Node]:
    nodes = list(panels.objects())
    bottom = _bottom(nodes)
    return sorted(nodes, key=lambda node: _order(node, bottom))


def _order(node: Node, bottom: float) -> tuple[float, float]:
    """Return what sorts panels by their places; those without one come last."""
    place = Node(node["gridPos"].value if node["gridPos"].is_object else None, [])
    if not place.is_set:
        return bottom, 0.0
    return place["y"].number() or 0.0, place["x"].number() or 0.0


def _bottom(nodes: list[Node]) -> float:
    return max((_order(node, 0.0)[0] for node in nodes), default=0.0) + 1


def _has_heading(row: Node) -> bool:
    return row["collapse"].flag() or row["showTitle"].flag() or bool(row["repeat"].text())


def _old_height(node: Node) -> int:
    """Return a height such as 250 or "250px" in cells of the grid."""
    text = node.text().removesuffix("px")
    pixels = float(text) if text.replace(".", "", 1).isdecimal() else _OLD_HEIGHT_PX
    return max(math.ceil(min(pixels, 10_000) / _CELL_PX), 3)
