"""The table of Grafana before version 7 as today's."""

from __future__ import annotations

import re
from collections.abc import Iterator

from whiteroom_monitoring.grafana.model.json_node import Json, Node

Content = dict[str, Json]
_TRANSFORMATIONS = {
    "timeseries_to_rows": "seriesToRows",
    "timeseries_to_columns": "seriesToColumns",
    "timeseries_aggregations": "reduce",
    "table": "merge",
}
_CALCULATIONS = {
    "avg": "mean",
    "min": "min",
    "max": "max",
    "total": "sum",
    "current": "lastNotNull",
    "count": "count",
}
_CELLS = {"cell": "color-background", "row": "color-background", "value": "color-text"}
_REFERENCE = re.compile(r"\$__cell(?:_(\d+))?\b(?!\w)")


def maybe_old(panel: Node) -> Content:
    """Return what of a table is other than before: of one whose `styles` are those of old."""
    is_old = panel["styles"].is_set and not panel["fieldConfig"].is_set
    return migrated(panel) if is_old else {}


def migrated(panel: Node) -> Content:
    """Return what of an old table is other than before."""
    styles = list(panel["styles"].objects())
    defaults: Content = {}
    overrides: list[Json] = []
    for style in styles:
        pattern = style["pattern"].text()
        if pattern == "/.*/":
            defaults = _defaults(style)
        elif pattern:
            overrides.append(_override(style, pattern))
    return {
        "type": "table",
        "transformations": list(_transformations(panel)),
        "fieldConfig": {"defaults": defaults, "overrides": overrides},
        "options": {},
    }


def _transformations(panel: Node) -> Iterator[Json]:
    kind = panel["transform"].text()
    if kind not in _TRANSFORMATIONS:
        return
    options: Content = {}
    if kind == "timeseries_aggregations":
        columns = [node["value"].text() for node in panel["columns"].objects()]
        options["reducers"] = [_CALCULATIONS.get(name, name) for name in columns]
    yield {"id": _TRANSFORMATIONS[kind], "options": options}


def _defaults(style: Node) -> Content:
    custom: Content = {}
    properties: Content = {}
    for name, value in _properties(style):
        if name.startswith("custom."):
            custom[name.removeprefix("custom.")] = value
        else:
            properties[name] = value
    return {**properties, "custom": custom}


def _override(style: Node, pattern: str) -> Json:
    is_pattern = re.fullmatch(r"/.*/[a-z]*", pattern) is not None
    return {
        "matcher": {"id": "byRegexp" if is_pattern else "byName", "options": pattern},
        "properties": [{"id": name, "value": value} for name, value in _properties(style)],
    }


def _properties(style: Node) -> Iterator[tuple[str, Json]]:
    kind = style["type"].text()
    if kind == "hidden":
        yield "custom.hidden", True
    if style["alias"].text():
        yield "displayName", style["alias"].text()
    if kind == "date":
        yield "unit", f"time: {style['dateFormat'].text('YYYY-MM-DD HH:mm:ss')}"
    elif style["unit"].text() and kind == "number":
        yield "unit", style["unit"].text()
        decimals = Node(style["decimals"].value, []).number()
        if decimals is not None:
            yield "decimals", decimals
    if style["align"].text() not in ("", "auto"):
        yield "custom.align", style["align"].text()
    if style["link"].flag():
        yield "links", [_link(style)]
    if style["colorMode"].text() in _CELLS:
        yield "custom.cellOptions", {"type": _CELLS[style["colorMode"].text()]}
        yield "thresholds", {"mode": "absolute", "steps": _steps(style)}
    if maps := _mappings(style):
        yield "mappings", maps


def _link(style: Node) -> Json:
    """Return a link; a cell of the row is named by its number there."""
    url = _REFERENCE.sub(
        lambda match: f"${{__data.fields[{match[1]}]}}" if match[1] else "${__value.raw}",
        style["linkUrl"].text(),
    )
    return {
        "title": style["linkTooltip"].text(),
        "url": url,
        "targetBlank": style["linkTargetBlank"].flag(),
    }


def _steps(style: Node) -> list[Json]:
    levels: list[float | None] = [
        Node(part, []).number() for part in style["thresholds"].texts() if part
    ]
    colors = style["colors"].texts()
    pairs = zip([None, *levels], colors, strict=False)
    return [{"value": level, "color": color} for level, color in pairs]


def _mappings(style: Node) -> list[Json]:
    values = [node for node in style["valueMaps"].objects() if node["value"].is_set]
    ranges = list(style["rangeMaps"].objects())
    kind = style["mappingType"].integer(1)
    chosen = values if kind == 1 else ranges
    return [{**node.value, "type": kind} for node in chosen if isinstance(node.value, dict)]
