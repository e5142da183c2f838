"""How the values of fields are written and drawn: a panel's `fieldConfig` as types.

Source: https://grafana.com/docs/grafana/latest/panels-visualizations/configure-overrides/
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace

from whiteroom_monitoring.grafana.display.dashboard_links import Link, parse_link
from whiteroom_monitoring.grafana.model.json_node import Json, Node
from whiteroom_monitoring.grafana.model.patterns import compiled

_MAX_DECIMALS = 20
# The types of value mappings before Grafana 8, by number.
_OLD_MAPPINGS = {"1": "value", "2": "range"}


@dataclass(frozen=True)
class FieldColor:
    """Where a colour comes from; ``mode`` is empty where the kind of panel decides."""

    mode: str = ""
    fixed: str = ""


@dataclass(frozen=True)
class Threshold:
    """From ``value`` on, or from below all values where it is None, ``color`` applies."""

    value: float | None
    color: str


@dataclass(frozen=True)
class Thresholds:
    """Thresholds in their order; ``percentage`` means that they are shares of min to max."""

    steps: tuple[Threshold, ...] = ()
    percentage: bool = False


@dataclass(frozen=True)
class MappingResult:
    """What stands in the place of a value that is mapped."""

    text: str | None = None
    color: str | None = None


@dataclass(frozen=True)
class ValueMapping:
    """Gives values words and colours; which of the fields counts, ``type`` decides."""

    type: str
    result: MappingResult = MappingResult()
    by_value: Mapping[str, MappingResult] = field(default_factory=dict)
    low: float | None = None
    high: float | None = None
    pattern: re.Pattern[str] | None = None
    match: str = ""


@dataclass(frozen=True)
class FieldStyle:
    """How a series is drawn or a column is laid out; None where nothing is said."""

    draw_style: str | None = None
    line_width: float | None = None
    fill_opacity: float | None = None
    line_fill: str | None = None
    line_dash: tuple[float, ...] = ()
    line_interpolation: str | None = None
    show_points: str | None = None
    point_size: float | None = None
    span_nulls: bool | None = None
    stacking: str | None = None
    thresholds_style: str | None = None
    scale: str | None = None
    scale_log: float | None = None
    axis_soft_min: float | None = None
    axis_soft_max: float | None = None
    axis_label: str | None = None
    hidden: bool = False
    align: str | None = None
    cell_type: str = "auto"


@dataclass(frozen=True)
class FieldConfig:
    """How the values of one field are written, judged and drawn."""

    unit: str = ""
    decimals: int | None = None
    min: float | None = None
    max: float | None = None
    display_name: str = ""
    color: FieldColor = FieldColor()
    thresholds: Thresholds = Thresholds()
    mappings: tuple[ValueMapping, ...] = ()
    no_value: str | None = None
    links: tuple[Link, ...] = ()
    style: FieldStyle = FieldStyle()


@dataclass(frozen=True)
class Matcher:
    """Which fields an override changes: ``options`` by the matcher ``id``."""

    id: str
    options: str = ""
    pattern: re.Pattern[str] | None = None


@dataclass(frozen=True)
class Override:
    """Changes the ``properties`` and ``styles`` of fields to those of ``config``."""

    matcher: Matcher
    config: FieldConfig
    properties: frozenset[str]
    styles: frozenset[str]

    def applied(self, config: FieldConfig) -> FieldConfig:
        """Return ``config`` with the changes."""
        changes = {name: getattr(self.config, name) for name in self.properties}
        style = replace(
            config.style, **{name: getattr(self.config.style, name) for name in self.styles}
        )
        return replace(config, style=style, **changes)


@dataclass(frozen=True)
class FieldConfigSource:
    """The defaults of a panel's fields, and what overrides them.

    ``settings`` are name and value of all that is set, known or not, for what is not drawn.
    """

    defaults: FieldConfig = FieldConfig()
    overrides: tuple[Override, ...] = ()
    settings: tuple[tuple[str, Json], ...] = ()


# Which of our fields a property of Grafana's JSON sets.
PROPERTIES: Mapping[str, str] = {
    "unit": "unit",
    "decimals": "decimals",
    "min": "min",
    "max": "max",
    "displayName": "display_name",
    "color": "color",
    "thresholds": "thresholds",
    "mappings": "mappings",
    "noValue": "no_value",
    "links": "links",
}
STYLES: Mapping[str, tuple[str, ...]] = {
    "drawStyle": ("draw_style",),
    "lineWidth": ("line_width",),
    "fillOpacity": ("fill_opacity",),
    "lineStyle": ("line_fill", "line_dash"),
    "lineInterpolation": ("line_interpolation",),
    "showPoints": ("show_points",),
    "pointSize": ("point_size",),
    "spanNulls": ("span_nulls",),
    "stacking": ("stacking",),
    "thresholdsStyle": ("thresholds_style",),
    "scaleDistribution": ("scale", "scale_log"),
    "axisSoftMin": ("axis_soft_min",),
    "axisSoftMax": ("axis_soft_max",),
    "axisLabel": ("axis_label",),
    "hideFrom": ("hidden",),
    "align": ("align",),
    "cellOptions": ("cell_type",),
}


def parse_field_config(source: Node) -> FieldConfigSource:
    """Return a panel's `fieldConfig`."""
    defaults = source["defaults"].object()
    overrides: list[Override] = []
    settings = list(_settings(defaults))
    for node in source["overrides"].objects():
        settings += [
            (prop["id"].text(), prop["value"].value) for prop in node["properties"].objects()
        ]
        override = _override(node)
        if override is not None:
            overrides.append(override)
    return FieldConfigSource(_config(defaults), tuple(overrides), tuple(settings))


def _settings(defaults: Node) -> Iterator[tuple[str, Json]]:
    for name, node in defaults.members():
        if name == "custom":
            yield from ((f"custom.{style}", value.value) for style, value in node.members())
        else:
            yield name, node.value


def _override(node: Node) -> Override | None:
    matcher = _matcher(node["matcher"].object())
    if matcher is None:
        return None
    properties: dict[str, Json] = {}
    styles: dict[str, Json] = {}
    for prop in node["properties"].objects():
        name, value = prop["id"].text(), prop["value"].value
        if name.startswith("custom."):
            styles[name.removeprefix("custom.")] = value
        else:
            properties[name] = value
    changed = Node({**properties, "custom": styles}, node.problems, (*node.pointer, "properties"))
    return Override(
        matcher,
        _config(changed),
        frozenset(PROPERTIES[name] for name in properties if name in PROPERTIES),
        frozenset(part for name in styles for part in STYLES.get(name, ())),
    )


def _matcher(node: Node) -> Matcher | None:
    """Return a matcher; None where its pattern is broken, which is a problem of the panel."""
    kind = node["id"].text()
    if kind != "byRegexp":
        options = node["options"]
        return Matcher(kind, options.text() if not options.is_object else "")
    text = node["options"].text()
    try:
        return Matcher(kind, text, compiled(text))
    except ValueError as error:
        node["options"].problem(str(error))
        return None


def _config(node: Node) -> FieldConfig:
    decimals = node["decimals"].number()
    return FieldConfig(
        unit=node["unit"].text(),
        decimals=None if decimals is None else int(min(max(decimals, 0), _MAX_DECIMALS)),
        min=node["min"].number(),
        max=node["max"].number(),
        display_name=node["displayName"].text(),
        color=_color(node["color"].object()),
        thresholds=_thresholds(node["thresholds"].object()),
        mappings=tuple(
            mapping for item in node["mappings"].objects() if (mapping := _mapping(item))
        ),
        no_value=node["noValue"].text() if node["noValue"].is_set else None,
        links=tuple(parse_link(link) for link in node["links"].objects()),
        style=_style(node["custom"].object()),
    )


def _color(node: Node) -> FieldColor:
    return FieldColor(node["mode"].text(), node["fixedColor"].text())


def _thresholds(node: Node) -> Thresholds:
    steps = tuple(
        Threshold(step["value"].number(), step["color"].text("text"))
        for step in node["steps"].objects()
    )
    return Thresholds(steps, node["mode"].text() == "percentage")


def _mapping(node: Node) -> ValueMapping | None:
    kind = _OLD_MAPPINGS.get(node["type"].text(), node["type"].text())
    options = node["options"].object() if node["options"].is_set else _old_options(node, kind)
    result = _result(options["result"].object())
    match kind:
        case "value":
            return ValueMapping(
                kind, by_value={value: _result(option) for value, option in options.members()}
            )
        case "range":
            low, high = options["from"].number(), options["to"].number()
            return ValueMapping(kind, result, low=low, high=high)
        case "regex":
            try:
                return ValueMapping(kind, result, pattern=compiled(options["pattern"].text()))
            except ValueError as error:
                options["pattern"].problem(str(error))
                return None
        case "special":
            return ValueMapping(kind, result, match=options["match"].text())
    return ValueMapping(kind)


def _old_options(node: Node, kind: str) -> Node:
    """Return the options of a mapping as they are written since Grafana 8."""
    result: dict[str, Json] = {"text": node["text"].value}
    if kind == "value":
        return Node({node["value"].text(): result}, node.problems, node.pointer)
    content: Json = {"from": node["from"].value, "to": node["to"].value, "result": result}
    return Node(content, node.problems, node.pointer)


def _result(node: Node) -> MappingResult:
    text, color = node["text"], node["color"]
    return MappingResult(
        text.text() if text.is_set else None, color.text() if color.is_set else None
    )


def _style(node: Node) -> FieldStyle:
    scale = node["scaleDistribution"].object()
    span = node["spanNulls"]
    return FieldStyle(
        draw_style=_word(node["drawStyle"]),
        line_width=node["lineWidth"].number(),
        fill_opacity=node["fillOpacity"].number(),
        line_fill=_word(node["lineStyle"].object()["fill"]),
        line_dash=tuple(
            number
            for length in node["lineStyle"].object()["dash"].items()
            if (number := length.number()) is not None and number >= 0
        ),
        line_interpolation=_word(node["lineInterpolation"]),
        show_points=_word(node["showPoints"]),
        point_size=node["pointSize"].number(),
        span_nulls=span.flag() if span.is_set else None,
        stacking=_word(node["stacking"].object()["mode"]),
        thresholds_style=_word(node["thresholdsStyle"].object()["mode"]),
        scale=_word(scale["type"]),
        scale_log=scale["log"].number(),
        axis_soft_min=node["axisSoftMin"].number(),
        axis_soft_max=node["axisSoftMax"].number(),
        axis_label=_word(node["axisLabel"]),
        hidden=node["hideFrom"].object()["viz"].flag(),
        align=_word(node["align"]),
        cell_type=node["cellOptions"].object()["type"].text("auto"),
    )


def _word(node: Node) -> str | None:
    return node.text() if node.is_set else None
