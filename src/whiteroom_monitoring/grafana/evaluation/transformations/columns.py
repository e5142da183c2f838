"""Transformations that choose, order and name columns."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace

from whiteroom_monitoring.grafana.evaluation.errors import UnsupportedError
from whiteroom_monitoring.grafana.evaluation.frames import Column, Table
from whiteroom_monitoring.grafana.evaluation.transformations.records import searched
from whiteroom_monitoring.grafana.model.json_node import Node
from whiteroom_monitoring.grafana.model.patterns import compiled

# What stands for a group in a replacement of JavaScript.
_GROUP = re.compile(r"\$(?:(\d{1,2})|<(\w+)>|(&)|(\$))")


def organize(tables: Sequence[Table], options: Node) -> list[Table]:
    """Leave columns out, order them and give them other names."""
    excluded = {name for name, value in options["excludeByName"].members() if value.flag()}
    included = {name for name, value in options["includeByName"].members() if value.flag()}
    order = {name: value.integer(0) for name, value in options["indexByName"].members()}
    names = {name: value.text() for name, value in options["renameByName"].members()}

    def organized(table: Table) -> Table:
        columns = [
            column
            for column in table.columns
            if column.name not in excluded and (not included or column.name in included)
        ]
        columns.sort(key=lambda column: order.get(column.name, len(order)))
        return replace(table, columns=tuple(_renamed(c, names.get(c.name, "")) for c in columns))

    return [organized(table) for table in tables]


def _renamed(column: Column, name: str) -> Column:
    if not name or name == column.name:
        return column
    return replace(column, name=name, origin=column.origin or column.name)


def _kept(tables: Sequence[Table], keeps: Callable[[Column], bool]) -> list[Table]:
    reduced = (replace(t, columns=tuple(c for c in t.columns if keeps(c))) for t in tables)
    return [table for table in reduced if table.columns]


def by_name(tables: Sequence[Table], options: Node) -> list[Table]:
    """Keep columns by name or by pattern."""
    include, exclude = options["include"].object(), options["exclude"].object()

    def keeps(column: Column) -> bool:
        is_chosen = not include.is_set or _is_named(column, include)
        return is_chosen and not (exclude.is_set and _is_named(column, exclude))

    return _kept(tables, keeps)


def _is_named(column: Column, names: Node) -> bool:
    pattern = names["pattern"].text()
    return column.name in names["names"].texts() or bool(pattern and searched(pattern, column.name))


def by_matcher(tables: Sequence[Table], options: Node) -> list[Table]:
    """Keep columns by a matcher: a name, a pattern, a type, a query."""
    include, exclude = options["include"].object(), options["exclude"].object()

    def keeps(column: Column) -> bool:
        is_chosen = not include.is_set or _matches(column, include)
        return is_chosen and not (exclude.is_set and _matches(column, exclude))

    return _kept(tables, keeps)


def _matches(column: Column, matcher: Node) -> bool:
    kind = matcher["id"].text()
    if kind not in _MATCHERS:
        raise UnsupportedError(f"a filter of fields by {kind or 'nothing'}")
    return _MATCHERS[kind](column, matcher["options"])


_MATCHERS: Mapping[str, Callable[[Column, Node], bool]] = {
    "byName": lambda column, options: column.name == options.text(),
    "byNames": lambda column, options: (
        column.name in (options["names"] if options.is_object else options).texts()
    ),
    "byRegexp": lambda column, options: searched(options.text(), column.name),
    "byType": lambda column, options: column.kind == options.text(),
    "byTypes": lambda column, options: column.kind in options.texts(),
    "byFrameRefID": lambda column, options: column.query == options.text(),
    "numeric": lambda column, options: column.kind == "number",
    "time": lambda column, options: column.kind == "time",
}


def rename(tables: Sequence[Table], options: Node) -> list[Table]:
    """Give columns other names, by a pattern and what stands for its groups."""
    text, replacement = options["regex"].text(), options["renamePattern"].text()
    if not text:
        return list(tables)
    try:
        pattern = compiled(text)
    except ValueError as error:
        raise UnsupportedError(f"the transformation renameByRegex: {error}") from error
    most = 0 if re.fullmatch(r"/.*/[a-z]*g[a-z]*", text, re.DOTALL) else 1

    def named(match: re.Match[str]) -> str:
        return _GROUP.sub(lambda group: _group(match, group), replacement)

    def renamed(column: Column) -> Column:
        return _renamed(column, pattern.sub(named, column.name, count=most))

    return [replace(t, columns=tuple(renamed(c) for c in t.columns)) for t in tables]


def _group(match: re.Match[str], reference: re.Match[str]) -> str:
    number, name, ampersand, dollar = reference.groups()
    if ampersand or dollar:
        return match[0] if ampersand else "$"
    try:
        return match[int(number) if number else name] or ""
    except IndexError:
        return reference[0]
