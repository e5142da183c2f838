"""What transformations share: rows of a table, and columns of unequal names."""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import replace

from whiteroom_monitoring.grafana.evaluation.errors import UnsupportedError
from whiteroom_monitoring.grafana.evaluation.frames import Cell, Column, Table
from whiteroom_monitoring.grafana.model.patterns import compiled

Record = dict[str, Cell]


def records(table: Table) -> list[Record]:
    """Return the rows of a table by the names of its columns."""
    names = [column.name for column in table.columns]
    return [
        dict(zip(names, row, strict=True))
        for row in zip(*(column.cells for column in table.columns), strict=True)
    ]


def table_of(columns: Sequence[Column], rows: Sequence[Mapping[str, Cell]], query: str) -> Table:
    """Return a table of these columns with these rows."""
    filled = (replace(c, cells=[row.get(c.name) for row in rows]) for c in columns)
    return Table(tuple(filled), query)


def picked(table: Table, rows: Sequence[int]) -> Table:
    """Return a table of some of its rows, by their numbers."""
    columns = (replace(c, cells=[c.cells[row] for row in rows]) for c in table.columns)
    return replace(table, columns=tuple(columns))


def distinct(columns: Sequence[Column]) -> tuple[Column, ...]:
    """Return columns of which no two have one name: those that share it are numbered."""
    counts = Counter(column.name for column in columns)
    occurrences: Counter[str] = Counter()
    renamed = []
    for column in columns:
        occurrences[column.name] += 1
        is_shared = counts[column.name] > 1
        name = f"{column.name} {occurrences[column.name]}" if is_shared else column.name
        renamed.append(replace(column, name=name))
    return tuple(renamed)


def kind_of(cells: Sequence[Cell]) -> str:
    """Return the kind of a column: that of the first cell that holds anything."""
    first = next((cell for cell in cells if cell is not None), None)
    return "number" if isinstance(first, float | int) else "string"


def text_of(cell: Cell) -> str:
    """Return a cell as text: numbers as JavaScript writes them.

    >>> text_of(3.0), text_of(0.25), text_of(None)
    ('3', '0.25', '')
    """
    if isinstance(cell, float) and cell.is_integer() and math.isfinite(cell):
        return str(int(cell))
    return "" if cell is None else str(cell)


def number_of(cell: Cell) -> float | None:
    """Return a cell as a number, None where it is none; a text is one only if it is finite.

    >>> number_of("1e3"), number_of("nan"), number_of("+Inf"), number_of(math.inf)
    (1000.0, None, None, inf)
    """
    try:
        number = float(cell) if cell is not None else math.nan
    except (ValueError, OverflowError):
        return None
    is_number = not math.isnan(number) if isinstance(cell, float | int) else math.isfinite(number)
    return number if is_number else None


def power(base: float, exponent: float) -> float:
    """Return a power. Raises ValueError where no real number is one, and OverflowError.

    >>> power(-8.0, 3.0)
    -512.0
    """
    return math.pow(base, exponent)


def searched(pattern: str, text: str) -> bool:
    """Tell whether a pattern of a dashboard is in a text. Raises UnsupportedError."""
    try:
        return compiled(pattern).search(text) is not None
    except ValueError as error:
        raise UnsupportedError(f"a transformation: {error}") from error
