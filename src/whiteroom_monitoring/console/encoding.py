"""How values, units and styles are written for the browser: what JSON can hold, and briefly."""

from __future__ import annotations

import base64
import math
from array import array
from collections.abc import Sequence
from typing import Any

from whiteroom_monitoring.grafana.display import units
from whiteroom_monitoring.grafana.evaluation.frames import Value
from whiteroom_monitoring.grafana.model.field_config import FieldConfig
from whiteroom_monitoring.grafana.model.field_style import FieldStyle


def value_format(config: FieldConfig) -> dict[str, Any]:
    """Return how the values of a field are written and judged."""
    return {
        "unit": unit(config.unit or "short"),
        "decimals": config.decimals,
        "min": config.min,
        "max": config.max,
        "thresholds": [
            {"value": step.value, "color": step.color} for step in config.thresholds.steps
        ],
    }


def style(style: FieldStyle) -> dict[str, Any]:
    """Return how a series is drawn, by Grafana's names; what is not set is left out."""
    line = {"fill": style.line_fill, "dash": style.line_dash or None}
    settings: dict[str, Any] = {
        "drawStyle": style.draw_style,
        "lineWidth": style.line_width,
        "fillOpacity": style.fill_opacity,
        "lineStyle": _set(line) or None,
        "lineInterpolation": style.line_interpolation,
        "showPoints": style.show_points,
        "pointSize": style.point_size,
        "spanNulls": style.span_nulls,
        "fillFades": style.gradient_mode == "opacity" or None,
        "fillBelowTo": style.fill_below_to or None,
        "stacking": _set({"mode": style.stacking, "group": style.stacking_group}) or None,
        "thresholdsStyle": _set({"mode": style.thresholds_style}) or None,
        "scaleDistribution": _set(
            {
                "type": style.scale,
                "log": style.scale_log,
                "linearThreshold": style.linear_threshold,
            }
        )
        or None,
        "axisPlacement": style.axis_placement,
        "axisCenteredZero": style.axis_centered_zero or None,
        "hideInLegend": style.hidden_in_legend or None,
        "axisSoftMin": style.axis_soft_min,
        "axisSoftMax": style.axis_soft_max,
        "axisLabel": style.axis_label,
    }
    return _set(settings)


def _set(settings: dict[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in settings.items() if value is not None}


def unit(name: str) -> dict[str, Any]:
    """Return a unit as the browser writes it; what is not set is left out."""
    chosen = units.unit(name)
    optional = {
        "prefix": chosen.prefix or None,
        "style": chosen.style or None,
        "factor": None if chosen.factor == 1 else chosen.factor,
        "words": chosen.words,
    }
    return {"steps": chosen.steps, **_set(optional)}


def number(value: Value) -> float | str | None:
    """Return a value as JSON can hold it."""
    if value is not None and math.isinf(value):
        return "Infinity" if value > 0 else "-Infinity"
    return value


def packed(values: Sequence[Value]) -> str:
    """Return values for a drawing: floats of 32 bits in base 64, NaN where there is none.

    Seven digits are all that can be seen; numbers as text would be twice as long, and thirty times
    the work.
    """
    floats = array("f", [math.nan if value is None else value for value in values])
    return base64.b64encode(floats.tobytes()).decode()
