"""What the backend says about all users, its deployment and its dependencies."""

from __future__ import annotations

import asyncio
import hashlib
import json
import os
import secrets

import psycopg
import pytest
from whiteroom_backend import audit, deployment, migrations
from whiteroom_backend.file_watch import UnusableError

from tests.support.wait import wait_until

RETENTION = 'user_retention_ratio{after="%s"}'


class People:
    """Puts accounts and sessions into a database; ages are in days."""

    def __init__(self, database):
        self._database = database

    def _run(self, statement, *values):
        with psycopg.connect(self._database) as connection:
            connection.execute(statement, values)

    def account(self, age):
        """Return the id of an account that was made ``age`` days ago."""
        identity = f"00000000-0000-4000-8000-{secrets.token_hex(6)}"
        self._run(
            "INSERT INTO accounts VALUES (%s, 'x', %s, %s, '', '', now() - %s * interval '1 day')",
            *(identity, identity, identity, age),
        )
        return identity

    def session(self, account, begun, seen, expires=-1.0):
        """Return the token of a session that was used between two ages."""
        token = secrets.token_urlsafe(32)
        self._run(
            "INSERT INTO sessions VALUES (%s, %s, now() - %s * interval '1 day', "
            "now() - %s * interval '1 day', now() - %s * interval '1 day')",
            *(hashlib.sha256(token.encode()).digest(), account, begun, seen, expires),
        )
        return token


@pytest.fixture
def people(start):
    """People in the database of a backend that will be started."""
    asyncio.run(migrations.migrate(start.database))
    return People(start.database)


@pytest.fixture
def settled(start):
    """Start a backend and wait until it has looked at the database once."""

    def run():
        backend = start()
        wait_until(lambda: "active_users" in backend.samples())
        return backend

    return run


def test_users(settled, people):
    """Active are the users seen within 15 minutes, each once; registered are all."""
    minute = 1 / 24 / 60
    for seen in (0, 14 * minute, 16 * minute, 1):
        account = people.account(2)
        people.session(account, 1, seen)
        people.session(account, 1, seen)
    people.account(2)
    samples = settled().samples()
    assert (samples["active_users"], samples["registered_users"]) == (2, 5)


@pytest.mark.parametrize(("after", "days"), [("1d", 1), ("7d", 7), ("30d", 30)])
def test_retention(settled, people, after, days):
    """Retention is the share of those who came back on the day, among all who have had that day."""
    age = days + 1.5
    on_the_day = age - days
    for begun, seen in (
        (on_the_day - 0.1, on_the_day - 0.1),  # just as the day began: counts
        (on_the_day - 0.9, on_the_day - 0.9),  # just before it ended: counts
        (on_the_day + 0.1, on_the_day + 0.1),  # before it
        (on_the_day - 1.1, on_the_day - 1.1),  # after it
    ):
        people.session(people.account(age), begun, seen)
    people.account(age)  # never came back
    people.session(people.account(days + 0.5), 0.1, 0.1)  # their day has not ended
    people.session(people.account(days + 2.5), 1.4, 1.4)  # their day ended long ago
    samples = settled().samples()
    assert samples[RETENTION % after] == pytest.approx(2 / 5)


def test_retention_of_nobody(settled, people):
    """Without accounts of an age, no share is said."""
    people.account(0)
    assert not any(name.startswith("user_retention") for name in settled().samples())


def test_expired_session(settled, people):
    """A session that has expired is refused, and its length to its last request observed once."""
    token = people.session(people.account(2), begun=1, seen=0.5, expires=0.4)
    backend = settled()
    assert backend.counts()["session_duration_seconds_count"] == 1
    assert backend.samples()["session_duration_seconds_sum"] == pytest.approx(43200)
    with backend.counting() as counts:
        assert backend.ask("GET", "/me", token=token).status_code == 401
    assert counts['authentication_failures_total{reason="expired"}'] == 1
    again = settled()
    assert again.counts()["session_duration_seconds_count"] == 1


def test_use_is_written(settled, people):
    """A request makes its user an active one, although the session was last used before."""
    token = people.session(people.account(2), begun=0.1, seen=0.1)
    backend = settled()
    assert backend.samples()["active_users"] == 0
    assert backend.ask("GET", "/me", token=token).status_code == 200
    assert settled().samples()["active_users"] == 1


def test_old_sessions_are_forgotten(start, settled, people):
    """What is too old for any figure is deleted, an open session never."""
    account = people.account(100)
    people.session(account, 90, 80, expires=79)
    people.session(account, 90, 80)
    settled()
    with psycopg.connect(start.database) as connection:
        assert connection.execute("SELECT count(*) FROM sessions").fetchone() == (1,)


def replace(path, content):
    """Write a file as careful programs do."""
    fresh = path.with_suffix(".new")
    fresh.write_text(content)
    os.replace(fresh, path)


def test_version(start, tmp_path):
    """The deployed version is what the file says, within seconds, and one at a time."""
    path = tmp_path / "version"
    backend = start("--version-file", str(path))

    def versions():
        return [name for name in backend.samples() if name.startswith("deployment_info")]

    assert versions() == []
    replace(path, "1.0.0\n")
    wait_until(lambda: versions() == ['deployment_info{version="1.0.0"}'])
    replace(path, "1.1.0-rc.1\n")
    wait_until(lambda: versions() == ['deployment_info{version="1.1.0-rc.1"}'])
    replace(path, "two\nlines\n")
    wait_until(lambda: backend.events("file not used"))
    assert versions() == ['deployment_info{version="1.1.0-rc.1"}']


@pytest.mark.parametrize("text", ["", " \n", "two\nlines\n", "x" * 65, "\x1b[31m"])
def test_no_version(text):
    """What is not one line of moderate length is no version."""
    with pytest.raises(UnusableError, match="expected one line"):
        deployment.parse(text)


def test_version_is_quoted(start, tmp_path):
    """A version with quotes in it is still one label."""
    path = tmp_path / "version"
    path.write_text('1 "a\\b"')
    backend = start("--version-file", str(path))
    wait_until(lambda: 'deployment_info{version="1 \\"a\\\\b\\""}' in backend.samples())


def report(*severities):
    """Return a report as pip-audit writes it."""
    plain = {"id": "X-1", "fix_versions": [], "aliases": [], "description": ""}
    vulnerabilities = [
        plain if severity is None else {**plain, "severity": severity} for severity in severities
    ]
    sound = {"name": "b", "version": "1", "vulns": []}
    dependencies = [{"name": "a", "version": "1", "vulns": vulnerabilities}, sound]
    skipped = {"name": "c", "skip_reason": "not on an index"}
    return json.dumps({"dependencies": [*dependencies, skipped], "fixes": []})


def test_audit_report(start, tmp_path):
    """Vulnerabilities are counted by severity, as unknown without one; the report's time is told;
    one that can't be read leaves the last figures."""
    path = tmp_path / "audit.json"
    replace(path, report("critical", "HIGH", "high", None, "dire", 7))
    os.utime(path, (1_700_000_000, 1_700_000_000))
    backend = start("--audit-report", str(path))

    def figures():
        return {
            name.removeprefix("security_"): value
            for name, value in backend.samples().items()
            if name.startswith("security_")
        }

    def expected(time, *counts):
        names = ("critical", "high", "medium", "low", "unknown")
        labels = [f'vulnerabilities{{severity="{name}"}}' for name in names]
        samples = dict(zip(labels, counts, strict=True))
        return {**samples, "audit_report_timestamp_seconds": time}

    first = expected(1_700_000_000, 1, 2, 0, 0, 3)
    wait_until(lambda: figures() == first)
    replace(path, "{}")
    wait_until(lambda: backend.events("file not used"))
    assert figures() == first
    path.unlink()
    replace(path, report("low"))
    os.utime(path, (1_700_000_600, 1_700_000_600))
    wait_until(lambda: figures() == expected(1_700_000_600, 0, 0, 0, 1, 0))


@pytest.mark.parametrize(
    "text", ["", "{", "[]", "null", '{"dependencies": [1]}', '{"dependencies": {}}', "[" * 100_000]
)
def test_no_report(text):
    """What is no report of pip-audit is refused as one."""
    with pytest.raises(UnusableError):
        audit.parse(text)
