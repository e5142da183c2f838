"""Operations on two numbers."""

from __future__ import annotations

import math
from collections.abc import Callable

NAN = math.nan


def _power(left: float, right: float) -> float:
    try:
        return math.pow(left, right)
    except OverflowError:
        return -math.inf if left < 0 and right % 2 == 1 else math.inf
    except ValueError:
        if left == 0:
            negative = math.copysign(1, left) < 0 and right % 2 == 1
            return -math.inf if negative else math.inf
        return NAN


def _remainder(left: float, right: float) -> float:
    if right == 0 or math.isinf(left) or math.isnan(left) or math.isnan(right):
        return NAN
    return math.fmod(left, right)


_OPERATIONS: dict[str, Callable[[float, float], float]] = {
    "+": lambda left, right: left + right,
    "-": lambda left, right: left - right,
    "*": lambda left, right: left * right,
    "/": lambda left, right: left / right if right else NAN,
    "%": _remainder,
    "^": _power,
    "==": lambda left, right: left == right,
    "!=": lambda left, right: left != right,
    ">": lambda left, right: left > right,
    ">=": lambda left, right: left >= right,
    "<": lambda left, right: left < right,
    "<=": lambda left, right: left <= right,
}


def operate(operator: str, left: float, right: float) -> float:
    """Return the result; of a comparison, 1 or 0. A division by 0 is no number.

    >>> operate("/", 1, 0), operate("%", -7, 3), operate(">", 2, 1)
    (nan, -1.0, 1.0)
    """
    return float(_OPERATIONS[operator](left, right))
