"""The variables of a dashboard as its file defines them."""

from __future__ import annotations

import re
from dataclasses import dataclass, field

from whiteroom_monitoring.grafana.model.json_node import Node, Pointer
from whiteroom_monitoring.grafana.model.query import DataSourceRef, parse_data_source

HIDDEN = 2
# A comma that is not escaped by a backslash.
_COMMA = re.compile(r"(?<!\\),")


@dataclass(frozen=True)
class Option:
    """A value that may be chosen, and what people read."""

    value: str
    text: str


@dataclass(frozen=True)
class VariableDefinition:
    """What a dashboard says of a variable; ``pointer`` is its place in the file."""

    name: str
    type: str
    label: str = ""
    hide: int = 0
    multi: bool = False
    include_all: bool = False
    all_value: str = ""
    query: str = ""
    regex: str = ""
    sort: int = 0
    options: tuple[Option, ...] = ()
    current: tuple[str, ...] = ()
    auto: bool = False
    auto_count: int = 30
    auto_min: str = "10s"
    data_source: DataSourceRef = field(default_factory=DataSourceRef)
    pointer: Pointer = ()


def parse_variables(dashboard: Node) -> tuple[VariableDefinition, ...]:
    """Return the variables of a dashboard, the first of each name."""
    definitions: dict[str, VariableDefinition] = {}
    for node in dashboard["templating"].object()["list"].objects():
        definition = _definition(node)
        if not definition.name:
            node["name"].problem("found a variable without a name")
        elif definition.name in definitions:
            node["name"].problem(f"found a second variable {definition.name!r}")
        else:
            definitions[definition.name] = definition
    return tuple(definitions.values())


def parse_inputs(inputs: Node) -> tuple[VariableDefinition, ...]:
    """Return what an exported dashboard asks its reader for: data sources and constants."""
    definitions = []
    for node in inputs.objects():
        kind = {"datasource": "datasource", "constant": "constant"}.get(node["type"].text())
        if kind and node["name"].text():
            query = node["pluginId"] if kind == "datasource" else node["value"]
            definitions.append(
                VariableDefinition(node["name"].text(), kind, hide=HIDDEN, query=query.text())
            )
    return tuple(definitions)


def _definition(node: Node) -> VariableDefinition:
    default = VariableDefinition("", "")
    return VariableDefinition(
        name=node["name"].text(),
        type=node["type"].text(),
        label=node["label"].text(),
        hide=_hide(node),
        multi=node["multi"].flag(),
        include_all=node["includeAll"].flag(),
        all_value=node["allValue"].text(),
        query=_query(node),
        regex=node["regex"].text(),
        sort=node["sort"].integer(0),
        options=tuple(_option(option) for option in node["options"].objects()),
        current=_current(node),
        auto=node["auto"].flag(),
        auto_count=max(node["auto_count"].integer(default.auto_count), 1),
        auto_min=node["auto_min"].text() or default.auto_min,
        data_source=parse_data_source(node["datasource"]),
        pointer=node.pointer,
    )


def _current(node: Node) -> tuple[str, ...]:
    if node["type"].text() == "adhoc":
        return tuple(_filter(entry) for entry in node["filters"].objects())
    return node["current"].object()["value"].texts()


def _filter(node: Node) -> str:
    """Return an ad hoc filter as links have it: label, operator and value or values."""
    values = node["values"].texts() or node["value"].texts()
    return "|".join((node["key"].text(), node["operator"].text("="), *values))


def _hide(node: Node) -> int:
    """Return 0 for shown, 1 without its label, 2 for hidden; newer files have words."""
    words = {"dontHide": 0, "hideLabel": 1, "hideVariable": HIDDEN}
    value = node["hide"].value
    return words[value] if isinstance(value, str) and value in words else node["hide"].integer(0)


def _query(node: Node) -> str:
    query = node["query"]
    text = query["query"].text() if query.is_object else query.text()
    return (text or node["definition"].text()).strip()


def _option(node: Node) -> Option:
    text = node["text"].texts()
    value = node["value"].texts() or text
    return Option(",".join(value), " + ".join(text or value))


def split_options(text: str) -> list[Option]:
    r"""Return the options of a list such as ``1m, 5 minutes : 5m``; ``\,`` is a comma.

    >>> split_options(r"a\,b, five : 5")
    [Option(value='a,b', text='a,b'), Option(value='5', text='five')]
    """
    parts = (part.replace("\\,", ",").strip() for part in _COMMA.split(text))
    pairs = [part.partition(" : ") for part in parts if part]
    return [Option((value or text).strip(), text.strip()) for text, _, value in pairs]
