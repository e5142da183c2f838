"""How the values of fields are written and drawn: a panel's `fieldConfig` as types.

Source: https://grafana.com/docs/grafana/latest/panels-visualizations/configure-overrides/
"""

from __future__ import annotations

import math
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace

from whiteroom_monitoring.grafana.display.dashboard_links import Link, parse_link
from whiteroom_monitoring.grafana.model.field_style import STYLES, FieldStyle, parse_style
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
    series_by: str = "last"


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
    style: FieldStyle = field(default_factory=FieldStyle)


@dataclass(frozen=True)
class Condition:
    """What the reduced values of a field are compared with, as the matcher `byValue` does."""

    calculation: str
    operator: str
    value: float


@dataclass(frozen=True)
class Matcher:
    """Which fields an override changes: ``options`` by the matcher ``id``."""

    id: str
    options: str = ""
    pattern: re.Pattern[str] | None = None
    names: tuple[str, ...] = ()
    excludes: bool = False
    condition: Condition | None = None


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
    "displayNameFromDS": "display_name",
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
    kind, options = node["id"].text(), node["options"]
    match kind:
        case "byRegexp" | "byRegexpOrNames":
            return _pattern_matcher(kind, options)
        case "byNames":
            return _names_matcher(options)
        case "byTypes":
            return Matcher(kind, names=options.texts())
        case "byValue":
            return Matcher(kind, condition=_condition(options.object()))
    is_text = not options.is_object and not isinstance(options.value, list)
    return Matcher(kind, options.text() if is_text else "")


def _pattern_matcher(kind: str, options: Node) -> Matcher | None:
    text = options.object()["pattern"].text() if options.is_object else options.text()
    names = options["names"].texts() if options.is_object else ()
    try:
        return Matcher(kind, text, compiled(text) if text or not names else None, names)
    except ValueError as error:
        options.problem(str(error))
        return None


def _names_matcher(options: Node) -> Matcher:
    if not options.is_object:
        return Matcher("byNames", names=options.texts())
    excludes = options["mode"].text() == "exclude"
    return Matcher("byNames", names=options["names"].texts(), excludes=excludes)


def _condition(options: Node) -> Condition:
    reducer = options["reducer"]
    calculation = reducer["id"].text() if reducer.is_object else reducer.text()
    value = options["value"].number()
    return Condition(calculation or "lastNotNull", options["op"].text("gte"), value or 0.0)


def _config(node: Node) -> FieldConfig:
    decimals = node["decimals"].number()
    return FieldConfig(
        unit=node["unit"].text(),
        decimals=None if decimals is None else int(min(max(decimals, 0), _MAX_DECIMALS)),
        min=node["min"].number(),
        max=node["max"].number(),
        display_name=node["displayName"].text() or node["displayNameFromDS"].text(),
        color=_color(node["color"]),
        thresholds=_thresholds(node["thresholds"]),
        mappings=tuple(
            mapping for item in node["mappings"].objects() if (mapping := _mapping(item))
        ),
        no_value=node["noValue"].text() if node["noValue"].is_set else None,
        links=tuple(parse_link(link) for link in node["links"].objects()),
        style=parse_style(node["custom"].object()),
    )


def _color(node: Node) -> FieldColor:
    if isinstance(node.value, str):
        # As before Grafana 7.
        return FieldColor("fixed", node.value)
    color = node.object()
    by = color["seriesBy"].text("last")
    return FieldColor(color["mode"].text(), color["fixedColor"].text(), by)


def _thresholds(node: Node) -> Thresholds:
    # Before Grafana 6.6 the steps stand alone.
    content = node if isinstance(node.value, list) else node.object()["steps"]
    steps = [_threshold(step) for step in content.objects()]
    steps.sort(key=lambda step: -math.inf if step.value is None else step.value)
    is_percentage = node.is_object and node["mode"].text() == "percentage"
    return Thresholds(tuple(steps), is_percentage)


def _threshold(step: Node) -> Threshold:
    is_lowest = step["value"].value in ("-Infinity", "null")
    value = None if is_lowest else step["value"].number()
    return Threshold(value, step["color"].text("text"))


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
