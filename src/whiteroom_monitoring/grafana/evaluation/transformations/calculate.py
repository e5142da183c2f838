"""The transformation that adds a column which is calculated from others."""

from __future__ import annotations

import math
import statistics
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace

from whiteroom_monitoring.grafana.evaluation.errors import UnsupportedError, require_room
from whiteroom_monitoring.grafana.evaluation.frames import Cell, Column, Table, Value
from whiteroom_monitoring.grafana.evaluation.reduce import name_of, reduced
from whiteroom_monitoring.grafana.evaluation.transformations import joins
from whiteroom_monitoring.grafana.evaluation.transformations.records import number_of, power
from whiteroom_monitoring.grafana.model.json_node import Node

Numbers = list[Value]


def calculate(tables: Sequence[Table], options: Node) -> list[Table]:
    """Add a column; series are joined by their times before, so that they can be compared."""
    mode = options["mode"].text("reduceRow")
    if mode not in _MODES:
        raise UnsupportedError(f"calculateField in the mode {mode}")
    joined = _joined(tables)
    return [_with(table, options, mode) for table in joined]


def _joined(tables: Sequence[Table]) -> list[Table]:
    are_series = len(tables) > 1 and all(
        any(column.kind == "time" for column in table.columns) for table in tables
    )
    return joins.join(tables, Node({}, [])) if are_series else list(tables)


def _with(table: Table, options: Node, mode: str) -> Table:
    result = _MODES[mode](table, options)
    if result is None:
        return table
    name, values = result
    column = Column(options["alias"].text() or name, "number", list(values), table.query)
    if options["replaceFields"].flag():
        times = [c for c in table.columns if c.kind == "time"][:1]
        return replace(table, columns=(*times, column))
    return replace(table, columns=(*table.columns, column))


def _numbers(column: Column) -> Numbers:
    return [number_of(cell) if column.kind == "number" else None for cell in column.cells]


def _of_row(table: Table, options: Node) -> tuple[str, Numbers] | None:
    reduce = options["reduce"].object()
    chosen = reduce["include"].texts()
    columns = [c for c in table.columns if c.kind == "number" and (not chosen or c.name in chosen)]
    if not columns:
        return None
    reducer = reduce["reducer"].text("sum")
    rows = zip(*(_numbers(column) for column in columns), strict=True)
    as_zero = reduce["nullValueMode"].text() == "null as zero"
    values = [reduced([0.0 if v is None and as_zero else v for v in row], reducer) for row in rows]
    return name_of(reducer), values


def _binary(table: Table, options: Node) -> tuple[str, Numbers] | None:
    binary = options["binary"].object()
    operator = binary["operator"].text("+")
    if operator not in _OPERATORS:
        raise UnsupportedError(f"calculateField with the operator {operator}")
    left, right = (_operand(table, binary[side]) for side in ("left", "right"))
    if left is None or right is None:
        return None
    name = f"{left[0]} {operator} {right[0]}"
    pairs = zip(left[1], right[1], strict=True)
    return name, [_applied(_OPERATORS[operator], a, b) for a, b in pairs]


def _operand(table: Table, node: Node) -> tuple[str, Numbers] | None:
    """Return name and values of what a side names: a column, else a number."""
    if node.is_object:
        matcher = node["matcher"].object()
        if matcher.is_set and matcher["id"].text() == "byName":
            node = matcher["options"]
        elif node["fixed"].is_set:
            node = node["fixed"]
    text = node.text()
    column = table.column(text)
    if column is not None:
        return text, _numbers(column)
    number = number_of(text)
    return None if number is None else (text, [number] * table.height)


def _applied(apply: Callable[[float, float], float], a: Value, b: Value) -> Value:
    if a is None or b is None:
        return None
    try:
        value = apply(a, b)
    except (ZeroDivisionError, ValueError, OverflowError):
        return _quotient(a, b) if apply is _divided else None
    return None if math.isnan(value) else value


def _divided(a: float, b: float) -> float:
    return a / b


def _quotient(a: float, b: float) -> Value:
    """Return what JavaScript makes of a division by zero."""
    return None if a == 0 or b != 0 else math.copysign(math.inf, a)


_OPERATORS: Mapping[str, Callable[[float, float], float]] = {
    "+": lambda a, b: a + b,
    "-": lambda a, b: a - b,
    "*": lambda a, b: a * b,
    "/": _divided,
    "**": power,
    "%": math.fmod,
    "==": lambda a, b: float(a == b),
    "!=": lambda a, b: float(a != b),
    ">": lambda a, b: float(a > b),
    ">=": lambda a, b: float(a >= b),
    "<": lambda a, b: float(a < b),
    "<=": lambda a, b: float(a <= b),
}
_UNARY: Mapping[str, Callable[[float], float]] = {
    "abs": abs,
    "exp": math.exp,
    "ln": math.log,
    "floor": math.floor,
    "ceil": math.ceil,
    "round": lambda value: math.floor(value + 0.5),
    "sqrt": math.sqrt,
}


def _unary(table: Table, options: Node) -> tuple[str, Numbers] | None:
    unary = options["unary"].object()
    operator = unary["operator"].text("abs")
    column = table.column(unary["fieldName"].text())
    if column is None:
        return None
    if operator not in _UNARY:
        raise UnsupportedError(f"calculateField with the operation {operator}")
    apply = _UNARY[operator]
    values = [_applied(lambda a, _: float(apply(a)), v, 0.0) for v in _numbers(column)]
    return f"{operator} {column.name}", values


def _index(table: Table, options: Node) -> tuple[str, Numbers] | None:
    as_share = options["index"].object()["asPercentile"].flag()
    divisor = max(table.height, 1) if as_share else 1
    return "Row", [row / divisor for row in range(table.height)]


def _cumulative(table: Table, options: Node) -> tuple[str, Numbers] | None:
    chosen = options["cumulative"].object()
    column = table.column(chosen["field"].text())
    if column is None:
        return None
    reducer = chosen["reducer"].text("sum")
    if reducer not in ("sum", "mean"):
        raise UnsupportedError(f"calculateField with the cumulative {reducer}")
    total, count = 0.0, 0
    values: Numbers = []
    for value in _numbers(column):
        count += value is not None
        total += value or 0.0
        values.append(total if reducer == "sum" else total / count if count else 0.0)
    return f"cumulative {reducer}({column.name})", values


def _window(table: Table, options: Node) -> tuple[str, Numbers] | None:
    chosen = options["window"].object()
    column = table.column(chosen["field"].text())
    if column is None:
        return None
    reducer = chosen["reducer"].text("mean")
    if reducer not in _OF_WINDOWS:
        raise UnsupportedError(f"calculateField with a window of {reducer}")
    values = _numbers(column)
    size = chosen["windowSize"].number() or 0.1
    is_share = chosen["windowSizeMode"].text("percentage") == "percentage"
    length = max(math.ceil(size * len(values)) if is_share else int(size), 1)
    require_room(length * len(values), "calculateField with a window")
    is_centered = chosen["windowAlignment"].text() == "centered"
    moved = [
        _of_window(values, at, length, is_centered, _OF_WINDOWS[reducer])
        for at in range(len(values))
    ]
    return f"{chosen['windowAlignment'].text('trailing')} moving {reducer}({column.name})", moved


def _of_window(
    values: Numbers,
    at: int,
    length: int,
    is_centered: bool,
    calculate_of: Callable[[list[float]], float],
) -> Value:
    first = at - length // 2 if is_centered else at - length + 1
    part = values[max(first, 0) : first + length]
    known = [value for value in part if value is not None]
    try:
        return calculate_of(known) if known else None
    except (ArithmeticError, ValueError, AttributeError):
        # Infinities have no mean.
        return None


_OF_WINDOWS: Mapping[str, Callable[[list[float]], float]] = {
    "mean": statistics.fmean,
    "stdDev": statistics.pstdev,
    "variance": statistics.pvariance,
}
_MODES: Mapping[str, Callable[[Table, Node], tuple[str, Sequence[Cell]] | None]] = {
    "reduceRow": _of_row,
    "binary": _binary,
    "unary": _unary,
    "index": _index,
    "cumulativeFunctions": _cumulative,
    "windowFunctions": _window,
}
