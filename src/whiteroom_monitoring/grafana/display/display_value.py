"""What stands for a value: the words and the colour that a field's configuration gives it."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

from whiteroom_monitoring.grafana.evaluation.errors import UnsupportedError
from whiteroom_monitoring.grafana.evaluation.frames import Value
from whiteroom_monitoring.grafana.model.field_config import (
    FieldConfig,
    FieldConfigSource,
    MappingResult,
    Matcher,
    Thresholds,
    ValueMapping,
)


@dataclass(frozen=True)
class Field:
    """What an override may match: a series, or a column of a table."""

    name: str
    query: str = ""
    kind: str = "number"


@dataclass(frozen=True)
class DisplayValue:
    """How one value is shown: words in its place, and the name of its colour."""

    text: str | None
    color: str | None


MATCHERS: Mapping[str, Callable[[Field, Matcher], bool]] = {
    "byName": lambda field, matcher: field.name == matcher.options,
    "byRegexp": lambda field, matcher: bool(matcher.pattern and matcher.pattern.search(field.name)),
    "byFrameRefID": lambda field, matcher: field.query == matcher.options,
    "byType": lambda field, matcher: field.kind == matcher.options,
}


def field_config(source: FieldConfigSource, field: Field) -> FieldConfig:
    """Return the configuration of one field. Raises UnsupportedError for an unknown matcher."""
    config = source.defaults
    for override in source.overrides:
        matcher = override.matcher
        if matcher.id not in MATCHERS:
            raise UnsupportedError(f"overrides that match {matcher.id or 'nothing'}")
        if MATCHERS[matcher.id](field, matcher):
            config = override.applied(config)
    return config


def display_value(value: Value | str, config: FieldConfig) -> DisplayValue:
    """Return what the mappings and thresholds of a field make of a value."""
    mapped = _mapped(value, config.mappings) or MappingResult()
    text, color = mapped.text, mapped.color
    if value is None and text is None:
        text = config.no_value
    if color is None and isinstance(value, float):
        color = threshold_color(value, config)
    return DisplayValue(text, color)


def threshold_color(value: float, config: FieldConfig) -> str | None:
    """Return the colour of the last threshold that a value has reached."""
    low, high = config.min or 0.0, config.max
    if config.thresholds.percentage and high is not None and high != low:
        value = 100 * (value - low) / (high - low)
    return _reached(value, config.thresholds)


def _reached(value: float, thresholds: Thresholds) -> str | None:
    reached = [step for step in thresholds.steps if step.value is None or value >= step.value]
    return reached[-1].color if reached else None


def _mapped(value: Value | str, mappings: Sequence[ValueMapping]) -> MappingResult | None:
    for mapping in mappings:
        if mapping.type not in MAPPINGS:
            raise UnsupportedError(f"value mappings of the type {mapping.type}")
        result = MAPPINGS[mapping.type](value, mapping)
        if result is not None:
            return result
    return None


def _by_value(value: Value | str, mapping: ValueMapping) -> MappingResult | None:
    written = "null" if value is None else f"{value:g}" if isinstance(value, float) else value
    return mapping.by_value.get(written)


def _by_range(value: Value | str, mapping: ValueMapping) -> MappingResult | None:
    if not isinstance(value, float):
        return None
    above = mapping.low is None or value >= mapping.low
    below = mapping.high is None or value <= mapping.high
    return mapping.result if above and below else None


def _by_pattern(value: Value | str, mapping: ValueMapping) -> MappingResult | None:
    text = "" if value is None else str(value)
    matches = mapping.pattern is not None and mapping.pattern.search(text)
    return mapping.result if matches else None


def _special(value: Value | str, mapping: ValueMapping) -> MappingResult | None:
    nothing = value is None
    matches = {"null": nothing, "nan": nothing, "null+nan": nothing, "empty": value == ""}
    return mapping.result if matches.get(mapping.match) else None


MAPPINGS: Mapping[str, Callable[[Value | str, ValueMapping], MappingResult | None]] = {
    "value": _by_value,
    "range": _by_range,
    "regex": _by_pattern,
    "special": _special,
}
