"""What is looked at before a show: each check fails for what it is there for."""

from __future__ import annotations

import os
import shutil
import time
from collections.abc import Callable, Mapping
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from types import SimpleNamespace
from typing import Any, cast

import pytest

from tests.support.projects import PORTS, WHITE_ROOM
from whiteroom_monitoring.deploy.paths import StackPaths
from whiteroom_monitoring.diagnostics import CheckResult
from whiteroom_monitoring.probes.stack import Stack
from whiteroom_monitoring.readiness import clocks, disks, headroom, pagers, processors, rights, show
from whiteroom_monitoring.readiness.pagers import Channel
from whiteroom_monitoring.readiness.show import Machine, Show

Samples = list[tuple[dict[str, str], float]]


class FakePrometheus:
    """Answers each expression that contains a text with the samples of it."""

    def __init__(self, answers: Mapping[str, Samples]) -> None:
        self.answers = answers

    def query(self, expression: str) -> Samples:
        """Return the samples."""
        return next((s for text, s in self.answers.items() if text in expression), [])

    def value(self, expression: str) -> float | None:
        """Return the first value."""
        samples = self.query(expression)
        return samples[0][1] if samples else None


@pytest.fixture
def make_show(tmp_path: Path) -> Callable[..., Show]:
    """Return a function that makes a subject, whose Prometheus answers so."""

    def make(**answers: Samples) -> Show:
        prometheus = cast(Any, FakePrometheus(answers))
        paths = StackPaths(tmp_path, 0, PORTS)
        stack = Stack(paths, prometheus, {"alertmanager"}, {}, WHITE_ROOM)
        return Show(stack, Machine(tmp_path / "proc", tmp_path / "sys"))

    return make


def outcome(check: Any, subject: Show) -> tuple[str, str]:
    """Return state and what was seen, and hold that a failure says what to do."""
    result: CheckResult = check.result(subject)
    assert result.state != "failed" or result.remedy
    return result.state, result.seen


def of_load(load: float, dropouts: float = 0.0) -> dict[str, Samples]:
    """Return what Prometheus answers of a song."""
    return {"load_ratio": [({"job": "e"}, load)], "dropouts": [({}, dropouts)]}


def test_a_song_that_takes_too_much_fails(make_show: Callable[..., Show]) -> None:
    """Less than 30 % left, a dropout, or no song is no headroom."""
    assert outcome(headroom.headroom, make_show(**of_load(0.4))) == (
        "ok",
        "60% left at e, no dropout in 2 min",
    )
    assert outcome(headroom.headroom, make_show(**of_load(0.8))) == (
        "failed",
        "20% of the time left",
    )
    assert outcome(headroom.headroom, make_show(**of_load(0.4, 2.0)))[0] == "failed"
    assert outcome(headroom.headroom, make_show()) == ("failed", "nothing has played of late")
    assert outcome(headroom.headroom, make_show(**of_load(float("nan"))))[0] == "failed"


def test_scheduling_that_is_not_in_force_fails(make_show: Callable[..., Show]) -> None:
    """What the engine itself says decides; without an engine nothing is claimed."""
    fine, bad = [({"job": "e"}, 1.0)], [({"job": "e"}, 0.0)]
    assert outcome(rights.realtime_scheduling, make_show(realtime=fine))[0] == "ok"
    assert outcome(rights.realtime_scheduling, make_show(realtime=bad))[0] == "failed"
    assert outcome(rights.realtime_scheduling, make_show())[0] == "skipped"


LIMITS = """\
Limit                     Soft Limit           Hard Limit           Units
Max locked memory         {memory}              unlimited            bytes
Max realtime priority     {priority}                   95
"""


@pytest.mark.parametrize(
    ("memory", "priority", "states"),
    [
        ("unlimited", "95", ("ok", "ok")),
        ("8388608", "95", ("failed", "ok")),
        ("unlimited", "0", ("ok", "failed")),
    ],
)
def test_limits_of_the_engine_are_those_of_its_process(
    make_show: Callable[..., Show],
    monkeypatch: pytest.MonkeyPatch,
    memory: str,
    priority: str,
    states: tuple[str, str],
) -> None:
    """Too little memory that may be locked, or no right to be urgent, fails."""
    subject = make_show(realtime=[({"job": "e"}, 1.0)])
    path = subject.machine.proc / "7/limits"
    path.parent.mkdir(parents=True)
    path.write_text(LIMITS.format(memory=memory, priority=priority))
    component = SimpleNamespace(name="engine", job="e", pid=7)
    current = SimpleNamespace(components=[component], known=SimpleNamespace(components=[component]))
    monkeypatch.setattr(rights.status, "read", lambda paths: current)
    memlock = outcome(rights.realtime_memlock, subject)[0]
    assert (memlock, outcome(rights.realtime_priority, subject)[0]) == states


def test_an_engine_that_runs_elsewhere_has_its_limits_there(
    make_show: Callable[..., Show],
) -> None:
    """What this stack has not started is not looked at, and it says so."""
    subject = make_show(realtime=[({"job": "e"}, 1.0)])
    assert outcome(rights.realtime_priority, subject)[0] == "skipped"


def test_a_governor_that_saves_power_fails(make_show: Callable[..., Show]) -> None:
    """One processor that is slowed down is enough; a machine that says nothing is not judged."""
    subject = make_show()
    assert outcome(processors.governor, subject)[0] == "skipped"
    for number, name in enumerate(("performance", "performance")):
        path = subject.machine.sys / f"devices/system/cpu/cpu{number}/cpufreq/scaling_governor"
        path.parent.mkdir(parents=True)
        path.write_text(f"{name}\n")
    assert outcome(processors.governor, subject) == ("ok", "performance at 2 processors")
    path.write_text("powersave\n")
    assert outcome(processors.governor, subject) == ("failed", "powersave at 1 of 2 processors")


@pytest.mark.parametrize(
    ("free", "total", "state"),
    [(20, 100, "ok"), (1, 10, "failed"), (4, 100, "failed")],
)
def test_a_disk_that_is_nearly_full_fails(
    make_show: Callable[..., Show],
    monkeypatch: pytest.MonkeyPatch,
    free: int,
    total: int,
    state: str,
) -> None:
    """Both are needed: 2 GiB, and a twentieth. The sizes are in GiB."""
    usage = SimpleNamespace(free=free * 2**30, total=total * 2**30)
    monkeypatch.setattr(shutil, "disk_usage", lambda path: usage)
    assert outcome(disks.room, make_show())[0] == state


def test_a_disk_that_is_slow_fails(
    make_show: Callable[..., Show], monkeypatch: pytest.MonkeyPatch
) -> None:
    """One write that takes longer than a tenth of a second is one too many; nothing is left."""
    subject = make_show()
    monkeypatch.setattr(disks, "_PAUSE_S", 0)
    before = list(subject.stack.paths.data.iterdir())
    assert len(disks.write_times(subject)) == 20
    assert list(subject.stack.paths.data.iterdir()) == before
    times = iter([0.0] * 39 + [0.2])
    monkeypatch.setattr(disks.time, "monotonic", lambda: next(times, 0.2))
    monkeypatch.setattr(os, "fdatasync", lambda number: None)
    assert max(disks.write_times(subject)) == pytest.approx(0.2)
    monkeypatch.setattr(disks, "write_times", lambda subject: [0.001, 0.2])
    assert outcome(disks.latency, subject) == ("failed", "200.0 ms at most")


def test_a_clock_that_nobody_keeps_right_fails(
    make_show: Callable[..., Show], monkeypatch: pytest.MonkeyPatch
) -> None:
    """The kernel says whether it is synchronized, and how wrong it may be."""
    for answer, state in (((True, 0.01), "ok"), ((False, 16.0), "failed"), ((True, 2.0), "failed")):
        monkeypatch.setattr(clocks, "kernel_clock", lambda answer=answer: answer)
        assert outcome(clocks.clock_synchronized, make_show())[0] == state


def test_the_kernel_answers() -> None:
    """The structure is that of the kernel: its largest error is one of a clock, in seconds."""
    try:
        _, error_s = clocks.kernel_clock()
    except OSError:
        pytest.skip("the kernel may not be asked here")
    assert 0 <= error_s < 1e6


def test_a_clock_that_jumps_fails(make_show: Callable[..., Show]) -> None:
    """Now, by the steady clock; within the last hour, by the time of the machine's start."""
    assert outcome(clocks.clock_steps, make_show(boot=[({}, 0.0)])) == ("ok", "none")
    now = (time.time() - 5.0, time.monotonic())
    jumped = replace(make_show(), begun=now)
    assert outcome(clocks.clock_steps, jumped) == ("failed", "it jumped by 5.00 s just now")
    assert outcome(clocks.clock_steps, make_show(boot=[({}, 30.0)]))[0] == "failed"


ALERTMANAGER = """\
global: {{slack_api_url_file: {secret}, smtp_smarthost: 'mail.example:587'}}
route:
  routes:
    - {{receiver: high, matchers: ['alertname="PagerProbe"', 'probed_receiver="high"']}}
    - {{receiver: other, matchers: ['team="a"']}}
receivers:
  - name: high
    pagerduty_configs: [{{routing_key: k, url: '{inbox}/pagerduty/v2/enqueue'}}]
    slack_configs: [{{channel: '#c'}}]
    email_configs: [{{to: a@b.example}}]
  - {{name: other, slack_configs: [{{channel: '#o'}}]}}
"""


@pytest.fixture
def with_channels(make_show: Callable[..., Show]) -> Show:
    """A stack whose pager and Slack lead to the inbox, and whose mail leads elsewhere."""
    subject = make_show()
    paths = subject.stack.paths
    secret = paths.data / "secret"
    secret.write_text(paths.url("inbox", "/slack") + "\n")
    path = paths.config / "alertmanager/alertmanager.yml"
    path.parent.mkdir(parents=True)
    path.write_text(ALERTMANAGER.format(secret=secret, inbox=paths.url("inbox")))
    return subject


def test_each_channel_of_a_probed_receiver_is_known(with_channels: Show) -> None:
    """By what is in force: which receivers have a route, and which channels lead to the inbox."""
    assert pagers.channels_of(with_channels) == [
        Channel("high", "pagerduty", is_here=True),
        Channel("high", "slack", is_here=True),
        Channel("high", "email", is_here=False),
    ]


def test_a_stack_without_routes_for_marks_fails(with_channels: Show) -> None:
    """One that an earlier version has started says what to do."""
    path = with_channels.stack.paths.config / "alertmanager/alertmanager.yml"
    path.write_text(path.read_text().replace("PagerProbe", "Other"))
    assert outcome(pagers.pagers, with_channels)[0] == "failed"


class Inbox:
    """An inbox and an Alertmanager in one: what is sent arrives, but for what is lost."""

    def __init__(self, lost: Callable[[str, str], bool] = lambda channel, state: False) -> None:
        self.messages: list[dict[str, str]] = []
        self.lost = lost

    def post_alerts(self, alerts: list[Any]) -> None:
        """Deliver alerts to every channel of the inbox."""
        for alert in alerts:
            over = datetime.fromisoformat(alert["endsAt"]) <= datetime.now(UTC)
            state = "resolved" if over else "firing"
            for channel in ("pagerduty", "slack"):
                if not self.lost(channel, state):
                    title = alert["annotations"]["summary"]
                    self.messages.append({"channel": channel, "state": state, "title": title})
            # A mail has no state but what its subject says.
            title = alert["annotations"]["summary"]
            title = f"Resolved: was: {title}" if over else title
            self.messages.append({"channel": "email", "state": "", "title": title})

    def get_json(self, path: str, query: Any, decode: Callable[[Any], Any]) -> Any:
        """Return the messages."""
        return decode({"messages": self.messages})


def test_a_mail_says_in_its_subject_what_it_is(
    with_channels: Show, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A mail server here is held to both, like the others."""
    path = with_channels.stack.paths.config / "alertmanager/alertmanager.yml"
    smarthost = f"127.0.0.1:{with_channels.stack.paths.port('inbox-smtp')}"
    path.write_text(path.read_text().replace("mail.example:587", smarthost))
    inbox = Inbox()
    monkeypatch.setattr(pagers.access, "alertmanager", lambda paths: inbox)
    monkeypatch.setattr(pagers, "HttpClient", lambda name, url: inbox)
    monkeypatch.setattr(pagers, "WITHIN_S", 0.2)
    result = pagers.pagers.result(with_channels)
    assert result.seen.startswith("3 channels in "), result


@pytest.mark.parametrize(
    ("channel", "state"), [("slack", "firing"), ("pagerduty", "resolved"), ("", "")]
)
def test_a_channel_that_takes_nothing_is_named(
    with_channels: Show, monkeypatch: pytest.MonkeyPatch, channel: str, state: str
) -> None:
    """Message or end that does not arrive fails that channel alone."""
    inbox = Inbox(lambda c, s: (c, s) == (channel, state))
    monkeypatch.setattr(pagers.access, "alertmanager", lambda paths: inbox)
    monkeypatch.setattr(pagers, "HttpClient", lambda name, url: inbox)
    for name, value in (("WITHIN_S", 0.2), ("_POLL_S", 0.01), ("_REFUSED_WITHIN_S", 0.05)):
        monkeypatch.setattr(pagers, name, value)
    result = pagers.pagers.result(with_channels)
    if not channel:
        assert result.state == "ok"
        assert result.seen.endswith("high by email without refusal")
    else:
        assert [str(d.place) for d in result.diagnostics] == [f"channel high by {channel}"]
        assert f"brought no {state} message" in result.diagnostics[0].problem


def test_the_line_says_that_all_is_ready_or_what_to_fix() -> None:
    """One line of what was seen, and what was not; else a line for each thing to mend."""

    def result(id: str, state: Any, seen: str, remedy: str = "") -> CheckResult:
        return CheckResult(id, "a", state, seen, "", (), remedy, 0.0)

    fine = [result("pagers", "ok", "9 channels"), result("governor", "skipped", "no word")]
    assert show.line(fine) == "Ready. pagers: 9 channels. Not looked at: governor (no word)"
    bad = [*fine, result("room", "failed", "1 GiB free", "Make room.")]
    assert show.line(bad) == "Fix room: 1 GiB free. Make room."


def test_every_check_has_an_area_in_the_order() -> None:
    """Pagers first; each check is found in its own module."""
    areas = [check.area for check in show.checks()]
    assert areas == sorted(areas, key=show.AREAS.index)
    assert set(areas) == set(show.AREAS)
