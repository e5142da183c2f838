"""Whom the watcher tells of a broken hop, by which channel, how often, and that it is over."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

import pytest
import yaml

from tests.support.json_server import json_server
from whiteroom_monitoring.datasources.errors import UnreachableError
from whiteroom_monitoring.pager_path import HOPS, NAME, BrokenHop, PathState, read_state
from whiteroom_monitoring.reconciler.pagerduty import Service
from whiteroom_monitoring.watcher.channels import Email, PagerDuty, Slack, channels
from whiteroom_monitoring.watcher.service import HEARTBEAT_S, Heartbeat
from whiteroom_monitoring.watcher.telling import AGAIN_S, REPEAT_S, Announcer

INBOX = "http://127.0.0.1:8004"
MAIL = BrokenHop("email", 1.0, "it refuses what Alertmanager sends")
SHIPPER = BrokenHop("shipper", 1.0, "it brings no lines to the log store")


@dataclass
class Channel:
    """A channel that remembers what it was told, and refuses so often before."""

    name: str
    refusals: int = 0
    pages: bool = False
    told: list[str] = field(default_factory=list)

    def takes(self, hop: BrokenHop) -> bool:
        return not (self.pages and hop.hop == "shipper")

    def send(self, hop: BrokenHop, *, over: bool) -> None:
        if self.refusals:
            self.refusals -= 1
            raise UnreachableError(self.name, "Connection refused")
        self.told.append(f"{hop.hop} {'over' if over else 'broken'}")


def _state(*hops: BrokenHop) -> PathState:
    return PathState(100.0, {"exporter": 99.0}, hops)


def test_each_channel_is_told_once_and_of_the_end() -> None:
    """A hop that is broken is told once by each channel that takes it, and its end, too."""
    pager, slack = Channel("pagerduty", pages=True), Channel("slack")
    announcer = Announcer(lambda: [pager, slack], lambda line: None)
    for now_s in range(10):
        announcer.announce(_state(MAIL, SHIPPER), float(now_s))
    state = announcer.with_notified(_state(MAIL, SHIPPER))
    assert [hop.notified for hop in state.broken] == [("pagerduty", "slack"), ("slack",)]
    announcer.announce(_state(SHIPPER), 11.0)
    announcer.announce(_state(), 12.0)
    assert pager.told == ["email broken", "email over"]
    assert slack.told == ["email broken", "shipper broken", "email over", "shipper over"]


def test_a_channel_that_refuses_is_tried_again() -> None:
    """What was not taken is sent again, not at every look; the others are told at once."""
    slack, mail = Channel("slack"), Channel("email", refusals=2)
    lines: list[str] = []
    announcer = Announcer(lambda: [mail, slack], lines.append)
    for now_s in range(int(3 * AGAIN_S)):
        announcer.announce(_state(MAIL), float(now_s))
    assert (slack.told, mail.told) == (["email broken"], ["email broken"])
    assert [line for line in lines if "not told" in line] == [
        "email: not told of email: email can't be reached: Connection refused."
    ] * 2


def test_pagerduty_is_told_again() -> None:
    """An incident that somebody has closed while the hop is broken is opened again."""
    pager = Channel("pagerduty")
    announcer = Announcer(lambda: [pager], lambda line: None)
    for now_s in (0.0, REPEAT_S - 1, REPEAT_S, REPEAT_S + 1):
        announcer.announce(_state(MAIL), now_s)
    assert pager.told == ["email broken"] * 2


def test_a_configuration_that_can_not_be_read_is_said() -> None:
    """Without channels the watcher goes on, and says why nobody is told."""

    def unreadable() -> list[Channel]:
        raise FileNotFoundError("alertmanager.yml")

    lines: list[str] = []
    Announcer(unreadable, lines.append).announce(_state(MAIL), 0.0)
    assert lines == [
        "broken: email: it refuses what Alertmanager sends",
        "channels: Alertmanager's configuration can't be used: alertmanager.yml",
    ]


@pytest.fixture
def configuration(tmp_path: Path) -> Path:
    """Alertmanager's configuration of a project with keys of its own, and their copies."""
    for name, text in (("critical", "key-1"), ("hook", "https://hooks.example/a\n")):
        (tmp_path / name).write_text(text)
    settings = {
        "smtp_smarthost": "mail.example:587",
        "smtp_from": "alerts@example",
        "smtp_auth_username": "alerts",
        "smtp_auth_password_file": "/elsewhere/password",
        "slack_api_url_file": "/elsewhere/hook",
    }
    own = {"pagerduty_configs": [{"routing_key": "x", "url": "http://127.0.0.1:8004/pager-path"}]}
    receivers = [
        {"name": NAME, **own, "slack_configs": [{"api_url": "http://127.0.0.1:8004/pager-path"}]},
        {"name": "low", "pagerduty_configs": [_pager("low", "error")]},
        {"name": "high", "pagerduty_configs": [_pager("critical", "critical")]},
        {"name": "ops", "slack_configs": [{"channel": "#ops"}, {"channel": "#other"}]},
        {"name": "team", "email_configs": [{"to": "a@example, b@example"}]},
    ]
    # The path's own service has a key that is no file.
    receivers[0] = {k: v for k, v in receivers[0].items() if k != "pagerduty_configs"}
    path = tmp_path / "alertmanager.yml"
    path.write_text(yaml.safe_dump({"global": settings, "receivers": receivers}))
    return path


def _pager(name: str, severity: str) -> dict[str, str]:
    return {"routing_key_file": f"/elsewhere/{name}", "severity": severity}


def test_channels_are_those_of_the_configuration(configuration: Path) -> None:
    """The most severe service, the first webhook and the first addressee are told, and the inbox,
    with the watcher's own copies of the keys."""
    pager, slack, mail, inbox = channels(configuration, configuration.parent, INBOX)
    assert isinstance(pager, PagerDuty)
    assert pager.service.key_file == configuration.parent / "critical"
    assert slack == Slack("https://hooks.example/a", "#ops")
    assert mail == Email(
        "mail.example:587", "alerts@example", "a@example", "alerts", Path("/elsewhere/password")
    )
    assert inbox == Slack(f"{INBOX}/slack", "#pager-path", name="inbox")


def test_what_leads_to_the_inbox_is_told_there_once(tmp_path: Path) -> None:
    """Where Slack's messages go to the inbox anyway, it gets no second one."""
    path = tmp_path / "alertmanager.yml"
    hook = [{"api_url": f"{INBOX}/slack", "channel": "#alerts"}]
    path.write_text(yaml.safe_dump({"receivers": [{"name": "inbox", "slack_configs": hook}]}))
    assert channels(path, tmp_path, INBOX) == [Slack(f"{INBOX}/slack", "#alerts")]


def test_hops_without_which_alerts_reach_people_do_not_page() -> None:
    """PagerDuty is called for what keeps alerts from people, and the others read of every hop."""
    pager = PagerDuty(Service("http://x", Path("/none"), "critical"))
    silent = {hop for hop in HOPS if not pager.takes(BrokenHop(hop, 0.0, ""))}
    assert silent == {"exporter", "shipper", "log_store"}
    assert all(Slack("http://x", "#a").takes(BrokenHop(hop, 0.0, "")) for hop in HOPS)


@pytest.fixture
def switch() -> Iterator[str]:
    """A dead man's switch that takes calls at one address and refuses them at another."""
    with json_server({"/ping": {}, "/gone": 410}) as url:
        yield url


def test_the_heartbeat_stops_with_the_path(switch: str) -> None:
    """The switch is called once a minute while alerts reach people, and not otherwise."""
    lines: list[str] = []
    calls: list[str] = []

    def url() -> str:
        calls.append("")
        return f"{switch}/ping?studio=1"

    heartbeat = Heartbeat(url, lines.append)
    for now_s in (0.0, 1.0, HEARTBEAT_S):
        heartbeat.beat(_state(SHIPPER), now_s)
    heartbeat.beat(_state(MAIL), 3 * HEARTBEAT_S)
    assert (len(calls), lines) == (2, [])


def test_a_switch_that_refuses_is_said_once(switch: str) -> None:
    """That the heartbeat is not taken is a line of the log, once."""
    lines: list[str] = []
    heartbeat = Heartbeat(lambda: f"{switch}/gone", lines.append)
    for now_s in (0.0, HEARTBEAT_S):
        heartbeat.beat(_state(), now_s)
    assert lines == ["heartbeat: it answers with 410"]


def test_without_an_address_nothing_is_called() -> None:
    """The heartbeat is off until somebody names an address."""
    lines: list[str] = []
    Heartbeat(lambda: "", lines.append).beat(_state(), 0.0)
    assert lines == []


def test_the_state_file_says_all(tmp_path: Path) -> None:
    """A state is read as it was written; one that is cut short, or none, is no state."""
    file = tmp_path / "state.json"
    state = PathState(100.0, {"exporter": 99.5}, (BrokenHop("email", 1.0, "why", ("slack",)),))
    file.write_text(state.as_json())
    assert read_state(file) == state
    assert state.problems(110.0) == ["The pager path is broken at email: why"]
    assert state.problems(160.0) == ["The watcher has not looked at the pager path for 60 s."]
    for text in (state.as_json()[:40], "[]", json.dumps({"written": "x"})):
        file.write_text(text)
        assert read_state(file) is None
    assert read_state(tmp_path / "none") is None
