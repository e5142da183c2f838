"""What this console renders of Grafana's JSON; docs/reference/console.md publishes it."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence

from whiteroom_monitoring.grafana.display import display_value, gradients, units
from whiteroom_monitoring.grafana.evaluation import (
    interpolation,
    queries,
    reduce,
    server_expressions,
    transformations,
    variables,
)
from whiteroom_monitoring.grafana.evaluation.errors import UnsupportedError
from whiteroom_monitoring.grafana.model import field_config, field_style
from whiteroom_monitoring.grafana.model.json_node import Json, Node
from whiteroom_monitoring.grafana.model.panel import Panel

PANELS = (
    *("timeseries", "stat", "gauge", "bargauge", "table", "heatmap", "histogram", "piechart"),
    *("barchart", "state-timeline", "status-history", "text", "logs", "alertlist", "dashlist"),
    "row",
)
COLORS = (
    *("thresholds", "fixed", "shades", "palette-classic", "palette-classic-by-name"),
    *gradients.GRADIENTS,
)
# What Grafana writes down though it changes nothing.
_DEFAULTS: Mapping[str, Sequence[Json]] = {
    "axisBorderShow": (False,),
    "axisGridShow": (True, False),
    "showValues": (False,),
    "wrapText": (True, False),
    "minWidth": (50,),
    "footer": ({"reducers": []}, {}),
    "cellHeight": ("sm",),
    "axisColorMode": ("text",),
    "barAlignment": (0,),
    "barWidthFactor": (0.6,),
    "filterable": (False,),
    "insertNulls": (False,),
    "inspect": (False,),
    "fieldMinMax": (False,),
}
CELLS = (*("auto", "color-text", "color-background", "gauge", "json-view", "string", "data-links"),)
# Values of what is drawn, with which it is not.
_NOT_DRAWN: Mapping[str, Callable[[Node], bool]] = {
    "color": lambda value: value["mode"].text(COLORS[0]) not in COLORS,
    "custom.gradientMode": lambda value: value.text("none") not in ("none", "opacity"),
    "custom.cellOptions": lambda value: (
        value["type"].text("auto") not in CELLS or value["mode"].text() in ("gradient", "lcd")
    ),
    "custom.displayMode": lambda value: value.text() in ("gradient-gauge", "lcd-gauge"),
}
# How panels lie whatever they ask for.
_ORIENTATIONS = {"bargauge": "horizontal", "barchart": "vertical"}
# Options that nothing draws, by what each panel asks for.
_OPTIONS: Mapping[str, Callable[[Panel], bool]] = {
    "orientation": lambda panel: (
        panel.options.orientation not in ("auto", "", _ORIENTATIONS.get(panel.type))
    ),
    "colorByField": lambda panel: bool(panel.options.bars.color_field),
    "mergeValues": lambda panel: not panel.options.merge_values,
    "yAxis.reverse": lambda panel: panel.options.y_axis.reverse,
}


def _is_percentile(calculation: str) -> bool:
    return calculation[1:].isdecimal()


# What the page docs/reference/console.md lists, under these headings.
MATRIX: Mapping[str, Sequence[str]] = {
    "Panels": PANELS,
    "Variables": tuple(variables.TYPES),
    "Formats of variables": tuple(interpolation.STYLES),
    "Macros": tuple(f"${name}" for name in interpolation.MACROS),
    "Formats of queries": queries.FORMATS,
    "Transformations": tuple(transformations.TRANSFORMATIONS),
    "Matchers of overrides": tuple(display_value.MATCHERS),
    "Properties of fields": (*field_config.PROPERTIES, "custom"),
    "Modes of colours": COLORS,
    "Styles (custom.*)": tuple(style for style in field_style.STYLES if style != "nullsAsZero"),
    "Cells of tables": CELLS,
    "Expressions": tuple(server_expressions.KINDS),
    "Value mappings": tuple(display_value.MAPPINGS),
    "Calculations": (*(c for c in reduce.CALCULATIONS if not _is_percentile(c)), "p1 to p99"),
    "Units": tuple(units.UNITS),
}


def require(panel: Panel) -> None:
    """Raise UnsupportedError when a panel can't be shown as it is meant."""
    for feature in _unsupported(panel):
        raise UnsupportedError(feature)


def _unsupported(panel: Panel) -> Iterator[str]:
    if panel.library_panel and not panel.type:
        yield f"the library panel {panel.library_panel!r}, which stands in no file"
    if panel.type not in PANELS:
        yield f"panels of the type {panel.type}" if panel.type else "panels without a type"
    for query in panel.queries:
        if query.format not in queries.FORMATS:
            yield f"queries of the format {query.format}"


def not_drawn(panel: Panel) -> list[str]:
    """Return the names of what a panel asks for in vain, which does not change what it means."""
    settings = panel.field_config.settings
    names = {name for name, value in settings if not _is_drawn(name, value, panel.type)}
    options = [name for name, is_asked in _OPTIONS.items() if is_asked(panel)]
    return [*sorted(names), *options, *_unknown_calculations(panel), *panel.problems]


def _unknown_calculations(panel: Panel) -> list[str]:
    """Return the calculations of a legend or footer that there are not."""
    legend, footer = panel.options.legend.calculations, panel.options.footer
    calculations = footer.calculations[:1] if panel.type == "table" and footer.show else ()
    names = [name for name in legend if name not in reduce.CALCULATIONS]
    names += [name for name in calculations if not reduce.is_known(name)]
    return [f"the calculation {name}" for name in names]


def _is_drawn(name: str, value: Json, kind: str) -> bool:
    if name == "links":
        return kind == "table" or not value
    if name in _NOT_DRAWN and _NOT_DRAWN[name](Node(value, [])):
        return False
    if not name.startswith("custom."):
        is_default = value in _DEFAULTS.get(name, ())
        return is_default or name in field_config.PROPERTIES or name == "custom"
    style = name.removeprefix("custom.").partition(".")[0]
    return style in field_style.STYLES or value in _DEFAULTS.get(style, ())
