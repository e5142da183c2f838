"""What our dashboards use of Grafana, and so what the console must show. Nothing else is allowed.

A place is a path into a panel's JSON, with `[]` for "each of a list"; a trailing `*` covers all
that is below. What may stand there is a set of values, or ANY.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

Values = frozenset[str | bool | float | int | None] | None
ANY: Values = None


def _of(*values: str | bool | float | int | None) -> Values:
    return frozenset(values)


_EVERY_PANEL: dict[str, Values] = {
    "type": ANY,
    "id": ANY,
    "title": ANY,
    "description": ANY,
    "transparent": _of(False),
    "gridPos.*": ANY,
    "links[].*": ANY,
}

_QUERIES: dict[str, Values] = {
    "datasource.type": _of("prometheus"),
    "datasource.uid": _of("${datasource}"),
    "targets[].datasource.type": _of("prometheus"),
    "targets[].datasource.uid": _of("${datasource}"),
    "targets[].expr": ANY,
    "targets[].refId": ANY,
    "targets[].legendFormat": ANY,
    "targets[].instant": _of(True, False),
    "targets[].range": _of(True, False),
    "fieldConfig.defaults.unit": _of(
        "none", "short", "percentunit", "s", "bytes", "binBps", "hertz", "cps", "cpm", "ops",
        "reqps",
    ),
    "fieldConfig.defaults.decimals": ANY,
    "fieldConfig.defaults.min": ANY,
    "fieldConfig.defaults.max": ANY,
    "fieldConfig.defaults.noValue": ANY,
    "fieldConfig.defaults.thresholds.mode": _of("absolute"),
    "fieldConfig.defaults.thresholds.steps[].value": ANY,
    "fieldConfig.defaults.thresholds.steps[].color": _of("green", "orange", "red", "text"),
    "fieldConfig.defaults.mappings[].type": _of("range"),
    "fieldConfig.defaults.mappings[].options.*": ANY,
    "fieldConfig.overrides[].matcher.id": _of("byName"),
    "fieldConfig.overrides[].matcher.options": ANY,
}  # fmt: skip

_NOW: dict[str, Values] = {
    "fieldConfig.defaults.color.mode": _of("thresholds"),
    "options.reduceOptions.calcs[]": _of("lastNotNull"),
    "options.reduceOptions.values": _of(False),
}

PANELS: Mapping[str, Mapping[str, Values]] = {
    "row": _EVERY_PANEL | {"collapsed": _of(False), "panels": ANY},
    "alertlist": _EVERY_PANEL
    | {
        "options.viewMode": _of("list"),
        "options.groupMode": _of("default"),
        "options.groupBy": ANY,
        "options.maxItems": ANY,
        # 3: by importance.
        "options.sortOrder": _of(3),
        "options.dashboardAlerts": _of(False),
        "options.alertName": _of(""),
        "options.alertInstanceLabelFilter": ANY,
        "options.datasource": _of("Prometheus"),
        "options.stateFilter.*": ANY,
    },
    "logs": _EVERY_PANEL
    | {
        "datasource.type": _of("loki"),
        "datasource.uid": _of("loki"),
        "targets[].datasource.type": _of("loki"),
        "targets[].datasource.uid": _of("loki"),
        "targets[].expr": ANY,
        "targets[].refId": ANY,
        "targets[].maxLines": ANY,
        "options.showLabels": _of(False),
        "options.showCommonLabels": _of(False),
        "options.showTime": _of(True),
        "options.showLogContextToggle": _of(False),
        "options.wrapLogMessage": _of(True),
        "options.prettifyLogMessage": _of(False),
        "options.enableLogDetails": _of(True),
        "options.sortOrder": _of("Descending"),
        "options.dedupStrategy": _of("none"),
    },
    "timeseries": _EVERY_PANEL
    | {"targets[].exemplar": _of(True)}
    | _QUERIES
    | {
        "fieldConfig.defaults.color.mode": _of("palette-classic-by-name"),
        "fieldConfig.defaults.custom.drawStyle": _of("bars"),
        "fieldConfig.defaults.custom.fillOpacity": ANY,
        "fieldConfig.defaults.custom.lineWidth": ANY,
        "fieldConfig.defaults.custom.showPoints": _of("never"),
        "fieldConfig.defaults.custom.stacking.group": _of("A"),
        "fieldConfig.defaults.custom.stacking.mode": _of("normal"),
        "fieldConfig.defaults.custom.thresholdsStyle.mode": _of("dashed", "off"),
        "fieldConfig.overrides[].properties[].id": _of(
            "color", "custom.fillOpacity", "custom.lineStyle"
        ),
        "fieldConfig.overrides[].properties[].value": _of(0),
        "fieldConfig.overrides[].properties[].value.mode": _of("fixed"),
        "fieldConfig.overrides[].properties[].value.fixedColor": _of(
            "orange", "red", "blue", "purple", "text"
        ),
        "fieldConfig.overrides[].properties[].value.fill": _of("dash"),
        "fieldConfig.overrides[].properties[].value.dash[]": _of(8, 6),
        "options.legend.showLegend": _of(True),
        "options.legend.displayMode": _of("list"),
        "options.legend.placement": _of("bottom"),
        "options.legend.calcs": ANY,
        "options.tooltip.mode": _of("multi"),
        "options.tooltip.sort": _of("desc"),
    },
    "stat": _EVERY_PANEL
    | _QUERIES
    | _NOW
    | {
        "options.graphMode": _of("none"),
        "options.colorMode": _of("value"),
        "options.justifyMode": _of("auto"),
        "options.textMode": _of("auto"),
        "options.orientation": _of("auto"),
        "options.wideLayout": _of(True),
        "options.showPercentChange": _of(False),
        "options.percentChangeColorMode": _of("standard"),
    },
    "gauge": _EVERY_PANEL
    | _QUERIES
    | _NOW
    | {
        "options.showThresholdLabels": _of(False),
        "options.showThresholdMarkers": _of(True),
        "options.orientation": _of("auto"),
        "options.sizing": _of("auto"),
        "options.minVizWidth": ANY,
        "options.minVizHeight": ANY,
    },
    "bargauge": _EVERY_PANEL
    | _QUERIES
    | _NOW
    | {
        "options.displayMode": _of("basic"),
        "options.valueMode": _of("color"),
        "options.namePlacement": _of("auto"),
        "options.showUnfilled": _of(True),
        "options.orientation": _of("horizontal"),
        "options.sizing": _of("auto"),
        "options.minVizWidth": ANY,
        "options.minVizHeight": ANY,
        "options.maxVizHeight": ANY,
        "options.legend.*": ANY,
    },
    "table": _EVERY_PANEL
    | _QUERIES
    | {
        "targets[].format": _of("table"),
        "fieldConfig.defaults.color.mode": _of("thresholds"),
        "fieldConfig.defaults.custom.align": _of("auto"),
        "fieldConfig.defaults.custom.inspect": _of(False),
        "fieldConfig.overrides[].properties[].id": _of("unit"),
        "fieldConfig.overrides[].properties[].value": ANY,
        "options.frameIndex": _of(0),
        "options.showHeader": _of(True),
        "options.showTypeIcons": _of(False),
        "options.cellHeight": _of("sm"),
        "options.footer.show": _of(False),
        "options.footer.countRows": _of(False),
        "options.footer.reducer": ANY,
        # merge: rows of several queries with the same labels become one.
        # organize: leaves columns out, orders and renames them.
        "transformations[].id": _of("merge", "organize"),
        "transformations[].options": ANY,
        "transformations[].options.excludeByName.*": _of(True),
        "transformations[].options.indexByName.*": ANY,
        "transformations[].options.renameByName.*": ANY,
    },
    "heatmap": _EVERY_PANEL
    | _QUERIES
    | {
        "targets[].format": _of("heatmap"),
        "fieldConfig.defaults.custom": ANY,
        "options.calculate": _of(False),
        "options.cellGap": _of(1),
        "options.color.*": ANY,
        "options.exemplars.*": ANY,
        "options.filterValues.*": ANY,
        "options.legend.show": _of(True),
        "options.selectionMode": _of("x"),
        "options.showValue": _of("auto"),
        "options.tooltip.mode": _of("single"),
        "options.yAxis.unit": ANY,
    },
}


@dataclass(frozen=True)
class Unsupported:
    """A value at a ``place`` of a panel, and what is ``allowed`` there: None when nothing is."""

    place: str
    value: object
    allowed: frozenset[str | bool | float | int | None] | None


def unsupported(panel: Mapping[str, Any]) -> Iterator[Unsupported]:
    """Yield what ``panel`` uses beyond the list. A panel of another type is itself too much."""
    kind = panel.get("type")
    allowed = PANELS.get(str(kind))
    if allowed is None:
        yield Unsupported("type", kind, frozenset(PANELS))
        return
    for place, value in leaves(panel):
        values = _allowed_at(place, allowed)
        if values is not None and value not in values:
            yield Unsupported(place, value, values or None)


def leaves(value: object, place: str = "") -> Iterator[tuple[str, Any]]:
    """Yield every value that holds no others, with its place; an empty list or object is None.

    >>> list(leaves({"a": {"b": 1, "c": [2, 3]}, "d": []}))
    [('a.b', 1), ('a.c[]', 2), ('a.c[]', 3), ('d', None)]
    """
    match value:
        case dict() if value:
            for key, child in value.items():
                yield from leaves(child, f"{place}.{key}" if place else str(key))
        case list() if value:
            for child in value:
                yield from leaves(child, f"{place}[]")
        case dict() | list():
            yield place, None
        case _:
            yield place, value


def _allowed_at(place: str, allowed: Mapping[str, Values]) -> Values:
    """Return the values that may stand at ``place``; ANY for all, an empty set for none."""
    if place in allowed:
        return allowed[place]
    for pattern, values in allowed.items():
        if pattern.endswith("*") and place.startswith(pattern[:-1]):
            return values
        # An empty list or object stands where something would be below it.
        if pattern.startswith((f"{place}[]", f"{place}.")):
            return _of(None)
    return frozenset()
