"""Uses every key of a real channel once a day, in ways that notify nobody.

It finds a key that was withdrawn, a webhook that was removed, a password that was changed. That a
provider takes a notification and drops it, nothing on this machine can see.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace

from whiteroom_monitoring.pager_path import BrokenHop, PathState
from whiteroom_monitoring.watcher.channels import Channel
from whiteroom_monitoring.watcher.telling import FAILURES

DAY_S = 86_400.0
# After a failure: a network may be away for a moment.
AGAIN_S = 300.0
FEWEST_FAILURES = 2


@dataclass
class Keys:
    """The keys of ``channels``, which are not at the server ``own``. Used by one thread."""

    channels: Callable[[], Sequence[Channel]]
    own: str
    say: Callable[[str], None] = print
    _due_s: float | None = None
    _failures: dict[str, int] = field(default_factory=dict)
    _broken: dict[str, BrokenHop] = field(default_factory=dict)

    def probe(self, now_s: float, now: float) -> None:
        """Use each key, if that is due. ``now_s`` is of a clock that never jumps."""
        if self._due_s is None:
            # Not within a start, which has to do with other things.
            self._due_s = now_s + AGAIN_S
        if now_s < self._due_s:
            return
        problems = self._problems()
        self._failures = {name: self._failures.get(name, 0) + 1 for name in problems}
        self._broken = {
            name: self._broken.get(name, BrokenHop(name, now, problem))
            for name, problem in problems.items()
            if self._failures[name] >= FEWEST_FAILURES
        }
        self._due_s = now_s + (AGAIN_S if problems else DAY_S)

    def with_broken(self, state: PathState) -> PathState:
        """Return a state that names the channels whose keys are refused, too."""
        known = {hop.hop for hop in state.broken}
        more = tuple(hop for name, hop in self._broken.copy().items() if name not in known)
        return replace(state, broken=(*state.broken, *more))

    def _problems(self) -> dict[str, str]:
        problems: dict[str, str] = {}
        try:
            channels = self.channels()
        except FAILURES as error:
            self.say(f"keys: Alertmanager's configuration can't be used: {error}")
            return {}
        for channel in channels:
            if channel.leads_to(self.own):
                continue
            try:
                channel.probe()
            except FAILURES as error:
                problems.setdefault(channel.name, f"its daily probe failed: {error}")
                self.say(f"keys: {channel.name}: {error}")
        return problems
