"""One visit: from the log-in to the log-out, or to leaving without one."""

from __future__ import annotations

import random
from collections.abc import Iterator
from enum import Enum

from whiteroom_musicians.people import Persona


class Action(Enum):
    """Everything that a musician may do."""

    SIGN_UP = "sign_up"
    REPLACE = "replace"  # somebody new, with an account of their own, takes the musician's place
    MISTYPE_PASSWORD = "mistype_password"
    LOG_IN = "log_in"
    LOOK_AT_PROFILE = "look_at_profile"
    LIST_SONGS = "list_songs"
    OPEN_SONG = "open_song"
    CREATE_SONG = "create_song"
    EDIT_TEMPO = "edit_tempo"
    ADD_PERFORMANCE = "add_performance"
    SWITCH_PERFORMANCE = "switch_performance"
    ASSIGN_INSTRUMENT = "assign_instrument"
    USE_FEATURE = "use_feature"
    FAIL_AT_FEATURE = "fail_at_feature"
    EXPORT_MIDI = "export_midi"
    LOG_OUT = "log_out"
    LEAVE = "leave"
    PLAY = "play"
    STOP = "stop"
    PLAY_AT_TEMPO = "play_at_tempo"
    READ_METERS = "read_meters"
    BREAK = "break"
    MEND = "mend"


AT_THE_ENGINE = frozenset(
    {Action.PLAY, Action.STOP, Action.PLAY_AT_TEMPO, Action.READ_METERS, Action.BREAK, Action.MEND}
)

# How often each persona does what, within one visit: weights.
_WORK = {
    Persona.PRODUCER: {
        Action.OPEN_SONG: 2,
        Action.EDIT_TEMPO: 4,
        Action.ADD_PERFORMANCE: 1,
        Action.SWITCH_PERFORMANCE: 2,
        Action.ASSIGN_INSTRUMENT: 6,
        Action.USE_FEATURE: 8,
        Action.EXPORT_MIDI: 1,
        Action.READ_METERS: 1,
        Action.PLAY_AT_TEMPO: 1,
    },
    Persona.PERFORMER: {
        Action.OPEN_SONG: 3,
        Action.EDIT_TEMPO: 2,
        Action.SWITCH_PERFORMANCE: 10,
        Action.ASSIGN_INSTRUMENT: 1,
        Action.USE_FEATURE: 4,
        Action.PLAY_AT_TEMPO: 3,
        Action.STOP: 2,
        Action.PLAY: 2,
    },
    Persona.ENGINEER: {
        Action.OPEN_SONG: 4,
        Action.EDIT_TEMPO: 1,
        Action.SWITCH_PERFORMANCE: 4,
        Action.USE_FEATURE: 12,
        Action.EXPORT_MIDI: 2,
        Action.READ_METERS: 4,
        Action.PLAY: 1,
    },
    Persona.STUDENT: {
        Action.LIST_SONGS: 2,
        Action.OPEN_SONG: 3,
        Action.EDIT_TEMPO: 3,
        Action.ADD_PERFORMANCE: 1,
        Action.ASSIGN_INSTRUMENT: 3,
        Action.USE_FEATURE: 5,
        Action.LOOK_AT_PROFILE: 1,
        Action.PLAY: 1,
    },
}
# The share of the visits that begin with a new song.
_NEW_SONG = {
    Persona.PRODUCER: 0.5,
    Persona.PERFORMER: 0.2,
    Persona.ENGINEER: 0.1,
    Persona.STUDENT: 0.4,
}
_MEAN_WORK_STEPS = 22
_FEWEST_WORK_STEPS = 4
_FEATURE_FAILS = 0.02
_LOGS_OUT = 0.7
# The median think time, and how far it spreads (the sigma of its logarithm).
_THINK_S = 5.0
_THINK_SPREAD = 0.8
_LONGEST_THINK_S = 120.0
_RETYPE_S = 2.0
# Who can't remember the password after so many attempts goes away.
ATTEMPTS = 10


class Visit:
    """Draws what happens in one visit from a random source of its own."""

    def __init__(
        self,
        source: random.Random,
        persona: Persona,
        wrong_passwords: float,
        faults: float,
        engine: bool,
    ) -> None:
        self._random = source
        self._wrong_passwords = wrong_passwords
        self._faults = faults
        work = {
            action: weight
            for action, weight in _WORK[persona].items()
            if engine or action not in AT_THE_ENGINE
        }
        self._actions, self._weights = list(work), list(work.values())
        self._new_song = _NEW_SONG[persona]
        self._engine = engine

    def steps(self, new: bool, newcomer: bool) -> Iterator[tuple[float, Action, float]]:
        """Yield the pause before each action in seconds, the action, and its open choice.

        ``new`` is somebody without an account; a ``newcomer`` replaces one who had one.
        """
        if new:
            yield self._step(Action.REPLACE if newcomer else Action.SIGN_UP, 0.0)
        for _ in range(ATTEMPTS):
            if self._random.random() >= self._wrong_passwords:
                yield self._step(Action.LOG_IN, _RETYPE_S)
                yield from self._session()
                return
            yield self._step(Action.MISTYPE_PASSWORD, _RETYPE_S)
        yield self._step(Action.LEAVE, _RETYPE_S)

    def _session(self) -> Iterator[tuple[float, Action, float]]:
        yield self._step(Action.LIST_SONGS, 0.5)
        created = self._random.random() < self._new_song
        yield self._step(Action.CREATE_SONG if created else Action.OPEN_SONG)
        yield from self._breakage()
        for _ in range(_FEWEST_WORK_STEPS + int(self._random.expovariate(1 / _MEAN_WORK_STEPS))):
            yield from self._work()
        yield self._step(Action.LOG_OUT if self._random.random() < _LOGS_OUT else Action.LEAVE)

    def _work(self) -> Iterator[tuple[float, Action, float]]:
        action = self._random.choices(self._actions, self._weights)[0]
        if action is Action.USE_FEATURE and self._random.random() < _FEATURE_FAILS:
            action = Action.FAIL_AT_FEATURE
        yield self._step(action)
        if action is Action.STOP:  # nobody leaves the studio silent
            yield self._step(Action.PLAY)

    def _breakage(self) -> Iterator[tuple[float, Action, float]]:
        if self._engine and self._random.random() < self._faults:
            yield self._step(Action.BREAK)
            yield self._step(Action.MEND, self._random.uniform(10, 60))

    def _step(self, action: Action, wait_s: float | None = None) -> tuple[float, Action, float]:
        if wait_s is None:
            drawn = _THINK_S * self._random.lognormvariate(0, _THINK_SPREAD)
            wait_s = min(drawn, _LONGEST_THINK_S)
        return wait_s, action, self._random.random()
