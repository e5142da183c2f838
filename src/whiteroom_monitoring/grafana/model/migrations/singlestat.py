"""The singlestat of Grafana before version 7 as a stat or gauge, and their own older options."""

from __future__ import annotations

from whiteroom_monitoring.grafana.model.json_node import Json, Node

Content = dict[str, Json]
CALCULATIONS = {
    "avg": "mean",
    "current": "lastNotNull",
    "total": "sum",
    "name": "lastNotNull",
    "last_time": "lastNotNull",
    "range": "range",
    "delta": "delta",
    "diff": "diff",
    "min": "min",
    "max": "max",
    "first": "first",
}


def migrated(panel: Node) -> Content:
    """Return what of a singlestat is other than before."""
    gauge = panel["gauge"].object()
    is_gauge = gauge["show"].flag()
    defaults: Content = {
        "unit": panel["format"].text() or None,
        "decimals": Node(panel["decimals"].value, []).number(),
        "noValue": panel["nullText"].text() or None,
        "mappings": mappings(panel),
        **thresholds(panel),
    }
    if is_gauge:
        defaults |= {"min": gauge["minValue"].value, "max": gauge["maxValue"].value}
    set_defaults: Content = {name: value for name, value in defaults.items() if value is not None}
    return {
        "type": "gauge" if is_gauge else "stat",
        "fieldConfig": {"defaults": set_defaults, "overrides": []},
        "options": _options(panel),
    }


def _options(panel: Node) -> Content:
    name = panel["valueName"].text("avg")
    column = panel["tableColumn"].text()
    reduce: Content = {"calcs": [CALCULATIONS.get(name, "mean")], "values": False}
    if column:
        reduce["fields"] = f"/^{column}$/"
    return {
        "reduceOptions": reduce,
        "orientation": "horizontal",
        "graphMode": "area" if panel["sparkline"].object()["show"].flag() else "none",
        "colorMode": _color_mode(panel),
        "textMode": "name" if name == "name" else "auto",
    }


def _color_mode(panel: Node) -> str:
    if panel["colorBackground"].flag():
        return "background"
    return "value" if panel["colorValue"].flag() else "none"


def thresholds(panel: Node) -> Content:
    """Return the thresholds of a text such as "50,80" and of one colour more."""
    levels = [Node(part.strip(), []).number() for part in panel["thresholds"].text().split(",")]
    colors = panel["colors"].texts()
    if not colors or not panel["thresholds"].text():
        return {}
    steps: list[Json] = [
        {"value": None if index == 0 else levels[index - 1], "color": color}
        for index, color in enumerate(colors)
        if index == 0 or (index <= len(levels) and levels[index - 1] is not None)
    ]
    return {"thresholds": {"mode": "absolute", "steps": steps}}


def mappings(panel: Node) -> Json:
    """Return the mappings that are in use: of values, or of ranges."""
    values, ranges = list(panel["valueMaps"].objects()), list(panel["rangeMaps"].objects())
    kind = panel["mappingType"].integer(1 if values else 2)
    if kind == 1:
        return [{**_members(node), "type": 1} for node in values if node["value"].is_set]
    return [{**_members(node), "type": 2} for node in ranges]


def _members(node: Node) -> Content:
    return dict(node.value) if isinstance(node.value, dict) else {}


def current(panel: Node) -> Content:
    """Return a stat or gauge whose options are older than version 7 as it is since."""
    options = panel["options"].object()
    fields = options["fieldOptions"].object()
    if not fields.is_set:
        return {}
    defaults = fields["defaults"].object()
    old = defaults["thresholds"] if defaults["thresholds"].is_set else fields["thresholds"]
    config = panel["fieldConfig"].object()
    merged: Content = {**_members(config["defaults"]), **_members(defaults)}
    if defaults["title"].text():
        merged["displayName"] = defaults["title"].text()
    if isinstance(old.value, list):
        merged["thresholds"] = {"mode": "absolute", "steps": old.value}
    if isinstance(fields["mappings"].value, list):
        merged["mappings"] = fields["mappings"].value
    if isinstance(merged.get("color"), str):
        merged["color"] = {"mode": "fixed", "fixedColor": merged["color"]}
    overrides = [node.value for node in fields["overrides"].objects()]
    reduce: Content = {
        name: fields[name].value for name in ("values", "limit", "calcs") if fields[name].is_set
    }
    return {
        "options": {"reduceOptions": reduce, **_members(options)},
        "fieldConfig": {"defaults": merged, "overrides": overrides},
    }
