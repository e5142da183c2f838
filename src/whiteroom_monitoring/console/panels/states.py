"""State timelines and status histories as JSON: for each series the stretches of one state."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from whiteroom_monitoring.console import encoding
from whiteroom_monitoring.console.panels import single_values
from whiteroom_monitoring.grafana.display import colors
from whiteroom_monitoring.grafana.display.display_value import display_value, ranged
from whiteroom_monitoring.grafana.evaluation.frames import Series
from whiteroom_monitoring.grafana.model.field_config import FieldConfig


def rows(series: Sequence[Series], configs: Sequence[FieldConfig]) -> list[dict[str, Any]]:
    """Return a row for each series: its states, and from which to which moment each lasts."""
    by_series = colors.of_series(series, configs)
    return [
        _row(item, ranged(config, item.values), color)
        for item, config, color in zip(series, configs, by_series, strict=True)
        if not config.style.hidden
    ]


def _row(series: Series, config: FieldConfig, series_color: str | int) -> dict[str, Any]:
    spans: list[dict[str, Any]] = []
    for at, value in enumerate(series.values):
        if spans and spans[-1]["value"] == value:
            spans[-1]["to"] = at
        else:
            spans.append({"from": at, "to": at, "value": value})
    known = [span for span in spans if span["value"] is not None]
    for span in known:
        display = display_value(span["value"], config)
        color = single_values.color(display, config.color.mode or "thresholds", series_color)
        span |= {"text": display.text, "colour": color, "value": encoding.number(span["value"])}
    return {
        "name": config.display_name or series.name,
        "spans": known,
        **encoding.value_format(config),
    }
