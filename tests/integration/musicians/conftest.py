"""A double of the reference backend that can be made to fail, and the musicians as a process."""

from __future__ import annotations

import asyncio
import contextlib
import json
import os
import re
import signal
import subprocess
import sys
import threading
from collections import Counter
from collections.abc import Callable, Iterator
from typing import Any

import pytest

from tests.support.paths import ROOT

PACKAGES = ROOT / "reference_app/musicians"
sys.path.insert(0, str(PACKAGES))
DEADLINE_S = 20
INSTRUMENTS = ["grand-piano", "electric-bass", "drum-kit"]
SONG = r"/songs/(?P<song>\d+)"


class Double:
    """Speaks the API of docs/reference/reference-backend.md from memory.

    ``mood`` is how it answers: ``well``, ``hang``, ``close`` (in the middle), ``garbage``,
    ``no_object`` (JSON of the wrong shape), ``slow``, or a status such as ``503``.
    """

    def __init__(self) -> None:
        self.mood = "well"
        self.slow_s = 0.2
        self.answers: Counter[str] = Counter()
        self.log_ins: list[bool] = []
        self.users: dict[str, dict[str, Any]] = {}
        self.under_way = self.most_under_way = self.connections = 0
        self._sessions: dict[str, str] = {}
        self._songs: dict[int, dict[str, Any]] = {}
        self._writers: set[asyncio.StreamWriter] = set()
        self._loop = asyncio.new_event_loop()
        self._thread = threading.Thread(target=self._loop.run_forever)
        self._thread.start()
        self._server = self._run(self._listen(0))
        self.port = self._server.sockets[0].getsockname()[1]
        self.url = f"http://127.0.0.1:{self.port}"

    def forget_everything(self) -> None:
        """Lose the database."""
        for table in (self.users, self._sessions, self._songs):
            table.clear()

    def end_sessions(self) -> None:
        """Let every session expire."""
        self._sessions.clear()

    def go_away(self) -> None:
        """Refuse connections."""
        self._run(self._hang_up())

    def come_back(self) -> None:
        """Accept connections again."""
        self._server = self._run(self._listen(self.port))

    def end(self) -> None:
        """Leave no task, no socket and no thread."""
        self._run(self._hang_up())
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join()
        self._loop.close()

    def _run(self, work: Any) -> Any:
        return asyncio.run_coroutine_threadsafe(work, self._loop).result(DEADLINE_S)

    async def _listen(self, port: int) -> asyncio.Server:
        return await asyncio.start_server(self._serve, "127.0.0.1", port)

    async def _hang_up(self) -> None:
        self._server.close()
        tasks = asyncio.all_tasks() - {asyncio.current_task()}
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
        await asyncio.sleep(0)

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self.connections += 1
        try:
            with contextlib.suppress(asyncio.IncompleteReadError, ConnectionError):
                while await self._one(reader, writer):
                    pass
        except asyncio.CancelledError:
            pass
        finally:
            writer.close()

    async def _one(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> bool:
        head = (await reader.readuntil(b"\r\n\r\n")).decode()
        length = re.search(r"Content-Length: (\d+)", head)
        body = await reader.readexactly(int(length[1])) if length else b""
        self.under_way += 1
        self.most_under_way = max(self.most_under_way, self.under_way)
        try:
            if self.mood == "hang":
                await asyncio.sleep(3600)
            if self.mood == "slow":
                await asyncio.sleep(self.slow_s)
            return self._reply(writer, head, body)
        finally:
            self.under_way -= 1

    def _reply(self, writer: asyncio.StreamWriter, head: str, body: bytes) -> bool:
        if self.mood == "close":
            writer.write(b"HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\nhalf")
        elif self.mood == "garbage":
            writer.write(b"220 mail.example.org ESMTP\r\n\r\n")
        elif self.mood == "no_object":
            writer.write(b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\n[]")
        elif self.mood.isdigit():
            self.answers[f"* {self.mood}"] += 1
            line = f"HTTP/1.1 {self.mood} No\r\nContent-Length: 2\r\nRetry-After: 1\r\n\r\n{{}}"
            writer.write(line.encode())
        else:
            method, path = head.split(" ", 2)[:2]
            status, content = self._answer(method, path, head, json.loads(body) if body else {})
            self.answers[f"{method} {re.sub(r'[0-9]+|[?].*', '', path)} {status}"] += 1
            text = b"" if status == 204 else json.dumps(content).encode()
            size = "" if status == 204 else f"Content-Length: {len(text)}\r\n"
            writer.write(f"HTTP/1.1 {status} X\r\n{size}\r\n".encode() + text)
        return self.mood not in ("close", "garbage")

    def _answer(self, method: str, path: str, head: str, content: Any) -> tuple[int, Any]:
        request = f"{method} {path.removeprefix('/api/v1').partition('?')[0]}"
        if request == "POST /users":
            new = content["email"] not in self.users
            self.users.setdefault(content["email"], content)
            return (201, {"id": len(self.users), "name": content["name"]}) if new else (409, {})
        if request == "POST /sessions":
            return self._log_in(content)
        token = re.search("Authorization: Bearer (.+)\r\n", head)
        email = self._sessions.get(token[1]) if token else None
        if email is None:
            return 401, {}
        for pattern, handler in self._routes().items():
            match = re.fullmatch(pattern, request)
            if match:
                named = match.groupdict()
                song = self._songs.get(int(named.get("song", 0)), {})
                if "song" in named and song.get("email") != email:
                    return 404, {}
                return handler(email, song, content, named)
        return 404, {}

    def _log_in(self, content: Any) -> tuple[int, Any]:
        user = self.users.get(content["email"])
        right = user is not None and user["password"] == content["password"]
        self.log_ins.append(right)
        if not right:
            return 401, {}
        token = f"token-{len(self.log_ins)}"
        self._sessions[token] = content["email"]
        return 201, {"token": token, "expires_in_s": 3600}

    def _routes(self) -> dict[str, Callable[..., tuple[int, Any]]]:
        return {
            "GET /me": lambda email, *_: (200, {"id": 1, "name": email, "created_at": "2026"}),
            "DELETE /sessions/current": lambda *_: (204, None),
            "GET /songs": self._list,
            "POST /songs": self._create,
            f"GET {SONG}": lambda _, song, *__: (200, song),
            f"PATCH {SONG}": self._edit,
            f"DELETE {SONG}": self._delete,
            f"POST {SONG}/performances": self._perform,
            f"PUT {SONG}/performance": self._switch,
            "GET /instruments": lambda *_: (200, {"instruments": INSTRUMENTS}),
            rf"PUT {SONG}/channels/(?P<channel>[1-9]|10)/instrument": self._assign,
            "POST /features/(?P<feature>[a-z]+)/uses": lambda _, __, content, ___: (
                204 if content["ok"] in (True, False) else 422,
                None,
            ),
            f"POST {SONG}/export": lambda *_: (200, {"notes": "MThd"}),
        }

    def _list(self, email: str, *_: Any) -> tuple[int, Any]:
        mine = [song for song in self._songs.values() if song["email"] == email]
        return 200, {"songs": mine[::-1][:20], "next": None}

    def _create(self, email: str, _: Any, content: Any, __: Any) -> tuple[int, Any]:
        number = max(self._songs, default=0) + 1
        self._songs[number] = {"id": number, "email": email, "performances": [], **content}
        return 201, {"id": number, **content}

    def _edit(self, _: str, song: Any, content: Any, __: Any) -> tuple[int, Any]:
        if not 20 <= content["tempo_bpm"] <= 400:
            return 422, {}
        song.update(content)
        return 200, song

    def _delete(self, _: str, song: Any, *__: Any) -> tuple[int, Any]:
        del self._songs[song["id"]]
        return 204, None

    def _perform(self, _: str, song: Any, content: Any, __: Any) -> tuple[int, Any]:
        performance = {"id": len(song["performances"]) + 1, "name": content["name"]}
        song["performances"].append(performance)
        return 201, performance

    def _switch(self, _: str, song: Any, content: Any, __: Any) -> tuple[int, Any]:
        known = [performance["id"] for performance in song["performances"]]
        return (200, song) if content["performance_id"] in known else (404, {})

    def _assign(self, _: str, __: Any, content: Any, named: Any) -> tuple[int, Any]:
        if content["instrument"] not in INSTRUMENTS:
            return 422, {}
        return 200, {"channel": int(named["channel"]), "instrument": content["instrument"]}


class Musicians:
    """The program with these options, as a process."""

    def __init__(self, *options: str) -> None:
        self.process = subprocess.Popen(
            [sys.executable, "-m", "whiteroom_musicians", *options],
            env={**os.environ, "PYTHONPATH": str(PACKAGES)},
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )

    def end(self) -> tuple[int, list[dict[str, Any]], str]:
        """Wait for its end; return the status, the lines that it said, and its complaints."""
        said, complaints = self.process.communicate(timeout=DEADLINE_S)
        return self.process.returncode, [json.loads(line) for line in said.splitlines()], complaints

    def stop(self, number: signal.Signals) -> tuple[int, list[dict[str, Any]], str]:
        """End it with a signal."""
        self.process.send_signal(number)
        return self.end()


@pytest.fixture
def backend() -> Iterator[Double]:
    """A double that answers well."""
    double = Double()
    yield double
    double.end()


@pytest.fixture
def musicians() -> Iterator[Callable[..., Musicians]]:
    """Return a function that starts the program; all are ended."""
    started: list[Musicians] = []

    def start(*options: str) -> Musicians:
        started.append(Musicians(*options))
        return started[-1]

    yield start
    for running in started:
        running.process.kill()
        running.process.communicate(timeout=DEADLINE_S)
