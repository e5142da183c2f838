"""Older options of pie charts, heatmaps, texts, lists of dashboards and discrete panels."""

from __future__ import annotations

from whiteroom_monitoring.grafana.model.json_node import Json, Node
from whiteroom_monitoring.grafana.model.migrations import singlestat

Content = dict[str, Json]


def pie_chart(panel: Node) -> Content:
    """Return the pie chart that a plugin drew before version 8."""
    calculation = singlestat.CALCULATIONS.get(panel["valueName"].text("current"), "lastNotNull")
    legend_type = panel["legendType"].text("Under graph")
    overrides: list[Json] = [
        {
            "matcher": {"id": "byName", "options": alias},
            "properties": [{"id": "color", "value": {"mode": "fixed", "fixedColor": color.text()}}],
        }
        for alias, color in panel["aliasColors"].members()
        if color.text()
    ]
    return {
        "type": "piechart",
        "fieldConfig": {
            "defaults": {"unit": panel["format"].text("short")},
            "overrides": overrides,
        },
        "options": {
            "pieType": "donut" if panel["pieType"].text() == "donut" else "pie",
            "reduceOptions": {"calcs": [calculation]},
            "legend": {
                "showLegend": panel["legend"].object()["show"].flag(True),
                "placement": "right" if legend_type == "Right side" else "bottom",
            },
        },
    }


def heatmap(panel: Node) -> Content:
    """Return a heatmap; that of before version 9 has its options beside its queries."""
    options = panel["options"].object()
    if options.value or not panel["dataFormat"].is_set:
        return {"type": "heatmap"}
    axis = panel["yAxis"].object()
    calculate = panel["dataFormat"].text() != "tsbuckets"
    return {
        "type": "heatmap",
        "options": {
            "calculate": calculate,
            "calculation": {
                "yBuckets": {"mode": "count", "value": panel["yBucketNumber"].value},
            },
            "yAxis": {
                "unit": axis["format"].text("short"),
                "min": axis["min"].value,
                "max": axis["max"].value,
            },
        },
    }


def text(panel: Node) -> Content:
    """Return a text; before version 7 it stands beside the panel's options."""
    if panel["options"].object()["content"].is_set or not panel["content"].is_set:
        return {}
    mode = panel["mode"].text("markdown")
    return {
        "options": {"content": panel["content"].value, "mode": "html" if mode == "html" else mode}
    }


def discrete(panel: Node) -> Content:
    """Return the state timeline that a plugin drew before version 8."""
    return {
        "type": "state-timeline",
        "fieldConfig": {
            "defaults": {"mappings": singlestat.mappings(panel)},
            "overrides": [],
        },
        "options": {"mergeValues": True, "showValue": "auto"},
    }


def dashboard_list(panel: Node) -> Content:
    """Return a list of dashboards; before version 8 its options stand beside it."""
    if panel["options"].object().value:
        return {}
    names = {
        "starred": "showStarred",
        "recent": "showRecentlyViewed",
        "search": "showSearch",
        "headings": "showHeadings",
        "limit": "maxItems",
        "query": "query",
        "tags": "tags",
    }
    return {"options": {now: panel[old].value for old, now in names.items() if panel[old].is_set}}
