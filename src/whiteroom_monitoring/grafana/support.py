"""What this console renders of Grafana's JSON; docs/reference/console.md publishes it."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from whiteroom_monitoring.grafana import (
    fields,
    interpolation,
    queries,
    reduce,
    transformations,
    units,
    variables,
)
from whiteroom_monitoring.grafana.errors import UnsupportedError

PANELS = (
    *("timeseries", "stat", "gauge", "bargauge", "table"),
    *("alertlist", "logs", "text", "heatmap", "row"),
)
# What the `custom` of time series and tables may say. Anything else is named below the panel.
STYLES = (
    *("drawStyle", "lineWidth", "fillOpacity", "lineStyle", "lineInterpolation", "showPoints"),
    *("pointSize", "spanNulls", "stacking", "thresholdsStyle", "scaleDistribution"),
    *("axisSoftMin", "axisSoftMax", "axisLabel", "hideFrom", "align", "cellOptions"),
)
PROPERTIES = (
    *("unit", "decimals", "min", "max", "displayName", "color", "thresholds", "mappings"),
    *("noValue", "links", "custom"),
)
COLOURS = ("thresholds", "fixed", "palette-classic", "palette-classic-by-name")
# What Grafana writes down though it changes nothing.
_DEFAULTS: Mapping[str, Sequence[Any]] = {
    "axisBorderShow": (False,),
    "axisCenteredZero": (False,),
    "axisColorMode": ("text",),
    "axisPlacement": ("auto", "left"),
    "barAlignment": (0,),
    "barWidthFactor": (0.6,),
    "filterable": (False,),
    "gradientMode": ("none",),
    "insertNulls": (False,),
    "inspect": (False,),
}
# Values of what is drawn, with which it is not.
_NOT_DRAWN: Mapping[str, Callable[[Any], bool]] = {
    "custom.stacking": lambda value: (value or {}).get("mode") == "percent",
    "custom.scaleDistribution": lambda value: (value or {}).get("type") == "symlog",
    "custom.thresholdsStyle": lambda value: "area" in str((value or {}).get("mode")),
    "color": lambda value: (value or {}).get("mode", COLOURS[0]) not in COLOURS,
}

# What the page docs/reference/console.md lists, under these headings.
MATRIX: Mapping[str, Sequence[str]] = {
    "Panels": PANELS,
    "Variables": tuple(variables.KINDS),
    "Formats of variables": tuple(interpolation.STYLES),
    "Macros": tuple(f"${name}" for name in interpolation.MACROS),
    "Formats of queries": queries.FORMATS,
    "Transformations": tuple(transformations.TRANSFORMATIONS),
    "Matchers of overrides": tuple(fields.MATCHERS),
    "Properties of fields": PROPERTIES,
    "Modes of colours": COLOURS,
    "Styles (custom.*)": STYLES,
    "Value mappings": tuple(fields.MAPPINGS),
    "Calculations": reduce.CALCULATIONS,
    "Units": tuple(units.UNITS),
}


def require(panel: Mapping[str, Any]) -> None:
    """Raise UnsupportedError when a panel can't be shown as it is meant."""
    if panel["type"] not in PANELS:
        raise UnsupportedError(f"panels of the type {panel['type']}")
    for target in panel.get("targets") or []:
        if target.get("format", "time_series") not in queries.FORMATS:
            raise UnsupportedError(f"queries of the format {target['format']}")
    if panel["type"] != "table" and panel.get("transformations"):
        first = panel["transformations"][0]["id"]
        raise UnsupportedError(f"the transformation {first} in a panel of {panel['type']}")
    if panel["type"] == "heatmap" and (panel.get("options") or {}).get("calculate"):
        raise UnsupportedError("heatmaps that are calculated from values")
    for name in ("timeFrom", "timeShift"):
        if panel.get(name):
            raise UnsupportedError(f"a panel's own time range ({name})")


def not_drawn(panel: Mapping[str, Any]) -> list[str]:
    """Return the names of what a panel asks for in vain, which does not change what it means."""
    found = panel.get("fieldConfig") or {}
    settings = list(_settings(found.get("defaults") or {}))
    for override in found.get("overrides") or []:
        settings += [(str(p["id"]), p.get("value")) for p in override["properties"]]
    names = {name for name, value in settings if not _is_drawn(name, value, panel["type"])}
    options = panel.get("options") or {}
    names |= {"legend.calcs"} if (options.get("legend") or {}).get("calcs") else set()
    names |= {"footer"} if (options.get("footer") or {}).get("show") else set()
    return sorted(names)


def _settings(defaults: Mapping[str, Any]) -> list[tuple[str, Any]]:
    plain = [(name, value) for name, value in defaults.items() if name != "custom"]
    custom = defaults.get("custom") or {}
    return plain + [(f"custom.{name}", value) for name, value in custom.items()]


def _is_drawn(name: str, value: Any, kind: str) -> bool:
    if name == "links":
        return kind == "table" or not value
    if name in _NOT_DRAWN and _NOT_DRAWN[name](value):
        return False
    if not name.startswith("custom."):
        return name in PROPERTIES
    style = name.removeprefix("custom.").partition(".")[0]
    return style in STYLES or value in _DEFAULTS.get(style, ())
