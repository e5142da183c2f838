"""The musicians at a backend that is well, and at one that is not. Nothing here waits a minute."""

from __future__ import annotations

import asyncio
import io
import json
import random
from collections.abc import Callable
from typing import Any

import pytest
from whiteroom_musicians import backoff, driver
from whiteroom_musicians.backoff import Backoff
from whiteroom_musicians.client import ApiClient
from whiteroom_musicians.driver import MOST_PENDING, WORKERS, Driver
from whiteroom_musicians.http_client import Address, ConnectionPool
from whiteroom_musicians.log import Log
from whiteroom_musicians.musician import MOST_SONGS, Musician
from whiteroom_musicians.plan import Habits
from whiteroom_musicians.stats import Stats
from whiteroom_musicians.visit import Action

from tests.support.ports import free_port

from .conftest import Double

# A second has five minutes of the plan.
HURRY = 300


class Play:
    """What is to be seen of a driver from outside."""

    def __init__(self, url: str, timeout_s: float = 0.3, **habits: Any) -> None:
        self._stream = io.StringIO()
        log = Log(self._stream, True)
        self.stats = Stats()
        self.pool = ConnectionPool(Address.parse(url), timeout_s=timeout_s)
        self.client = ApiClient(self.pool, self.stats, Backoff("backend", log, random.Random(1)))
        self.musician = Musician(1, 0, self.client)
        self.driver = Driver(Habits(engine=False, **habits), self.client, None, self.stats, log)

    @property
    def said(self) -> list[dict[str, Any]]:
        return [json.loads(line) for line in self._stream.getvalue().splitlines()]

    def messages(self) -> list[str]:
        return [line["message"] for line in self.said]

    def do(self, *actions: Action) -> None:
        """Let one musician do this."""

        async def go() -> None:
            for action in actions:
                await self.musician.do(action, 0.5)
            self.pool.close()

        asyncio.run(go())

    def run(self, for_s: float, *changes: tuple[float, Callable[[], None]]) -> dict[str, Any]:
        """Run, with changes at their seconds; return the last line."""

        async def go() -> None:
            loop = asyncio.get_running_loop()
            for at_s, change in changes:
                loop.call_later(at_s, loop.run_in_executor, None, change)
            await self.driver.run(asyncio.Event(), for_s)
            self.pool.close()

        asyncio.run(go())
        return self.said[-1]


@pytest.fixture(autouse=True)
def hurried(monkeypatch: pytest.MonkeyPatch) -> None:
    """People think faster, and one need not wait for long."""
    plan = driver.plan

    def faster(habits: Habits) -> Any:
        return (step._replace(time_s=step.time_s / HURRY) for step in plan(habits))

    monkeypatch.setattr(driver, "plan", faster)
    monkeypatch.setattr(backoff, "FIRST_WAIT_S", 0.05)
    monkeypatch.setattr(backoff, "LONGEST_WAIT_S", 0.2)
    monkeypatch.setattr(backoff, "CALM_S", 0.2)


def test_a_healthy_backend_sees_no_fault(backend: Double) -> None:
    """Every request is one that the API documents, made in an order that it allows."""
    end = Play(backend.url, rate=3.0).run(1.5)
    assert end["errors"] == {}
    assert end["requests"] == sum(backend.answers.values()) > 500
    failed = {response for response in backend.answers if response.split()[-1] >= "400"}
    assert failed <= {"POST /api/v/sessions 401"}
    kinds = {response.rsplit(" ", 1)[0] for response in backend.answers}
    assert kinds == {
        *("POST /api/v/users", "POST /api/v/sessions", "DELETE /api/v/sessions/current"),
        *("GET /api/v/me", "GET /api/v/songs", "POST /api/v/songs", "GET /api/v/songs/"),
        *("PATCH /api/v/songs/", "POST /api/v/songs//performances", "GET /api/v/instruments"),
        *("PUT /api/v/songs//performance", "PUT /api/v/songs//channels//instrument"),
        *(f"POST /api/v/features/{feature}/uses" for feature in ("mixer", "tuner", "editor")),
        *(f"POST /api/v/features/{feature}/uses" for feature in ("export", "import", "record")),
        *(f"POST /api/v/features/{feature}/uses" for feature in ("share", "presets", "automation")),
        *("POST /api/v/features/metronome/uses", "POST /api/v/songs//export"),
    }
    assert 30 < end["active_musicians"] <= 40


def test_the_same_seed_goes_on_with_the_same_accounts(backend: Double) -> None:
    """After a restart everybody logs in to the account of before; 409 is no error."""
    first = Play(backend.url, rate=3.0).run(0.7)
    known = set(backend.users)
    again = Play(backend.url, rate=3.0).run(0.7)
    assert first["sign_ups"] == len(known) > 20
    assert again["log_ins"] > 20
    assert backend.answers["POST /api/v/users 409"] < 10
    assert len(backend.users) < len(known) + 10
    assert again["errors"] == {}


def test_newcomers_find_a_free_address_after_a_restart(backend: Double) -> None:
    """Who replaces a musician signs up even if the program has run before with this seed."""
    for users in (2, 3, 4):
        Play(backend.url).do(Action.SIGN_UP, Action.REPLACE)
        assert len(backend.users) == users


def test_who_has_no_account_yet_signs_up_at_the_second_visit(backend: Double) -> None:
    """Where somebody's account existed the others log in at once, and who can't signs up."""
    Play(backend.url).do(Action.SIGN_UP)
    play = Play(backend.url)
    play.do(Action.SIGN_UP, Action.LOG_IN)
    play.musician = Musician(1, 1, play.client)
    play.do(Action.SIGN_UP, Action.LOG_IN, Action.LIST_SONGS)
    assert (len(backend.users), play.stats.whole.errors) == (1, {"401": 1})
    play.do(Action.LOG_IN, Action.LIST_SONGS)
    play.musician = Musician(1, 2, play.client)
    play.do(Action.SIGN_UP, Action.LOG_IN)
    assert (len(backend.users), play.stats.whole.errors) == (3, {"401": 1})


def test_songs_do_not_pile_up(backend: Double) -> None:
    """Who looks at so many songs that it is enough deletes the oldest."""
    makes = [Action.LOG_IN, *[Action.CREATE_SONG] * MOST_SONGS]
    play = Play(backend.url)
    play.do(*makes, Action.LIST_SONGS, Action.LIST_SONGS)
    assert backend.answers["DELETE /api/v/songs/ 204"] == 1
    assert play.stats.whole.errors == {}


def test_a_session_that_has_ended_is_begun_again(backend: Double) -> None:
    """A musician whose session the backend has ended sees one error and logs in."""
    play = Play(backend.url)
    play.do(Action.LOG_IN, Action.LIST_SONGS)
    backend.end_sessions()
    play.do(Action.LIST_SONGS, Action.LIST_SONGS)
    assert play.stats.whole.errors == {"401": 1}
    assert backend.log_ins == [True, True]


def test_wrong_passwords_come_at_the_asked_share(backend: Double) -> None:
    """The backend sees the asked share of wrong passwords, which are no errors."""
    end = Play(backend.url, rate=4.0, musicians=100, wrong_passwords=0.6).run(1)
    wrong = backend.log_ins.count(False)
    # What was under way at the end the backend has seen, and the musicians have no response to.
    assert 0 <= wrong - end["wrong_passwords"] <= 20
    assert wrong / len(backend.log_ins) == pytest.approx(0.6, abs=0.12)
    assert end["errors"] == {}


def test_a_database_that_was_lost_is_signed_up_to_again(backend: Double) -> None:
    """Sessions and accounts that are gone are errors once, then everybody is back."""
    play = Play(backend.url, rate=2.0)
    end = play.run(1.6, (0.8, backend.forget_everything))
    assert {"401"} <= set(end["errors"]) <= {"401", "404"}
    assert end["sign_ups"] > len(backend.users)
    assert len(backend.users) > 5


@pytest.mark.parametrize(
    ("mood", "errors"),
    [
        ("hang", {"timeout"}),
        ("close", {"closed"}),
        ("garbage", {"garbage"}),
        ("no_object", {"garbage"}),
        ("503", {"503"}),
        ("500", {"500"}),
    ],
)
def test_a_fault_is_counted_and_said_once_and_then_all_goes_on(
    backend: Double, mood: str, errors: set[str]
) -> None:
    """Each kind of fault has its count; one line says away, one back; afterwards work goes on."""
    before = []

    def fail() -> None:
        backend.mood = mood

    def mend() -> None:
        backend.mood = "well"
        before.append(sum(backend.answers.values()))

    play = Play(backend.url, timeout_s=0.15)
    end = play.run(1.4, (0.3, fail), (0.6, mend))
    assert errors <= set(end["errors"]) <= errors | {"timeout", "401"}
    away = [] if mood == "500" else ["backend away", "backend back"]
    said = play.messages()
    assert [text for text in said if text in ("backend away", "backend back")] == away
    assert said.count("backend slow") <= 1
    assert sum(backend.answers.values()) > before[0] + 100


def test_a_backend_that_refuses_is_not_stormed(backend: Double) -> None:
    """While nobody listens the attempts are few, what is left out is counted, then it goes on."""
    play = Play(backend.url)
    end = play.run(1.4, (0.3, backend.go_away), (0.6, backend.come_back))
    assert set(end["errors"]) <= {"refused", "closed"}
    assert 0 < end["errors"]["refused"] < 60
    assert end["skipped"] > 20
    # On a busy machine a response may be slow, too, which is said as well.
    said = [text for text in play.messages() if text != "backend slow"]
    assert said == ["backend away", "backend back", "end"]


def test_a_slow_backend_bounds_what_is_under_way_and_waiting(backend: Double) -> None:
    """However slow the answers, requests, queues and connections stay below their limits."""
    backend.mood, backend.slow_s = "slow", 0.25
    play = Play(backend.url, timeout_s=5, rate=4.0, musicians=200)
    end = play.run(1.2)
    assert backend.most_under_way == WORKERS
    assert backend.connections <= WORKERS
    assert max(map(len, play.driver._pending)) <= MOST_PENDING
    assert play.driver._ready.qsize() <= 200
    assert end["skipped"] > 100
    assert play.messages() == ["backend slow", "end"]


def test_connections_are_kept(backend: Double) -> None:
    """Many requests need few connections."""
    Play(backend.url).run(1)
    assert sum(backend.answers.values()) > 10 * backend.connections


def test_a_minute_has_its_summary(backend: Double, monkeypatch: pytest.MonkeyPatch) -> None:
    """The summaries of the minutes and what came after them make up the last one."""
    monkeypatch.setattr(driver, "SUMMARY_S", 0.4)
    play = Play(backend.url)
    end = play.run(1)
    minutes = [line for line in play.said if line["message"] == "summary"]
    assert len(minutes) == 2
    assert 0 < sum(line["requests"] for line in minutes) <= end["requests"]
    for line in (*minutes, end):
        assert line["p50_ms"] <= line["p95_ms"]
        assert line["active_musicians"] > 0


def test_a_backend_that_was_never_there(monkeypatch: pytest.MonkeyPatch) -> None:
    """Nothing but refusals leaves the backend never answered."""
    play = Play(f"http://127.0.0.1:{free_port()}")
    end = play.run(0.5)
    assert set(end["errors"]) == {"refused"}
    assert not play.client.backoff.ever_answered
