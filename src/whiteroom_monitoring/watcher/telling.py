"""Tells people which hop is broken, and that it is whole again, by every channel that takes it."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field, replace

import yaml

from whiteroom_monitoring.errors import MonitoringError
from whiteroom_monitoring.pager_path import BrokenHop, PathState
from whiteroom_monitoring.watcher.channels import Channel

# A channel that refused is tried again after so long.
AGAIN_S = 15.0
# PagerDuty joins a repetition to the open incident, and opens one that somebody has closed.
REPEAT_S = 300.0
_REPEATED = "pagerduty"
FAILURES = (MonitoringError, OSError, ValueError, KeyError, TypeError, yaml.YAMLError)


@dataclass
class _Told:
    """A hop that is broken: when each channel took the news, and when it was tried."""

    hop: BrokenHop
    taken: dict[str, float] = field(default_factory=dict)
    tried: dict[str, float] = field(default_factory=dict)


@dataclass
class Announcer:
    """Tells of the hops of a state by ``channels``. Used by one thread; `told` by any."""

    channels: Callable[[], Sequence[Channel]]
    say: Callable[[str], None] = print
    _told: dict[str, _Told] = field(default_factory=dict)
    _over: list[_Told] = field(default_factory=list)

    def announce(self, state: PathState, now_s: float) -> None:
        """Tell what is new of a state, and again what was refused."""
        broken = {hop.hop: hop for hop in state.broken}
        for name in self._told.keys() - broken.keys():
            self._over.append(self._told.pop(name))
        for name, hop in broken.items():
            if name not in self._told:
                self.say(f"broken: {hop}")
                self._told[name] = _Told(hop)
        if not self._told and not self._over:
            return
        channels = self._channels()
        for told in self._told.values():
            for channel in channels:
                if channel.takes(told.hop) and self._is_due(told, channel.name, now_s):
                    self._send(channel, told, now_s)
        self._end(channels)

    def with_told(self, state: PathState) -> PathState:
        """Return a state that says who was told of each hop."""
        taken = {name: tuple(sorted(told.taken)) for name, told in self._told.copy().items()}
        return replace(
            state, broken=tuple(replace(b, told=taken.get(b.hop, ())) for b in state.broken)
        )

    def _channels(self) -> Sequence[Channel]:
        try:
            return self.channels()
        except FAILURES as error:
            self.say(f"channels: Alertmanager's configuration can't be used: {error}")
            return ()

    @staticmethod
    def _is_due(told: _Told, channel: str, now_s: float) -> bool:
        if channel in told.taken:
            return channel == _REPEATED and now_s - told.taken[channel] >= REPEAT_S
        return now_s - told.tried.get(channel, -AGAIN_S) >= AGAIN_S

    def _send(self, channel: Channel, told: _Told, now_s: float) -> None:
        told.tried[channel.name] = now_s
        try:
            channel.send(told.hop, over=False)
        except FAILURES as error:
            self.say(f"{channel.name}: not told of {told.hop.hop}: {error}")
        else:
            told.taken[channel.name] = now_s
            self.say(f"{channel.name}: told of {told.hop.hop}")

    def _end(self, channels: Iterable[Channel]) -> None:
        """Tell that hops are whole again to those who were told that they were broken."""
        for told in self._over:
            self.say(f"whole again: {told.hop.hop}")
            for channel in channels:
                if channel.name not in told.taken:
                    continue
                try:
                    channel.send(told.hop, over=True)
                except FAILURES as error:
                    self.say(f"{channel.name}: not told that {told.hop.hop} is whole: {error}")
        self._over.clear()


def to_output(line: str) -> None:
    """Print a line at once."""
    print(line, flush=True, file=sys.stdout)
