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
class _Announcement:
    """A hop that is broken: when each channel took the news, and when it was tried."""

    hop: BrokenHop
    taken: dict[str, float] = field(default_factory=dict)
    tried: dict[str, float] = field(default_factory=dict)


@dataclass
class Announcer:
    """Tells of the hops of a state by ``channels``. Used by one thread; `with_notified` by any."""

    channels: Callable[[], Sequence[Channel]]
    say: Callable[[str], None] = print
    _open: dict[str, _Announcement] = field(default_factory=dict)
    _over: list[_Announcement] = field(default_factory=list)

    def announce(self, state: PathState, now_s: float) -> None:
        """Tell what is new of a state, and again what was refused."""
        broken = {hop.hop: hop for hop in state.broken}
        for name in self._open.keys() - broken.keys():
            self._over.append(self._open.pop(name))
        for name, hop in broken.items():
            if name not in self._open:
                self.say(f"broken: {hop}")
                self._open[name] = _Announcement(hop)
        if not self._open and not self._over:
            return
        channels = self._channels()
        for news in self._open.values():
            for channel in channels:
                if channel.takes(news.hop) and self._is_due(news, channel.name, now_s):
                    self._send(channel, news, now_s)
        self._end(channels)

    def with_notified(self, state: PathState) -> PathState:
        """Return a state that says who was told of each hop."""
        taken = {name: tuple(sorted(news.taken.copy())) for name, news in self._open.copy().items()}
        return replace(
            state, broken=tuple(replace(b, notified=taken.get(b.hop, ())) for b in state.broken)
        )

    def _channels(self) -> Sequence[Channel]:
        try:
            return self.channels()
        except FAILURES as error:
            self.say(f"channels: Alertmanager's configuration can't be used: {error}")
            return ()

    @staticmethod
    def _is_due(news: _Announcement, channel: str, now_s: float) -> bool:
        if channel in news.taken:
            return channel == _REPEATED and now_s - news.taken[channel] >= REPEAT_S
        return now_s - news.tried.get(channel, -AGAIN_S) >= AGAIN_S

    def _send(self, channel: Channel, news: _Announcement, now_s: float) -> None:
        news.tried[channel.name] = now_s
        try:
            channel.send(news.hop, over=False)
        except FAILURES as error:
            self.say(f"{channel.name}: not told of {news.hop.hop}: {error}")
        else:
            news.taken[channel.name] = now_s
            self.say(f"{channel.name}: told of {news.hop.hop}")

    def _end(self, channels: Iterable[Channel]) -> None:
        """Tell that hops are whole again to those who were told that they were broken."""
        for news in self._over:
            self.say(f"whole again: {news.hop.hop}")
            for channel in channels:
                if channel.name not in news.taken:
                    continue
                try:
                    channel.send(news.hop, over=True)
                except FAILURES as error:
                    self.say(f"{channel.name}: not told that {news.hop.hop} is whole: {error}")
        self._over.clear()


def to_output(line: str) -> None:
    """Print a line at once."""
    print(line, flush=True, file=sys.stdout)
