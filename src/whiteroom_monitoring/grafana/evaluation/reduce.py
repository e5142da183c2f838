"""Makes one value of many, by Grafana's names of calculations.

Source: packages/grafana-data/src/transformations/fieldReducer.ts of Grafana.
"""

from __future__ import annotations

import itertools
import math
import statistics
from collections.abc import Callable, Iterable, Mapping, Sequence

from whiteroom_monitoring.grafana.evaluation.errors import UnsupportedError
from whiteroom_monitoring.grafana.evaluation.frames import Cell, Value

Numbers = list[float]


def _delta(numbers: Numbers) -> float:
    """Return by how much a counter grew; where it falls, it began anew."""
    pairs = itertools.pairwise(numbers)
    return sum((new - old if new >= old else new for old, new in pairs), 0.0)


def _step(numbers: Numbers) -> float:
    pairs = itertools.pairwise(numbers)
    return min((new - old for old, new in pairs), default=0.0)


def _difference_share(numbers: Numbers) -> float:
    """Return the difference of the last to the first, as a share of the first."""
    return (numbers[-1] - numbers[0]) / numbers[0] if numbers[0] else math.inf


def percentile(numbers: Sequence[float], percent: float) -> float:
    """Return the value at a share of the sorted numbers, as Grafana takes it: the next higher."""
    ordered = sorted(numbers)
    return ordered[min(math.floor(len(ordered) * percent / 100), len(ordered) - 1)]


def _percentile(percent: int) -> Callable[[Numbers], float]:
    return lambda numbers: percentile(numbers, percent)


# Of the values that are there; with none, there is no result.
_OF_NUMBERS: Mapping[str, Callable[[Numbers], float]] = {
    "lastNotNull": lambda numbers: numbers[-1],
    "firstNotNull": lambda numbers: numbers[0],
    "min": min,
    "max": max,
    "mean": lambda numbers: sum(numbers) / len(numbers),
    "median": statistics.median,
    "variance": statistics.pvariance,
    "stdDev": statistics.pstdev,
    "sum": sum,
    "range": lambda numbers: max(numbers) - min(numbers),
    "diff": lambda numbers: numbers[-1] - numbers[0],
    "diffperc": _difference_share,
    "delta": _delta,
    "step": _step,
    "logmin": lambda numbers: min((n for n in numbers if n > 0), default=math.inf),
    **{f"p{percent}": _percentile(percent) for percent in range(1, 100)},
}
_OF_ALL: Mapping[str, Callable[[Sequence[Value]], Value]] = {
    "last": lambda values: values[-1] if values else None,
    "first": lambda values: values[0] if values else None,
    "count": lambda values: float(len(values)),
    "countAll": lambda values: float(len(values)),
    "allIsZero": lambda values: float(bool(values) and all(v == 0 for v in values)),
    "allIsNull": lambda values: float(all(v is None for v in values)),
    "distinctCount": lambda values: float(len(set(values))),
    "changeCount": lambda values: float(_changes([v for v in values if v is not None])),
}
CALCULATIONS = (*_OF_NUMBERS, *_OF_ALL)
_NAMES = {
    "lastNotNull": "Last *",
    "firstNotNull": "First *",
    "last": "Last",
    "first": "First",
    "min": "Min",
    "max": "Max",
    "mean": "Mean",
    "median": "Median",
    "variance": "Variance",
    "stdDev": "StdDev",
    "sum": "Total",
    "range": "Range",
    "diff": "Difference",
    "diffperc": "Difference percent",
    "delta": "Delta",
    "step": "Step",
    "count": "Count",
    "logmin": "Min (above zero)",
    "countAll": "Count all",
    "allIsZero": "All zeros",
    "allIsNull": "All nulls",
    "distinctCount": "Distinct count",
    "changeCount": "Change count",
}
_ORDINALS = {1: "st", 2: "nd", 3: "rd"}


def _changes(values: Sequence[object]) -> int:
    return sum(new != old for old, new in itertools.pairwise(values))


def name_of(calculation: str) -> str:
    """Return what Grafana calls a calculation.

    >>> name_of("lastNotNull"), name_of("p95"), name_of("p1")
    ('Last *', '95th %', '1st %')
    """
    if calculation.startswith("p") and calculation[1:].isdecimal():
        number = int(calculation[1:])
        ordinal = "th" if 10 < number < 14 else _ORDINALS.get(number % 10, "th")
        return f"{number}{ordinal} %"
    return _NAMES.get(calculation, calculation)


def reduced(values: Sequence[Value], calculation: str) -> Value:
    """Return one value.

    >>> reduced([1.0, None, 3.0, None], "lastNotNull"), reduced([1.0, 3.0], "mean")
    (3.0, 2.0)

    Raises UnsupportedError.
    """
    if calculation in _OF_ALL:
        return _OF_ALL[calculation](values)
    if calculation not in _OF_NUMBERS:
        raise UnsupportedError(f"the calculation {calculation}")
    numbers = [value for value in values if value is not None]
    try:
        value = _OF_NUMBERS[calculation](numbers) if numbers else math.nan
    except (ArithmeticError, ValueError, AttributeError):
        # The standard library has no deviation of infinities.
        return None
    return None if math.isnan(value) else value


def reduced_cells(cells: Sequence[Cell], calculation: str) -> Cell:
    """Return one value of cells, which may be texts. Raises UnsupportedError.

    >>> reduced_cells([2.0, None, 0.5, 2.0], "uniqueValues")
    '2, 0.5'
    """
    if calculation not in _LISTS and not any(isinstance(cell, str) for cell in cells):
        return reduced([cell for cell in cells if not isinstance(cell, str)], calculation)
    if calculation in _OF_TEXTS:
        return _OF_TEXTS[calculation](cells)
    if calculation not in CALCULATIONS:
        raise UnsupportedError(f"the calculation {calculation}")
    return None


def _known(cells: Sequence[Cell]) -> list[Cell]:
    return [cell for cell in cells if cell is not None]


# What can be said of texts, too.
_OF_TEXTS: Mapping[str, Callable[[Sequence[Cell]], Cell]] = {
    "last": lambda cells: cells[-1],
    "first": lambda cells: cells[0],
    "lastNotNull": lambda cells: _known(cells)[-1],
    "firstNotNull": lambda cells: _known(cells)[0],
    "count": lambda cells: float(len(cells)),
    "countAll": lambda cells: float(len(cells)),
    "distinctCount": lambda cells: float(len(set(cells))),
    "changeCount": lambda cells: float(_changes(_known(cells))),
    "uniqueValues": lambda cells: _listed(dict.fromkeys(_known(cells))),
    "allValues": lambda cells: _listed(_known(cells)),
}
_LISTS = ("uniqueValues", "allValues")


def _listed(cells: Iterable[Cell]) -> str:
    return ", ".join(f"{c:.15g}" if isinstance(c, float | int) else str(c) for c in cells)


def is_known(calculation: str) -> bool:
    """Tell whether there is such a calculation.

    >>> is_known("p95"), is_known("allValues"), is_known("mood")
    (True, True, False)
    """
    return calculation in CALCULATIONS or calculation in _LISTS
