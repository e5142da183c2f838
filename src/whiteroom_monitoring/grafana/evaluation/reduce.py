"""Makes one value of many, by Grafana's names of calculations."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence

from whiteroom_monitoring.grafana.evaluation.errors import UnsupportedError
from whiteroom_monitoring.grafana.evaluation.frames import Value

Numbers = list[float]

# Of the values that are there; with none, there is no result.
_OF_NUMBERS: Mapping[str, Callable[[Numbers], float]] = {
    "lastNotNull": lambda numbers: numbers[-1],
    "firstNotNull": lambda numbers: numbers[0],
    "min": min,
    "max": max,
    "mean": lambda numbers: sum(numbers) / len(numbers),
    "sum": sum,
    "range": lambda numbers: max(numbers) - min(numbers),
    "diff": lambda numbers: numbers[-1] - numbers[0],
}
_OF_ALL: Mapping[str, Callable[[Sequence[Value]], Value]] = {
    "last": lambda values: values[-1] if values else None,
    "first": lambda values: values[0] if values else None,
    "count": lambda values: float(len(values)),
}
CALCULATIONS = (*_OF_NUMBERS, *_OF_ALL)


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
    return _OF_NUMBERS[calculation](numbers) if numbers else None
