"""An evaluated panel as the JSON that the browser draws: values, colours, units, words."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict, replace
from typing import Any

from whiteroom_monitoring.console import encoding
from whiteroom_monitoring.console.logs.explorer import encoded
from whiteroom_monitoring.console.panels import (
    bar_chart,
    field_names,
    histogram,
    series_values,
    single_values,
    states,
)
from whiteroom_monitoring.console.table import encoded_column
from whiteroom_monitoring.grafana.display import colors, markdown
from whiteroom_monitoring.grafana.display.dashboard_links import followable
from whiteroom_monitoring.grafana.display.display_value import Field
from whiteroom_monitoring.grafana.evaluation import reduce as reduction
from whiteroom_monitoring.grafana.evaluation import support
from whiteroom_monitoring.grafana.evaluation.errors import UnsupportedError
from whiteroom_monitoring.grafana.evaluation.evaluate import Evaluated
from whiteroom_monitoring.grafana.evaluation.frames import (
    Alerts,
    Column,
    DashboardList,
    Frames,
    Lines,
    Logs,
    Table,
    Text,
    Value,
)
from whiteroom_monitoring.grafana.evaluation.interpolation import Scope
from whiteroom_monitoring.grafana.model.field_config import FieldConfig
from whiteroom_monitoring.grafana.model.panel import LegendOptions, PanelOptions

_SINGLE_VALUE_TYPES = ("stat", "gauge", "bargauge", "piechart")
_STATE_TYPES = ("state-timeline", "status-history")


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
        "timeInfo": evaluated.time_info,
    }
    if evaluated.exemplars:
        content["exemplars"] = [asdict(exemplar) for exemplar in evaluated.exemplars]
    if evaluated.data is not None:
        try:
            content |= _DATA[type(evaluated.data)](evaluated, scope)
        except UnsupportedError as error:
            content["notice"] = str(error)
    return content


def _options(options: PanelOptions) -> dict[str, Any]:
    return {
        "legend": _legend(options.legend),
        "colorMode": options.color_mode,
        "textMode": options.text_mode,
        "pieType": options.pie_type,
        "displayLabels": options.pie_labels,
        "showValue": options.show_value,
        "stacking": options.bars.stacking,
        "calculate": options.calculate,
    }


def _legend(legend: LegendOptions) -> dict[str, Any]:
    return {
        "showLegend": legend.show is not False,
        "displayMode": legend.mode,
        "placement": legend.placement,
        "calcs": [reduction.name_of(name) for name in _known(legend.calculations)],
        "values": legend.values,
        "sortBy": legend.sort_by,
        "sortDesc": legend.sort_descending,
    }


def _lines(evaluated: Evaluated, scope: Scope) -> dict[str, Any]:
    data, panel = evaluated.data, evaluated.panel
    if panel.type in _SINGLE_VALUE_TYPES:
        return {"singleValues": single_values.encoded(evaluated, scope)}
    if panel.type in _OF_TABLES:
        return _OF_TABLES[panel.type](evaluated, scope)
    assert isinstance(data, Lines)
    series = data.series
    fields = [Field(s.name, s.query, "number", s.values) for s in series]
    configs = field_names.configs(panel, fields, [s.labels for s in series], scope)
    if panel.type in _STATE_TYPES:
        return {"times": _times(data.times), "rows": states.rows(series, configs)}
    if panel.type == "heatmap":
        configs = [_of_heatmap(config, panel.options) for config in configs]
    series_colors = colors.of_series(series, configs)
    rows = zip(series, configs, series_colors, strict=True)
    return {
        "times": _times(data.times),
        "series": [
            {
                "name": config.display_name or item.name,
                "labels": dict(item.labels),
                "colour": color,
                "values": encoding.packed(series_values.values(item.values, config.style)),
                **encoding.value_format(config),
                "style": encoding.style(config.style),
                "calcs": _calculated(item.values, panel.options.legend.calculations),
            }
            for item, config, color in rows
            if not config.style.hidden
        ],
    }


def _of_heatmap(config: FieldConfig, options: PanelOptions) -> FieldConfig:
    axis = options.y_axis
    return replace(
        config,
        unit=axis.unit or config.unit,
        decimals=config.decimals if axis.decimals is None else axis.decimals,
    )


def _calculated(values: Sequence[Value], calculations: Sequence[str]) -> list[float | str | None]:
    return [encoding.number(reduction.reduced(values, name)) for name in _known(calculations)]


def _known(calculations: Sequence[str]) -> list[str]:
    """Return the calculations of numbers that there are; others are named below the panel."""
    return [name for name in calculations if name in reduction.CALCULATIONS]


def _frames(evaluated: Evaluated, scope: Scope) -> dict[str, Any]:
    return _lines(evaluated, scope)


def _table(evaluated: Evaluated, scope: Scope) -> dict[str, Any]:
    data, panel = evaluated.data, evaluated.panel
    assert isinstance(data, Table)
    fields = [Field(c.name, c.query, c.kind, _numbers(c), c.origin) for c in data.columns]
    configs = field_names.configs(panel, fields, [column.labels for column in data.columns], scope)
    pairs = [
        (column, config)
        for column, config in zip(data.columns, configs, strict=True)
        if not (config.style.column_hidden or config.style.hidden)
    ]
    return {
        "columns": [
            encoded_column(data, column, config, scope, panel.options.footer)
            for column, config in pairs
        ]
    }


def _numbers(column: Column) -> list[Value]:
    return [cell if isinstance(cell, float) else None for cell in column.cells]


def _logs(evaluated: Evaluated, scope: Scope) -> dict[str, Any]:
    assert isinstance(evaluated.data, Logs)
    entries = [encoded(entry) for entry in evaluated.data.entries]
    return {"entries": entries if evaluated.panel.options.newest_first else entries[::-1]}


def _alerts(evaluated: Evaluated, scope: Scope) -> dict[str, Any]:
    assert isinstance(evaluated.data, Alerts)
    return {"alerts": [asdict(alert) for alert in evaluated.data.alerts]}


def _html(evaluated: Evaluated, scope: Scope) -> dict[str, Any]:
    assert isinstance(evaluated.data, Text)
    return {"html": evaluated.data.html}


def _dashboards(evaluated: Evaluated, scope: Scope) -> dict[str, Any]:
    assert isinstance(evaluated.data, DashboardList)
    # The service fills in which dashboards there are.
    return {"dashboards": []}


_OF_TABLES: Mapping[str, Callable[[Evaluated, Scope], dict[str, Any]]] = {
    "barchart": bar_chart.encoded,
    "histogram": histogram.encoded,
}
_DATA: Mapping[type, Callable[[Evaluated, Scope], dict[str, Any]]] = {
    Lines: _lines,
    Frames: _frames,
    Table: _table,
    Logs: _logs,
    Alerts: _alerts,
    Text: _html,
    DashboardList: _dashboards,
}


def _times(times: Sequence[float]) -> dict[str, float]:
    """Return the moments, which are evenly spaced, by their first, their distance and number."""
    step = times[1] - times[0] if len(times) > 1 else 0.0
    return {"start": times[0] if times else 0.0, "step": step, "count": len(times)}
