"""What the reconciler ends, what it leaves alone, and what it says of the servers."""

from __future__ import annotations

import contextlib
import datetime
import json
from collections.abc import Mapping
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from whiteroom_monitoring.datasources.errors import UnreachableError
from whiteroom_monitoring.reconciler import http, incidents, notification_log, pagerduty
from whiteroom_monitoring.reconciler.incidents import INACTIVE_S, OpenIncidents
from whiteroom_monitoring.reconciler.notification_log import Notification, NotificationLogError
from whiteroom_monitoring.reconciler.pagerduty import Service, ServiceError
from whiteroom_monitoring.reconciler.routes import group_intervals_s
from whiteroom_monitoring.reconciler.service import Reconciler
from whiteroom_monitoring.reconciler.silences import Journal
from whiteroom_monitoring.reconciler.watch import UNWELL_S, Watch

KEY = '{}/{incident!="",priority="P0"}:{alertname="Service \\"x\\" {down}", service="engine"}'
PAGE = Notification(KEY, "pagerduty-critical", "pagerduty", 0, firing=True)
GROUP = incidents.group(
    "pagerduty-critical", {"alertname": 'Service "x" {down}', "service": "engine"}
)
NOW = datetime.datetime(2026, 1, 2, tzinfo=datetime.UTC)


def field(number: int, value: bytes | int) -> bytes:
    if isinstance(value, int):
        return varint(number << 3) + varint(value)
    return varint(number << 3 | 2) + varint(len(value)) + value


def varint(value: int) -> bytes:
    head = b""
    while value > 0x7F:
        head += bytes([value & 0x7F | 0x80])
        value >>= 7
    return head + bytes([value])


def entry(notification: Notification, firing: bytes = b"\x01") -> bytes:
    receiver = field(1, notification.receiver.encode()) + field(2, b"pagerduty")
    receiver += field(3, notification.index) if notification.index else b""
    content = field(1, notification.group_key.encode()) + field(2, receiver) + field(5, b"")
    content += field(6, firing) if firing else b""
    mesh = field(1, content) + field(2, field(1, 7))
    return varint(len(mesh)) + mesh


def test_the_log_is_read(tmp_path: Path) -> None:
    """Each entry says whom it told, of which group, and whether that group still fires."""
    path = tmp_path / "nflog"
    assert notification_log.read(path) == []
    over = Notification(KEY, "slack-ops", "pagerduty", 2, firing=False)
    path.write_bytes(entry(PAGE) + entry(over, b""))
    assert notification_log.read(path) == [PAGE, over]


@pytest.mark.parametrize("cut", [1, 5, 40, -1])
def test_what_is_no_log_is_refused(tmp_path: Path, cut: int) -> None:
    """A file that ends within an entry is not taken for a shorter one."""
    path = tmp_path / "nflog"
    path.write_bytes(entry(PAGE)[:cut])
    with pytest.raises(NotificationLogError, match="not what Alertmanager writes"):
        notification_log.read(path)


def test_a_key_says_its_group_and_its_route() -> None:
    """Labels are read with their quotes and braces; what a route merely excludes is no label."""
    assert incidents.group(PAGE.receiver, PAGE.group_labels) == GROUP
    assert PAGE.example_labels == {
        "alertname": 'Service "x" {down}',
        "service": "engine",
        "priority": "P0",
    }
    with pytest.raises(NotificationLogError, match="can't be read"):
        _ = Notification("nonsense", "a", "slack", 0, firing=True).group_labels


class Told:
    """Stands for Alertmanager and PagerDuty, and remembers what they heard."""

    def __init__(self) -> None:
        self.ended: list[Mapping[str, str]] = []
        self.events: list[tuple[str, str]] = []
        self.problem: Exception | None = None

    def post_ended(self, labels: Mapping[str, str]) -> None:
        self.ended.append(labels)

    def send(self, action: str, key: str, payload: object = None) -> None:
        if self.problem:
            raise self.problem
        self.events.append((action, key))

    def services(self) -> Any:
        return {"pagerduty-critical": [self]}

    @property
    def incidents(self) -> OpenIncidents:
        return OpenIncidents(self.post_ended, self.services)


def test_what_is_over_is_ended_once() -> None:
    """After 3 min without an alert an incident is ended, by Alertmanager's key, once."""
    told = Told()
    incidents = told.incidents
    for second in range(int(INACTIVE_S)):
        assert incidents.reconcile([PAGE], set(), second) == []
    assert len(incidents.reconcile([PAGE], set(), INACTIVE_S)) == 1
    assert incidents.reconcile([PAGE], set(), INACTIVE_S + 1) == []
    assert told.events == [("resolve", PAGE.dedup_key)]
    assert told.ended == [PAGE.example_labels]


@pytest.mark.parametrize(
    ("told_of", "active"),
    [
        (PAGE, {GROUP}),
        (Notification(KEY, "pagerduty-critical", "pagerduty", 0, firing=False), set()),
    ],
)
def test_what_goes_on_or_is_ended_already_is_left_alone(
    told_of: Notification, active: set[Any]
) -> None:
    """A group with an alert, silenced or not, and one that was told as over, are no news."""
    told = Told()
    incidents = told.incidents
    for second in range(0, 2000, 10):
        assert incidents.reconcile([told_of], active, second) == []
    assert told.events == told.ended == []


def test_a_moment_of_activity_or_illness_begins_anew() -> None:
    """The 3 min are without a break: an alert in between, or an unwell server, breaks them."""
    told = Told()
    incidents = told.incidents
    incidents.reconcile([PAGE], set(), 0)
    incidents.reconcile([PAGE], {GROUP}, 100)
    assert incidents.reconcile([PAGE], set(), 200) == []
    incidents.forget()
    assert incidents.reconcile([PAGE], set(), 390) == []
    assert incidents.reconcile([PAGE], set(), 390 + INACTIVE_S - 1) == []
    assert len(incidents.reconcile([PAGE], set(), 390 + INACTIVE_S)) == 1


def test_alertmanager_has_its_group_interval() -> None:
    """What Alertmanager may still say itself is left to it: 5 min and what it takes to send."""
    told = Told()
    incidents = OpenIncidents(
        told.post_ended, told.services, intervals_s=lambda: {"pagerduty-critical": 300.0}
    )
    for second in range(330):
        assert incidents.reconcile([PAGE], set(), second) == []
    assert len(incidents.reconcile([PAGE], set(), 330)) == 1


def test_an_unreadable_configuration_delays_nothing_for_longer(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What is due while the configuration can't be read is ended when it can; it is told once."""
    said: list[str] = []
    mail = Notification(KEY, "mail", "email", 0, firing=True)
    servers: Any = SimpleNamespace(groups=list, silences=list, post_alerts=lambda alerts: None)
    file = tmp_path / "alertmanager.yml"
    file.write_text("route: [1]")
    reconciler = Reconciler(servers, servers, tmp_path / "log", file, tmp_path, say=said.append)
    monkeypatch.setattr(reconciler, "_problems", lambda now: [])
    monkeypatch.setattr(notification_log, "read", lambda log: [mail])
    for second in range(400):
        reconciler.step(second, NOW)
    assert len(said) == 1
    file.write_text("route: {receiver: mail, group_interval: 1s}")
    reconciler.step(400, NOW)
    assert reconciler.counts["ended"] == 1


def test_intervals_are_those_of_the_routes(tmp_path: Path) -> None:
    """The longest interval of a receiver's routes counts; children have what their parents say."""
    file = tmp_path / "alertmanager.yml"
    file.write_text(
        "route: {receiver: a, routes: [{receiver: b, group_interval: 1m30s, routes: [{matchers: "
        "[x=y]}]}, {receiver: a, group_interval: 500ms}, {receiver: c, group_interval: 1h}]}"
    )
    assert group_intervals_s(file) == {"a": 300.0, "b": 90.0, "c": 3600.0}
    for unusable in ("route: [1]", "route: {receiver: a, group_interval: soon}"):
        file.write_text(unusable)
        with pytest.raises(ServiceError, match=r"alertmanager\.yml: can't be used"):
            group_intervals_s(file)


def test_what_can_not_be_ended_is_tried_again() -> None:
    """A PagerDuty that does not answer gets the resolution when it does."""
    told = Told()
    incidents = told.incidents
    told.problem = UnreachableError("PagerDuty", "refused")
    incidents.reconcile([PAGE], set(), 0)
    assert "could not be ended" in incidents.reconcile([PAGE], set(), INACTIVE_S)[0]
    told.problem = None
    incidents.reconcile([PAGE], set(), INACTIVE_S + 1)
    assert told.events == [("resolve", PAGE.dedup_key)]


def test_who_is_unwell_is_paged_by_another_way(tmp_path: Path) -> None:
    """After 3 min one page, its repetition each 5 min, and its end with the first well moment."""
    told = Told()
    watch = Watch(lambda: told.services()["pagerduty-critical"], tmp_path / "paged")
    for second in range(int(UNWELL_S)):
        assert watch.observe(["Prometheus is dead"], second) == []
    said = watch.observe(["Prometheus is dead"], UNWELL_S)
    assert said == ["P0: nobody is alerted: Prometheus is dead, for 3 min"]
    for second in range(int(UNWELL_S) + 1, int(UNWELL_S) + 301):
        watch.observe(["Prometheus is dead"], second)
    assert [action for action, _ in told.events] == ["trigger", "trigger"]
    # A reconciler that was killed meanwhile still ends what it had said.
    again = Watch(lambda: told.services()["pagerduty-critical"], tmp_path / "paged")
    assert again.observe([], 1) == ["alerts are evaluated and sent again"]
    assert again.observe([], 2) == []
    assert [action for action, _ in told.events] == ["trigger", "trigger", "resolve"]


def test_services_follow_the_configuration(tmp_path: Path) -> None:
    """Addresses, files of keys and severities are those that Alertmanager uses."""
    path = tmp_path / "alertmanager.yml"
    path.write_text(
        "global: {pagerduty_url: http://a.example/}\n"
        "receivers:\n"
        "  - name: a\n"
        "    pagerduty_configs:\n"
        "      - {routing_key_file: key, severity: critical}\n"
        "      - {routing_key_file: key, url: http://b.example/}\n"
        "  - name: b\n"
        # The watcher's, whose rounds are nobody's incidents.
        "  - name: pager-path\n"
        "    pagerduty_configs: [{routing_key: pager-path}]\n"
    )
    assert pagerduty.services(path) == {
        "a": (
            Service("http://a.example/", Path("key"), "critical"),
            Service("http://b.example/", Path("key"), "error"),
        )
    }
    (tmp_path / "key").touch()
    [copied, _] = pagerduty.services(path, tmp_path)["a"]
    assert copied.key_file == tmp_path / "key"
    path.write_text("receivers: 7")
    with pytest.raises(ServiceError, match=r"alertmanager\.yml"):
        pagerduty.services(path)


class Silences:
    """Stands for an Alertmanager that keeps silences in memory."""

    def __init__(self) -> None:
        self.kept: dict[str, dict[str, Any]] = {}
        self.made = 0

    def silences(self) -> list[dict[str, Any]]:
        return list(self.kept.values())

    def create_silence(self, silence: Mapping[str, Any]) -> str:
        assert not {"id", "status", "updatedAt"} & silence.keys()
        self.made += 1
        name = f"id-{self.made}"
        self.kept[name] = {**silence, "id": name, "status": {"state": "active"}, "updatedAt": ""}
        return name

    def expire_silence(self, identifier: str) -> None:
        self.kept[identifier]["status"] = {"state": "expired"}


def silence(hours: int = 1) -> dict[str, Any]:
    end = NOW + datetime.timedelta(hours=hours)
    return {"comment": "a", "matchers": [], "startsAt": NOW.isoformat(), "endsAt": end.isoformat()}


def test_a_forgotten_silence_is_made_again(tmp_path: Path) -> None:
    """What Alertmanager had, and has no more, comes back with the same end, once."""
    manager: Any = Silences()
    journal = Journal(tmp_path / "silences")
    journal.keep(manager.create_silence(silence()), silence())
    manager.kept.clear()
    assert journal.reconcile(manager, NOW) == ["id-2"]
    assert journal.reconcile(manager, NOW) == []
    assert [kept["endsAt"] for kept in manager.silences()] == [silence()["endsAt"]]
    assert list(journal.silences()) == ["id-2"]
    # Who has its former id still ends it, and after a second time as well.
    assert journal.current("id-1") == "id-2"
    manager.kept.clear()
    assert journal.reconcile(manager, NOW) == ["id-3"]
    assert journal.current("id-1") == journal.current("id-2") == "id-3"
    journal.end("id-3", NOW)
    journal.reconcile(manager, NOW)
    assert journal.current("id-1") == "id-1"


def test_what_is_over_is_not_made_again(tmp_path: Path) -> None:
    """Neither a silence whose time has passed, nor one that somebody ended, comes back."""
    manager: Any = Silences()
    journal = Journal(tmp_path / "silences")
    journal.keep("passed", silence(-1))
    ended = manager.create_silence(silence())
    journal.reconcile(manager, NOW)
    assert list(journal.silences()) == [ended]
    journal.end(ended, NOW)
    # Killed before it wrote the end down, Alertmanager has it again.
    assert journal.reconcile(manager, NOW) == []
    assert manager.kept[ended]["status"] == {"state": "expired"}
    assert journal.silences() == {}


def test_what_others_silence_is_kept_too(tmp_path: Path) -> None:
    """A silence that was asked of Alertmanager itself is in the journal with the next look."""
    manager: Any = Silences()
    journal = Journal(tmp_path / "silences")
    name = manager.create_silence(silence())
    journal.reconcile(manager, NOW)
    assert json.loads((tmp_path / f"silences/{name}.json").read_text()) == silence()
    manager.expire_silence(name)
    journal.reconcile(manager, NOW)
    assert journal.silences() == {}


def test_a_page_says_for_how_long(tmp_path: Path) -> None:
    """The minutes of a page count from the first problem on, whatever the clock says."""
    watch = Watch(list, tmp_path / "paged")
    assert watch.observe(["Prometheus is dead"], 5000) == []
    assert watch.observe(["Prometheus is dead"], 5000 + 240) == [
        "P0: nobody is alerted: Prometheus is dead, for 4 min"
    ]


def test_it_steps_until_it_is_stopped() -> None:
    """Each interval is a step, and the end of waiting is the end."""
    steps: list[float] = []
    answers = iter([False, False, True])
    stop: Any = SimpleNamespace(wait=lambda seconds: next(answers))
    reconciler: Any = SimpleNamespace(step=lambda now_s, now: steps.append(now_s))
    Reconciler.run(reconciler, stop)
    assert len(steps) == 2


@pytest.mark.parametrize(
    ("silence", "ended"), [({"id": "old"}, ["old"]), ({"id": "new"}, []), ({}, [])]
)
def test_a_changed_silence_ends_the_one_before(silence: dict[str, str], ended: list[str]) -> None:
    """Alertmanager gives what changes another id; the journal then ends the former one."""
    journal = SimpleNamespace(
        ends=[], kept=[], end=lambda name, now: journal.ends.append(name),
        keep=lambda *pair: journal.kept.append(pair),
    )  # fmt: skip
    current = [{"id": "new", "comment": "as Alertmanager has it"}]
    alertmanager = SimpleNamespace(create_silence=lambda _: "new", silences=lambda: current)
    reconciler: Any = SimpleNamespace(
        lock=contextlib.nullcontext(), alertmanager=alertmanager, journal=journal
    )
    assert http._create(reconciler, silence) == "new"
    assert journal.ends == ended
    assert journal.kept == [("new", current[0])]
