"""How a series is drawn and a column laid out: the `custom` part of a field's configuration."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from whiteroom_monitoring.grafana.model.json_node import Node


@dataclass(frozen=True)
class FieldStyle:
    """How a series is drawn or a column is laid out; None where the JSON has nothing.

    ``span_nulls`` is the longest gap that a line spans, in milliseconds; True is any, False none.
    """

    draw_style: str | None = None
    line_width: float | None = None
    fill_opacity: float | None = None
    gradient_mode: str | None = None
    fill_below_to: str | None = None
    line_fill: str | None = None
    line_dash: tuple[float, ...] = ()
    line_interpolation: str | None = None
    show_points: str | None = None
    point_size: float | None = None
    span_nulls: bool | float | None = None
    nulls_as_zero: bool = False
    transform: str | None = None
    stacking: str | None = None
    stacking_group: str | None = None
    thresholds_style: str | None = None
    scale: str | None = None
    scale_log: float | None = None
    linear_threshold: float | None = None
    axis_placement: str | None = None
    axis_soft_min: float | None = None
    axis_soft_max: float | None = None
    axis_label: str | None = None
    axis_centered_zero: bool = False
    hidden: bool = False
    hidden_in_legend: bool = False
    column_hidden: bool = False
    column_width: float | None = None
    align: str | None = None
    cell_type: str = "auto"


# Which of our fields a style of Grafana's JSON sets.
STYLES: Mapping[str, tuple[str, ...]] = {
    "drawStyle": ("draw_style",),
    "lineWidth": ("line_width",),
    "fillOpacity": ("fill_opacity",),
    "gradientMode": ("gradient_mode",),
    "fillBelowTo": ("fill_below_to",),
    "lineStyle": ("line_fill", "line_dash"),
    "lineInterpolation": ("line_interpolation",),
    "showPoints": ("show_points",),
    "pointSize": ("point_size",),
    "spanNulls": ("span_nulls",),
    "nullsAsZero": ("nulls_as_zero",),
    "transform": ("transform",),
    "stacking": ("stacking", "stacking_group"),
    "thresholdsStyle": ("thresholds_style",),
    "scaleDistribution": ("scale", "scale_log", "linear_threshold"),
    "axisPlacement": ("axis_placement",),
    "axisSoftMin": ("axis_soft_min",),
    "axisSoftMax": ("axis_soft_max",),
    "axisLabel": ("axis_label",),
    "axisCenteredZero": ("axis_centered_zero",),
    "hideFrom": ("hidden", "hidden_in_legend"),
    "hidden": ("column_hidden",),
    "width": ("column_width",),
    "align": ("align",),
    "cellOptions": ("cell_type",),
    "displayMode": ("cell_type",),
}
# Cells as they were called before Grafana 9.5.
_OLD_CELLS = {
    "gradient-gauge": "gauge",
    "lcd-gauge": "gauge",
    "basic": "gauge",
    "color-background-solid": "color-background",
}


def parse_style(node: Node) -> FieldStyle:
    """Return the style of a field."""
    scale = node["scaleDistribution"].object()
    hide = node["hideFrom"].object()
    stacking = node["stacking"].object()
    return FieldStyle(
        draw_style=_word(node["drawStyle"]),
        line_width=node["lineWidth"].number(),
        fill_opacity=node["fillOpacity"].number(),
        gradient_mode=_word(node["gradientMode"]),
        fill_below_to=_word(node["fillBelowTo"]),
        line_fill=_word(node["lineStyle"].object()["fill"]),
        line_dash=_dash(node),
        line_interpolation=_word(node["lineInterpolation"]),
        show_points=_word(node["showPoints"]),
        point_size=node["pointSize"].number(),
        span_nulls=_span(node["spanNulls"]),
        nulls_as_zero=node["nullsAsZero"].flag(),
        transform=_word(node["transform"]),
        stacking=_word(stacking["mode"]),
        stacking_group=_word(stacking["group"]),
        thresholds_style=_word(node["thresholdsStyle"].object()["mode"]),
        scale=_word(scale["type"]),
        scale_log=scale["log"].number(),
        linear_threshold=scale["linearThreshold"].number(),
        axis_placement=_word(node["axisPlacement"]),
        axis_soft_min=node["axisSoftMin"].number(),
        axis_soft_max=node["axisSoftMax"].number(),
        axis_label=_word(node["axisLabel"]),
        axis_centered_zero=node["axisCenteredZero"].flag(),
        hidden=hide["viz"].flag() or hide["graph"].flag(),
        hidden_in_legend=hide["legend"].flag(),
        column_hidden=node["hidden"].flag(),
        column_width=node["width"].number(),
        align=_word(node["align"]),
        cell_type=_cell(node),
    )


def _cell(node: Node) -> str:
    options = node["cellOptions"].object()
    if options["type"].is_set:
        return options["type"].text()
    old = node["displayMode"].text("auto")
    return _OLD_CELLS.get(old, old)


def _dash(node: Node) -> tuple[float, ...]:
    lengths = (item.number() for item in node["lineStyle"].object()["dash"].items())
    return tuple(length for length in lengths if length is not None and length >= 0)


def _span(node: Node) -> bool | float | None:
    """Return which gaps a line spans: a truth value, or a length in milliseconds."""
    if isinstance(node.value, int | float) and not isinstance(node.value, bool):
        return node.number()
    return node.flag() if node.is_set else None


def _word(node: Node) -> str | None:
    return node.text() if node.is_set else None
