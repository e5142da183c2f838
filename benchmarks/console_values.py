"""The values that series of `benchmarks.console` have over a day.

There are far fewer of them than series: what is named the same has the same values.
"""

from __future__ import annotations

import math
import random
import re
from collections.abc import Callable, Mapping, Sequence

# How many courses of a kind there are; neighbouring series take different ones.
COURSES = 8
DAY_S = 86_400
# What does not grow while all is well.
_STANDS_STILL = re.compile("errors|failures|dropout|rejected|lost|xruns|failed|missed|dropped")
_IS_ONE = re.compile(r"(^|_)up$|_info$|_successful$|^up$|_locked$|realtime_scheduling$")
_SPELL_S = 1200
ONE, NEVER = "one", "never"
_CONSTANTS = {ONE: 1.0, NEVER: 0.0}


def named(name: str, kind: str, course: int) -> str:
    """Return what the values of a series are called, by its name and its metric's type."""
    if kind == "counter":
        return still(course) if _STANDS_STILL.search(name) else counter(course, 1)
    if _IS_ONE.search(name) or kind == "info":
        return ONE
    if "ratio" in name:
        return f"ratio {course % COURSES}"
    return f"{'bytes' if name.endswith('bytes') else 'level'} {course % COURSES}"


def counter(course: int, share: float) -> str:
    """Return what the values of a counter are called; ``share`` is that of what it counts."""
    return f"counter {course % COURSES} {round(share, 2)}"


def still(course: int) -> str:
    """Return what the values of a counter are called that rarely grows."""
    return f"still {course % COURSES}"


def rare(course: int) -> str:
    """Return what the rate is called of a counter that rarely grows, where there is none of 0."""
    return f"rare {course % COURSES}"


def bucket(course: int, place: int, buckets: int) -> str:
    """Return what the values of a histogram's bucket are called: cumulative, most in the middle."""
    share = 1 / (1 + math.exp(-8 * (place + 0.5) / buckets + 4)) if place < buckets - 1 else 1
    return counter(course, share)


def constant(value: float) -> str:
    """Return what the values are called that are always the same."""
    return f"constant {value!r}"


def spell(number: int) -> str:
    """Return what the values of an alert are called that fires for a while once a day."""
    return f"spell {number}"


def values(called: str, count: int, step_s: int) -> Sequence[float | None]:
    """Return the values of a day; None is a moment at which there is none."""
    kind, *rest = called.split()
    if kind in _CONSTANTS or kind == "constant":
        return [_CONSTANTS[kind] if kind in _CONSTANTS else float(rest[0])] * count
    course = int(rest[0])
    if kind == "spell":
        return [_spell(course, at * step_s) for at in range(count)]
    chance = random.Random(course)
    if kind == "rare":
        return _rates(values(still(course), count, step_s), 120 // step_s)
    if kind == "still":
        return _counted(count, lambda: chance.random() < 0.002)
    if kind == "counter":
        # The share is that of the counts so far, so that buckets stay in their order.
        every = _counted(count, lambda: chance.randrange(20 * (course + 1)))
        return [float(math.floor(value * float(rest[1]))) for value in every]
    waves = (math.sin(at * step_s / 7000 + course) + chance.gauss(0, 0.2) for at in range(count))
    return [_SCALES[kind](0.4 + 0.1 * wave) for wave in waves]


_SCALES: Mapping[str, Callable[[float], float]] = {
    "ratio": lambda share: max(0.0, share),
    "bytes": lambda share: float(int(share * 2**20) * 4096),
    "level": lambda share: float(round(100 * share)),
}


def _rates(counted: Sequence[float | None], window: int) -> list[float | None]:
    """Return what grew within so many samples; None where nothing did."""
    late = counted[window:]
    grown = [(new or 0) - (old or 0) for new, old in zip(late, counted, strict=False)]
    return [None] * window + [share / 120 or None for share in grown]


def _counted(count: int, more: Callable[[], float]) -> list[float]:
    total, values = 1000.0, []
    for _ in range(count):
        total += more()
        values.append(total)
    return values


def _spell(number: int, at_s: int) -> float | None:
    start = (number * 5077) % (DAY_S - _SPELL_S)
    return 1.0 if start <= at_s < start + _SPELL_S else None
