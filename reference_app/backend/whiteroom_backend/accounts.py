"""Accounts, and who may log in to them."""

from __future__ import annotations

import hashlib
import math
import uuid
from datetime import datetime
from typing import NamedTuple

from whiteroom_backend import identifiers
from whiteroom_backend.database import Database
from whiteroom_backend.errors import (
    ConflictError,
    NotFoundError,
    RateLimitedError,
    UnauthenticatedError,
)
from whiteroom_backend.passwords import Hashed, Passwords
from whiteroom_backend.recorder import NullRecorder

MOST_FAILURES = 10
LOCK_S = 15 * 60
WRONG_CREDENTIALS = "the e-mail address or the password is wrong"


class Account(NamedTuple):
    """What its owner sees of an account."""

    id: uuid.UUID
    name: str
    created_at: datetime


class _Attempt(NamedTuple):
    at: datetime
    account_id: uuid.UUID | None
    password: Hashed | None


class Accounts:
    """All accounts."""

    def __init__(self, database: Database, passwords: Passwords, recorder: NullRecorder) -> None:
        self._database = database
        self._passwords = passwords
        self._recorder = recorder

    async def create(self, name: str, email: str, password: str) -> uuid.UUID:
        """Return the id of a new account. Raises ConflictError when the address has one."""
        hashed = await self._passwords.hash(password)
        identity = identifiers.new()
        account_row = await self._database.row(
            "INSERT INTO accounts (id, name, email, email_folded, password_salt, password_hash) "
            "VALUES (%s, %s, %s, %s, %s, %s) ON CONFLICT (email_folded) DO NOTHING RETURNING id",
            *(identity, name, email, email.casefold(), hashed.salt, hashed.hash),
        )
        if account_row is None:
            raise ConflictError("the e-mail address has an account")
        self._recorder.signup()
        return identity

    async def find(self, identity: uuid.UUID) -> Account:
        """Return an account. Raises NotFoundError without one."""
        row = await self._database.row(
            "SELECT id, name, created_at FROM accounts WHERE id = %s", identity
        )
        if row is None:
            raise NotFoundError("no such account")
        return Account(*row)

    async def log_in(self, email: str, password: str) -> uuid.UUID:
        """Return the id of the account that these are the credentials of.

        An attempt counts as failed until its password has proved right, so that many at once don't
        get around the lock. Raises RateLimitedError, or UnauthenticatedError, which tells nobody
        whether there is such an account.
        """
        folded = email.casefold()
        address = hashlib.sha256(folded.encode()).digest()
        attempt = await self._begin(folded, address)
        if attempt is None:
            self._recorder.authentication_failure("locked")
            raise RateLimitedError(await self._locked_s(address))
        right = await self._passwords.match(password, attempt.password)
        if attempt.account_id is None or not right:
            self._recorder.authentication_failure(
                "wrong_password" if attempt.account_id else "unknown_account"
            )
            raise UnauthenticatedError(WRONG_CREDENTIALS)
        await self._forgive(address, attempt.at)
        return attempt.account_id

    async def _begin(self, folded: str, address: bytes) -> _Attempt | None:
        """Note a failure, unless there are too many already: then return None."""
        row = await self._database.row(
            """
            WITH attempt AS (
                INSERT INTO login_failures AS kept (email_sha256, times, latest)
                VALUES (%s, ARRAY[now()], now())
                ON CONFLICT (email_sha256) DO UPDATE SET latest = now(), times = now() || ARRAY(
                    SELECT at FROM unnest(kept.times) AS at
                    WHERE at > now() - make_interval(secs => %s))
                WHERE (SELECT count(*) FROM unnest(kept.times) AS at
                    WHERE at > now() - make_interval(secs => %s)) < %s
                RETURNING latest
            )
            SELECT latest, id, password_salt, password_hash
            FROM attempt LEFT JOIN accounts ON email_folded = %s
            """,
            *(address, LOCK_S, LOCK_S, MOST_FAILURES, folded),
        )
        if row is None:
            return None
        at, identity, salt, hashed = row
        return _Attempt(at, identity, Hashed(salt, hashed) if identity else None)

    async def _forgive(self, address: bytes, at: datetime) -> None:
        await self._database.rows(
            "UPDATE login_failures SET times = array_remove(times, %s) WHERE email_sha256 = %s",
            *(at, address),
        )

    async def _locked_s(self, address: bytes) -> int:
        row = await self._database.row(
            "SELECT extract(epoch FROM min(at) - now())::float8 + %s "
            "FROM login_failures, unnest(times) AS at "
            "WHERE email_sha256 = %s AND at > now() - make_interval(secs => %s)",
            *(LOCK_S, address, LOCK_S),
        )
        left_s = row[0] if row else None
        return max(1, math.ceil(left_s or 0))
