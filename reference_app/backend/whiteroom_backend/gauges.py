"""Gauges over all users, from the database, and the removal of what is too old in it."""

from __future__ import annotations

from whiteroom_backend.accounts import LOCK_S
from whiteroom_backend.database import Database
from whiteroom_backend.recorder import NullRecorder, Retention

ACTIVE_S = 15 * 60
RETENTION_DAYS: dict[Retention, int] = {"1d": 1, "7d": 7, "30d": 30}
# The oldest session that retention asks for began 32 days ago.
KEPT_DAYS = 40
MOST_AT_ONCE = 1000


class Gauges:
    """Brings the gauges up to date. Each method raises DatabaseError."""

    def __init__(self, database: Database, recorder: NullRecorder) -> None:
        self._database = database
        self._recorder = recorder

    async def look(self) -> None:
        """Do everything once."""
        await self.end_expired()
        await self.forget()
        for after, days in RETENTION_DAYS.items():
            await self.retain(after, days)
        await self.count_users()

    async def count_users(self) -> None:
        """Set the users who were there in the last minutes, and all."""
        row = await self._database.row(
            "SELECT (SELECT count(DISTINCT account_id) FROM sessions "
            "WHERE last_seen > now() - make_interval(secs => %s)), "
            "(SELECT count(*) FROM accounts)",
            ACTIVE_S,
        )
        if row:
            self._recorder.users(*row)

    async def retain(self, after: Retention, days: int) -> None:
        """Set the share of the accounts that were used again on the day ``days`` after their first.

        It is taken from those whose such day has ended within the last 24 hours: each has had all
        of it. Without one, the last share stays.
        """
        row = await self._database.row(
            """
            SELECT count(*), count(*) FILTER (WHERE EXISTS (
                SELECT FROM sessions WHERE account_id = accounts.id
                AND last_seen >= created_at + make_interval(days => %s)
                AND begun < created_at + make_interval(days => %s)))
            FROM accounts
            WHERE created_at > now() - make_interval(days => %s)
            AND created_at <= now() - make_interval(days => %s)
            """,
            *(days, days + 1, days + 2, days + 1),
        )
        if row and row[0]:
            self._recorder.retention(after, row[1] / row[0])

    async def end_expired(self) -> None:
        """End the sessions whose time is over, each once, whichever process does so."""
        ended = await self._database.rows(
            """
            UPDATE sessions SET ended = now() WHERE ended IS NULL AND token_sha256 IN (
                SELECT token_sha256 FROM sessions WHERE ended IS NULL AND expires <= now()
                LIMIT %s FOR UPDATE SKIP LOCKED)
            RETURNING extract(epoch FROM last_seen - begun)::float8
            """,
            MOST_AT_ONCE,
        )
        for (duration_s,) in ended:
            self._recorder.session_ended(duration_s)

    async def forget(self) -> None:
        """Delete what nothing here asks for any more."""
        await self._database.rows(
            "DELETE FROM login_failures WHERE latest < now() - make_interval(secs => %s)", LOCK_S
        )
        await self._database.rows(
            "DELETE FROM sessions WHERE token_sha256 IN (SELECT token_sha256 FROM sessions "
            "WHERE ended IS NOT NULL AND last_seen < now() - make_interval(days => %s) LIMIT %s)",
            *(KEPT_DAYS, MOST_AT_ONCE),
        )
