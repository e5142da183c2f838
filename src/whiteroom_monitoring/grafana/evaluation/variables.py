"""The variables of a dashboard: what may be chosen, what is chosen, and what that stands for."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from graphlib import CycleError, TopologicalSorter

from whiteroom_monitoring.datasources.errors import RequestError, SourceError
from whiteroom_monitoring.datasources.prometheus import SampleStream
from whiteroom_monitoring.grafana.evaluation import filters, interpolation
from whiteroom_monitoring.grafana.evaluation.errors import UnsupportedError
from whiteroom_monitoring.grafana.evaluation.interpolation import Scope, Value
from whiteroom_monitoring.grafana.evaluation.query_context import QueryContext
from whiteroom_monitoring.grafana.evaluation.time_range import TimeRange
from whiteroom_monitoring.grafana.model.grid import duration, grid, seconds
from whiteroom_monitoring.grafana.model.patterns import compiled
from whiteroom_monitoring.grafana.model.variable import (
    HIDDEN,
    Option,
    VariableDefinition,
    split_options,
)

ALL = "$__all"
_DEFAULT_AUTO_MIN_S = 10.0
# The longest answer of a plain query of series that is turned into options.
_MOST_OPTIONS = 5000
_LABEL_VALUES = re.compile(r"label_values\(\s*(?:(.+?)\s*,\s*)?([a-zA-Z_]\w*)\s*\)", re.DOTALL)
_LABEL_NAMES = re.compile(r"label_names\(\s*(.*?)\s*\)", re.DOTALL)
_METRICS = re.compile(r"metrics\(\s*(.+?)\s*\)")
_QUERY_RESULT = re.compile(r"query_result\(\s*(.+)\s*\)", re.DOTALL)
# Types whose options the author of the dashboard wrote, and not who writes labels.
_AUTHORED = ("custom", "interval", "constant", "datasource", "switch")
_DIGITS = re.compile(r"([0-9]+)")


@dataclass(frozen=True)
class Variable:
    """A variable with its options and choices. ``problem`` says why its options are not known.

    One that ``is_free`` may have any value: its reader writes it.
    """

    name: str
    label: str
    kind: str
    hidden: bool
    several: bool
    with_all: bool
    options: tuple[Option, ...]
    chosen: tuple[str, ...]
    problem: str = ""
    is_free: bool = False


def resolve(
    definitions: Sequence[VariableDefinition],
    choices: Mapping[str, Sequence[str]],
    context: QueryContext,
) -> tuple[list[Variable], Scope]:
    """Return the variables in their order, and the scope of what is chosen.

    ``choices`` are values by name; the dashboard's own apply where there are none.
    """
    variables: dict[str, Variable] = {}
    for definition in _by_dependency(definitions):
        variable = _variable(definition, choices.get(definition.name), context)
        variables[definition.name] = variable
        scope = _with(context.scope, definition, variable, context.time_range)
        context = replace(context, scope=scope)
    return [variables[definition.name] for definition in definitions], context.scope


def _by_dependency(definitions: Sequence[VariableDefinition]) -> list[VariableDefinition]:
    """Return the variables with each after those that it refers to, wherever these stand.

    Where some refer to each other in a circle, all are in the order of the file.
    """
    by_name = {definition.name: definition for definition in definitions}
    graph = {name: _references(one) & by_name.keys() - {name} for name, one in by_name.items()}
    try:
        return [by_name[name] for name in TopologicalSorter(graph).static_order()]
    except CycleError:
        return list(definitions)


def _references(definition: VariableDefinition) -> set[str]:
    texts = (definition.query, definition.regex, definition.data_source.uid)
    return set().union(*map(interpolation.references, texts))


def _with(
    scope: Scope, definition: VariableDefinition, variable: Variable, time_range: TimeRange
) -> Scope:
    """Return the scope with what a variable adds: a value, or filters of all queries."""
    if definition.type == FILTERS:
        further = () if variable.problem else filters.matchers(variable.chosen[0])
        return replace(scope, filters=(*scope.filters, *further))
    return scope.with_variable(variable.name, _value(definition, variable, time_range))


def _variable(
    definition: VariableDefinition, choices: Sequence[str] | None, context: QueryContext
) -> Variable:
    options: list[Option] = []
    problem = ""
    try:
        if definition.type not in TYPES:
            kind = f"of the type {definition.type}" if definition.type else "without a type"
            raise UnsupportedError(f"variables {kind}")
        options = TYPES[definition.type](definition, context)
    except (SourceError, UnsupportedError, RequestError, ValueError) as error:
        problem = str(error)
    chosen = _chosen(definition, choices, options)
    if definition.type == FILTERS:
        problem = problem or filters.problem(chosen[0])
    return Variable(
        definition.name,
        definition.label or definition.name,
        definition.type,
        definition.hide == HIDDEN or definition.type == "constant",
        definition.multi,
        definition.include_all,
        tuple(options),
        chosen,
        problem,
        definition.type in FREE,
    )


def _chosen(
    definition: VariableDefinition, choices: Sequence[str] | None, options: Sequence[Option]
) -> tuple[str, ...]:
    values = list(choices) if choices else list(definition.current)
    if definition.type == FILTERS:
        return (filters.text(values),)
    if definition.type in FREE:
        written = [option.value for option in options]
        return tuple((list(choices or ()) or written)[:1]) or ("",)
    if definition.include_all:
        values = [ALL if value in (ALL, "All") else value for value in values]
    if ALL in values:
        return (ALL,)
    # A link may name what is gone by now: it stays chosen, and the panels are empty.
    if not choices:
        known = {option.value for option in options}
        values = [value for value in values if value in known]
    if not values:
        return (ALL,) if definition.include_all else tuple(option.value for option in options[:1])
    return tuple(values if definition.multi else values[:1])


def _value(definition: VariableDefinition, variable: Variable, time_range: TimeRange) -> Value:
    several = variable.several or variable.with_all
    if variable.chosen == (ALL,):
        values = tuple(option.value for option in variable.options)
        raw = definition.all_value or (None if values else ".*")
        authored = variable.kind in _AUTHORED
        return Value(values, "All", several=True, raw=raw, authored=authored, is_all=True)
    texts = {option.value: option.text for option in variable.options}
    text = ", ".join(texts.get(value, value) for value in variable.chosen)
    values = variable.chosen
    if variable.kind == "interval" and values and values[0].startswith("$__auto"):
        values = (_automatic(definition, time_range),)
    authored = variable.kind in _AUTHORED and set(variable.chosen) <= texts.keys()
    return Value(values, text, several, authored=authored)


def _automatic(definition: VariableDefinition, time_range: TimeRange) -> str:
    try:
        least = seconds(definition.auto_min)
    except RequestError:
        least = _DEFAULT_AUTO_MIN_S
    return duration(grid(time_range, definition.auto_count, least).step)


def _query_options(definition: VariableDefinition, context: QueryContext) -> list[Option]:
    values = _query_values(context.scope.query(definition.query), context)
    options = _filtered(values, context.scope.tolerant_text(definition.regex))
    return _sorted(options, definition.sort)


def _query_values(query: str, context: QueryContext) -> list[str]:
    prometheus, when = context.sources.prometheus, context.time_range
    if not query:
        return []
    if match := _LABEL_VALUES.fullmatch(query):
        return prometheus.label_values(match[2], match[1] or "", when.start, when.end)
    if match := _LABEL_NAMES.fullmatch(query):
        return prometheus.label_names(match[1], when.start, when.end)
    if match := _METRICS.fullmatch(query):
        names = prometheus.label_values("__name__", "", when.start, when.end)
        pattern = compiled(match[1])
        return [name for name in names if pattern.search(name)]
    if match := _QUERY_RESULT.fullmatch(query):
        streams = prometheus.instant(match[1], when.end)
        return [_result_text(stream) for stream in streams]
    # Anything else is a selector: its series are the options, as they are now.
    streams = prometheus.instant(query, when.end)[:_MOST_OPTIONS]
    return [_series_text(stream.labels) for stream in streams]


def _result_text(stream: SampleStream) -> str:
    """Return a series with its value and time, as a result of a query is written."""
    value, time = stream.values[-1], stream.times[-1]
    return f"{_series_text(stream.labels)} {value:.15g} {time * 1000:.0f}"


def _series_text(labels: Mapping[str, str]) -> str:
    name = labels.get("__name__", "")
    return name + "{" + ",".join(f'{k}="{v}"' for k, v in labels.items() if k != "__name__") + "}"


def _filtered(values: Sequence[str], text: str) -> list[Option]:
    """Keep what matches ``/pattern/``; its groups say which part is shown, and which counts.

    The groups `text` and `value` are those, else the first group is both. Raises ValueError.
    """
    if not text:
        return [Option(value, value) for value in values]
    pattern = compiled(text)
    is_global = text.startswith("/") and "g" in text.rpartition("/")[2]
    matches = (m for value in values for m in _matches(pattern, value, is_global))
    return [option for match in matches if (option := _option(match)) is not None]


def _matches(pattern: re.Pattern[str], value: str, is_global: bool) -> Iterator[re.Match[str]]:
    if is_global and pattern.groups:
        yield from pattern.finditer(value)
    elif match := pattern.search(value):
        yield match


def _option(match: re.Match[str]) -> Option | None:
    named = match.groupdict()
    if "text" in named or "value" in named:
        value = named.get("value") or named.get("text") or ""
        return Option(value, named.get("text") or value)
    part = match[1] if match.re.groups else match.string
    return Option(part, part) if part else None


def _sorted(options: Sequence[Option], order: int) -> list[Option]:
    """Sort as Grafana's number says: 1, 2 alphabetically, 3, 4 by numbers, 5, 6 without case.

    7 and 8 are of people, who count within words.
    """
    by_value: dict[str, Option] = {}
    for option in options:
        by_value.setdefault(option.value, option)
    unique = list(by_value.values())
    if order <= 0:
        return unique
    is_descending = order % 2 == 0
    if order in (3, 4, 7, 8):
        return sorted(unique, key=lambda o: _by_numbers(o.text), reverse=is_descending)
    fold = str.casefold if order in (5, 6) else str
    return sorted(unique, key=lambda option: fold(option.text), reverse=is_descending)


def _by_numbers(value: str) -> list[tuple[int, str]]:
    return [(int(p), "") if p.isdecimal() else (-1, p) for p in _DIGITS.split(value) if p]


def _custom_options(definition: VariableDefinition, context: QueryContext) -> list[Option]:
    return split_options(definition.query) or list(definition.options)


def _interval_options(definition: VariableDefinition, context: QueryContext) -> list[Option]:
    options = _custom_options(definition, context)
    if definition.auto:
        options.insert(0, Option(f"$__auto_interval_{definition.name}", "auto"))
    return options


def _constant_options(definition: VariableDefinition, context: QueryContext) -> list[Option]:
    return [Option(definition.query, definition.query)]


def _source_options(definition: VariableDefinition, context: QueryContext) -> list[Option]:
    return [
        Option(uid, uid.capitalize()) for uid in context.sources.uids if uid == definition.query
    ]


def _text_options(definition: VariableDefinition, context: QueryContext) -> list[Option]:
    """Return what stands in a field of text before its reader writes there."""
    text = (definition.current or (definition.query,))[0]
    return [Option(text, text)]


def _switch_options(definition: VariableDefinition, context: QueryContext) -> list[Option]:
    return list(definition.options) or [Option("false", "Off"), Option("true", "On")]


def _filter_options(definition: VariableDefinition, context: QueryContext) -> list[Option]:
    """Return none: filters are written by their reader. Raises UnsupportedError for other kinds."""
    kind = definition.data_source.type
    if kind and kind != "prometheus":
        raise UnsupportedError(f"ad hoc filters of the data source {kind}")
    return []


FILTERS = "adhoc"
# Whose value is written by the reader, and not chosen.
FREE = ("textbox", FILTERS)
TYPES: Mapping[str, Callable[[VariableDefinition, QueryContext], list[Option]]] = {
    "query": _query_options,
    "custom": _custom_options,
    "interval": _interval_options,
    "constant": _constant_options,
    "datasource": _source_options,
    "textbox": _text_options,
    "switch": _switch_options,
    FILTERS: _filter_options,
}
