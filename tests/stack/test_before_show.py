"""Before a show, on a real stack: what is broken on purpose is named, and nothing else."""

from __future__ import annotations

import contextlib
import json
import os
import resource
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from tests.stack.conftest import RunningStack
from tests.support.wait import wait_until
from whiteroom_monitoring.deploy import access
from whiteroom_monitoring.drills.faults import ask_engine
from whiteroom_monitoring.pager_path import PAGER_PROBE

# What the issue allows, until it must have said it.
PROMISED_S = 90
CHANNELS = 9  # of five receivers: two pagers, three channels of Slack and more of two teams


def look(stack: RunningStack) -> dict[str, dict[str, Any]]:
    """Look at the stack, and return the checks by their ids."""
    done = stack.start("drill", "--before-show", "--json")
    out, err = done.communicate(timeout=PROMISED_S)
    assert out, err
    return {check["id"]: check for check in json.loads(out)["checks"]}


@contextlib.contextmanager
def silenced(stack: RunningStack, receiver: str) -> Iterator[None]:
    """Let marked messages to a receiver get no further than Alertmanager."""
    alertmanager = access.alertmanager(stack.paths)
    now = datetime.now(UTC)
    silence = alertmanager.create_silence(
        {
            "matchers": [
                {"name": "alertname", "value": PAGER_PROBE, "isRegex": False},
                {"name": "probed_receiver", "value": receiver, "isRegex": False},
            ],
            "startsAt": now.isoformat(),
            "endsAt": (now + timedelta(minutes=5)).isoformat(),
            "createdBy": "test",
            "comment": "a break",
        }
    )
    try:
        yield
    finally:
        alertmanager.expire_silence(silence)


def limit(pid: int, title: str) -> float:
    """Return a soft limit of a process."""
    lines = Path(f"/proc/{pid}/limits").read_text().splitlines()
    word = next(line.removeprefix(title).split()[0] for line in lines if line.startswith(title))
    return float("inf") if word == "unlimited" else float(word)


def test_marked_messages_reach_every_channel_and_end(stack: RunningStack) -> None:
    """Every channel brings the message and its end; nothing of it stays open."""
    checks = look(stack)
    assert checks["pagers"]["state"] == "ok", checks["pagers"]
    assert checks["pagers"]["seen"].startswith(f"{CHANNELS} channels in ")
    assert checks["latency"]["state"] == "ok", checks["latency"]
    assert checks["clock.steps"]["state"] == "ok", checks["clock.steps"]
    assert access.prometheus(stack.paths).query(f'ALERTS{{alertname="{PAGER_PROBE}"}}') == []


def test_a_channel_that_brings_nothing_is_named(stack: RunningStack) -> None:
    """A message that is lost fails its own channel, and no other; the line says what to do."""
    with silenced(stack, "slack-notifications"):
        checks = look(stack)
    problems = {d["thing"]: d["problem"] for d in checks["pagers"]["diagnostics"]}
    assert list(problems) == ["channel slack-notifications by slack"]
    assert "brought no firing message" in problems["channel slack-notifications by slack"]


def test_rights_are_those_of_the_engine(stack: RunningStack) -> None:
    """The engine's own process decides, not the command's: one that may lock too little, or may not
    be urgent, fails, each alone."""
    checks = look(stack)
    pid = int(stack.component("engine")["pid"])
    for id, title, least in (
        ("realtime.memlock", "Max locked memory", 64 << 20),
        ("realtime.priority", "Max realtime priority", 70),
    ):
        is_enough = limit(pid, title) >= least
        assert checks[id]["state"] == ("ok" if is_enough else "failed"), checks[id]
        assert is_enough or "/etc/security/limits.d/audio.conf" in checks[id]["remedy"]


@pytest.mark.skipif(os.geteuid() != 0, reason="only root may change limits of other accounts")
def test_rights_that_are_taken_away_are_missed(stack: RunningStack) -> None:
    """What passes with the right fails without it, where this account may give and take it."""
    pid = int(stack.component("engine")["pid"])
    memory = resource.RLIMIT_MEMLOCK
    try:
        resource.prlimit(pid, memory, (1 << 30, 1 << 30))
    except PermissionError:
        pytest.skip("this machine lets nobody raise limits")
    assert look(stack)["realtime.memlock"]["state"] == "ok"
    resource.prlimit(pid, memory, (1 << 20, 1 << 30))
    assert look(stack)["realtime.memlock"]["state"] == "failed"


def test_a_song_that_takes_the_time_fails(stack: RunningStack) -> None:
    """A plug-in that takes most of each buffer leaves no headroom, and the line says so."""
    fault = {"kind": "slow_plugin", "channel": "bass", "microseconds": 4500}
    ask_engine(stack.paths.control_socket, {"command": "fault", **fault})
    try:
        failed = wait_until(
            lambda: look(stack)["headroom"]["state"] == "failed" or None, within_s=120
        )
    finally:
        ask_engine(stack.paths.control_socket, {"command": "faults_off"})
    assert failed
    out = stack.run("drill", "--before-show", check=False)
    assert "Fix headroom: " in out
    assert "Freeze or bypass the plug-in that takes most" in out
