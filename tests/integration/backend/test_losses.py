"""The cache or the database is lost in the middle."""

from __future__ import annotations

import signal
import threading
import time

import pytest
import redis

from tests.support.wait import stays_true, wait_until

CACHE = 'http_errors_total{type="cache"}'
DATABASE = 'http_errors_total{type="database"}'


def use_everything(backend):
    """Go once through what a musician does, and return the statuses."""
    token = backend.log_in()
    song = backend.make_song(token)
    requests = [
        ("GET", "/me", None),
        ("GET", "/songs", None),
        ("PATCH", f"/songs/{song}", {"tempo_bpm": 90}),
        ("POST", f"/songs/{song}/performances", {"name": "x"}),
        ("PUT", f"/songs/{song}/channels/1/instrument", {"instrument": "piano"}),
        ("POST", "/features/mixer/uses", {"ok": True}),
        ("POST", f"/songs/{song}/export", {"format": "midi"}),
        ("DELETE", f"/songs/{song}", None),
        ("DELETE", "/sessions/current", None),
    ]
    return {backend.ask(*request, token).status_code for request in requests}


def _seconds_of_ten_visits(backend):
    begin = time.monotonic()
    for _ in range(10):
        assert backend.ask("GET", "/me", token=backend.log_in()).status_code == 200
    return time.monotonic() - begin


@pytest.mark.parametrize("number", [signal.SIGSTOP, signal.SIGKILL])
def test_lost_cache(make_starter, postgres, mortal_redis, number):
    """Without Redis everything works, at once; its loss is counted once, and logged once."""
    backend = make_starter(postgres.create(), mortal_redis)()
    token = backend.log_in()
    assert backend.ask("GET", "/me", token=token).status_code == 200
    usual_s = _seconds_of_ten_visits(backend)
    with backend.counting() as counts:
        mortal_redis.signal(number)
        assert use_everything(backend) <= {200, 201, 204}
        # Had each of these requests waited for Redis, it would be twenty times 0.25 s more.
        assert _seconds_of_ten_visits(backend) < usual_s + 2.5
        assert backend.ask("GET", "/-/ready").json()["cache"] == "lost"
        # The probe asks again meanwhile.
        stays_true(lambda: len(backend.events("cache lost")) == 1, 1.5)
    assert counts[CACHE] == 1
    assert len(backend.events("cache lost")) == 1
    assert backend.ask("DELETE", "/sessions/current", token=token).status_code == 204
    if number == signal.SIGKILL:
        mortal_redis.kill()
        mortal_redis.start()
    else:
        mortal_redis.signal(signal.SIGCONT)
    wait_until(lambda: backend.ask("GET", "/-/ready").json()["cache"] == "ok")
    wait_until(lambda: backend.events("cache back"))  # its log is read by a thread
    assert len(backend.events("cache back")) == 1
    assert backend.ask("GET", "/me", token=token).status_code == 401
    assert use_everything(backend) <= {200, 201, 204}


def test_without_cache(start):
    """A backend that has no cache at all does everything."""
    backend = start()
    assert backend.ask("GET", "/-/ready").json()["cache"] == "off"
    assert use_everything(backend) <= {200, 201, 204}


def test_foreign_values_in_the_cache(make_starter, postgres, mortal_redis):
    """What the backend has not written into the cache is not taken for a session."""
    starter = make_starter(postgres.create(), mortal_redis)
    token = starter().log_in()
    backend = starter()
    assert backend.ask("GET", "/me", token=token).status_code == 200
    with redis.Redis(unix_socket_path=str(mortal_redis.socket)) as client:
        (key,) = client.keys("*session*")
        assert token.encode() not in key
        for value in (b"", b"x", b"[]", b"null", b'["a",1,2,false]', b"\xff", b'[1,"x",null,0]'):
            client.set(key, value)
            assert starter().ask("GET", "/me", token=token).status_code == 200


class Writer(threading.Thread):
    """Creates songs, one after the other, and remembers what it was answered."""

    def __init__(self, backend, token, stop):
        super().__init__()
        self.backend, self.token, self.stop = backend, token, stop
        self.answers = []

    def run(self):
        number = 0
        while not self.stop.is_set():
            number += 1
            song = {"title": f"{self.name} {number}", "tempo_bpm": 100, "key": "C"}
            self.answers.append(self.backend.ask("POST", "/songs", song, self.token))


def all_songs(backend, token):
    """Return the ids of all songs of an account."""
    songs, query = [], "?limit=100"
    while True:
        page = backend.ask("GET", f"/songs{query}", token=token).json()
        songs += [song["id"] for song in page["songs"]]
        if page["next"] is None:
            return songs
        query = f"?limit=100&before={page['next']}"


def test_lost_database(make_starter, mortal_postgres):
    """When PostgreSQL is killed, requests get 503 and nothing else until it is back; what was
    answered with 201 is there, and counted."""
    backend = make_starter(mortal_postgres.create())()
    token = backend.log_in()
    stop = threading.Event()
    writers = [Writer(backend, token, stop) for _ in range(4)]
    for writer in writers:
        writer.start()
    wait_until(lambda: all(len(writer.answers) > 20 for writer in writers))
    mortal_postgres.kill()
    wait_until(lambda: all(writer.answers[-1].status_code == 503 for writer in writers))
    assert backend.ask("GET", "/-/ready").status_code == 503
    assert backend.ask("GET", "/-/healthy").status_code == 200
    assert backend.ask("GET", "/me", token=token).status_code == 503
    mortal_postgres.start()
    wait_until(lambda: backend.ask("GET", "/-/ready").status_code == 200)
    wait_until(lambda: all(writer.answers[-1].status_code == 201 for writer in writers))
    stop.set()
    for writer in writers:
        writer.join()
    answers = [answer for writer in writers for answer in writer.answers]
    refused = [answer for answer in answers if answer.status_code != 201]
    made = [answer.json()["id"] for answer in answers if answer.status_code == 201]
    assert {answer.status_code for answer in refused} == {503}
    assert all(int(answer.headers["retry-after"]) >= 1 for answer in refused)
    assert {answer.json()["error"]["type"] for answer in refused} == {"database"}
    assert set(made) <= set(all_songs(backend, token))
    assert backend.counts()["songs_created_total"] == len(made)
    assert backend.counts()[DATABASE] == len(refused) + 1  # and /me
    # The processes of a server don't die all at once: one may answer after another has failed.
    losses = len(backend.events("database lost"))
    assert 1 <= losses <= len(writers)
    assert len(backend.events("database back")) == losses
    assert backend.events("request failed") == []
    assert backend.other_lines == []


def test_restarted_database(make_starter, mortal_postgres):
    """When PostgreSQL was restarted between two requests, not every connection has to find out."""
    backend = make_starter(mortal_postgres.create())()
    token = backend.log_in()
    mortal_postgres.kill()
    mortal_postgres.start()
    statuses = [backend.ask("GET", "/me", token=token).status_code for _ in range(20)]
    assert statuses.count(503) <= 2
    assert set(statuses[2:]) == {200}


def test_frozen_database(make_starter, mortal_postgres):
    """A server that is stopped, which keeps no timeout of its own, is answered 503 in time."""
    backend = make_starter(mortal_postgres.create())("--pool-size", "1")
    token = backend.log_in()
    backend.ask("GET", "/songs", token=token)
    mortal_postgres.freeze()
    begin = time.monotonic()
    assert backend.ask("GET", "/songs", token=token).status_code == 503
    assert time.monotonic() - begin < 6
