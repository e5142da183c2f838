"""The plugin that draws a polygon for each series, as a stat: the same values, colours and names.

What it puts together (composites) and values that are calculated in different ways have no
successor: such a panel stays what it is. Source: the options of the plugin's version 2.
"""

from __future__ import annotations

from collections.abc import Iterator

from whiteroom_monitoring.grafana.model.json_node import Json, Node
from whiteroom_monitoring.grafana.model.migrations import singlestat

Content = dict[str, Json]
_CALCULATIONS = {**singlestat.CALCULATIONS, "mean": "mean", "last": "last", "sum": "sum"}
_NO_COLOR = "#299c46"


def migrated(panel: Node) -> Content:
    """Return what is other in a stat, or nothing where it has none."""
    options = panel["options"].object()
    composites = options["compositeConfig"].object()
    has_composites = composites["enabled"].flag() and any(composites["composites"].objects())
    overrides = [node for node in _overrides(options) if node["enabled"].flag(True)]
    operators = {node["operatorName"].text("mean") for node in overrides}
    operators = operators or {options["globalOperator"].text("mean")}
    calculation = _CALCULATIONS.get(operators.pop())
    if not options.value or has_composites or operators or calculation is None:
        return {}
    return {
        "type": "stat",
        "fieldConfig": {
            "defaults": {
                "unit": options["globalUnitFormat"].text("short"),
                "decimals": Node(options["globalDecimals"].value, []).number(),
                "mappings": panel["fieldConfig"].object()["defaults"].object()["mappings"].value,
                **_colors(options["globalThresholdsConfig"], options["globalFillColor"]),
            },
            "overrides": [_override(node) for node in overrides],
        },
        "options": {
            "reduceOptions": {"calcs": [calculation], "values": False},
            "colorMode": "background",
            "graphMode": "none",
            "textMode": "value_and_name"
            if options["globalShowValueEnabled"].flag(True)
            else "name",
        },
    }


def _overrides(options: Node) -> Iterator[Node]:
    return options["overrideConfig"].object()["overrides"].objects()


def _override(node: Node) -> Json:
    properties: Content = {
        "unit": node["unitFormat"].text("short"),
        "decimals": Node(node["decimals"].value, []).number(),
        "displayName": node["alias"].text() or None,
        **_colors(node["thresholds"], node["colors"]),
    }
    return {
        "matcher": {"id": "byRegexp", "options": node["metricName"].text("/.*/")},
        "properties": [
            {"id": name, "value": value} for name, value in properties.items() if value is not None
        ],
    }


def _colors(thresholds: Node, otherwise: Node) -> Content:
    """Return the colours from thresholds on, and the one of values below all of them."""
    base = (*otherwise.texts(), _NO_COLOR)[0]
    steps: list[Json] = [
        {"value": node["value"].number(), "color": node["color"].text(_NO_COLOR)}
        for node in thresholds.objects()
    ]
    first: Json = {"value": None, "color": base}
    return {
        "color": {"mode": "thresholds"},
        "thresholds": {"mode": "absolute", "steps": [first, *steps]},
    }
