"""An evaluated panel as the JSON that the browser draws: values, colours, units, words."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict
from typing import Any

from whiteroom_monitoring.console import encoding
from whiteroom_monitoring.grafana import colors, fields, links, markdown, support, table
from whiteroom_monitoring.grafana import reduce as reduction
from whiteroom_monitoring.grafana.errors import UnsupportedError
from whiteroom_monitoring.grafana.evaluate import Evaluated
from whiteroom_monitoring.grafana.fields import Config, Field
from whiteroom_monitoring.grafana.frames import Alerts, Lines, Logs, Table, Text, Value
from whiteroom_monitoring.grafana.interpolation import Scope

_FIGURES = ("stat", "gauge", "bargauge")


def panel(evaluated: Evaluated, scope: Scope) -> dict[str, Any]:
    """Return a panel as JSON. What is wrong with it takes the place of its data."""
    raw = evaluated.panel
    shown: dict[str, Any] = {
        "type": raw["type"],
        "title": links.text(scope, raw.get("title")),
        "about": markdown.html(links.text(scope, raw.get("description"))),
        "links": [link for link in map(links.follow(scope), raw.get("links") or []) if link],
        "queries": dict(evaluated.queries),
        "notice": evaluated.notice,
        "problem": evaluated.problem,
        "options": raw.get("options") or {},
        "noValue": ((raw.get("fieldConfig") or {}).get("defaults") or {}).get("noValue"),
        "notDrawn": support.not_drawn(raw),
    }
    if evaluated.data is not None:
        try:
            shown |= _DATA[type(evaluated.data)](evaluated, scope)
        except UnsupportedError as error:
            shown["notice"] = str(error)
    return shown


def _configs(evaluated: Evaluated, found: Sequence[Field]) -> list[Config]:
    raw = evaluated.panel.get("fieldConfig") or {}
    return [fields.config(raw, field) for field in found]


def _lines(evaluated: Evaluated, scope: Scope) -> dict[str, Any]:
    data = evaluated.data
    assert isinstance(data, Lines)
    configs = _configs(evaluated, [Field(s.name, s.query) for s in data.series])
    named = [
        str(c["displayName"]) if c.get("displayName") else s.name
        for s, c in zip(data.series, configs, strict=True)
    ]
    chosen = colors.of_series(data.series, configs)
    if evaluated.panel["type"] in _FIGURES:
        return {"figures": _figures(evaluated, data, named, configs, chosen)}
    rows = zip(data.series, named, configs, chosen, strict=True)
    return {
        "times": _times(data.times),
        "series": [
            {
                "name": name,
                "labels": dict(series.labels),
                "colour": colour,
                "values": encoding.packed(series.values),
                **encoding.looks(config),
                "style": config.get("custom") or {},
            }
            for series, name, config, colour in rows
            if not ((config.get("custom") or {}).get("hideFrom") or {}).get("viz")
        ],
    }


def _figures(
    evaluated: Evaluated,
    data: Lines,
    names: Sequence[str],
    configs: Sequence[Config],
    chosen: Sequence[str | int],
) -> list[dict[str, Any]]:
    options = evaluated.panel.get("options") or {}
    reduce = options.get("reduceOptions") or {}
    calculation = (reduce.get("calcs") or ["lastNotNull"])[0]
    if reduce.get("values"):
        raise UnsupportedError("figures of all values (reduceOptions.values)")
    with_line = options.get("graphMode") == "area" and len(data.times) > 1
    return [
        {
            "name": name,
            "labels": dict(series.labels),
            "line": encoding.packed(series.values) if with_line else None,
            **_figure(reduction.reduced(series.values, calculation), config, colour),
        }
        for series, name, config, colour in zip(data.series, names, configs, chosen, strict=True)
    ]


def _figure(value: Value, config: Config, series_colour: str | int) -> dict[str, Any]:
    found = fields.look(value, config)
    mode = (config.get("color") or {}).get("mode", "thresholds")
    colour: str | int | None = found.colour if mode == "thresholds" else series_colour
    return {
        "value": encoding.number(value),
        "text": found.text,
        "colour": colour,
        **encoding.looks(config),
    }


def _table(evaluated: Evaluated, scope: Scope) -> dict[str, Any]:
    data = evaluated.data
    assert isinstance(data, Table)
    configs = _configs(evaluated, [Field(c.name, c.query, c.kind) for c in data.columns])
    pairs = zip(data.columns, configs, strict=True)
    return {"columns": [table.column(data, column, config, scope) for column, config in pairs]}


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
