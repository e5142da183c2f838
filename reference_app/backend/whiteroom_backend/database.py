"""PostgreSQL: a pool of connections on which each statement is its own transaction.

What a statement has returned is committed. Nothing is sent twice: a statement whose connection
breaks may have been committed, and only the client can tell whether it wants it again.
"""

from __future__ import annotations

import asyncio
import os
import socket
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any, LiteralString

import psycopg
from psycopg import conninfo
from psycopg_pool import AsyncConnectionPool

from whiteroom_backend.errors import DatabaseError
from whiteroom_backend.log import Log

STATEMENT_TIMEOUT_S = 2.0
# A server that is stopped does not keep its own timeout: the connection is then cut off here.
CUT_OFF_S = STATEMENT_TIMEOUT_S + 1.0
WAIT_S = 2.0
WAIT_WHILE_AWAY_S = 0.25
MOST_WAITING = 512
RECONNECT_S = 2.0
# Those of libpq, which a --database can override.
DEFAULTS = {
    "application_name": "whiteroom-backend",
    "connect_timeout": "2",
    "tcp_user_timeout": "5000",
    "options": f"-c statement_timeout={STATEMENT_TIMEOUT_S * 1000:.0f}",
}

Row = tuple[Any, ...]


def complete(connection_string: str) -> str:
    """Return the connection string ``given`` with our defaults.

    Raises psycopg.ProgrammingError when it can't be read.
    """
    values: dict[str, Any] = {**DEFAULTS, **conninfo.conninfo_to_dict(connection_string)}
    return conninfo.make_conninfo(**values)


class Database:
    """Runs statements."""

    def __init__(self, conninfo: str, size: int, log: Log) -> None:
        self._log = log
        self._away = False
        self._draining: asyncio.Task[None] | None = None
        self._pool = AsyncConnectionPool(
            complete(conninfo),
            kwargs={"autocommit": True},
            min_size=size,
            max_size=size,
            open=False,
            timeout=WAIT_S,
            max_waiting=MOST_WAITING,
            reconnect_timeout=RECONNECT_S,
        )

    async def open(self) -> None:
        """Connect, in the background."""
        await self._pool.open()

    async def close(self) -> None:
        """Close all connections."""
        await self._pool.close()

    async def rows(self, statement: LiteralString, *values: object) -> list[Row]:
        """Run a statement and return its rows.

        Raises DatabaseError when the database is away or too slow; the statement may then have
        been committed. Raises psycopg.Error for a fault of the statement.
        """
        with self._answers():
            wait_s = WAIT_WHILE_AWAY_S if self._away else WAIT_S
            async with self._pool.connection(wait_s) as connection:
                with _cut_off(connection):
                    cursor = await connection.execute(statement, values)
                    fetched = await cursor.fetchall() if cursor.description else []
        self._note_answer()
        return fetched

    async def row(self, statement: LiteralString, *values: object) -> Row | None:
        """Run a statement and return its first row, as ``rows`` does."""
        fetched = await self.rows(statement, *values)
        return fetched[0] if fetched else None

    @contextmanager
    def _answers(self) -> Iterator[None]:
        try:
            yield
        except (psycopg.OperationalError, psycopg.InterfaceError, psycopg.InternalError) as error:
            self._note_fault(error)
            raise DatabaseError from error

    def _note_fault(self, error: psycopg.Error) -> None:
        if isinstance(error, psycopg.errors.QueryCanceled):
            # It says nothing about the next statement.
            self._log.say("warning", "statement too slow", timeout_s=STATEMENT_TIMEOUT_S)
        elif not self._away:
            self._away = True
            kind, state = type(error).__name__, error.sqlstate
            self._log.say("error", "database lost", exception=kind, sqlstate=state)
            # The other connections are as old as this one, and would fail one after the other.
            self._draining = asyncio.create_task(self._pool.drain())

    def _note_answer(self) -> None:
        if self._away:
            self._away = False
            self._log.say("info", "database back")


@contextmanager
def _cut_off(connection: psycopg.AsyncConnection) -> Iterator[None]:
    """End the connection when what runs meanwhile takes too long."""
    timer = asyncio.get_running_loop().call_later(CUT_OFF_S, _shut_down, connection)
    try:
        yield
    finally:
        timer.cancel()


def _shut_down(connection: psycopg.AsyncConnection) -> None:
    if not connection.closed:
        with socket.socket(fileno=os.dup(connection.fileno())) as line:
            line.shutdown(socket.SHUT_RDWR)
