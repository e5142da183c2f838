"""An evaluated panel as the JSON that the browser draws: values, colours, units, words."""

from __future__ import annotations

import math
import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict
from typing import Any
from urllib.parse import quote

from whiteroom_monitoring.console import colours
from whiteroom_monitoring.console.evaluation import fields, markdown, reduction, support, units
from whiteroom_monitoring.console.evaluation.errors import UnsupportedError
from whiteroom_monitoring.console.evaluation.evaluator import Evaluated
from whiteroom_monitoring.console.evaluation.fields import Config, Field
from whiteroom_monitoring.console.evaluation.frames import (
    Alerts,
    Cell,
    Column,
    Lines,
    Logs,
    Table,
    Text,
    Value,
)
from whiteroom_monitoring.console.evaluation.interpolation import Scope

_FIGURES = ("stat", "gauge", "bargauge")
_RUNBOOK = re.compile(r"infrastructure/monitoring/runbooks/(\w+)\.md$")
_CELL_NAME = re.compile(
    r"\$\{__(?:value\.(?:raw|text|numeric)|data\.fields(?:\.(\w+)|\[\"([^\"]+)\"\]))\}"
)


def panel(evaluated: Evaluated, scope: Scope) -> dict[str, Any]:
    """Return a panel as JSON. What is wrong with it takes the place of its data."""
    raw = evaluated.panel
    shown: dict[str, Any] = {
        "type": raw["type"],
        "title": _text(scope, raw.get("title")),
        "about": markdown.html(_text(scope, raw.get("description"))),
        "links": [link for link in map(scope_link(scope), raw.get("links") or []) if link],
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


def scope_link(scope: Scope) -> Callable[[Mapping[str, Any]], dict[str, Any] | None]:
    """Return a function that makes a link of a panel or a dashboard one that can be followed."""

    def of_one(link: Mapping[str, Any]) -> dict[str, Any] | None:
        url = own_runbook(_text(scope, link.get("url")))
        if not is_harmless(url):
            return None
        keeps = {"time": bool(link.get("keepTime")), "variables": bool(link.get("includeVars"))}
        blank = bool(link.get("targetBlank"))
        return {"title": _text(scope, link.get("title")), "url": url, "blank": blank, **keeps}

    return of_one


def own_runbook(url: str) -> str:
    """Return the console's own page for a link to a runbook, which is there without a network.

    >>> own_runbook("https://git.example/infrastructure/monitoring/runbooks/FfiSlow.md")
    '/runbooks/FfiSlow'
    """
    found = _RUNBOOK.search(url)
    return f"/runbooks/{found[1]}" if found else url


def is_harmless(url: str) -> bool:
    """Tell whether a link leads to a page, and not to a script.

    >>> is_harmless("/d/x"), is_harmless("https://a.example"), is_harmless("javascript:alert(1)")
    (True, True, False)
    """
    return re.match(r"(https?://|/(?!/)|mailto:)", url) is not None


def _text(scope: Scope, text: object) -> str:
    try:
        return scope.text(str(text or ""))
    except UnsupportedError:
        return str(text)


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
    chosen = colours.of_series(data.series, configs)
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
                "values": finite(series.values),
                **_looks(config),
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
            "line": finite(series.values) if with_line else None,
            **_figure(reduction.reduced(series.values, calculation), config, colour),
        }
        for series, name, config, colour in zip(data.series, names, configs, chosen, strict=True)
    ]


def _figure(value: Value, config: Config, series_colour: str | int) -> dict[str, Any]:
    found = fields.look(value, config)
    mode = (config.get("color") or {}).get("mode", "thresholds")
    colour: str | int | None = found.colour if mode == "thresholds" else series_colour
    return {"value": _number(value), "text": found.text, "colour": colour, **_looks(config)}


def _looks(config: Config) -> dict[str, Any]:
    """Return how the values of a field are written and judged."""
    return {
        "unit": unit(str(config.get("unit") or "short")),
        "decimals": config.get("decimals"),
        "min": config.get("min"),
        "max": config.get("max"),
        "thresholds": (config.get("thresholds") or {}).get("steps") or [],
    }


def unit(name: str) -> dict[str, Any]:
    """Return a unit as the browser writes it."""
    written: dict[str, Any] = {"steps": units.unit(name).steps}
    if name in units.WORDS:
        written["words"] = units.WORDS[name]
    if name in units.MOMENTS:
        written["moment"] = name
    return written


def _table(evaluated: Evaluated, scope: Scope) -> dict[str, Any]:
    data = evaluated.data
    assert isinstance(data, Table)
    configs = _configs(evaluated, [Field(c.name, c.query, c.kind) for c in data.columns])
    pairs = zip(data.columns, configs, strict=True)
    return {"columns": [_column(data, column, config, scope) for column, config in pairs]}


def _column(table: Table, column: Column, config: Config, scope: Scope) -> dict[str, Any]:
    looks = [fields.look(_own(cell), config) for cell in column.cells]
    links = config.get("links") or []
    custom = config.get("custom") or {}
    return {
        "name": config.get("displayName") or column.name,
        "kind": column.kind,
        "cells": [_number(cell) if isinstance(cell, float) else cell for cell in column.cells],
        "texts": [look.text for look in looks],
        "colours": [look.colour for look in looks] if _is_coloured(config) else None,
        "links": [
            _cell_link(table, links, cell, row, scope) for row, cell in enumerate(column.cells)
        ]
        if links
        else None,
        "align": custom.get("align"),
        **_looks(config),
    }


def _own(cell: Cell) -> Value | str:
    return cell


def _is_coloured(config: Config) -> bool:
    custom = config.get("custom") or {}
    kind = (custom.get("cellOptions") or {}).get("type", "auto")
    return kind.startswith("color") or bool(config.get("mappings"))


def _cell_link(
    table: Table, links: Sequence[Mapping[str, Any]], cell: Cell, row: int, scope: Scope
) -> dict[str, Any] | None:
    values = {column.name: column.cells[row] for column in table.columns}

    def one(found: re.Match[str]) -> str:
        name = found[1] or found[2]
        return quote(str(values.get(name, "") if name else cell), safe="")

    filled = {**links[0], "url": _CELL_NAME.sub(one, str(links[0].get("url", "")))}
    return scope_link(scope)(filled)


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


def finite(values: Sequence[Value]) -> list[Value]:
    """Return values as a drawing needs them: what is infinite is left out."""
    return [None if value is None or math.isinf(value) else _short(value) for value in values]


def _number(value: Value) -> float | str | None:
    """Return a value as JSON can hold it."""
    if value is not None and math.isinf(value):
        return "Infinity" if value > 0 else "-Infinity"
    return value


def _short(value: float) -> float:
    """Return a value with the digits that a drawing can show, which halves an answer's size."""
    return float(f"{value:.7g}")
