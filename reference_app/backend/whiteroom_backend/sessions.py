"""Sessions: kept in PostgreSQL, found in Redis, and for a few seconds in this process.

A logout leaves a mark in both caches that outlives what they knew, so that a request that has read
the session just before can't bring it back. Another process, or one that was started again while
Redis was away, may take an ended session for an open one for up to CACHED_S.
"""

from __future__ import annotations

import hashlib
import json
import re
import secrets
import time
import uuid
from dataclasses import dataclass

from whiteroom_backend.cache import Cache
from whiteroom_backend.database import Database
from whiteroom_backend.errors import UnauthenticatedError
from whiteroom_backend.recorder import NullRecorder

LIFETIME_S = 8 * 3600
TOKEN_BYTES = 32
# How often the time at which a session was last used is written.
SEEN_EVERY_S = 60
KNOWN_S = 5
CACHED_S = 60
MOST_KNOWN = 20_000
_BEARER = re.compile(r"bearer ([A-Za-z0-9_-]{43})", re.IGNORECASE)


@dataclass(slots=True)
class Session:
    """A session as it was when it was read. Times are Unix times."""

    digest: bytes
    account_id: uuid.UUID
    expires: float
    last_seen: float
    ended: bool
    known_until: float = 0.0

    @property
    def key(self) -> str:
        """Its name in Redis."""
        return f"session:{self.digest.hex()}"

    def encode(self) -> bytes:
        """Return what Redis keeps."""
        return json.dumps([str(self.account_id), self.expires, self.last_seen, self.ended]).encode()

    @classmethod
    def decode(cls, digest: bytes, content: bytes) -> Session | None:
        """Return what ``encode`` was given; None for what it has not written."""
        try:
            account, expires, last_seen, ended = json.loads(content)
            return cls(digest, uuid.UUID(account), float(expires), float(last_seen), bool(ended))
        except (ValueError, TypeError, AttributeError):
            return None


class Sessions:
    """All sessions."""

    def __init__(self, database: Database, cache: Cache, recorder: NullRecorder) -> None:
        self._database = database
        self._cache = cache
        self._recorder = recorder
        self._known: dict[bytes, Session] = {}

    async def begin(self, account_id: uuid.UUID) -> str:
        """Return the token of a new session."""
        token = secrets.token_urlsafe(TOKEN_BYTES)
        await self._database.rows(
            "INSERT INTO sessions (token_sha256, account_id, expires) "
            "VALUES (%s, %s, now() + make_interval(secs => %s))",
            *(_digest(token), account_id, LIFETIME_S),
        )
        self._recorder.session_begun()
        return token

    async def authenticate(self, authorization: str | None) -> Session:
        """Return the session that a header names. Raises UnauthenticatedError without one."""
        if authorization is None:
            raise UnauthenticatedError("expected the header Authorization: Bearer TOKEN")
        bearer = _BEARER.fullmatch(authorization)
        session = await self._find(_digest(bearer[1])) if bearer else None
        if session is None:
            self._recorder.authentication_failure("malformed")
            raise UnauthenticatedError("the token is none of a session; log in")
        now = time.time()
        if session.ended or session.expires <= now:
            raise self._ended()
        if now - session.last_seen >= SEEN_EVERY_S:
            await self._touch(session, now)
        return session

    async def end(self, session: Session) -> None:
        """Log out. Raises UnauthenticatedError when it has ended meanwhile."""
        row = await self._database.row(
            "UPDATE sessions SET ended = now(), last_seen = now() "
            "WHERE token_sha256 = %s AND ended IS NULL "
            "RETURNING extract(epoch FROM now() - begun)::float8",
            session.digest,
        )
        session.ended = True
        self._know(session, 2 * CACHED_S)
        await self._cache.put(session.key, session.encode(), CACHED_S)
        if row is None:
            raise self._ended()
        self._recorder.session_ended(row[0])

    def _ended(self) -> UnauthenticatedError:
        self._recorder.authentication_failure("expired")
        return UnauthenticatedError("the session has ended; log in")

    async def _find(self, digest: bytes) -> Session | None:
        known = self._known.get(digest)
        if known is not None and known.known_until > time.monotonic():
            return known
        session = await self._cached(digest) or await self._stored(digest)
        known = self._known.get(digest)
        if known is not None and known.ended:
            return known
        if session is not None:
            self._know(session, KNOWN_S)
        return session

    async def _cached(self, digest: bytes) -> Session | None:
        content = await self._cache.get(f"session:{digest.hex()}")
        return Session.decode(digest, content) if content else None

    async def _stored(self, digest: bytes) -> Session | None:
        row = await self._database.row(
            "SELECT account_id, extract(epoch FROM expires)::float8, "
            "extract(epoch FROM last_seen)::float8, ended IS NOT NULL "
            "FROM sessions WHERE token_sha256 = %s",
            digest,
        )
        if row is None:
            return None
        session = Session(digest, *row)
        await self._cache.put(session.key, session.encode(), CACHED_S, only_new=True)
        return session

    def _know(self, session: Session, for_s: float) -> None:
        session.known_until = time.monotonic() + for_s
        self._known.pop(session.digest, None)
        self._known[session.digest] = session
        if len(self._known) > MOST_KNOWN:
            del self._known[next(iter(self._known))]

    async def _touch(self, session: Session, now: float) -> None:
        session.last_seen = now  # one of several requests at once is enough
        await self._database.rows(
            "UPDATE sessions SET last_seen = now() "
            "WHERE token_sha256 = %s AND ended IS NULL AND last_seen < now() - interval '30 s'",
            session.digest,
        )


def _digest(token: str) -> bytes:
    return hashlib.sha256(token.encode()).digest()
