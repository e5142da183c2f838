"""What the musicians do and when: a pure function of the seed, without a clock and without I/O."""

from __future__ import annotations

import heapq
import itertools
import math
import random
from collections.abc import Iterator
from dataclasses import dataclass
from typing import NamedTuple

from whiteroom_musicians import day, people
from whiteroom_musicians.visit import Action, Visit

# In the mean hour a musician comes this often, whatever the length of the day: with 40 musicians
# that keeps more than 10 of them active in any 15 minutes, at night as well.
VISITS_PER_MUSICIAN_PER_S = 0.1 / 60
# With 40 musicians about four an hour.
NEWCOMERS_SHARE = 1 / 60
# As many as usually are in a visit begin theirs in the first minute.
OPENING_SHARE = 0.3
OPENING_S = 60.0


@dataclass(frozen=True)
class Habits:
    """What can be chosen of the musicians' behaviour.

    ``rate`` multiplies the visits, ``day_s`` is how long 24 hours take. ``wrong_passwords`` is the
    share of log-ins with a wrong password, ``faults`` the share of visits at the engine that break
    something; both 0 to 1.
    """

    musicians: int = 40
    rate: float = 1.0
    seed: int = 1
    day_s: float = 1800.0
    wrong_passwords: float = 0.03
    faults: float = 0.0
    engine: bool = True


class Step(NamedTuple):
    """One thing that one musician does. ``choice``, 0 to below 1, decides what is left open."""

    time_s: float
    musician: int
    action: Action
    choice: float


def plan(habits: Habits) -> Iterator[Step]:
    """Yield what happens in the order of its time, without end.

    Nobody begins a visit before the last one is over; who finds everybody busy does not come. What
    is held at a time is one visit for each musician.
    """
    source = random.Random(habits.seed)
    cast = _Cast(habits, source)
    under_way: list[tuple[float, int, Iterator[Step], Step]] = []
    numbers = itertools.count()
    for arrival_s in heapq.merge(_opening(habits, source), arrivals(habits, source)):
        while under_way and under_way[0][0] <= arrival_s:
            yield _advance(under_way, cast)
        musician = cast.pick()
        if musician is not None:
            steps = cast.visit(musician, arrival_s)
            first = next(steps)
            heapq.heappush(under_way, (first.time_s, next(numbers), steps, first))


def _opening(habits: Habits, source: random.Random) -> list[float]:
    """Return when those come who were about to: a plan begins in the middle of a morning."""
    waiting = min(habits.musicians, math.ceil(habits.musicians * habits.rate * OPENING_SHARE))
    return sorted(source.uniform(0, OPENING_S) for _ in range(waiting))


def arrivals(habits: Habits, source: random.Random) -> Iterator[float]:
    """Yield the seconds at which visits begin: a Poisson process that follows the day."""
    usual = habits.musicians * habits.rate * VISITS_PER_MUSICIAN_PER_S
    seconds = 0.0
    while True:
        seconds += source.expovariate(usual * day.HIGHEST)
        intensity = day.intensity(day.hours_at(seconds, habits.day_s))
        if source.random() * day.HIGHEST < intensity:
            yield seconds


def _advance(under_way: list[tuple[float, int, Iterator[Step], Step]], cast: _Cast) -> Step:
    _, number, steps, now = under_way[0]
    following = next(steps, None)
    if following is None:
        heapq.heappop(under_way)
        cast.free(now.musician)
    else:
        heapq.heapreplace(under_way, (following.time_s, number, steps, following))
    return now


class _Cast:
    """Who is not visiting, and who has been there before."""

    def __init__(self, habits: Habits, source: random.Random) -> None:
        self._habits = habits
        self._random = source
        self._idle = list(range(habits.musicians))
        self._known = [False] * habits.musicians
        self._personas = [people.persona(habits.seed, index) for index in self._idle]

    def pick(self) -> int | None:
        """Return somebody who is idle, who then no longer is."""
        if not self._idle:
            return None
        place = self._random.randrange(len(self._idle))
        self._idle[place], self._idle[-1] = self._idle[-1], self._idle[place]
        return self._idle.pop()

    def free(self, musician: int) -> None:
        """Take back somebody whose visit is over."""
        self._idle.append(musician)

    def visit(self, musician: int, start_s: float) -> Iterator[Step]:
        """Return the steps of a visit, of which there is at least one."""
        newcomer = self._known[musician] and self._random.random() < NEWCOMERS_SHARE
        new = newcomer or not self._known[musician]
        self._known[musician] = True
        visit = Visit(
            random.Random(self._random.getrandbits(64)),
            self._personas[musician],
            self._habits.wrong_passwords,
            self._habits.faults,
            self._habits.engine,
        )
        for wait_s, action, choice in visit.steps(new, newcomer):
            start_s += wait_s
            yield Step(start_s, musician, action, choice)
