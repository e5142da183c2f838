"""Songs, and what belongs to them. Each request is one statement, and sees one account's songs."""

from __future__ import annotations

import uuid
from datetime import UTC, datetime
from typing import Any

from whiteroom_backend import identifiers
from whiteroom_backend.database import Database, Row
from whiteroom_backend.errors import NotFoundError
from whiteroom_backend.recorder import NullRecorder

NO_SONG = "no such song"


class Songs:
    """All songs. Every method raises NotFoundError for a song that the account has not."""

    def __init__(self, database: Database, recorder: NullRecorder) -> None:
        self._database = database
        self._recorder = recorder

    async def page(self, account: uuid.UUID, limit: int, before: uuid.UUID | None) -> list[Any]:
        """Return songs, newest first: those before ``before``, or the newest."""
        rows = await self._database.rows(
            "SELECT id, title, tempo_bpm, key, created_at, performance_id FROM songs "
            "WHERE account_id = %s AND id < %s ORDER BY id DESC LIMIT %s",
            *(account, before or uuid.UUID(int=2**128 - 1), limit),
        )
        return [_song(row) for row in rows]

    async def create(self, account: uuid.UUID, song: dict[str, Any]) -> dict[str, Any]:
        """Return a new song."""
        row = await self._database.row(
            "INSERT INTO songs (id, account_id, title, tempo_bpm, key) "
            "VALUES (%s, %s, %s, %s, %s) "
            "RETURNING id, title, tempo_bpm, key, created_at, performance_id",
            *(identifiers.new(), account, song["title"], song["tempo_bpm"], song["key"]),
        )
        self._recorder.song_created()
        return _song(_existing(row))

    async def open(self, account: uuid.UUID, song: uuid.UUID) -> dict[str, Any]:
        """Return a song with its performances and instruments."""
        row = await self._database.row(
            """
            SELECT id, title, tempo_bpm, key, created_at, performance_id,
                (SELECT coalesce(json_agg(json_build_object('id', p.id, 'name', p.name)
                    ORDER BY p.id), '[]') FROM performances AS p WHERE p.song_id = songs.id),
                (SELECT coalesce(json_agg(json_build_object('channel', c.number,
                    'instrument', c.instrument) ORDER BY c.number), '[]')
                    FROM channels AS c WHERE c.song_id = songs.id)
            FROM songs WHERE id = %s AND account_id = %s
            """,
            *(song, account),
        )
        *plain, performances, channels = _existing(row)
        return {**_song(plain), "performances": performances, "channels": channels}

    async def change(
        self, account: uuid.UUID, song: uuid.UUID, changes: dict[str, Any]
    ) -> dict[str, Any]:
        """Return the song after ``changes``."""
        row = await self._database.row(
            "UPDATE songs SET title = coalesce(%s, title), "
            "tempo_bpm = coalesce(%s, tempo_bpm), key = coalesce(%s, key) "
            "WHERE id = %s AND account_id = %s "
            "RETURNING id, title, tempo_bpm, key, created_at, performance_id",
            *(changes.get("title"), changes.get("tempo_bpm"), changes.get("key"), song, account),
        )
        return _song(_existing(row))

    async def delete(self, account: uuid.UUID, song: uuid.UUID) -> None:
        """Delete a song and what belongs to it."""
        _existing(
            await self._database.row(
                "DELETE FROM songs WHERE id = %s AND account_id = %s RETURNING id", song, account
            )
        )

    async def perform(self, account: uuid.UUID, song: uuid.UUID, name: str) -> dict[str, Any]:
        """Return a new performance; the first one of a song is its current one."""
        row = await self._database.row(
            """
            WITH song AS (
                SELECT id FROM songs WHERE id = %s AND account_id = %s FOR UPDATE
            ), made AS (
                INSERT INTO performances (id, song_id, name) SELECT %s, id, %s FROM song
                RETURNING id, song_id, name
            ), current AS (
                UPDATE songs SET performance_id = made.id FROM made
                WHERE songs.id = made.song_id AND performance_id IS NULL
            )
            SELECT id, name FROM made
            """,
            *(song, account, identifiers.new(), name),
        )
        identity, stored_name = _existing(row)
        return {"id": str(identity), "name": stored_name}

    async def switch(
        self, account: uuid.UUID, song: uuid.UUID, performance: uuid.UUID
    ) -> dict[str, Any]:
        """Return the song after ``performance`` has become its current one."""
        row = await self._database.row(
            """
            WITH song AS (
                SELECT id, performance_id AS earlier FROM songs
                WHERE id = %s AND account_id = %s FOR UPDATE
            )
            UPDATE songs SET performance_id = performances.id FROM song, performances
            WHERE songs.id = song.id AND performances.song_id = song.id AND performances.id = %s
            RETURNING songs.id, title, tempo_bpm, key, created_at, performance_id,
                performance_id IS DISTINCT FROM earlier
            """,
            *(song, account, performance),
        )
        *plain, switched = _existing(row, "no such song or performance")
        if switched:
            self._recorder.performance_switched()
        return _song(plain)

    async def assign(
        self, account: uuid.UUID, song: uuid.UUID, channel: int, instrument: str
    ) -> dict[str, Any]:
        """Give a channel an instrument, which exists."""
        row = await self._database.row(
            """
            WITH song AS (
                SELECT id FROM songs WHERE id = %s AND account_id = %s FOR KEY SHARE
            )
            INSERT INTO channels (song_id, number, instrument) SELECT id, %s, %s FROM song
            ON CONFLICT (song_id, number) DO UPDATE SET instrument = excluded.instrument
            RETURNING number, instrument
            """,
            *(song, account, channel, instrument),
        )
        number, assigned = _existing(row)
        self._recorder.instrument_assigned(assigned)
        return {"channel": number, "instrument": assigned}


def _existing(row: Row | None, otherwise: str = NO_SONG) -> Row:
    if row is None:
        raise NotFoundError(otherwise)
    return row


def _song(row: Row | list[Any]) -> dict[str, Any]:
    identity, title, tempo_bpm, key, created_at, performance = row
    return {
        "id": str(identity),
        "title": title,
        "tempo_bpm": int(tempo_bpm) if tempo_bpm.is_integer() else tempo_bpm,
        "key": key,
        "created_at": timestamp(created_at),
        "performance_id": performance and str(performance),
    }


def timestamp(time: datetime) -> str:
    """Return ``time`` as answers have it: RFC 3339, in UTC."""
    return time.astimezone(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")
