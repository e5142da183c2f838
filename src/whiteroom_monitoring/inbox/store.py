"""Where the inbox keeps notifications: one SQLite file, committed before anything is acknowledged.

https://sqlite.org/pragma.html#pragma_synchronous: in WAL mode only FULL survives a power cut.
"""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Callable, Collection, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from whiteroom_monitoring.errors import MonitoringError
from whiteroom_monitoring.inbox import incidents
from whiteroom_monitoring.inbox.message import Action, Message
from whiteroom_monitoring.web.server import LIMITS

FILE_NAME = "inbox.sqlite"
APPLICATION_ID = 0x57524942  # "WRIB", so that a foreign database is not written to
VERSION = 1
MOST_MESSAGES = 10_000
# Of the whole file: 10,000 mails of 1 MiB would else fill a disk.
MOST_BYTES = 256 * 1024 * 1024
DELETED_AT_ONCE = 50
DEFAULT_LIMIT = 50
LARGEST_LIMIT = 500
# An answer ends early beyond this, so that 500 mails of 1 MiB don't fill the memory.
LARGEST_ANSWER_CHARACTERS = LIMITS.answer_bytes // 2
LOCK_TIMEOUT_S = 1.0
# What a person may do with an open incident, and how the message of it begins.
ACTIONS: dict[Action, str] = {
    "acknowledge": "Acknowledged",
    "resolve": "Resolved",
    "note": "Note",
}

SCHEMA = f"""
BEGIN;
CREATE TABLE messages (
    id INTEGER PRIMARY KEY AUTOINCREMENT, channel TEXT NOT NULL, received TEXT NOT NULL,
    recipient TEXT NOT NULL, title TEXT NOT NULL, text TEXT NOT NULL, colour TEXT NOT NULL,
    state TEXT NOT NULL, dedup_key TEXT NOT NULL, raw TEXT NOT NULL);
CREATE INDEX messages_by_channel ON messages (channel, id);
{incidents.SCHEMA}
CREATE TABLE health (id INTEGER PRIMARY KEY CHECK (id = 1), checked TEXT NOT NULL);
PRAGMA application_id = {APPLICATION_ID};
PRAGMA user_version = {VERSION};
COMMIT;
"""
COLUMNS = "id, channel, received, recipient, title, text, colour, state, dedup_key, raw"


class StoreError(MonitoringError):
    """The file of notifications at ``path`` can't be used."""

    def __init__(self, path: Path, problem: str, advice: str) -> None:
        self.path = path
        super().__init__(f"{path}: {problem}; {advice}")


@dataclass(frozen=True)
class MessageQuery:
    """Which messages: ``search`` is looked for in title, text and raw.

    ``before`` leaves out that id and newer ones; an empty value chooses all.
    """

    search: str = ""
    channel: str = ""
    limit: int = DEFAULT_LIMIT
    before: int = 0


def utc_now() -> datetime:
    """Return the time, with zone."""
    return datetime.now(UTC)


class Store:
    """The notifications in ``folder``, which is created with mode 0700. Use from one thread.

    Raises StoreError when the file is not a whole database of the inbox.
    """

    def __init__(
        self,
        folder: Path,
        now: Callable[[], datetime] = utc_now,
        most_messages: int = MOST_MESSAGES,
        most_bytes: int = MOST_BYTES,
        json_channels: Collection[str] = ("pagerduty", "slack"),
    ) -> None:
        self.path = folder / FILE_NAME
        self._now = now
        self._most_messages = most_messages
        self._most_bytes = most_bytes
        self._json_channels = frozenset(json_channels)
        try:
            folder.mkdir(mode=0o700, parents=True, exist_ok=True)
            self._connection = sqlite3.connect(
                self.path, timeout=LOCK_TIMEOUT_S, isolation_level=None
            )
        except (OSError, sqlite3.Error) as error:
            raise StoreError(
                self.path, f"can't be opened: {error}", "name a writable folder with --data"
            ) from error
        self._connection.row_factory = sqlite3.Row
        self._connection.text_factory = _decoded
        try:
            self._prepare()
        except BaseException:
            self._connection.close()
            raise

    def add(self, message: Message) -> dict[str, Any]:
        """Commit ``message`` and return it as the API shows it. Raises StoreError when it can't."""
        received = _timestamp(self._now())
        message = message.shortened()
        with self._committed() as connection:
            title = incidents.fold(connection, message, received) or message.dedup_key
            row = connection.execute(
                f"INSERT INTO messages ({COLUMNS}) VALUES (NULL, ?, ?, ?, ?, ?, ?, ?, ?, ?)"
                f" RETURNING {COLUMNS}",
                (
                    message.channel,
                    received,
                    message.recipient,
                    message.title or title,
                    message.text,
                    message.colour,
                    message.state,
                    message.dedup_key,
                    message.raw,
                ),
            ).fetchone()
            oldest = row["id"] - self._most_messages
            connection.execute("DELETE FROM messages WHERE id <= ?", (oldest,))
            self._delete_beyond_bytes(connection, row["id"])
            incidents.delete_oldest(connection, self._most_messages)
        return self._to_dict(row)

    def messages(
        self,
        query: MessageQuery | None = None,
        most_characters: int = LARGEST_ANSWER_CHARACTERS,
    ) -> list[dict[str, Any]]:
        """Return messages, newest first, and fewer than ``limit`` when they are very long."""
        query = query or MessageQuery()
        conditions, values = ["1"], list[str | int]()
        if query.search:
            conditions.append(
                "(title LIKE ? ESCAPE '\\' OR text LIKE ? ESCAPE '\\' OR raw LIKE ? ESCAPE '\\')"
            )
            values += [_containing(query.search)] * 3
        if query.channel:
            conditions.append("channel = ?")
            values.append(query.channel)
        if query.before:
            conditions.append("id < ?")
            values.append(query.before)
        rows = self._connection.execute(
            f"SELECT {COLUMNS} FROM messages WHERE {' AND '.join(conditions)}"
            " ORDER BY id DESC LIMIT ?",
            (*values, query.limit),
        )
        return [self._to_dict(row) for row in _until_large(rows, most_characters)]

    def incidents(self, *states: str) -> list[dict[str, Any]]:
        """Return the incidents in one of ``states`` (in any, when none is named), newest first."""
        return incidents.in_states(self._connection, states)

    def act(self, incident: int, action: Action, text: str = "") -> dict[str, Any] | None:
        """Acknowledge or resolve an open incident, or note ``text``, as its on-call person does.

        Return the message that says so, or None when there is no such open incident.
        """
        identity = incidents.open_incident(self._connection, incident)
        if identity is None:
            return None
        key, title = identity
        message = Message(
            channel="pagerduty",
            title=f"{ACTIONS[action]}: {title}",
            text=text or "By hand, in the inbox.",
            raw="{}",
            state="resolved" if action == "resolve" else "",
            colour="good" if action == "resolve" else "",
            dedup_key=key,
            action=action,
        )
        return self.add(message)

    def check_writable(self) -> None:
        """Commit something small. Raises StoreError when notifications could not be kept."""
        with self._committed() as connection:
            connection.execute(
                "INSERT OR REPLACE INTO health VALUES (1, ?)", (_timestamp(self._now()),)
            )

    def close(self) -> None:
        """Close the file; the write-ahead log is folded into it."""
        self._connection.close()

    def _delete_beyond_bytes(self, connection: sqlite3.Connection, newest: int) -> None:
        """Delete the oldest messages, never the newest one, until the rest fits.

        Pages that become free are used again, so that the file grows no further.
        """
        while self._used_bytes() > self._most_bytes:
            deleted = connection.execute(
                "DELETE FROM messages WHERE id IN"
                " (SELECT id FROM messages WHERE id != ? ORDER BY id LIMIT ?)",
                (newest, DELETED_AT_ONCE),
            )
            if not deleted.rowcount:
                return

    def _to_dict(self, row: sqlite3.Row) -> dict[str, Any]:
        message = {name: _as_text(row[name]) for name in row.keys()} | {"id": row["id"]}  # noqa: SIM118
        if message["channel"] in self._json_channels:
            # What is none, because somebody has edited the file, stays the text that it is.
            with suppress(ValueError, RecursionError):
                message["raw"] = json.loads(message["raw"])
        return message

    def _used_bytes(self) -> int:
        pages = self._pragma("page_count") - self._pragma("freelist_count")
        return int(pages * self._pragma("page_size"))

    def _prepare(self) -> None:
        try:
            self._refuse_foreign()
            self._connection.execute("PRAGMA journal_mode = WAL").fetchone()
            self._connection.execute("PRAGMA synchronous = FULL")
            if not self._pragma("user_version"):
                self._connection.executescript(SCHEMA)
            integrity = self._pragma("quick_check(1)")
        except sqlite3.OperationalError as error:
            raise StoreError(
                self.path, f"can't be used: {error}", "check its permissions and free space"
            ) from error
        except sqlite3.DatabaseError as error:
            integrity = str(error)
        if integrity != "ok":
            raise StoreError(
                self.path,
                f"is no whole SQLite database ({integrity})",
                "move it away; the inbox then begins a new one",
            )
        self.path.chmod(0o600)

    def _refuse_foreign(self) -> None:
        """Leave alone what the inbox has not made; a file without tables is a new one."""
        tables = self._connection.execute("SELECT count(*) FROM sqlite_schema").fetchone()[0]
        mine = (APPLICATION_ID, VERSION)
        versions = (self._pragma("application_id"), self._pragma("user_version"))
        if tables and versions != mine:
            raise StoreError(
                self.path,
                f"has application id and version {versions}, expected {mine}",
                "it belongs to another program or version: move it away or name another --data",
            )

    def _pragma(self, name: str) -> Any:
        return self._connection.execute(f"PRAGMA {name}").fetchone()[0]

    @contextmanager
    def readable(self) -> Iterator[None]:
        """Raise StoreError for what SQLite finds wrong within."""
        try:
            yield
        except sqlite3.Error as error:
            raise StoreError(
                self.path, f"can't be read: {error}", "move it away; the inbox begins a new one"
            ) from error

    @contextmanager
    def _committed(self) -> Iterator[sqlite3.Connection]:
        try:
            self._connection.execute("BEGIN IMMEDIATE")
            yield self._connection
            self._connection.execute("COMMIT")
        except (sqlite3.Error, UnicodeError, OverflowError) as error:
            raise StoreError(
                self.path, f"can't be written: {error}", "free space or mend permissions"
            ) from error
        finally:
            if self._connection.in_transaction:
                self._connection.execute("ROLLBACK")


def _until_large(rows: sqlite3.Cursor, most_characters: int) -> Iterator[sqlite3.Row]:
    characters = 0
    for row in rows:
        characters += sum(len(_as_text(row[name])) for name in ("raw", "text"))
        yield row
        if characters > most_characters:
            return


def _as_text(value: object) -> str:
    """Return a value of a column of texts; a file that somebody has edited may hold others."""
    if isinstance(value, bytes):
        return _decoded(value)
    return value if isinstance(value, str) else str(value)


def _decoded(text: bytes) -> str:
    return text.decode("utf-8", "replace")


def _containing(search: str) -> str:
    for special in "\\%_":
        search = search.replace(special, "\\" + special)
    return f"%{search}%"


def _timestamp(time: datetime) -> str:
    return time.astimezone(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")
