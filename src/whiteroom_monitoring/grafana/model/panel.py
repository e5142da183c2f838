"""A panel of a dashboard as a type: what does not fit is a named problem of that panel."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from whiteroom_monitoring.grafana.display.dashboard_links import Link, parse_link
from whiteroom_monitoring.grafana.model.field_config import FieldConfigSource, parse_field_config
from whiteroom_monitoring.grafana.model.json_node import Json, Node, Pointer
from whiteroom_monitoring.grafana.model.migrations import migrated
from whiteroom_monitoring.grafana.model.query import (
    DataSourceRef,
    Query,
    parse_data_source,
    parse_queries,
)

COLUMNS = 24
# Of a panel that says nothing of its place, as Grafana makes new ones.
DEFAULT_WIDTH, DEFAULT_HEIGHT = 12, 8
_MAX_HEIGHT, _MAX_Y = 200, 100_000
_DEFAULT_ALERTS = 20


@dataclass(frozen=True)
class GridPosition:
    """A place in Grafana's grid of 24 columns; ``y`` and ``height`` are in rows of it."""

    x: int = 0
    y: int = 0
    width: int = DEFAULT_WIDTH
    height: int = DEFAULT_HEIGHT


@dataclass(frozen=True)
class FrameFilter:
    """Which results a transformation changes: those of queries whose refId ``options`` name."""

    id: str
    options: str


@dataclass(frozen=True)
class Transformation:
    """One step that changes tables; ``options`` are JSON, which the step reads as it needs.

    Only the tables that ``filter`` names are changed, or all.
    """

    id: str
    options: Json = None
    disabled: bool = False
    filter: FrameFilter | None = None


@dataclass(frozen=True)
class AlertFilter:
    """Which alerts an alert list shows."""

    states: frozenset[str] = frozenset({"firing", "pending"})
    name: str = ""
    labels: str = ""
    max_items: int = _DEFAULT_ALERTS


@dataclass(frozen=True)
class BarOptions:
    """How a bar chart is drawn: by which column, and what of it is stacked."""

    x_field: str = ""
    stacking: str = "none"
    color_field: str = ""


@dataclass(frozen=True)
class HistogramOptions:
    """The buckets of a histogram; a size of None is chosen by the data."""

    size: float | None = None
    offset: float = 0.0
    count: int = 30
    combine: bool = False


@dataclass(frozen=True)
class HeatmapAxis:
    """The axis of a heatmap's buckets, where it says more than its field does."""

    unit: str = ""
    decimals: int | None = None
    reverse: bool = False


@dataclass(frozen=True)
class FooterOptions:
    """What stands below a table: calculations of the columns that are named, or of all numbers."""

    show: bool = False
    calculations: tuple[str, ...] = ()
    fields: tuple[str, ...] = ()
    counts_rows: bool = False


@dataclass(frozen=True)
class DashboardFilter:
    """Which dashboards a list of them shows."""

    query: str = ""
    tags: tuple[str, ...] = ()
    max_items: int = 10


@dataclass(frozen=True)
class LegendOptions:
    """How a legend lists series; ``sort_by`` names a column of its table, as Grafana calls it."""

    show: bool | None = None
    mode: str = "list"
    placement: str = "bottom"
    calculations: tuple[str, ...] = ()
    values: tuple[str, ...] = ()
    sort_by: str = ""
    sort_descending: bool = False


@dataclass(frozen=True)
class PanelOptions:
    """The options of all kinds of panels; which of them count, the panel's type decides."""

    legend: LegendOptions = LegendOptions()
    calculations: tuple[str, ...] = ()
    all_values: bool = False
    fields: str = ""
    limit: int | None = None
    orientation: str = "auto"
    bars: BarOptions = field(default_factory=BarOptions)
    pie_type: str = "pie"
    pie_labels: tuple[str, ...] = ()
    merge_values: bool = True
    show_value: str = "auto"
    histogram: HistogramOptions = field(default_factory=HistogramOptions)
    y_axis: HeatmapAxis = field(default_factory=HeatmapAxis)
    frame: int = 0
    footer: FooterOptions = field(default_factory=FooterOptions)
    dashboards: DashboardFilter = field(default_factory=DashboardFilter)
    newest_first: bool = True
    graph_mode: str = ""
    color_mode: str = ""
    text_mode: str = ""
    content: str = ""
    content_mode: str = "markdown"
    calculate: bool = False
    calculation: Json = None
    alerts: AlertFilter = field(default_factory=AlertFilter)


@dataclass(frozen=True)
class Repeat:
    """A panel or row is there once for each value of a variable."""

    variable: str
    horizontal: bool
    max_per_row: int


@dataclass(frozen=True)
class Panel:
    """A panel; ``pointer`` is its place in the file, ``problems`` say what of it does not fit."""

    id: int
    type: str
    title: str = ""
    description: str = ""
    position: GridPosition | None = None
    queries: tuple[Query, ...] = ()
    data_source: DataSourceRef = field(default_factory=DataSourceRef)
    field_config: FieldConfigSource = field(default_factory=FieldConfigSource)
    options: PanelOptions = field(default_factory=PanelOptions)
    transformations: tuple[Transformation, ...] = ()
    links: tuple[Link, ...] = ()
    interval: str = ""
    max_data_points: int | None = None
    time_from: str = ""
    time_shift: str = ""
    hide_time_override: bool = False
    repeat: Repeat | None = None
    library_panel: str = ""
    problems: tuple[str, ...] = ()
    pointer: Pointer = ()


def parse_panel(content: Json, pointer: Pointer = (), id: int = 0) -> Panel:
    """Return the panel of an object in a dashboard's file; ``id`` counts where it has none."""
    problems: list[str] = []
    node = Node(migrated(content), problems)
    points = node["maxDataPoints"].integer(0)
    return Panel(
        id=id or max(node["id"].integer(0), 0),
        type=node["type"].text(),
        title=node["title"].text(),
        description=node["description"].text(),
        position=_position(node["gridPos"]),
        queries=parse_queries(node["targets"], pointer),
        data_source=parse_data_source(node["datasource"]),
        field_config=parse_field_config(node["fieldConfig"].object()),
        options=_options(node["options"].object()),
        transformations=tuple(map(_transformation, node["transformations"].objects())),
        links=tuple(parse_link(link) for link in node["links"].objects()),
        interval=node["interval"].text(),
        max_data_points=points if points > 0 else None,
        time_from=node["timeFrom"].text(),
        time_shift=node["timeShift"].text(),
        hide_time_override=node["hideTimeOverride"].flag(),
        repeat=parse_repeat(node),
        library_panel=_library_panel(node["libraryPanel"]),
        problems=tuple(problems),
        pointer=pointer,
    )


def _transformation(node: Node) -> Transformation:
    chosen = node["filter"].object()
    return Transformation(
        node["id"].text(),
        node["options"].object().value,
        node["disabled"].flag(),
        FrameFilter(chosen["id"].text(), chosen["options"].text()) if chosen.value else None,
    )


def parse_repeat(node: Node) -> Repeat | None:
    """Return how often a panel or row is there, None for once."""
    variable = node["repeat"].text()
    if not variable:
        return None
    horizontal = node["repeatDirection"].text("h") != "v"
    return Repeat(variable, horizontal, min(max(node["maxPerRow"].integer(4), 1), COLUMNS))


def _position(node: Node) -> GridPosition | None:
    place = node.object()
    if not place.is_set:
        return None
    width = min(max(place["w"].integer(DEFAULT_WIDTH), 1), COLUMNS)
    return GridPosition(
        x=min(max(place["x"].integer(0), 0), COLUMNS - width),
        y=min(max(place["y"].integer(0), 0), _MAX_Y),
        width=width,
        height=min(max(place["h"].integer(DEFAULT_HEIGHT), 1), _MAX_HEIGHT),
    )


def _library_panel(node: Node) -> str:
    panel = node.object()
    return (panel["name"].text() or panel["uid"].text() or "?") if panel.is_set else ""


def _options(node: Node) -> PanelOptions:
    reduce = node["reduceOptions"].object()
    limit = reduce["limit"].integer(0)
    return PanelOptions(
        legend=_legend(node["legend"].object()),
        calculations=reduce["calcs"].texts(),
        all_values=reduce["values"].flag(),
        fields=reduce["fields"].text(),
        limit=limit if limit > 0 else None,
        orientation=node["orientation"].text("auto"),
        graph_mode=node["graphMode"].text(),
        color_mode=node["colorMode"].text(),
        text_mode=node["textMode"].text(),
        content=node["content"].text(),
        content_mode=node["mode"].text("markdown"),
        calculate=node["calculate"].flag(),
        calculation=node["calculation"].object().value,
        pie_type=node["pieType"].text("pie"),
        pie_labels=node["displayLabels"].texts(),
        merge_values=node["mergeValues"].flag(True),
        show_value=node["showValue"].text("auto"),
        frame=max(node["frameIndex"].integer(0), 0),
        newest_first=node["sortOrder"].text("Descending") != "Ascending",
        alerts=_alert_filter(node),
        **_of_types(node),
    )


def _of_types(node: Node) -> dict[str, Any]:
    """Return the options that only one type of panels has."""
    footer, axis = node["footer"].object(), node["yAxis"].object()
    decimals = axis["decimals"].number()
    stacking = node["stacking"]
    return {
        "bars": BarOptions(
            node["xField"].text(),
            stacking.text("none") if not stacking.is_object else stacking["mode"].text("none"),
            node["colorByField"].text(),
        ),
        "histogram": HistogramOptions(
            node["bucketSize"].number() or None,
            node["bucketOffset"].number() or 0.0,
            min(max(node["bucketCount"].integer(30), 1), 1000),
            node["combine"].flag(),
        ),
        "y_axis": HeatmapAxis(
            axis["unit"].text(),
            None if decimals is None else int(min(max(decimals, 0), 20)),
            axis["reverse"].flag(),
        ),
        "footer": FooterOptions(
            footer["show"].flag(),
            footer["reducer"].texts() or footer["reducers"].texts(),
            footer["fields"].texts(),
            footer["countRows"].flag(),
        ),
        "dashboards": DashboardFilter(
            node["query"].text() if not node["query"].is_object else "",
            node["tags"].texts(),
            node["maxItems"].integer(0) or 10,
        ),
    }


def _legend(node: Node) -> LegendOptions:
    return LegendOptions(
        show=_shows_legend(node),
        mode=node["displayMode"].text("list"),
        placement=node["placement"].text("bottom"),
        calculations=node["calcs"].texts(),
        values=node["values"].texts() if isinstance(node["values"].value, list) else (),
        sort_by=node["sortBy"].text(),
        sort_descending=node["sortDesc"].flag(),
    )


def _shows_legend(legend: Node) -> bool | None:
    if legend["displayMode"].text() == "hidden":
        return False
    return legend["showLegend"].flag() if legend["showLegend"].is_set else None


def _alert_filter(node: Node) -> AlertFilter:
    states = node["stateFilter"].object()
    selected: Mapping[str, bool] = {name: value.flag() for name, value in states.members()}
    default = AlertFilter()
    return AlertFilter(
        frozenset(name for name, is_wanted in selected.items() if is_wanted) or default.states,
        node["alertName"].text(),
        node["alertInstanceLabelFilter"].text(),
        node["maxItems"].integer(0) or default.max_items,
    )
