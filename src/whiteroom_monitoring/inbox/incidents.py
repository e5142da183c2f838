"""PagerDuty's folding of events: those with one deduplication key belong to one incident."""

from __future__ import annotations

import sqlite3
from collections.abc import Sequence
from typing import Any

from whiteroom_monitoring.inbox.message import Message

STATES = ("triggered", "acknowledged", "resolved")
OPEN = STATES[:2]
MOST_SHOWN = 500

SCHEMA = """
CREATE TABLE incidents (
    id INTEGER PRIMARY KEY AUTOINCREMENT, dedup_key TEXT NOT NULL, state TEXT NOT NULL,
    severity TEXT NOT NULL, title TEXT NOT NULL, source TEXT NOT NULL,
    first TEXT NOT NULL, last TEXT NOT NULL, events INTEGER NOT NULL);
CREATE INDEX incidents_by_key ON incidents (dedup_key, id);
CREATE INDEX incidents_by_last ON incidents (last, id);
"""
NEXT_STATE = {"acknowledge": "acknowledged", "resolve": "resolved"}


def fold(connection: sqlite3.Connection, message: Message, received: str) -> str:
    """Note ``message`` in its incident and return the incident's title, or "" when it has none.

    Only a trigger opens an incident. A trigger for an acknowledged one leaves it acknowledged; an
    acknowledgement or resolution without open incident changes nothing, as at PagerDuty.
    """
    if not message.action:
        return ""
    row = connection.execute(
        "SELECT id, state, title FROM incidents WHERE dedup_key = ? AND state != 'resolved'"
        " ORDER BY id DESC LIMIT 1",
        (message.dedup_key,),
    ).fetchone()
    if row is None:
        return _open(connection, message, received) if message.action == "trigger" else ""
    state = NEXT_STATE.get(message.action, row["state"])
    connection.execute(
        "UPDATE incidents SET state = ?, last = ?, events = events + 1 WHERE id = ?",
        (state, received, row["id"]),
    )
    return str(row["title"])


def in_states(connection: sqlite3.Connection, states: Sequence[str]) -> list[dict[str, Any]]:
    """Return the incidents in one of ``states`` (in any, when it is empty), newest event first.

    They are the newest MOST_SHOWN, so that an answer has its bound.
    """
    chosen = tuple(states or STATES)
    rows = connection.execute(
        "SELECT id, dedup_key, state, severity, title, source, first, last, events FROM incidents"
        f" WHERE state IN ({', '.join('?' * len(chosen))}) ORDER BY last DESC, id DESC LIMIT ?",
        (*chosen, MOST_SHOWN),
    )
    return [dict(row) for row in rows]


def open_incident(connection: sqlite3.Connection, number: int) -> tuple[str, str] | None:
    """Return deduplication key and title of the open incident ``number``, or None."""
    row = connection.execute(
        "SELECT dedup_key, title FROM incidents WHERE id = ? AND state != 'resolved'", (number,)
    ).fetchone()
    return (str(row["dedup_key"]), str(row["title"])) if row else None


def delete_oldest(connection: sqlite3.Connection, kept: int) -> None:
    """Delete all but the ``kept`` incidents that had the newest events."""
    connection.execute(
        "DELETE FROM incidents WHERE id IN"
        " (SELECT id FROM incidents ORDER BY last DESC, id DESC LIMIT -1 OFFSET ?)",
        (kept,),
    )


def _open(connection: sqlite3.Connection, message: Message, received: str) -> str:
    connection.execute(
        "INSERT INTO incidents VALUES (NULL, ?, 'triggered', ?, ?, ?, ?, ?, 1)",
        (message.dedup_key, message.recipient, message.title, message.source, received, received),
    )
    return message.title
