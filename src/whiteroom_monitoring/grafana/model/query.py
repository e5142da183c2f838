"""The queries of panels and annotations, as Grafana's JSON has them."""

from __future__ import annotations

from dataclasses import dataclass

from whiteroom_monitoring.grafana.model.json_node import Json, Node, Pointer

_SERIES = "time_series"
LOKI = "loki"


@dataclass(frozen=True)
class DataSourceRef:
    """Which data source is asked; both are empty where the panel's or the default one is.

    ``uid`` may hold a variable. Dashboards before Grafana 8.3 have a name in its place.
    """

    type: str = ""
    uid: str = ""

    @property
    def is_set(self) -> bool:
        """Whether any data source is named."""
        return bool(self.type or self.uid)


@dataclass(frozen=True)
class Query:
    """A query of a panel; ``pointer`` is its place in the file."""

    ref_id: str
    expression: str
    data_source: DataSourceRef = DataSourceRef()
    legend: str = ""
    instant: bool = False
    exemplar: bool = False
    hidden: bool = False
    format: str = "time_series"
    interval: str = ""
    max_lines: int | None = None
    pointer: Pointer = ()
    server: ServerExpression | None = None
    panel_id: int | None = None
    with_transforms: bool = False

    @property
    def is_active(self) -> bool:
        """Whether it is run: what is hidden or says nothing is not."""
        return not self.hidden and self.has_content

    @property
    def has_content(self) -> bool:
        """Whether it asks for anything."""
        is_other = self.server is not None or self.panel_id is not None
        return is_other or bool(self.expression.strip())


@dataclass(frozen=True)
class ServerExpression:
    """A query of `__expr__`, which is of other queries: ``kind`` is math, reduce and so on.

    ``settings`` are the others of Grafana's JSON.
    """

    kind: str
    expression: str
    settings: Json = None


# The data sources that Grafana has itself: of several, of another panel, of other queries.
MIXED, OF_PANEL, SERVER = "-- Mixed --", "-- Dashboard --", "__expr__"


@dataclass(frozen=True)
class AnnotationQuery:
    """A query whose results are marked on the time axes; ``pointer`` is that of its expression."""

    name: str
    expression: str
    enabled: bool
    title_format: str = ""
    text_format: str = ""
    color: str = "blue"
    data_source: DataSourceRef = DataSourceRef()
    pointer: Pointer = ()

    @property
    def is_of_logs(self) -> bool:
        """Whether its expression is LogQL."""
        return LOKI in (self.data_source.type, self.data_source.uid)


def parse_data_source(node: Node) -> DataSourceRef:
    """Return what a `datasource` names, which is an object or, in older dashboards, a name."""
    if isinstance(node.value, str):
        is_known = node.value.startswith(("$", "-- ")) or node.value == SERVER
        return DataSourceRef("", node.value if is_known else "")
    ref = node.object()
    return DataSourceRef(ref["type"].text(), ref["uid"].text())


def parse_queries(targets: Node, base: Pointer) -> tuple[Query, ...]:
    """Return the queries of a panel; those without a refId get the next letter."""
    nodes = list(targets.objects())
    used = {node["refId"].text() for node in nodes}
    free = (letter for letter in _letters(len(nodes) + len(used)) if letter not in used)
    return tuple(_query(node, node["refId"].text() or next(free), base) for node in nodes)


def _letters(count: int) -> list[str]:
    """Return the names that Grafana gives to queries: A to Z, then AA and so on."""
    names = [chr(ord("A") + index) for index in range(26)]
    while len(names) < count:
        names += [names[len(names) // 26 - 1] + chr(ord("A") + index) for index in range(26)]
    return names


def _query(node: Node, ref_id: str, base: Pointer) -> Query:
    source = parse_data_source(node["datasource"])
    is_server = SERVER in (source.uid, source.type)
    is_of_panel = source.uid == OF_PANEL or (node["panelId"].is_set and not node["expr"].is_set)
    return Query(
        ref_id=ref_id,
        expression=node["expr"].text(),
        data_source=source,
        legend=node["legendFormat"].text(),
        instant=node["instant"].flag() and not node["range"].flag(),
        exemplar=node["exemplar"].flag(),
        hidden=node["hide"].flag(),
        format=_format(node["format"]),
        interval=node["interval"].text(),
        max_lines=node["maxLines"].integer(0) or None,
        pointer=(*base, *node.pointer),
        server=_server(node) if is_server else None,
        panel_id=node["panelId"].integer(0) if is_of_panel else None,
        with_transforms=node["withTransforms"].flag(),
    )


def _format(node: Node) -> str:
    # Queries of other data sources have numbers in this place.
    return node.text("time_series") or "time_series" if isinstance(node.value, str) else _SERIES


def _server(node: Node) -> ServerExpression:
    return ServerExpression(node["type"].text(), node["expression"].text(), node.value)


def parse_annotations(annotations: Node) -> tuple[AnnotationQuery, ...]:
    """Return the annotations of a dashboard; those without an expression mark nothing."""
    return tuple(_annotation(node) for node in annotations.objects())


def _annotation(node: Node) -> AnnotationQuery:
    # Newer dashboards have the expression within the `target`.
    expression = node["expr"] if node["expr"].is_set else node["target"].object()["expr"]
    return AnnotationQuery(
        name=node["name"].text("Annotation"),
        expression=expression.text(),
        enabled=node["enable"].flag(),
        title_format=node["titleFormat"].text(),
        text_format=node["textFormat"].text(),
        color=node["iconColor"].text("blue"),
        data_source=parse_data_source(node["datasource"]),
        pointer=expression.pointer,
    )
