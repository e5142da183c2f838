"""The musicians at the reference engine: its control socket, one JSON object a line."""

from __future__ import annotations

import asyncio
import json
from typing import Any

from whiteroom_musicians.backoff import Backoff
from whiteroom_musicians.errors import NoAnswerError
from whiteroom_musicians.musician import pick
from whiteroom_musicians.stats import Stats
from whiteroom_musicians.visit import Action

TIMEOUT_S = 10.0
# A fault may last longer than the buffer, but not so long that nothing is heard any more.
SLOW_CHANNELS = ("bass", "chords", "pad", "lead")
LONGEST_SLOW_US = 8000
STALL_MS = (20, 60)


class Engine:
    """Sends commands over one connection, one at a time."""

    def __init__(self, path: str, stats: Stats, backoff: Backoff) -> None:
        self.backoff = backoff
        self._path = path
        self._stats = stats
        self._streams: tuple[asyncio.StreamReader, asyncio.StreamWriter] | None = None
        self._turn = asyncio.Lock()
        self._broken: set[str] = set()

    async def do(self, action: Action, choice: float) -> bool:
        """Return whether the engine did it; what it did instead is counted."""
        if self.backoff.waits:
            self._stats.count("engine_skipped")
            return False
        try:
            async with self._turn:
                for request in self._requests(action, choice):
                    await self._obey(request)
        except NoAnswerError as error:
            self._stats.error(f"engine_{error.kind}")
            self.backoff.failed(str(error))
            return False
        return True

    async def close(self) -> None:
        """Mend what is broken, then hang up."""
        if self._broken:
            await self.do(Action.MEND, 0)
        self._hang_up()

    def _requests(self, action: Action, choice: float) -> list[dict[str, Any]]:
        if action is Action.PLAY_AT_TEMPO:
            return [{"command": "tempo", "bpm": 80 + round(choice * 80)}]
        if action is Action.READ_METERS:
            return [{"command": "status"}]
        if action is Action.BREAK:
            return [self._fault(choice)]
        if action is Action.MEND:
            mended, self._broken = sorted(self._broken), set()
            return [_slow_plugin(channel, 0) for channel in mended]
        return [{"command": action.value}]

    def _fault(self, choice: float) -> dict[str, Any]:
        if choice < 0.3:
            shortest, longest = STALL_MS
            milliseconds = shortest + round(choice / 0.3 * (longest - shortest))
            return {"command": "fault", "kind": "stall", "milliseconds": milliseconds}
        channel = pick(SLOW_CHANNELS, choice)
        self._broken.add(channel)
        return _slow_plugin(channel, round(choice * LONGEST_SLOW_US))

    async def _obey(self, request: dict[str, Any]) -> None:
        self._stats.count("engine_commands")
        done = False
        try:
            async with asyncio.timeout(TIMEOUT_S):
                response = await self._exchange(json.dumps(request).encode() + b"\n")
            done = True
        except TimeoutError as error:
            raise NoAnswerError("timeout", f"{self._path}: nothing for {TIMEOUT_S:g} s") from error
        finally:
            if not done:
                self._hang_up()
        self.backoff.answered()
        if response.get("ok") is not True:
            self._stats.error("engine_refused_command")

    async def _exchange(self, line: bytes) -> dict[str, Any]:
        if self._streams is None:
            self._streams = await self._connect()
        reader, writer = self._streams
        try:
            writer.write(line)
            answered = await reader.readline()
        except OSError as error:
            raise NoAnswerError("closed", f"{self._path}: {error.strerror}") from error
        except ValueError as error:
            raise NoAnswerError("garbage", f"{self._path}: a line without end") from error
        if not answered.endswith(b"\n"):
            raise NoAnswerError("closed", f"{self._path}: the engine has hung up")
        return self._parse(answered)

    def _parse(self, line: bytes) -> dict[str, Any]:
        try:
            response = json.loads(line)
        except ValueError:
            response = None
        if not isinstance(response, dict):
            raise NoAnswerError("garbage", f"{self._path}: expected an object, found {line[:40]!r}")
        return response

    async def _connect(self) -> tuple[asyncio.StreamReader, asyncio.StreamWriter]:
        try:
            return await asyncio.open_unix_connection(self._path)
        except OSError as error:
            problem = f"{self._path}: {error.strerror}; does the engine run?"
            raise NoAnswerError("refused", problem) from error

    def _hang_up(self) -> None:
        if self._streams is not None:
            self._streams[1].close()
            self._streams = None


def _slow_plugin(channel: str, microseconds: int) -> dict[str, Any]:
    fault = {"command": "fault", "kind": "slow_plugin", "channel": channel}
    return {**fault, "microseconds": microseconds}
