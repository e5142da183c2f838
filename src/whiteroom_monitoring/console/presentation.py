"""An evaluated panel as the JSON that the browser draws: values, colours, units, words."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict
from typing import Any

from whiteroom_monitoring.console import encoding
from whiteroom_monitoring.console.table import encoded_column
from whiteroom_monitoring.grafana.display import colors, markdown
from whiteroom_monitoring.grafana.display.dashboard_links import followable
from whiteroom_monitoring.grafana.display.display_value import Field, display_value, field_config
from whiteroom_monitoring.grafana.evaluation import reduce as reduction
from whiteroom_monitoring.grafana.evaluation import support
from whiteroom_monitoring.grafana.evaluation.errors import UnsupportedError
from whiteroom_monitoring.grafana.evaluation.evaluate import Evaluated
from whiteroom_monitoring.grafana.evaluation.frames import Alerts, Lines, Logs, Table, Text, Value
from whiteroom_monitoring.grafana.evaluation.interpolation import Scope
from whiteroom_monitoring.grafana.model.field_config import FieldConfig
from whiteroom_monitoring.grafana.model.panel import Panel, PanelOptions

_SINGLE_VALUE_TYPES = ("stat", "gauge", "bargauge")


def encoded_panel(evaluated: Evaluated, scope: Scope) -> dict[str, Any]:
    """Return a panel as JSON. What is wrong with it takes the place of its data."""
    panel = evaluated.panel
    links = (followable(link, scope) for link in panel.links)
    content: dict[str, Any] = {
        "type": panel.type,
        "title": scope.tolerant_text(panel.title),
        "description": markdown.html(scope.tolerant_text(panel.description)),
        "links": [asdict(link) for link in links if link],
        "queries": dict(evaluated.queries),
        "notice": evaluated.notice,
        "problem": evaluated.problem,
        "options": _options(panel.options),
        "noValue": panel.field_config.defaults.no_value,
        "notDrawn": support.not_drawn(panel),
    }
    if evaluated.data is not None:
        try:
            content |= _DATA[type(evaluated.data)](evaluated, scope)
        except UnsupportedError as error:
            content["notice"] = str(error)
    return content


def _options(options: PanelOptions) -> dict[str, Any]:
    return {
        "legend": {"showLegend": options.show_legend is not False},
        "colorMode": options.color_mode,
        "textMode": options.text_mode,
    }


def _configs(panel: Panel, fields: Sequence[Field]) -> list[FieldConfig]:
    return [field_config(panel.field_config, field) for field in fields]


def _lines(evaluated: Evaluated, scope: Scope) -> dict[str, Any]:
    data = evaluated.data
    assert isinstance(data, Lines)
    configs = _configs(evaluated.panel, [Field(s.name, s.query) for s in data.series])
    names = [c.display_name or s.name for s, c in zip(data.series, configs, strict=True)]
    series_colors = colors.of_series(data.series, configs)
    if evaluated.panel.type in _SINGLE_VALUE_TYPES:
        return {"singleValues": _single_values(evaluated, data, names, configs, series_colors)}
    rows = zip(data.series, names, configs, series_colors, strict=True)
    return {
        "times": _times(data.times),
        "series": [
            {
                "name": name,
                "labels": dict(series.labels),
                "colour": color,
                "values": encoding.packed(series.values),
                **encoding.value_format(config),
                "style": encoding.style(config.style),
            }
            for series, name, config, color in rows
            if not config.style.hidden
        ],
    }


def _single_values(
    evaluated: Evaluated,
    data: Lines,
    names: Sequence[str],
    configs: Sequence[FieldConfig],
    series_colors: Sequence[str | int],
) -> list[dict[str, Any]]:
    options = evaluated.panel.options
    calculation = options.calculations[0] if options.calculations else "lastNotNull"
    if options.all_values:
        raise UnsupportedError("a value for every point (reduceOptions.values)")
    with_line = options.graph_mode == "area" and len(data.times) > 1
    rows = zip(data.series, names, configs, series_colors, strict=True)
    return [
        {
            "name": name,
            "labels": dict(series.labels),
            "line": encoding.packed(series.values) if with_line else None,
            **_single_value(reduction.reduced(series.values, calculation), config, color),
        }
        for series, name, config, color in rows
    ]


def _single_value(value: Value, config: FieldConfig, series_color: str | int) -> dict[str, Any]:
    shown = display_value(value, config)
    by_threshold = (config.color.mode or "thresholds") == "thresholds"
    return {
        "value": encoding.number(value),
        "text": shown.text,
        "colour": shown.color if by_threshold else series_color,
        **encoding.value_format(config),
    }


def _table(evaluated: Evaluated, scope: Scope) -> dict[str, Any]:
    data = evaluated.data
    assert isinstance(data, Table)
    configs = _configs(evaluated.panel, [Field(c.name, c.query, c.kind) for c in data.columns])
    pairs = zip(data.columns, configs, strict=True)
    return {"columns": [encoded_column(data, column, config, scope) for column, config in pairs]}


def _logs(evaluated: Evaluated, scope: Scope) -> dict[str, Any]:
    assert isinstance(evaluated.data, Logs)
    return {"entries": [asdict(entry) for entry in evaluated.data.entries]}


def _alerts(evaluated: Evaluated, scope: Scope) -> dict[str, Any]:
    assert isinstance(evaluated.data, Alerts)
    return {"alerts": [asdict(alert) for alert in evaluated.data.alerts]}


def _html(evaluated: Evaluated, scope: Scope) -> dict[str, Any]:
    assert isinstance(evaluated.data, Text)
    return {"html": evaluated.data.html}


_DATA: Mapping[type, Callable[[Evaluated, Scope], dict[str, Any]]] = {
    Lines: _lines,
    Table: _table,
    Logs: _logs,
    Alerts: _alerts,
    Text: _html,
}


def _times(times: Sequence[float]) -> dict[str, float]:
    """Return the moments, which are evenly spaced, by their first, their distance and number."""
    step = times[1] - times[0] if len(times) > 1 else 0.0
    return {"start": times[0] if times else 0.0, "step": step, "count": len(times)}
