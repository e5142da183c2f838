"""What people read, as a real Alertmanager writes it and a real inbox receives it."""

from __future__ import annotations

import datetime
import re
import sqlite3
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from tests.support.wait import stays_true, wait_until
from whiteroom_monitoring.deploy.running import delivery

# What fits on a telephone that is locked, in two lines.
LONGEST_TITLE = 110
ARRIVES_S = 15
RUNBOOKS = "http://127.0.0.1:3000/runbooks"


def _by_name(examples: Any, name: str, **labels: str) -> Any:
    return next(
        example
        for example in examples
        if example.name == name and labels.items() <= example.labels.items()
    )


def _ended() -> dict[str, str]:
    now = datetime.datetime.now(datetime.UTC)
    return {
        "startsAt": (now - datetime.timedelta(minutes=1)).isoformat(),
        "endsAt": now.isoformat(),
    }


def _until(way: Any, expected: Callable[[list[dict[str, Any]]], bool]) -> list[dict[str, Any]]:
    def arrived() -> list[dict[str, Any]] | None:
        messages: list[dict[str, Any]] = way.messages()
        return messages if expected(messages) else None

    return wait_until(arrived, ARRIVES_S, lambda: [m["title"] for m in way.messages()]) or []


PAGE = "P0: critical vulnerabilities in what is deployed: 1"
TEXT = (
    "Critical vulnerabilities that the audit report names: 1. Until they are closed, musicians' "
    "songs and accounts may be open to whoever knows of them.\n"
    f"Runbook: {RUNBOOKS}/VulnerabilityCritical\n"
    "Dashboard: http://127.0.0.1:3000/d/whiteroom-business-metrics/business-metrics"
)


def test_a_page_reads_well_in_every_channel(
    programs: Any, send_through: Any, examples: Any
) -> None:
    """One P0, by PagerDuty, Slack and e-mail: one line that says it all, a sentence, two links;
    and its end says that it is over."""
    way = send_through(programs)
    alert = _by_name(examples, "VulnerabilityCritical")
    way.send(alert.payload())
    messages = _until(
        way,
        lambda messages: (
            {m["channel"] for m in messages} == {"pagerduty", "slack", "email"}
            and sum(m["channel"] == "pagerduty" for m in messages) >= 2
        ),
    )
    assert {message["title"] for message in messages} == {PAGE}
    page = next(message["raw"] for message in messages if message["channel"] == "pagerduty")
    assert page["event_action"] == "trigger"
    payload = page["payload"]
    assert (payload["summary"], payload["severity"]) == (PAGE, "critical")
    assert (payload["class"], payload["component"]) == ("VulnerabilityCritical", "security")
    assert payload["group"] == "security"
    assert payload["custom_details"]["firing"] == f"1 alert\n\n{TEXT}"
    assert {link["text"]: link["href"] for link in page["links"]} == {
        "Runbook": f"{RUNBOOKS}/VulnerabilityCritical",
        "Dashboard": "http://127.0.0.1:3000/d/whiteroom-business-metrics/business-metrics",
    }
    (attachment,) = next(m["raw"] for m in messages if m["channel"] == "slack")["attachments"]
    assert (attachment["title"], attachment["color"]) == (PAGE, "danger")
    assert attachment["title_link"] == f"{RUNBOOKS}/VulnerabilityCritical"
    assert attachment["text"] == TEXT
    mail = next(message for message in messages if message["channel"] == "email")
    assert mail["recipient"] == "security-team@whiteroom.example"
    assert mail["text"].startswith(TEXT)
    way.send(alert.payload(**_ended()))
    messages = _until(way, lambda messages: sum(m["state"] == "resolved" for m in messages) >= 4)
    titles = {message["title"] for message in messages if message["state"] == "resolved"}
    assert titles == {PAGE.replace("P0: ", "Resolved: was: ")}
    over = r"\nOver since \d\d:\d\d:\d\d UTC\. The values are the last of the trouble; "
    assert all(
        re.search(over, m["text"]) for m in messages if m["state"] == "resolved" and m["text"]
    )
    assert {incident["state"] for incident in way.incidents()} == {"resolved"}


def test_every_alert_reads_well(programs: Any, send_through: Any, examples: Any) -> None:
    """Every alert arrives, with a title that fits, begins with its priority and has no gap."""

    def each_by_itself(content: dict[str, Any]) -> None:
        for route in content["route"]["routes"]:
            # Each alert by itself, to see its own title; at night, too.
            route["group_by"] = ["..."]
            route.pop("mute_time_intervals", None)

    way = send_through(programs, each_by_itself)
    way.send(*(example.payload() for example in examples))
    summaries = {
        f"{example.labels['priority']}: {example.annotations['summary']}" for example in examples
    }
    messages = _until(way, lambda messages: summaries <= {m["title"] for m in messages})
    for message in messages:
        assert len(message["title"]) <= LONGEST_TITLE, message["title"]
        assert re.match(r"P[0-3]: ", message["title"])
        assert "Runbook: " in message["text"]
        assert "Dashboard: " in message["text"]
        assert not re.search(r"<no value>|<nil>|\{\{|%!", message["title"] + message["text"])


# Alerts as rules that were not written here may send them, and how a title of theirs begins.
FOREIGN = {
    "no annotation": ({"alertname": "DiskDying", "disk": "sda"}, {}, "DiskDying disk=sda"),
    "a blank summary": ({"alertname": "Blank"}, {"summary": " \n "}, "Blank"),
    "a summary of two lines": ({"alertname": "Two"}, {"summary": "one\ntwo"}, "one two"),
    "no name": ({"job": "x"}, {}, "alert without a name job=x"),
    "an unknown priority": ({"alertname": "Odd", "priority": "page" * 99}, {}, "pagepage: Odd "),
    "long labels": ({"alertname": "Long", "priority": "P0", "a": "ä" * 4000}, {}, "P0: Long a=ä"),
    "long texts": (
        {"alertname": "Texts", "priority": "P0", "service": "s" * 3000, "team": "t" * 3000},
        dict.fromkeys(("summary", "description", "runbook_url", "dashboard"), "x" * 9000),
        "P0: xxxx",
    ),
    "an address elsewhere": (
        {"alertname": "Elsewhere"},
        {"summary": "elsewhere", "runbook_url": "https://wiki.example/a", "dashboard": "//"},
        "elsewhere",
    ),
}


def test_no_page_is_lost_for_its_form(programs: Any, send_through: Any) -> None:
    """Whatever an alert lacks or has too much of, PagerDuty takes it, and its title fits."""
    way = send_through(programs)
    way.send(*({"labels": labels, "annotations": texts} for labels, texts, _ in FOREIGN.values()))
    beginnings = [beginning for _, _, beginning in FOREIGN.values()]

    def all_arrived(messages: list[dict[str, Any]]) -> bool:
        return all(any(m["title"].startswith(b) for m in messages) for b in beginnings)

    pages = [m for m in _until(way, all_arrived) if m["channel"] == "pagerduty"]
    assert {len(m["title"]) > LONGEST_TITLE for m in pages} == {False}
    assert not [m["title"] for m in pages if m["title"].startswith("Refused")]
    assert len(way.incidents()) == len(FOREIGN)
    for message in pages:
        assert [link["href"] for link in message["raw"]["links"] if link["href"]], message
        assert not re.search(r"<no value>|<nil>|\{\{|%!", message["title"] + message["text"])
    page = next(m for m in pages if m["title"].startswith("elsewhere"))
    assert page["raw"]["links"][0]["href"] == "https://wiki.example/a"


def test_five_hundred_alerts_of_one_group_are_one_page(installed: Any, send_through: Any) -> None:
    """A group of hundreds fits PagerDuty and Slack, says how many there are and where they are."""
    way = send_through(installed)
    texts = {"summary": "s" * 100, "description": "d" * 3000}
    way.send(
        *(
            {
                "labels": {"alertname": "Many", "priority": "P0", "team": "security", "n": str(n)},
                "annotations": texts,
            }
            for n in range(500)
        )
    )
    messages = _until(way, lambda ms: {m["channel"] for m in ms} >= {"pagerduty", "slack"})
    assert not [m["title"] for m in messages if m["title"].startswith("Refused")]
    page = next(m["raw"] for m in messages if m["channel"] == "pagerduty")
    details = page["payload"]["custom_details"]["firing"]
    assert details.startswith("500 alerts\n\n")
    assert "Of 500 alerts, 20 are told here" in details
    (attachment,) = next(m["raw"] for m in messages if m["channel"] == "slack")["attachments"]
    # https://docs.slack.dev/reference/methods/chat.postMessage: a text has 40,000 characters.
    assert len(attachment["text"]) < 40_000


@pytest.mark.parametrize(
    ("priority", "names"),
    [
        ("P1", [("AudioXruns", "engine"), ("GlitchFreeAudioBudgetBurning", "engine")]),
        # A front end takes the engine that it hosts down with it.
        ("P0", [("ServiceDown", "engine"), ("ServiceDown", "frontend")]),
    ],
)
def test_one_trouble_is_one_page(
    installed: Any, send_through: Any, examples: Any, priority: str, names: list[tuple[str, str]]
) -> None:
    """What several alerts say of one trouble opens one incident, repetition opens none, and it is
    over when the last of them is."""
    way = send_through(installed)
    first, second = (_by_name(examples, name, service=service) for name, service in names)
    way.send(first.payload())
    _until(way, lambda messages: any(m["state"] == "firing" for m in messages))
    way.send(second.payload())
    messages = _until(way, lambda messages: any("(1 of 2)" in m["title"] for m in messages))
    assert messages[-1]["title"].startswith(f"{priority}: ")
    for _ in range(2):
        # Nothing new; what comes is repetition.
        count = len(way.messages())
        way.send(first.payload(), second.payload())
        _until(way, lambda messages, count=count: len(messages) > count)
    (incident,) = way.incidents()
    assert (incident["state"], incident["events"] >= 4) == ("triggered", True)
    way.send(first.payload(**_ended()), second.payload())
    stays_true(lambda: [i["state"] for i in way.incidents()] == ["triggered"], 2)
    way.send(second.payload(**_ended()))
    _until(way, lambda messages: messages[-1]["state"] == "resolved")
    assert [incident["state"] for incident in way.incidents()] == ["resolved"]


def test_a_page_names_every_team_that_it_concerns(programs: Any, send_through: Any) -> None:
    """An incident of two teams is grouped under both, each once; what ends leaves the others."""
    way = send_through(programs)
    alerts = [
        {
            "labels": {
                "alertname": name,
                "incident": "application",
                "priority": "P0",
                **({"team": team} if team else {}),
            },
            "annotations": {"summary": name},
        }
        for name, team in (("A", "audio"), ("B", "plat.form"), ("C", "audio"), ("D", ""))
    ]

    def groups() -> list[str]:
        pages = [
            m["raw"].get("payload") or {} for m in way.messages() if m["channel"] == "pagerduty"
        ]
        return [page.get("group", "") for page in pages]

    way.send(*alerts)
    wait_until(lambda: "audio, plat.form" in groups(), ARRIVES_S, groups)
    way.send(*({**alert, **_ended()} for alert in alerts[:1] + alerts[2:]), alerts[1])
    wait_until(lambda: groups()[-1:] == ["plat.form"], ARRIVES_S, groups)


@pytest.mark.parametrize("is_night", [True, False])
def test_news_of_the_night_waits(
    send_through: Any, examples: Any, is_night: bool, installed: Any
) -> None:
    """In a mute time few musicians are no news; every other alert comes; by day it comes, too."""

    def at_all_times(content: dict[str, Any]) -> None:
        now = datetime.datetime.now(datetime.UTC)
        later = [
            (now + datetime.timedelta(days=days)).strftime("%A").lower() for days in (0, 1, 3, 4)
        ]
        days = later[:2] if is_night else later[2:]
        content["time_intervals"][0]["time_intervals"] = [{"weekdays": days}]

    way = send_through(installed, at_all_times)
    muted, other = _by_name(examples, "ActiveUsersLow"), _by_name(examples, "CacheDown")
    way.send(muted.payload())
    if is_night:
        stays_true(lambda: not way.messages(), 2)
    way.send(other.payload())
    wanted = other if is_night else muted
    messages = _until(way, lambda ms: any(wanted.annotations["summary"] in m["title"] for m in ms))
    assert any(muted.annotations["summary"] in m["title"] for m in messages) is not is_night


def test_a_channel_that_refuses_loses_nothing(
    send_through: Any, tmp_path: Path, examples: Any, installed: Any
) -> None:
    """What a channel refuses is shown with its reason and sent again until it is taken, once."""
    way = send_through(installed)
    holder = sqlite3.connect(tmp_path / "inbox/inbox.sqlite", isolation_level=None)
    holder.execute("BEGIN IMMEDIATE")
    alert = _by_name(examples, "DiskSpaceLow")
    way.send(alert.payload())
    refused = wait_until(
        lambda: delivery.recent_failures(way.log, datetime.datetime.now(datetime.UTC)),
        ARRIVES_S,
        lambda: way.log.read_text()[-500:],
    )
    assert [(failure.receiver, failure.integration) for failure in refused] == [
        ("pagerduty-critical", "pagerduty")
    ]
    assert "503" in refused[0].reason
    later = datetime.datetime.now(datetime.UTC) + 2 * delivery.RECENT
    assert delivery.recent_failures(way.log, later) == []
    holder.close()
    _until(way, lambda messages: any(m["channel"] == "pagerduty" for m in messages))
    assert [incident["state"] for incident in way.incidents()] == ["triggered"]


def test_a_copy_is_kept_of_what_goes_elsewhere(
    send_through: Any, examples: Any, installed: Any
) -> None:
    """With a credential, what comes and goes while its channel refuses is in the inbox."""

    def refused(content: dict[str, Any]) -> None:
        for receiver in content["receivers"]:
            for pager in receiver.get("pagerduty_configs", []):
                # Nobody listens there.
                pager["url"] = "http://127.0.0.1:9/"

    way = send_through(installed, refused, {"PAGERDUTY_SERVICE_KEY_CRITICAL"})
    alert = _by_name(examples, "DiskSpaceLow")
    way.send(alert.payload())
    _until(way, lambda messages: [m["recipient"] for m in messages] == ["#everything"])
    way.send(alert.payload(**_ended()))
    messages = _until(way, lambda messages: any(m["state"] == "resolved" for m in messages))
    assert {message["recipient"] for message in messages} == {"#everything"}
