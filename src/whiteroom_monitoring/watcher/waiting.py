"""How long a hop has waited for what the hop before it has passed on, and when that is too long.

A hop that is given nothing waits for nothing: so it is always the first broken one that waits.
"""

from __future__ import annotations

from collections import deque
from dataclasses import dataclass, field

# A hop needs 10 s at most: an interval of 5 s, and 5 s until the watcher sees it. With a round of
# 10 s and the hops before, a broken one is named after 50 s at most.
LIMIT_S = 25.0
# The hop before may break with a round on its way: one alone says nothing of this one.
FEWEST_ROUNDS = 2
# A hop before that is whole passes a new round on within this time, and so many looks.
PAUSE_S = 20.0
PAUSE_LOOKS = 8
# As many failures to answer, of those since a hop waits, blame the server and not what it does.
MOST_ROUNDS = 60


@dataclass
class Hop:
    """One hop: the rounds that it was given and has not passed on, each with when that was seen.

    Moments are seconds of a clock that never jumps. ``passed`` is the newest round that it has
    passed on, and ``passed_at`` the newest moment at which it did so.
    """

    name: str
    passed: int | None = None
    passed_at: float | None = None
    failures: int = 0
    looks: int = 0
    _given: deque[tuple[int, float]] = field(default_factory=lambda: deque(maxlen=MOST_ROUNDS))
    _newest: int | None = None
    # How often the hop before had nothing new.
    _repeats: int = 0

    def give(self, number: int | None, now_s: float) -> None:
        """Note the newest round that the hop before has passed on.

        After a pause of the hop before, what it gave last is waited for no longer: it may have
        taken that with it.
        """
        if number is None or (self._newest is not None and number <= self._newest):
            self._repeats += 1
            return
        if self._repeats >= PAUSE_LOOKS and self._given and now_s - self._given[-1][1] > PAUSE_S:
            self._given.clear()
        self._newest, self._repeats = number, 0
        if self.passed is None or number > self.passed:
            self._given.append((number, now_s))

    def see(self, number: int | None, now_s: float, *, answered: bool = True) -> None:
        """Note the newest round that was seen at this hop, None for none, and how it answered."""
        if number is not None and (self.passed is None or number > self.passed):
            self.passed, self.passed_at = number, now_s
            # How it answered before says nothing of what it has to pass on now.
            self.failures = self.looks = 0
            while self._given and self._given[0][0] <= number:
                self._given.popleft()
        if not self._given:
            self.failures = self.looks = 0
            return
        self.looks += 1
        self.failures += not answered

    def is_waiting(self) -> bool:
        """Return whether it was given a round that it has not passed on."""
        return bool(self._given)

    def waits_s(self, now_s: float) -> float:
        """Return how long the oldest round that it was given has waited."""
        return now_s - self._given[0][1] if self._given else 0.0

    def is_broken(self, now_s: float, limit_s: float = LIMIT_S) -> bool:
        """Return whether it has waited for too long."""
        return len(self._given) >= FEWEST_ROUNDS and self.waits_s(now_s) >= limit_s

    def is_silent(self) -> bool:
        """Return whether its server has answered less than every other time since it passed one."""
        return self.failures * 2 >= self.looks > 0

    def begin_anew(self, now_s: float) -> None:
        """Let every round have been given now: nobody has looked for a while."""
        self._given = deque(((number, now_s) for number, _ in self._given), maxlen=MOST_ROUNDS)
        self.failures = self.looks = 0

    def forget(self) -> None:
        """Begin with nothing: a clock has jumped backward."""
        self.passed = self.passed_at = self._newest = None
        self._given.clear()
        self.failures = self.looks = 0
