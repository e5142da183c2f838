"""A field's configuration: the panel's defaults, with the overrides that match the field."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from whiteroom_monitoring.grafana.errors import UnsupportedError
from whiteroom_monitoring.grafana.frames import Value

Config = dict[str, Any]


@dataclass(frozen=True)
class Field:
    """What an override may match: a series, or a column of a table."""

    name: str
    query: str = ""
    kind: str = "number"


def _by_regexp(field: Field, options: Any) -> bool:
    pattern = str(options)
    if pattern.startswith("/"):
        pattern = pattern[1:].rpartition("/")[0]
    return re.search(pattern, field.name) is not None


MATCHERS: Mapping[str, Callable[[Field, Any], bool]] = {
    "byName": lambda field, options: field.name == options,
    "byRegexp": _by_regexp,
    "byFrameRefID": lambda field, options: field.query == options,
    "byType": lambda field, options: field.kind == options,
}


def config(field_config: Mapping[str, Any], field: Field) -> Config:
    """Return the configuration of one field. Raises UnsupportedError for an unknown matcher."""
    found: Config = dict(field_config.get("defaults", {}))
    for override in field_config.get("overrides", []):
        matcher = override["matcher"]
        if matcher["id"] not in MATCHERS:
            raise UnsupportedError(f"overrides that match {matcher['id']}")
        if MATCHERS[matcher["id"]](field, matcher.get("options")):
            for prop in override["properties"]:
                _set(found, str(prop["id"]).split("."), prop.get("value"))
    return found


def _set(node: Config, path: Sequence[str], value: Any) -> None:
    """Set what ``path`` leads to; what lies on the way is copied, because defaults are shared."""
    for name in path[:-1]:
        inner = node.get(name)
        node[name] = dict(inner) if isinstance(inner, Mapping) else {}
        node = node[name]
    node[path[-1]] = value


@dataclass(frozen=True)
class Look:
    """How one value is to look: words in its place, and the name of its colour."""

    text: str | None
    colour: str | None


def look(value: Value | str, found: Config) -> Look:
    """Return what the mappings and thresholds of a field make of a value."""
    mapped = _mapped(value, found.get("mappings") or [])
    text = mapped.get("text") if mapped else None
    colour = mapped.get("color") if mapped else None
    if value is None and text is None:
        text = found.get("noValue")
    if colour is None and isinstance(value, float):
        colour = threshold_colour(value, found)
    return Look(text, colour)


def threshold_colour(value: float, found: Config) -> str | None:
    """Return the colour of the last threshold that a value has reached."""
    steps = (found.get("thresholds") or {}).get("steps") or []
    if (found.get("thresholds") or {}).get("mode") == "percentage":
        low, high = found.get("min") or 0.0, found.get("max")
        value = 100 * (value - low) / (high - low) if high not in (None, low) else value
    reached = [s for s in steps if s.get("value") is None or value >= s["value"]]
    return str(reached[-1]["color"]) if reached else None


def _mapped(value: Value | str, mappings: Sequence[Mapping[str, Any]]) -> Mapping[str, Any] | None:
    for mapping in mappings:
        kind = mapping["type"]
        if kind not in MAPPINGS:
            raise UnsupportedError(f"value mappings of the type {kind}")
        result: Mapping[str, Any] | None = MAPPINGS[kind](value, mapping["options"])
        if result is not None:
            return result
    return None


def _by_value(value: Value | str, options: Any) -> Any:
    written = "null" if value is None else f"{value:g}" if isinstance(value, float) else value
    return options.get(written)


def _by_range(value: Value | str, options: Any) -> Any:
    if not isinstance(value, float):
        return None
    low, high = options.get("from"), options.get("to")
    above = low is None or value >= low
    return options["result"] if above and (high is None or value <= high) else None


def _by_pattern(value: Value | str, options: Any) -> Any:
    field = Field(str(value) if value is not None else "")
    return options["result"] if _by_regexp(field, options["pattern"]) else None


def _special(value: Value | str, options: Any) -> Any:
    nothing = value is None
    matches = {"null": nothing, "nan": nothing, "null+nan": nothing, "empty": value == ""}
    return options["result"] if matches.get(options["match"]) else None


MAPPINGS: Mapping[str, Callable[[Value | str, Any], Any]] = {
    "value": _by_value,
    "range": _by_range,
    "regex": _by_pattern,
    "special": _special,
}
