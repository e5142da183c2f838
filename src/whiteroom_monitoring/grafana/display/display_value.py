"""What stands for a value: the words and the colour that a field's configuration gives it."""

from __future__ import annotations

import math
import operator
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace

from whiteroom_monitoring.grafana.display import gradients
from whiteroom_monitoring.grafana.evaluation.errors import UnsupportedError
from whiteroom_monitoring.grafana.evaluation.frames import Value
from whiteroom_monitoring.grafana.evaluation.reduce import reduced
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
    """What an override may match: a series, or a column of a table, and its values.

    ``origin`` is its name before it was renamed.
    """

    name: str
    query: str = ""
    kind: str = "number"
    values: Sequence[Value] = ()
    origin: str = ""

    @property
    def names(self) -> tuple[str, ...]:
        """The names by which it is known."""
        return (self.name, self.origin) if self.origin else (self.name,)


@dataclass(frozen=True)
class DisplayValue:
    """How one value is shown: words in its place, and the name of its colour."""

    text: str | None
    color: str | None


def _by_names(field: Field, matcher: Matcher) -> bool:
    return any(name in matcher.names for name in field.names) != matcher.excludes


def _by_pattern_or_names(field: Field, matcher: Matcher) -> bool:
    return _by_regexp(field, matcher) or _by_names(field, matcher)


def _by_regexp(field: Field, matcher: Matcher) -> bool:
    return matcher.pattern is not None and any(map(matcher.pattern.search, field.names))


def _by_condition(field: Field, matcher: Matcher) -> bool:
    condition = matcher.condition
    if condition is None or field.kind != "number":
        return False
    if condition.operator not in _OPERATORS:
        raise UnsupportedError(f"overrides that compare by {condition.operator}")
    value = reduced(field.values, condition.calculation)
    return value is not None and _OPERATORS[condition.operator](value, condition.value)


_OPERATORS: Mapping[str, Callable[[float, float], bool]] = {
    "eq": operator.eq,
    "neq": operator.ne,
    "gt": operator.gt,
    "gte": operator.ge,
    "lt": operator.lt,
    "lte": operator.le,
}
MATCHERS: Mapping[str, Callable[[Field, Matcher], bool]] = {
    "byName": lambda field, matcher: matcher.options in field.names,
    "byNames": _by_names,
    "byRegexp": _by_regexp,
    "byRegexpOrNames": _by_pattern_or_names,
    "byFrameRefID": lambda field, matcher: field.query == matcher.options,
    "byType": lambda field, matcher: field.kind == matcher.options,
    "byTypes": lambda field, matcher: field.kind in matcher.names,
    "byValue": _by_condition,
    "numeric": lambda field, matcher: field.kind == "number",
    "time": lambda field, matcher: field.kind == "time",
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
    """Return what the mappings, thresholds and gradient of a field make of a value."""
    mapped = _mapped(value, config.mappings) or MappingResult()
    text, color = mapped.text, mapped.color
    if value is None and text is None:
        text = config.no_value
    if color is None and isinstance(value, float):
        color = value_color(value, config)
    return DisplayValue(text, color)


def value_color(value: float, config: FieldConfig) -> str | None:
    """Return the colour of a value: of a gradient, or of the last threshold that it has reached."""
    if config.color.mode in gradients.GRADIENTS:
        return gradients.gradient(config.color.mode, _share(value, config))
    return threshold_color(value, config)


def _share(value: float, config: FieldConfig) -> float:
    low, high = config.min or 0.0, 100.0 if config.max is None else config.max
    share = (value - low) / (high - low) if high != low else 0.0
    return min(max(share, 0.0), 1.0) if math.isfinite(share) else 0.0


def threshold_color(value: float, config: FieldConfig) -> str | None:
    """Return the colour of the last threshold that a value has reached."""
    low, high = config.min or 0.0, config.max
    if config.thresholds.percentage:
        high = 100.0 if high is None else high
        value = 100 * (value - low) / (high - low) if high != low else value
    return _reached(value, config.thresholds)


def ranged(config: FieldConfig, values: Sequence[Value]) -> FieldConfig:
    """Return a configuration whose shares are of what values need, where it names no limits."""
    needs_range = config.thresholds.percentage or config.color.mode in gradients.GRADIENTS
    if not needs_range or (config.min is not None and config.max is not None):
        return config
    numbers = [value for value in values if value is not None and math.isfinite(value)]
    if not numbers:
        return config
    limits = _LIMITS.get(config.unit, (min(numbers), max(numbers)))
    low = limits[0] if config.min is None else config.min
    return replace(config, min=low, max=limits[1] if config.max is None else config.max)


# The whole that shares are of.
_LIMITS = {"percent": (0.0, 100.0), "percentunit": (0.0, 1.0)}


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
    if isinstance(value, float):
        # 1 is the same as "1.0"; a mapping has what its author wrote.
        by_number = mapping.by_value.get(f"{value:.15g}")
        return by_number or mapping.by_value.get(str(value))
    return mapping.by_value.get("null" if value is None else value)


def _by_range(value: Value | str, mapping: ValueMapping) -> MappingResult | None:
    if not isinstance(value, float):
        return None
    is_above = mapping.low is None or value >= mapping.low
    is_below = mapping.high is None or value <= mapping.high
    return mapping.result if is_above and is_below else None


def _by_pattern(value: Value | str, mapping: ValueMapping) -> MappingResult | None:
    text = "" if value is None else f"{value:.15g}" if isinstance(value, float) else value
    matches = mapping.pattern is not None and mapping.pattern.search(text)
    return mapping.result if matches else None


def _special(value: Value | str, mapping: ValueMapping) -> MappingResult | None:
    nothing = value is None
    matches = {
        "null": nothing,
        "nan": nothing,
        "null+nan": nothing,
        "empty": value == "",
        "true": value in (True, "true"),
        "false": value in (False, "false"),
    }
    is_match = matches.get(mapping.match) and not (
        mapping.match in ("true", "false") and isinstance(value, float)
    )
    return mapping.result if is_match else None


MAPPINGS: Mapping[str, Callable[[Value | str, ValueMapping], MappingResult | None]] = {
    "value": _by_value,
    "range": _by_range,
    "regex": _by_pattern,
    "special": _special,
}
