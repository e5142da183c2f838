"""The requests of the API: reads what came, asks who knows, answers in JSON."""

from __future__ import annotations

import json
import re
import uuid
from dataclasses import dataclass
from http import HTTPStatus
from typing import Any

from starlette.requests import Request
from starlette.responses import Response

from whiteroom_backend import exports, validation
from whiteroom_backend.accounts import Accounts
from whiteroom_backend.errors import MalformedError, MediaTypeError, TooLargeError
from whiteroom_backend.features import Features
from whiteroom_backend.instruments import Instruments
from whiteroom_backend.sessions import LIFETIME_S, Session, Sessions
from whiteroom_backend.songs import Songs, timestamp

JSON = "application/json"
LARGEST_BODY_BYTES = 64 * 1024
DEFAULT_LIMIT, LARGEST_LIMIT = 20, 100
CHANNELS = range(1, 17)
LONGEST_NAME, LONGEST_TITLE, LONGEST_KEY = 100, 200, 32
SHORTEST_PASSWORD, LONGEST_PASSWORD = 8, 256

SIGNUP = {
    "name": validation.text(LONGEST_NAME),
    "email": validation.email,
    "password": validation.text(LONGEST_PASSWORD, SHORTEST_PASSWORD),
}
# Whatever is no address and no password is a wrong one.
LOGIN = {
    "email": validation.text(validation.LONGEST_EMAIL),
    "password": validation.text(LONGEST_PASSWORD),
}
SONG = {
    "title": validation.text(LONGEST_TITLE),
    "tempo_bpm": validation.number(20, 400),
    "key": validation.text(LONGEST_KEY),
}
PERFORMANCE = {"name": validation.text(LONGEST_NAME)}
SWITCH = {"performance_id": validation.identifier}
ASSIGNMENT = {"instrument": validation.text(LONGEST_NAME)}
USE = {"ok": validation.boolean}
EXPORT = {"format": validation.choice("midi", "json")}


@dataclass(frozen=True)
class Api:
    """The handlers of all requests. Each raises ApiError for what it does not answer."""

    accounts: Accounts
    sessions: Sessions
    songs: Songs
    instruments: Instruments
    features: Features

    async def sign_up(self, request: Request) -> Response:
        """``POST /users``"""
        signup = validation.read(await _content(request), SIGNUP)
        identity = await self.accounts.create(**signup)
        return answer({"id": str(identity), "name": signup["name"]}, HTTPStatus.CREATED)

    async def log_in(self, request: Request) -> Response:
        """``POST /sessions``"""
        account = await self.accounts.log_in(**validation.read(await _content(request), LOGIN))
        token = await self.sessions.begin(account)
        return answer({"token": token, "expires_in_s": LIFETIME_S}, HTTPStatus.CREATED)

    async def log_out(self, request: Request) -> Response:
        """``DELETE /sessions/current``"""
        await self.sessions.end(await self._session(request))
        return Response(status_code=HTTPStatus.NO_CONTENT)

    async def me(self, request: Request) -> Response:
        """``GET /me``"""
        account = await self.accounts.find(await self._account(request))
        created_at = timestamp(account.created_at)
        return answer({"id": str(account.id), "name": account.name, "created_at": created_at})

    async def list_songs(self, request: Request) -> Response:
        """``GET /songs``"""
        account = await self._account(request)
        limit, before = _limit(request), request.query_params.get("before")
        start = None if before is None else _identifier("before", before)
        songs = await self.songs.page(account, limit + 1, start)
        follows = songs[limit - 1]["id"] if len(songs) > limit else None
        return answer({"songs": songs[:limit], "next": follows})

    async def create_song(self, request: Request) -> Response:
        """``POST /songs``"""
        account = await self._account(request)
        song = validation.read(await _content(request), SONG)
        return answer(await self.songs.create(account, song), HTTPStatus.CREATED)

    async def open_song(self, request: Request) -> Response:
        """``GET /songs/ID``"""
        return answer(await self.songs.open(await self._account(request), _song(request)))

    async def change_song(self, request: Request) -> Response:
        """``PATCH /songs/ID``"""
        account, song = await self._account(request), _song(request)
        changes = validation.read(await _content(request), SONG, some=True)
        return answer(await self.songs.change(account, song, changes))

    async def delete_song(self, request: Request) -> Response:
        """``DELETE /songs/ID``"""
        await self.songs.delete(await self._account(request), _song(request))
        return Response(status_code=HTTPStatus.NO_CONTENT)

    async def perform(self, request: Request) -> Response:
        """``POST /songs/ID/performances``"""
        account, song = await self._account(request), _song(request)
        performance = validation.read(await _content(request), PERFORMANCE)
        return answer(
            await self.songs.perform(account, song, performance["name"]), HTTPStatus.CREATED
        )

    async def switch(self, request: Request) -> Response:
        """``PUT /songs/ID/performance``"""
        account, song = await self._account(request), _song(request)
        switch = validation.read(await _content(request), SWITCH)
        return answer(await self.songs.switch(account, song, switch["performance_id"]))

    async def list_instruments(self, request: Request) -> Response:
        """``GET /instruments``"""
        await self._account(request)
        return answer({"instruments": list(await self.instruments.programs())})

    async def assign(self, request: Request) -> Response:
        """``PUT /songs/ID/channels/NUMBER/instrument``"""
        account, song, channel = await self._account(request), _song(request), _channel(request)
        name = validation.read(await _content(request), ASSIGNMENT)["instrument"]
        await self.instruments.check(name)
        return answer(await self.songs.assign(account, song, channel, name))

    async def use_feature(self, request: Request) -> Response:
        """``POST /features/FEATURE/uses``"""
        account = await self._account(request)
        used = validation.read(await _content(request), USE)
        await self.features.use(account, request.path_params["feature"], used["ok"])
        return Response(status_code=HTTPStatus.NO_CONTENT)

    async def export(self, request: Request) -> Response:
        """``POST /songs/ID/export``"""
        account, identity = await self._account(request), _song(request)
        file_format = validation.read(await _content(request), EXPORT)["format"]
        song = await self.songs.open(account, identity)
        if file_format == "json":
            return _file(_encoded(song), f"{identity}.json", JSON)
        programs = await self.instruments.programs()
        return _file(exports.midi(song, programs), f"{identity}.mid", "audio/midi")

    async def _session(self, request: Request) -> Session:
        return await self.sessions.authenticate(request.headers.get("authorization"))

    async def _account(self, request: Request) -> uuid.UUID:
        return (await self._session(request)).account_id


def answer(
    content: object, status: int = HTTPStatus.OK, headers: dict[str, str] | None = None
) -> Response:
    """Return ``content`` as compact JSON."""
    return Response(_encoded(content), status, headers, JSON)


def _encoded(content: object) -> bytes:
    return json.dumps(content, separators=(",", ":")).encode()


def _file(content: bytes, name: str, kind: str) -> Response:
    return Response(
        content,
        media_type=kind,
        headers={"Content-Disposition": f'attachment; filename="{name}"'},
    )


async def _content(request: Request) -> dict[str, Any]:
    kind = request.headers.get("content-type", "")
    if kind.partition(";")[0].strip().lower() != JSON:
        raise MediaTypeError(f"expected a body with Content-Type: {JSON}")
    body = bytearray()
    async for part in request.stream():
        body += part
        if len(body) > LARGEST_BODY_BYTES:
            raise TooLargeError(f"expected a body of at most {LARGEST_BODY_BYTES} bytes")
    return validation.content(bytes(body))


def _song(request: Request) -> uuid.UUID:
    return _identifier("song", request.path_params["song"])


def _identifier(name: str, value: str) -> uuid.UUID:
    identifier = validation.parse_identifier(value)
    if identifier is None:
        raise MalformedError(f"{name}: expected a UUID")
    return identifier


def _limit(request: Request) -> int:
    value = request.query_params.get("limit", str(DEFAULT_LIMIT))
    if not re.fullmatch(r"[0-9]{1,3}", value) or not 1 <= int(value) <= LARGEST_LIMIT:
        raise MalformedError(f"limit: expected 1 to {LARGEST_LIMIT}")
    return int(value)


def _channel(request: Request) -> int:
    value = request.path_params["number"]
    if not re.fullmatch(r"[0-9]{1,2}", value) or int(value) not in CHANNELS:
        raise MalformedError(f"channel: expected {CHANNELS[0]} to {CHANNELS[-1]}")
    return int(value)
