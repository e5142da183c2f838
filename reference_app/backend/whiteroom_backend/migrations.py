"""Brings the database's tables to what this version expects; see the folder ``migrations``."""

from __future__ import annotations

import re
from pathlib import Path
from typing import NamedTuple

import psycopg

from whiteroom_backend.errors import StartError

FOLDER = Path(__file__).parent / "migrations"
# Any number will do, as long as nobody else takes it in the same database.
LOCK = 0x57524D47
LOCK_TIMEOUT = "60s"
_NAME = re.compile(r"(\d{4})_[a-z_]+\.sql")


class Migration(NamedTuple):
    """One file, applied once."""

    version: int
    path: Path


def known() -> list[Migration]:
    """Return the migrations of this version, in order."""
    matches = [(path, _NAME.fullmatch(path.name)) for path in sorted(FOLDER.glob("*.sql"))]
    return [Migration(int(match[1]), path) for path, match in matches if match]


async def migrate(conninfo: str) -> list[int]:
    """Apply what is missing, each in a transaction of its own, and return these versions.

    Processes that do so at once wait for each other. Raises StartError when the database is newer
    than this version, psycopg.Error when it is away or refuses.
    """
    async with await psycopg.AsyncConnection.connect(conninfo, autocommit=True) as connection:
        await connection.execute("SELECT set_config('lock_timeout', %s, false)", (LOCK_TIMEOUT,))
        await connection.execute("SELECT set_config('statement_timeout', '0', false)")
        await connection.execute("SELECT pg_advisory_lock(%s)", (LOCK,))
        applied = await _applied(connection)
        migrations = known()
        _refuse_newer(applied, migrations)
        missing = [candidate for candidate in migrations if candidate.version not in applied]
        for migration in missing:
            await _apply(connection, migration)
        return [candidate.version for candidate in missing]


async def _applied(connection: psycopg.AsyncConnection) -> set[int]:
    await connection.execute(
        "CREATE TABLE IF NOT EXISTS migrations "
        "(version integer PRIMARY KEY, applied_at timestamptz NOT NULL DEFAULT now())"
    )
    rows = await (await connection.execute("SELECT version FROM migrations")).fetchall()
    return {version for (version,) in rows}


def _refuse_newer(applied: set[int], migrations: list[Migration]) -> None:
    newest = migrations[-1].version
    if applied and max(applied) > newest:
        raise StartError(
            f"the database has version {max(applied)}, expected at most {newest}: "
            "it was migrated by a newer backend; start that one, or name another --database"
        )


async def _apply(connection: psycopg.AsyncConnection, migration: Migration) -> None:
    async with connection.transaction():
        await connection.execute(migration.path.read_bytes())
        await connection.execute(
            "INSERT INTO migrations (version) VALUES (%s)", (migration.version,)
        )
