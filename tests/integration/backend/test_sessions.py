"""Who may ask: requests without a session, sign-ups and logins that are refused, and the lock."""

from __future__ import annotations

import threading
import uuid

import psycopg
import pytest

from tests.integration.backend.conftest import assert_log_keeps, error_of, errors, refused


@pytest.mark.parametrize(
    ("header", "reasons"),
    [
        (None, {}),
        ("", {"malformed": 1}),
        ("Bearer", {"malformed": 1}),
        ("Bearer short", {"malformed": 1}),
        ("Basic YTpi", {"malformed": 1}),
        ("Bearer " + "A" * 43, {"malformed": 1}),
        ("Bearer " + "A" * 42 + "'", {"malformed": 1}),
        ("Bearer " + "A" * 4000, {"malformed": 1}),
    ],
)
def test_no_session(backend, header, reasons):
    """Without a session's token, every request is refused; a token that is none is counted."""
    headers = {} if header is None else {"Authorization": header}
    with backend.counting() as counts:
        answer = backend.ask("GET", "/me", headers=headers)
    refused(answer, "unauthenticated", 401)
    assert answer.headers["www-authenticate"] == "Bearer"
    assert errors(counts) == error_of("unauthenticated", **reasons)


def test_every_request_needs_a_session(backend):
    """All requests but sign-up and login are refused before anything else of them is looked at."""
    for method, path in (
        ("DELETE", "/sessions/current"),
        ("GET", "/me"),
        ("GET", "/songs?limit=x"),
        ("POST", "/songs"),
        ("GET", "/songs/x"),
        ("PATCH", "/songs/x"),
        ("DELETE", "/songs/x"),
        ("POST", "/songs/x/performances"),
        ("PUT", "/songs/x/performance"),
        ("GET", "/instruments"),
        ("PUT", "/songs/x/channels/x/instrument"),
        ("POST", "/features/x/uses"),
        ("POST", "/songs/x/export"),
    ):
        refused(backend.ask(method, path), "unauthenticated", 401)


def test_ended_session(backend):
    """The token of a session that has ended is refused, and counted as expired."""
    token = backend.log_in()
    backend.ask("DELETE", "/sessions/current", token=token)
    with backend.counting() as counts:
        refused(backend.ask("DELETE", "/sessions/current", token=token), "unauthenticated", 401)
    assert errors(counts) == error_of("unauthenticated", expired=1)


def test_wrong_credentials_are_not_told_apart(backend):
    """A wrong password and an unknown address have the same answer, and different reasons."""
    known = backend.sign_up()
    answers = []
    for email, reason in ((known["email"], "wrong_password"), ("no@body", "unknown_account")):
        with backend.counting() as counts:
            answer = backend.ask("POST", "/sessions", {"email": email, "password": "wrong one"})
        answers.append(refused(answer, "unauthenticated", 401))
        assert errors(counts) == error_of("unauthenticated", **{reason: 1})
    assert answers[0] == answers[1]


def test_conflict(backend):
    """An address that has an account can't sign up again, in capitals neither."""
    credentials = backend.sign_up()
    with backend.counting() as counts:
        again = {"name": "Eve", **credentials, "email": credentials["email"].upper()}
        refused(backend.ask("POST", "/users", again), "conflict", 409)
    assert errors(counts) == error_of("conflict")
    assert "user_signups_total" not in counts


def test_sign_ups_at_once(backend):
    """Of many sign-ups of one address at once, exactly one gets an account."""
    wanted = {"name": "Ada", "email": f"{uuid.uuid4()}@example.org", "password": "12345678"}
    statuses = []
    with backend.counting() as counts:
        threads = [
            threading.Thread(
                target=lambda: statuses.append(backend.ask("POST", "/users", wanted).status_code)
            )
            for _ in range(8)
        ]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
    assert sorted(statuses) == [201] + [409] * 7
    assert counts["user_signups_total"] == 1


def test_lock(backend):
    """Ten failed logins lock an account, for its owner too, and are counted each by its reason."""
    credentials = backend.sign_up()
    wrong = {**credentials, "password": "wrong password"}
    with backend.counting() as counts:
        for _ in range(10):
            refused(backend.ask("POST", "/sessions", wrong), "unauthenticated", 401)
        answer = backend.ask("POST", "/sessions", credentials)
    refused(answer, "rate_limited", 429)
    assert 800 < int(answer.headers["retry-after"]) <= 900
    reason = 'authentication_failures_total{reason="%s"}'
    assert counts[reason % "wrong_password"] == 10
    assert counts[reason % "locked"] == 1


def test_lock_holds_for_guesses_at_once(backend):
    """Many guesses at once are not more guesses: ten are compared, the others are refused."""
    wrong = {**backend.sign_up(), "password": "wrong password"}
    statuses = []
    threads = [
        threading.Thread(
            target=lambda: statuses.append(backend.ask("POST", "/sessions", wrong).status_code)
        )
        for _ in range(16)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(statuses) == [401] * 10 + [429] * 6


def test_lock_ends(backend, database):
    """When the oldest of ten failures is 15 minutes old, the account can be logged in to."""
    credentials = backend.sign_up()
    for _ in range(10):
        backend.ask("POST", "/sessions", {**credentials, "password": "wrong password"})
    assert backend.ask("POST", "/sessions", credentials).status_code == 429
    with psycopg.connect(database) as connection:
        connection.execute(
            "UPDATE login_failures SET times[1] = times[1] - interval '15 minutes', "
            "times[10] = times[10] - interval '15 minutes'"
        )
    assert backend.ask("POST", "/sessions", credentials).status_code == 201


def test_right_logins_do_not_lock(backend):
    """Logins that succeed don't count as failed ones."""
    credentials = backend.sign_up()
    assert {backend.ask("POST", "/sessions", credentials).status_code for _ in range(12)} == {201}


def test_log_has_no_secrets(backend):
    """Neither a password nor a token nor an address is in the log, whatever happened above."""
    credentials = backend.sign_up()
    token = backend.log_in(credentials)
    backend.ask("POST", "/sessions", {**credentials, "password": "another secret"})
    password = credentials["password"]
    assert_log_keeps(backend, token, credentials["email"], password, "another secret")
