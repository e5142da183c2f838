"""Starting, stopping, migrating: what a process of the backend does as a whole."""

from __future__ import annotations

import asyncio
import signal
import socket
import stat
import subprocess
import threading
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import psycopg
import pytest
from whiteroom_backend import migrations

from tests.support.wait import wait_until


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_ends_in_order(start, number):
    """A signal to end is answered with status 0, and the socket is removed."""
    backend = start()
    place = Path(backend.events("serving")[0]["socket"])
    assert stat.S_IMODE(place.stat().st_mode) == 0o660
    backend.log_in()
    assert backend.stop(number) == 0
    assert not place.exists()


def test_answers_what_is_under_way(start):
    """A request that is under way when the backend is told to end is answered."""
    backend = start()
    token = backend.log_in()
    answers = []
    with psycopg.connect(start.database) as connection:
        connection.execute("LOCK TABLE songs")
        asking = threading.Thread(
            target=lambda: answers.append(backend.ask("GET", "/songs", token=token))
        )
        asking.start()
        wait_until(lambda: backend.samples()["http_active_connections"] == 1)
        backend.process.send_signal(signal.SIGTERM)
    asking.join()
    assert answers[0].status_code == 200
    assert backend.process.wait(20) == 0


def test_restart(start):
    """After a restart, sessions and songs are there, and counters go on from where they were."""
    first = start()
    token = first.log_in()
    song = first.make_song(token)
    counts = first.counts()
    assert first.stop() == 0
    second = start()
    assert second.counts() == counts
    assert second.ask("GET", f"/songs/{song}", token=token).status_code == 200
    assert second.counts()["songs_created_total"] == 1


def test_lock_outlives_the_process(start):
    """A locked account stays locked when the backend starts again, with and without a cache."""
    first = start()
    credentials = first.sign_up()
    for _ in range(10):
        first.ask("POST", "/sessions", {**credentials, "password": "wrong password"})
    first.stop()
    assert start().ask("POST", "/sessions", credentials).status_code == 429


def test_two_processes(start):
    """Two processes on one database see each other's sessions and songs, and count together."""
    first, second = start(), start()
    token = first.log_in()
    song = second.make_song(token)
    assert first.ask("GET", f"/songs/{song}", token=token).status_code == 200
    first.make_song(token)
    assert first.samples()["songs_created_total"] == second.samples()["songs_created_total"] == 2


def test_migrates_once(start):
    """The first start applies every migration, and the next one none."""
    assert start().events("migrated")[0]["applied"] == [1, 2, 3]
    assert start().events("migrated")[0]["applied"] == []


def test_migrates_at_once(start):
    """Of processes that start at once on an empty database, one migrates it, and all answer."""
    with ThreadPoolExecutor(4) as pool:
        backends = list(pool.map(lambda _: start(), range(4)))
    applied = sorted(backend.events("migrated")[0]["applied"] for backend in backends)
    assert applied == [[], [], [], [1, 2, 3]]


def refusal(start, *options, **place):
    """Return the status and the output of a backend that does not start."""
    process = start.run(start.command(*options, **place))
    try:
        output, _ = process.communicate(timeout=20)
    except subprocess.TimeoutExpired:
        process.kill()
        process.communicate()
        raise
    return process.returncode, output


def test_refuses_a_newer_database(start):
    """A database that a newer backend has migrated is left alone."""
    start().stop()
    with psycopg.connect(start.database) as connection:
        connection.execute("INSERT INTO migrations VALUES (9999)")
    status, output = refusal(start)
    assert status == 1
    assert "has version 9999, expected at most 3" in output
    assert "Traceback" not in output


def test_faulty_migration_changes_nothing(start, monkeypatch, tmp_path):
    """Of a migration that fails, nothing is applied; those before it are."""
    for number, text in ((1, "CREATE TABLE a ()"), (2, "CREATE TABLE b (); SELECT nonsense")):
        (tmp_path / f"000{number}_x.sql").write_text(text)
    monkeypatch.setattr(migrations, "FOLDER", tmp_path)
    with pytest.raises(psycopg.Error, match="nonsense"):
        asyncio.run(migrations.migrate(start.database))
    with psycopg.connect(start.database) as connection:
        tables = connection.execute("SELECT tablename FROM pg_tables WHERE schemaname = 'public'")
        assert {name for (name,) in tables} == {"a", "migrations"}
        assert connection.execute("SELECT version FROM migrations").fetchall() == [(1,)]


@pytest.mark.parametrize(
    ("options", "status", "message"),
    [
        (["--database", "nonsense"], 2, "--database"),
        (["--port", "x"], 2, "'x': expected 0 to 65535"),
        (["--pool-size", "0"], 2, "'0': expected 1 to 1000"),
        (["--redis", "http://x"], 1, "--redis http://x"),
    ],
)
def test_wrong_options(start, options, status, message):
    """Options that can't be are refused by name, without a traceback."""
    actual, output = refusal(start, *options)
    assert actual == status
    assert message in output
    assert "Traceback" not in output


def test_socket_that_is_served(start):
    """A socket on which somebody answers is not taken from them."""
    place = Path(start().events("serving")[0]["socket"])
    status, output = refusal(start, socket=place)
    assert (status, "somebody serves there" in output) == (1, True)
    assert place.is_socket()


def test_path_that_is_no_socket(start, tmp_path):
    """A file in the place of the socket is not removed."""
    place = tmp_path / "file"
    place.write_text("mine")
    status, output = refusal(start, socket=place)
    assert (status, "is no socket" in output) == (1, True)
    assert place.read_text() == "mine"


def test_abandoned_socket(start, tmp_path):
    """A socket that a killed backend has left is replaced."""
    place = tmp_path / "s"
    with socket.socket(socket.AF_UNIX) as abandoned:
        abandoned.bind(str(place))
    process = start.run(start.command(socket=place))
    assert '"migrated"' in process.stdout.readline()
    assert '"serving"' in process.stdout.readline()
    process.terminate()
    process.communicate(timeout=20)
    assert process.returncode == 0


def test_waits_for_the_database(start, mortal_postgres, make_starter):
    """A backend that starts before its database waits for it, and can be ended meanwhile."""
    starter = make_starter(mortal_postgres.create())
    mortal_postgres.kill()
    waiting = starter.run(starter.command())
    ended = starter.run(starter.command())
    with pytest.raises(subprocess.TimeoutExpired):
        ended.wait(4)
    ended.terminate()
    ended.communicate(timeout=20)
    assert ended.returncode == 0
    mortal_postgres.start()
    assert '"migrated"' in waiting.stdout.readline()
    waiting.terminate()
    waiting.communicate(timeout=20)


def test_without_metrics(start):
    """A backend without metrics answers as ever, and serves and records none."""
    backend = start("--without-metrics")
    assert backend.events("serving")[0]["metrics_port"] is None
    assert backend.make_song(backend.log_in())
    assert start().counts().get("songs_created_total", 0) == 0


def test_kept_secrets(start):
    """The database holds neither a password nor a token."""
    backend = start()
    credentials = backend.sign_up()
    token = backend.log_in(credentials)
    with psycopg.connect(start.database) as connection:
        for table in ("accounts", "sessions", "login_failures"):
            text = str(connection.execute(f"SELECT * FROM {table}".encode()).fetchall())
            assert token not in text
            assert credentials["password"] not in text
