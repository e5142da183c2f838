"""The variables of a dashboard: what may be chosen, what is chosen, and what that stands for."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from whiteroom_monitoring.datasources.errors import SourceError
from whiteroom_monitoring.datasources.registry import DataSources
from whiteroom_monitoring.grafana.errors import UnsupportedError
from whiteroom_monitoring.grafana.interpolation import Scope, Value
from whiteroom_monitoring.grafana.time_range import TimeRange, duration, grid, seconds

ALL = "$__all"
_LABEL_VALUES = re.compile(r"label_values\(\s*(?:(.+?)\s*,\s*)?([a-zA-Z_]\w*)\s*\)", re.DOTALL)
_LABEL_NAMES = re.compile(r"label_names\(\s*\)")
_METRICS = re.compile(r"metrics\(\s*(.+?)\s*\)")
_QUERY_RESULT = re.compile(r"query_result\(\s*(.+)\s*\)", re.DOTALL)
_DIGITS = re.compile(r"(\d+)")


@dataclass(frozen=True)
class Option:
    """A value that may be chosen, and what people read."""

    value: str
    text: str


@dataclass(frozen=True)
class Variable:
    """A variable of a dashboard. ``problem`` says why its options are not known."""

    name: str
    label: str
    kind: str
    hidden: bool
    several: bool
    with_all: bool
    options: tuple[Option, ...]
    chosen: tuple[str, ...]
    problem: str = ""


@dataclass(frozen=True)
class Surroundings:
    """What a variable's options depend on: those before it, the data sources and the range."""

    scope: Scope
    sources: DataSources
    when: TimeRange


def resolve(
    definitions: Sequence[Mapping[str, Any]],
    wanted: Mapping[str, Sequence[str]],
    sources: DataSources,
    when: TimeRange,
) -> tuple[list[Variable], Scope]:
    """Return the variables in their order, and the scope of what is chosen.

    ``wanted`` are the choices by name; the dashboard's own apply where there is none.
    """
    found: list[Variable] = []
    scope = Scope()
    for definition in definitions:
        around = Surroundings(scope, sources, when)
        variable = _variable(definition, wanted.get(definition["name"]), around)
        found.append(variable)
        value = _value(definition, variable, around)
        scope = Scope({**scope.variables, variable.name: value})
    return found, scope


def _variable(
    definition: Mapping[str, Any], wanted: Sequence[str] | None, around: Surroundings
) -> Variable:
    kind, problem = definition["type"], ""
    options: list[Option] = []
    try:
        if kind not in KINDS:
            raise UnsupportedError(f"variables of the type {kind}")
        options = KINDS[kind](definition, around)
    except (SourceError, UnsupportedError) as error:
        problem = str(error)
    with_all = bool(definition.get("includeAll"))
    several = bool(definition.get("multi"))
    return Variable(
        definition["name"],
        definition.get("label") or definition["name"],
        kind,
        definition.get("hide") == 2 or kind == "constant",
        several,
        with_all,
        tuple(options),
        _chosen(definition, wanted, options, with_all, several),
        problem,
    )


def _chosen(
    definition: Mapping[str, Any],
    wanted: Sequence[str] | None,
    options: Sequence[Option],
    with_all: bool,
    several: bool,
) -> tuple[str, ...]:
    values = list(wanted) if wanted else _as_list(definition.get("current", {}).get("value"))
    values = [ALL if with_all and value in (ALL, "All") else value for value in values]
    if ALL in values:
        return (ALL,)
    # A link may name what is gone by now: it stays chosen, and the panels are empty.
    if not wanted:
        known = {option.value for option in options}
        values = [value for value in values if value in known]
    if not values:
        return (ALL,) if with_all else tuple(option.value for option in options[:1])
    return tuple(values if several else values[:1])


def _value(definition: Mapping[str, Any], variable: Variable, around: Surroundings) -> Value:
    several = variable.several or variable.with_all
    if variable.chosen == (ALL,):
        every = definition.get("allValue")
        values = tuple(option.value for option in variable.options)
        raw = every or (None if values else ".*")
        return Value(values, "All", several=True, raw=raw)
    texts = {option.value: option.text for option in variable.options}
    text = ", ".join(texts.get(value, value) for value in variable.chosen)
    values = variable.chosen
    if variable.kind == "interval" and values and values[0].startswith("$__auto"):
        values = (_automatic(definition, around.when),)
    return Value(values, text, several)


def _automatic(definition: Mapping[str, Any], when: TimeRange) -> str:
    least = seconds(str(definition.get("auto_min") or "10s"))
    return duration(grid(when, int(definition.get("auto_count") or 30), least).step)


def _as_list(value: object) -> list[str]:
    if isinstance(value, list):
        return [str(each) for each in value]
    return [] if value in (None, "") else [str(value)]


def _query_options(definition: Mapping[str, Any], around: Surroundings) -> list[Option]:
    raw = definition.get("query") or definition.get("definition") or ""
    text = str(raw.get("query", "") if isinstance(raw, Mapping) else raw).strip()
    values = _filtered(_asked(around.scope.query(text), around), definition.get("regex") or "")
    return [Option(value, value) for value in _sorted(values, int(definition.get("sort") or 0))]


def _asked(query: str, around: Surroundings) -> list[str]:
    prometheus, when = around.sources.prometheus, around.when
    if found := _LABEL_VALUES.fullmatch(query):
        return prometheus.label_values(found[2], found[1] or "", when.start, when.end)
    if _LABEL_NAMES.fullmatch(query):
        return prometheus.label_names("", when.start, when.end)
    if found := _METRICS.fullmatch(query):
        names = prometheus.label_values("__name__", "", when.start, when.end)
        return [name for name in names if re.search(found[1], name)]
    if found := _QUERY_RESULT.fullmatch(query):
        return [_written(sample.labels) for sample in prometheus.instant(found[1], when.end)]
    raise UnsupportedError(f"the variable query {query[:60]!r}")


def _written(labels: Mapping[str, str]) -> str:
    name = labels.get("__name__", "")
    return name + "{" + ",".join(f'{k}="{v}"' for k, v in labels.items() if k != "__name__") + "}"


def _filtered(values: Sequence[str], pattern: str) -> list[str]:
    """Keep what matches ``/pattern/``; a group in it says which part."""
    if not pattern:
        return list(values)
    compiled = re.compile(pattern.strip("/"))
    matches = (compiled.search(value) for value in values)
    return [found[1] if found.groups() else found.string for found in matches if found]


def _sorted(values: Sequence[str], order: int) -> list[str]:
    """Sort as Grafana's number says: 1, 2 alphabetically, 3, 4 by numbers, 5, 6 without case."""
    unique = list(dict.fromkeys(values))
    if not order:
        return unique
    keys: dict[int, Callable[[str], Any]] = {1: str, 2: _by_numbers, 3: str.casefold}
    return sorted(unique, key=keys.get((order + 1) // 2, str), reverse=order % 2 == 0)


def _by_numbers(value: str) -> list[tuple[int, str]]:
    return [(int(p), "") if p.isdigit() else (-1, p) for p in _DIGITS.split(value) if p]


def _custom_options(definition: Mapping[str, Any], around: Surroundings) -> list[Option]:
    pairs = [part.strip() for part in str(definition.get("query", "")).split(",")]
    texts = [part.partition(" : ") for part in pairs if part]
    return [Option((value or text).strip(), text.strip()) for text, _, value in texts]


def _interval_options(definition: Mapping[str, Any], around: Surroundings) -> list[Option]:
    options = _custom_options(definition, around)
    if definition.get("auto"):
        options.insert(0, Option(f"$__auto_interval_{definition['name']}", "auto"))
    return options


def _constant_options(definition: Mapping[str, Any], around: Surroundings) -> list[Option]:
    return [Option(str(definition.get("query", "")), str(definition.get("query", "")))]


def _source_options(definition: Mapping[str, Any], around: Surroundings) -> list[Option]:
    kind = str(definition.get("query", ""))
    return [Option(uid, uid.capitalize()) for uid in around.sources.uids if uid == kind]


KINDS: Mapping[str, Callable[[Mapping[str, Any], Surroundings], list[Option]]] = {
    "query": _query_options,
    "custom": _custom_options,
    "interval": _interval_options,
    "constant": _constant_options,
    "datasource": _source_options,
}
