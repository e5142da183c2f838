"""The graph of Grafana before version 8 as a time series, a histogram or a bar chart."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping

from whiteroom_monitoring.grafana.model.json_node import Json, Node

Content = dict[str, Json]
# Calculations of a legend, by their names before.
_CALCULATIONS = {
    "min": "min",
    "max": "max",
    "avg": "mean",
    "current": "lastNotNull",
    "total": "sum",
    "first": "first",
    "last": "last",
    "count": "count",
}
_BAND_OPACITY = 35
_THRESHOLD_COLORS = {"critical": "red", "warning": "orange", "ok": "green"}


def migrated(panel: Node) -> Content:
    """Return what of a panel is other than before."""
    mode = panel["xaxis"].object()["mode"].text()
    kind = {"histogram": "histogram", "series": "barchart"}.get(mode, "timeseries")
    left, right = _axes(panel)
    defaults = {**_old_defaults(panel), **left}
    defaults["custom"] = {**_custom(left), **_style(panel)}
    defaults |= _thresholds(panel)
    custom = defaults["custom"]
    if isinstance(custom, dict) and "thresholds" in defaults:
        custom["thresholdsStyle"] = {"mode": _thresholds_style(panel)}
    overrides = [*_alias_colors(panel), *_overrides(panel, left, right)]
    content: Content = {
        "type": kind,
        "fieldConfig": {"defaults": defaults, "overrides": [*_old_overrides(panel), *overrides]},
        "options": {"legend": _legend(panel["legend"].object())},
    }
    if kind == "barchart":
        values = panel["xaxis"].object()["values"].texts()
        reducer = _CALCULATIONS.get(values[0] if values else "", "sum")
        content["transformations"] = [{"id": "reduce", "options": {"reducers": [reducer]}}]
    return content


def _old_defaults(panel: Node) -> Content:
    defaults = panel["fieldConfig"].object()["defaults"].object().value
    old_defaults = defaults if isinstance(defaults, dict) else {}
    return {
        name: value for name, value in old_defaults.items() if name not in ("custom", "thresholds")
    }


def _old_overrides(panel: Node) -> list[Json]:
    return [node.value for node in panel["fieldConfig"].object()["overrides"].objects()]


def _axes(panel: Node) -> tuple[Content, Content]:
    axes = [_axis(node) for node in panel["yaxes"].objects()]
    axes += [{}] * (2 - len(axes))
    return axes[0], axes[1]


def _axis(node: Node) -> Content:
    custom: Content = {"axisPlacement": "auto" if node["show"].flag(True) else "hidden"}
    if node["label"].text():
        custom["axisLabel"] = node["label"].text()
    base = node["logBase"].integer(1)
    if base in (2, 10):
        custom["scaleDistribution"] = {"type": "log", "log": base}
    numbers: Content = {name: _number(node[name]) for name in ("decimals", "min", "max")}
    content: Content = {"unit": node["format"].text() or None, **numbers, "custom": custom}
    return {name: value for name, value in content.items() if value is not None}


def _number(node: Node) -> float | None:
    """Return a number; such as "auto" is none."""
    return Node(node.value, []).number()


def _custom(defaults: Content) -> Content:
    custom = defaults.get("custom")
    return dict(custom) if isinstance(custom, dict) else {}


def _style(panel: Node) -> Content:
    is_bars = panel["bars"].flag()
    style: Content = {
        "drawStyle": "bars" if is_bars else "line" if panel["lines"].flag(True) else "points",
        "lineWidth": _or(panel["linewidth"].number(), 1.0),
        "fillOpacity": 100 if is_bars else _or(panel["fill"].number(), 1.0) * 10,
        "showPoints": "always" if panel["points"].flag() else "never",
        "spanNulls": panel["nullPointMode"].text() == "connected",
        "stacking": {"mode": _stacking(panel), "group": "A"},
    }
    if panel["nullPointMode"].text() == "null as zero":
        style["nullsAsZero"] = True
    if style["drawStyle"] == "points":
        style["showPoints"] = "always"
    if panel["points"].flag() or style["drawStyle"] == "points":
        style["pointSize"] = 2 + 2 * _or(panel["pointradius"].number(), 2.0)
    if (gradient := panel["fillGradient"].number()) and not is_bars:
        style |= {"gradientMode": "opacity", "fillOpacity": gradient * 10}
    if panel["steppedLine"].flag():
        style["lineInterpolation"] = "stepAfter"
    if panel["dashes"].flag():
        style["lineStyle"] = {"fill": "dash", "dash": _dash(panel)}
    return style


def _or(number: float | None, default: float) -> float:
    return default if number is None else number


def _dash(node: Node) -> list[Json]:
    return [_or(node["dashLength"].number(), 10.0), _or(node["spaceLength"].number(), 10.0)]


def _stacking(panel: Node) -> str:
    if not panel["stack"].flag():
        return "none"
    return "percent" if panel["percentage"].flag() else "normal"


def _legend(legend: Node) -> Content:
    with_values = legend["values"].flag()
    return {
        "showLegend": legend["show"].flag(True),
        "displayMode": "table" if legend["alignAsTable"].flag() else "list",
        "placement": "right" if legend["rightSide"].flag() else "bottom",
        "calcs": [
            now
            for before, now in _CALCULATIONS.items()
            if with_values and Node(legend[before].value, []).flag()
        ],
    }


def _alias_colors(panel: Node) -> Iterator[Json]:
    for alias, color in panel["aliasColors"].members():
        if color.text():
            yield _rule(alias, [("color", {"mode": "fixed", "fixedColor": color.text()})])


def _rule(alias: str, properties: list[tuple[str, Json]]) -> Json:
    is_pattern = len(alias) > 1 and alias.startswith("/") and "/" in alias[1:]
    return {
        "matcher": {"id": "byRegexp" if is_pattern else "byName", "options": alias},
        "properties": [{"id": name, "value": value} for name, value in properties],
    }


def _overrides(panel: Node, left: Content, right: Content) -> Iterator[Json]:
    for node in panel["seriesOverrides"].objects():
        properties = [
            prop for name, value in node.members() for prop in _property(name, value, left, right)
        ]
        if any(node[name].is_set for name in ("dashes", "dashLength", "spaceLength")):
            fill = "dash" if node["dashes"].flag(True) else "solid"
            properties.append(("custom.lineStyle", {"fill": fill, "dash": _dash(node)}))
        if node["alias"].text() and properties:
            yield _rule(node["alias"].text(), properties)


def _property(name: str, value: Node, left: Content, right: Content) -> Iterator[tuple[str, Json]]:
    """Yield the properties that one setting of a series becomes."""
    if name == "yaxis":
        if _number(value) == 2:
            yield from _second_axis(left, right)
    elif name in _SETTINGS:
        yield from _SETTINGS[name](value)


def _tenfold(value: Node) -> Json:
    return _or(_number(value), 0.0) * 10


def _bars(value: Node) -> list[tuple[str, Json]]:
    if not value.flag():
        return [("custom.drawStyle", "line")]
    return [("custom.drawStyle", "bars"), ("custom.fillOpacity", 100)]


def _lines(value: Node) -> list[tuple[str, Json]]:
    return [("custom.drawStyle", "line") if value.flag() else ("custom.lineWidth", 0)]


def _group(value: Node) -> Json:
    """Return how a series is stacked: not at all, with all others, or with those of its letter."""
    if isinstance(value.value, str) and value.value not in ("true", "false"):
        return {"mode": "normal", "group": value.value}
    return {"mode": "normal" if value.flag() else "none", "group": "A"}


def _second_axis(left: Content, right: Content) -> Iterator[tuple[str, Json]]:
    for name, value in right.items():
        if name != "custom" and value != left.get(name):
            yield name, value
    for name, value in _custom(right).items():
        if name != "axisPlacement" and value != _custom(left).get(name):
            yield f"custom.{name}", value
    hidden = _custom(right).get("axisPlacement") == "hidden"
    yield "custom.axisPlacement", "hidden" if hidden else "right"


def _thresholds(panel: Node) -> Content:
    nodes = [node for node in panel["thresholds"].objects() if _number(node["value"]) is not None]
    nodes.sort(key=lambda node: _number(node["value"]) or 0.0)
    steps: list[Json] = []
    for index, node in enumerate(nodes):
        following = nodes[index + 1] if index + 1 < len(nodes) else None
        if node["op"].text("gt") == "gt":
            steps.append({"value": _number(node["value"]), "color": _color(node)})
            continue
        if not steps:
            steps.append({"value": None, "color": _color(node)})
        is_below = following is not None and following["op"].text() == "lt"
        color = _color(following) if is_below and following else "transparent"
        steps.append({"value": _number(node["value"]), "color": color})
    if not steps:
        return {}
    first = steps[0]
    if isinstance(first, dict) and first["value"] is not None:
        steps.insert(0, {"value": None, "color": "transparent"})
    return {"thresholds": {"mode": "absolute", "steps": steps}}


def _color(node: Node) -> str:
    mode = node["colorMode"].text()
    if mode == "custom":
        return node["fillColor"].text() or node["lineColor"].text() or "red"
    return _THRESHOLD_COLORS.get(mode, "red")


def _thresholds_style(panel: Node) -> str:
    nodes = list(panel["thresholds"].objects())
    has_area = any(node["fill"].flag() for node in nodes)
    has_line = any(node["line"].flag() for node in nodes)
    return ("line+area" if has_line else "area") if has_area else "line"


# A series' settings, and the properties that they become.
_SETTINGS: Mapping[str, Callable[[Node], list[tuple[str, Json]]]] = {
    "fill": lambda value: [("custom.fillOpacity", _tenfold(value))],
    "fillGradient": lambda value: [("custom.fillOpacity", _tenfold(value))],
    "fillBelowTo": lambda value: [
        ("custom.fillBelowTo", value.text()),
        ("custom.fillOpacity", _BAND_OPACITY),
    ],
    "points": lambda value: [("custom.showPoints", "always" if value.flag() else "never")],
    "bars": _bars,
    "lines": _lines,
    "linewidth": lambda value: [("custom.lineWidth", _number(value))],
    "pointradius": lambda value: [("custom.pointSize", 2 + 2 * _or(_number(value), 2.0))],
    "steppedLine": lambda value: [
        ("custom.lineInterpolation", "stepAfter" if value.flag() else "linear")
    ],
    "stack": lambda value: [("custom.stacking", _group(value))],
    "color": lambda value: [("color", {"mode": "fixed", "fixedColor": value.text()})],
    "transform": lambda value: [("custom.transform", value.text())],
    "nullPointMode": lambda value: [("custom.spanNulls", value.text() == "connected")],
    "legend": lambda value: [("custom.hideFrom", {"legend": not value.flag(True)})],
}
