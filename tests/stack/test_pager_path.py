"""A broken hop of the pager path of a real stack is named within 60 s, and no other is."""

from __future__ import annotations

import os
from collections.abc import Iterator

import pytest

from benchmarks import hop_faults, hops
from benchmarks.hop_faults import FAULTS, HopStack, stack_at
from tests.support.offsets import free_offset

QUIET_S = 20.0
# A pager that is broken on one way, and logs on another: both at once take half of the time.
TOGETHER = ("mail refused", "shipper stopped")


@pytest.fixture(scope="module")
def path() -> Iterator[HopStack]:
    """A stack without applications, whose pager path is whole."""
    with stack_at(free_offset()) as stack:
        yield stack


def test_broken_hops_are_named_and_told(path: HopStack) -> None:
    """While all is well nothing is named; a channel that refuses and a shipper that is stopped are
    named within 60 s, by name and on every way that works; when they are mended, it is over."""
    assert hops.stay_quiet(path, QUIET_S).false == 0
    expected = {FAULTS[name][1] for name in TOGETHER}
    refused, stopped = (FAULTS[name][0] for name in TOGETHER)
    with refused(path), stopped(path):
        assert path.wait(lambda: path.broken() == expected, hops.PROMISED_S), path.state()
        assert path.wait(lambda: _told(path) == expected, 10), path.messages()
        status = path.command("status").stdout
        verified = path.command("verify", "--wait", "0").stdout
    for hop in expected:
        assert f"The pager path is broken at {hop}: " in status
    assert "The pager path is broken at" in verified
    assert path.wait(path.is_whole, hops.WHOLE_WITHIN_S), path.state()
    assert path.wait(lambda: _over(path) == expected, 10), path.messages()


def _told(path: HopStack) -> set[str]:
    return _hops(path, "P1: the pager path is broken at ")


def _over(path: HopStack) -> set[str]:
    return _hops(path, "Resolved: was: the pager path was broken at ")


def _hops(path: HopStack, beginning: str) -> set[str]:
    titles = [str(message["title"]) for message in path.messages()]
    rests = [title.removeprefix(beginning) for title in titles if title.startswith(beginning)]
    return {rest.partition(":")[0] for rest in rests}


def test_rounds_reach_nobody(path: HopStack) -> None:
    """What is sent every 10 s is among no messages of the inbox and no incidents."""
    rounds = path.inbox.get_json("/pager-path/messages", decode=lambda answer: answer["messages"])
    assert {channel: bool(titles) for channel, titles in rounds.items()} == {
        "pagerduty": True,
        "slack": True,
        "email": True,
    }
    assert [m for m in path.messages() if m["title"].startswith("pager-path")] == []


@pytest.mark.long
@pytest.mark.timeout(600)
def test_a_blind_watcher_fails_the_proof(path: HopStack) -> None:
    """A watcher that never names the exporter is found by the proof; the one that runs is not."""
    outcome = hops.break_hop(path, "exporter hangs", blind=("exporter",))
    assert outcome.right == 0
    assert any("exporter not named within 60 s" in note for note in outcome.notes)


@pytest.mark.long
@pytest.mark.timeout(3600)
@pytest.mark.parametrize("name", FAULTS)
def test_each_hop_is_named(path: HopStack, name: str) -> None:
    """Each fault has the name of its hop within 60 s, and no other, however often it comes."""
    if FAULTS[name][0] is hop_faults.disk_full and os.geteuid() != 0:
        pytest.skip("only root can mount a small file system")
    for _ in range(3):
        outcome = hops.break_hop(path, name)
        assert (outcome.right, outcome.false, outcome.notes) == (1, 0, [])
