"""The laws of the inbox' store: what was added is kept, in order, and folded into incidents."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from whiteroom_monitoring.inbox.message import Action, Message
from whiteroom_monitoring.inbox.store import FILE_NAME, MessageQuery, Store, StoreError

START = datetime(2026, 11, 24, 12, 0, tzinfo=UTC)


class Clock:
    """Each reading is one second after the one before."""

    def __init__(self) -> None:
        self.readings = -1

    def __call__(self) -> datetime:
        self.readings += 1
        return START + timedelta(seconds=self.readings)


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    opened = Store(tmp_path / "inbox", Clock())
    yield opened
    opened.close()


def message(title: str, channel: str = "slack", raw: str = "{}", text: str = "") -> Message:
    return Message(channel, title, text, raw)


def event(action: Action, key: str = "k", title: str = "engine down") -> Message:
    return Message("pagerduty", title, "", "{}", recipient="critical", dedup_key=key, action=action)


def titles(store: Store, **query: str) -> list[str]:
    return [row["title"] for row in store.messages(MessageQuery(**query))]


def test_what_is_added_is_seen_by_another_connection(store: Store) -> None:
    """When `add` has returned, the message is committed."""
    store.add(message("one"))
    with sqlite3.connect(store.path) as other:
        rows = other.execute("SELECT title FROM messages").fetchall()
    other.close()
    assert rows == [("one",)]


def test_commits_reach_the_disk(store: Store) -> None:
    """The file is in WAL mode, and each commit waits for the disk."""
    settings = [store._pragma(name) for name in ("journal_mode", "synchronous")]
    assert settings == ["wal", 2]


def test_messages_survive_a_restart(tmp_path: Path) -> None:
    """A store that is opened again has the same messages and incidents."""
    first = Store(tmp_path, Clock())
    first.add(event("trigger"))
    kept = first.messages(), first.incidents()
    first.close()
    second = Store(tmp_path)
    assert (second.messages(), second.incidents()) == kept
    second.close()


def test_folder_and_file_are_private(store: Store) -> None:
    """Nobody but the owner may read what was sent."""
    modes = [oct(path.stat().st_mode & 0o777) for path in (store.path.parent, store.path)]
    assert modes == ["0o700", "0o600"]


def test_newest_come_first_and_the_oldest_are_dropped(tmp_path: Path) -> None:
    """Exactly the newest `kept` messages remain."""
    small = Store(tmp_path, Clock(), most_messages=3)
    for number in range(5):
        small.add(message(str(number)))
    assert titles(small) == ["4", "3", "2"]
    small.close()


def test_the_file_stays_within_its_bytes(tmp_path: Path) -> None:
    """The oldest messages go before the file outgrows its limit, and the newest one stays."""
    limit = 2 * 1024 * 1024
    small = Store(tmp_path, Clock(), most_bytes=limit)
    for number in range(300):
        small.add(message(str(number), raw=json.dumps("x" * 50_000)))
    newest = titles(small, limit=1)
    assert newest == ["299"]
    assert len(titles(small, limit=500)) > 10
    assert small.path.stat().st_size <= limit + 10 * 50_000
    small.add(message("large", raw=json.dumps("x" * 2 * limit)))
    assert titles(small, limit=2) == ["large"]
    small.close()


def test_an_answer_ends_before_it_fills_the_memory(store: Store) -> None:
    """However many messages are asked for, an answer ends after some 4 Mi of characters."""
    half = "x" * (1 << 19)
    for number in range(7):
        store.add(message(str(number), channel="email", raw=half, text=half))
    assert titles(store) == ["6", "5", "4", "3", "2"]


def test_a_store_is_made_with_the_folders_above_it(tmp_path: Path) -> None:
    """The folder of a first start is created with those that it is in."""
    Store(tmp_path / "new" / "inbox").close()
    assert (tmp_path / "new" / "inbox" / FILE_NAME).is_file()


@pytest.mark.parametrize(
    ("search", "expected"),
    [
        ("CPU", ["cpu 100% busy"]),
        ("100%", ["cpu 100% busy"]),
        ("%", ["cpu 100% busy"]),
        ("a_b", ["a_b"]),
        ("\\", ["back\\slash"]),
        ("in the text", ["a_b"]),
        ("in the source", ["back\\slash"]),
        ("nowhere", []),
    ],
)
def test_search_takes_every_character_literally(
    store: Store, search: str, expected: list[str]
) -> None:
    """Title, text and source are searched, and LIKE's wildcards mean themselves."""
    store.add(message("cpu 100% busy"))
    store.add(message("a_b", text="in the text"))
    store.add(message("back\\slash", channel="email", raw="in the source"))
    store.add(message("axb"))
    assert titles(store, search=search) == expected


def test_channel_and_before_narrow(store: Store) -> None:
    """`channel` keeps one channel, `before` only older messages."""
    store.add(message("old mail", channel="email"))
    store.add(message("chat"))
    newest = store.add(message("new mail", channel="email"))
    rows = store.messages(MessageQuery(channel="email", before=newest["id"]))
    assert [row["title"] for row in rows] == ["old mail"]


@pytest.mark.parametrize(
    ("actions", "expected"),
    [
        (["trigger"], [("triggered", 1)]),
        (["trigger", "trigger"], [("triggered", 2)]),
        (["trigger", "acknowledge"], [("acknowledged", 2)]),
        (["trigger", "acknowledge", "trigger"], [("acknowledged", 3)]),
        (["trigger", "resolve"], [("resolved", 2)]),
        (["trigger", "acknowledge", "resolve"], [("resolved", 3)]),
        (["trigger", "resolve", "trigger"], [("triggered", 1), ("resolved", 2)]),
        (["trigger", "resolve", "resolve"], [("resolved", 2)]),
        (["trigger", "resolve", "acknowledge"], [("resolved", 2)]),
        (["acknowledge"], []),
        (["resolve"], []),
    ],
)
def test_events_fold_into_incidents(
    store: Store, actions: list[Action], expected: list[tuple[str, int]]
) -> None:
    """Events of one key are one incident until it is resolved; only a trigger opens one."""
    for action in actions:
        store.add(event(action))
    assert [(incident["state"], incident["events"]) for incident in store.incidents()] == expected
    assert len(store.messages()) == len(actions)


def test_an_incident_knows_its_first_and_last_event(store: Store) -> None:
    """`first` is when it was opened, `last` when its newest event arrived."""
    store.add(event("trigger"))
    store.add(event("resolve"))
    (incident,) = store.incidents()
    expected = ("2026-11-24T12:00:00.000Z", "2026-11-24T12:00:01.000Z")
    assert (incident["first"], incident["last"]) == expected


def test_a_key_without_summary_takes_the_title_of_its_incident(store: Store) -> None:
    """A resolution need not repeat the summary to be legible."""
    store.add(event("trigger"))
    shown = store.add(event("resolve", title=""))
    assert shown["title"] == "engine down"


def test_incidents_of_different_keys_are_apart(store: Store) -> None:
    """Resolving one key leaves the other's incident open."""
    store.add(event("trigger", key="a"))
    store.add(event("trigger", key="b"))
    store.add(event("resolve", key="a"))
    open_keys = [incident["dedup_key"] for incident in store.incidents("triggered", "acknowledged")]
    assert open_keys == ["b"]


def test_a_failed_write_raises_and_leaves_nothing(store: Store) -> None:
    """What can't be committed is neither kept nor acknowledged, and later messages are."""
    store._connection.execute("PRAGMA query_only = ON")
    with pytest.raises(StoreError, match=r"inbox\.sqlite: can't be written"):
        store.add(message("lost"))
    with pytest.raises(StoreError):
        store.check_writable()
    store._connection.execute("PRAGMA query_only = OFF")
    store.check_writable()
    store.add(message("kept"))
    assert titles(store) == ["kept"]


def test_a_full_disk_raises(store: Store) -> None:
    """A database that can't grow refuses the message, and says so."""
    store._connection.execute(f"PRAGMA max_page_count = {store._pragma('page_count')}")
    with pytest.raises(StoreError, match="full"):
        store.add(message("large", "email", raw="x" * 200_000))
    assert titles(store) == []


def test_a_locked_database_raises(store: Store) -> None:
    """Another program's long transaction is a failed store, not a lost message."""
    other = sqlite3.connect(store.path, isolation_level=None)
    other.execute("BEGIN IMMEDIATE")
    with pytest.raises(StoreError, match="locked"):
        store.add(message("later"))
    other.close()


def foreign(path: Path) -> None:
    with sqlite3.connect(path) as other:
        other.execute("CREATE TABLE songs (name TEXT)")
    other.close()


def damaged(path: Path) -> None:
    whole = Store(path.parent)
    for number in range(50):
        whole.add(message(str(number), "email", raw="x" * 3000))
    whole.close()
    content = bytearray(path.read_bytes())
    content[8192:40960] = b"\xa5" * 32768
    path.write_bytes(content)


@pytest.mark.parametrize(
    ("spoil", "problem"),
    [
        (lambda path: path.write_bytes(b"no database at all" * 100), "no whole SQLite database"),
        (foreign, "another program"),
        (damaged, "no whole SQLite database"),
        (lambda path: path.mkdir(), "can't be"),
    ],
    ids=["text", "foreign", "damaged", "folder"],
)
def test_an_unusable_file_is_named(tmp_path: Path, spoil: object, problem: str) -> None:
    """What is no whole database of the inbox is refused with its path, and left alone."""
    path = tmp_path / FILE_NAME
    assert callable(spoil)
    spoil(path)
    before = path.read_bytes() if path.is_file() else b""
    with pytest.raises(StoreError) as caught:
        Store(tmp_path)
    assert str(path) in str(caught.value)
    assert problem in str(caught.value)
    assert (path.read_bytes() if path.is_file() else b"") == before
