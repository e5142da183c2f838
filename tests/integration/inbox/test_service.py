"""The laws of the running inbox: over HTTP and SMTP, through signals and restarts."""

from __future__ import annotations

import http.client
import json
import re
import signal
import smtplib
import socket
import sqlite3
import subprocess
import time
from pathlib import Path
from typing import Any

import jsonschema
import pytest

import whiteroom_monitoring
from whiteroom_monitoring.pager_path import ADDRESS

SCHEMA = json.loads(
    (Path(whiteroom_monitoring.__file__).parent / "schemas/inbox.schema.json").read_text()
)
EVENT: dict[str, Any] = {
    "routing_key": "0123456789abcdef0123456789abcdef",
    "event_action": "trigger",
    "dedup_key": "k",
    "payload": {"summary": "P1: engine down", "source": "am", "severity": "critical"},
}
MAIL = b"Subject: [FIRING:1] disk\r\nTo: ops@whiteroom.example\r\n\r\n4 % left\r\n"
ENQUEUE = "/pagerduty/v2/enqueue"
STOP_S = 2.0


def send_all(inbox: Any) -> None:
    assert inbox.post(ENQUEUE, EVENT)[0] == 202
    assert inbox.post("/slack/ops", {"text": "hello"}) == (200, b"ok")
    inbox.mail(MAIL)


def test_three_channels_arrive(inbox: Any) -> None:
    """What each sender posts is listed with its channel, recipient, title and state."""
    send_all(inbox)
    messages = [
        (row["channel"], row["recipient"], row["title"], row["state"])
        for row in inbox.get("/api/messages")["messages"]
    ]
    assert messages == [
        ("email", "ops@whiteroom.example", "[FIRING:1] disk", "firing"),
        ("slack", "ops", "hello", ""),
        ("pagerduty", "critical", "P1: engine down", "firing"),
    ]


def test_pagerduty_answers_as_its_original(inbox: Any) -> None:
    """An event is answered with 202 and its key, a bad one with 400 and every fault."""
    status, body = inbox.post(ENQUEUE, EVENT)
    expected = {"status": "success", "message": "Event processed", "dedup_key": "k"}
    assert (status, json.loads(body)) == (202, expected)
    status, body = inbox.post(ENQUEUE, {"routing_key": "r", "dedup_key": "k"})
    answer = json.loads(body)
    assert (status, answer["status"], len(answer["errors"])) == (400, "invalid event", 1)


def test_what_is_refused_is_shown_with_the_answer(inbox: Any) -> None:
    """A page that PagerDuty would refuse is kept, says so, opens no incident and hides the key."""
    event = {**EVENT, "routing_key": "0123456789abcdef"}
    event["payload"] = {**event["payload"], "summary": ""}
    inbox.post(ENQUEUE, event)
    listed = inbox.get("/api/messages")
    jsonschema.validate(listed, SCHEMA)
    (message,) = listed["messages"]
    assert message["title"] == "Refused: PagerDuty would have answered 400, and paged nobody"
    assert message["colour"] == "danger"
    assert message["raw"]["status"] == 400
    answer = json.loads(message["raw"]["answer"])
    assert answer["errors"] == ["'payload.summary' is missing, expected a text"]
    assert "0123456789abcdef" not in json.dumps(message)
    assert "Refused: PagerDuty" in inbox.ask("GET", "/")[2].decode()
    assert inbox.get("/api/incidents")["incidents"] == []


def test_what_is_too_large_is_shown(inbox: Any) -> None:
    """PagerDuty takes 512 KB; what is larger, however much, is refused and shown."""
    for size, expected in ((511_000, 202), (513_000, 400), (2_000_000, 413)):
        payload = {**EVENT["payload"], "custom_details": {"firing": "x" * size}}
        assert inbox.post(ENQUEUE, {**EVENT, "payload": payload})[0] == expected
    titles = inbox.titles()
    assert [title.startswith("Refused: PagerDuty") for title in titles] == [True, True, False]


def test_answers_follow_the_schema(inbox: Any) -> None:
    """Lists, empty or not, and errors are what inbox.schema.json describes."""
    for path in ("/api/messages", "/api/incidents"):
        jsonschema.validate(inbox.get(path), SCHEMA)
    send_all(inbox)
    for path in ("/api/messages", "/api/incidents"):
        answer = inbox.get(path)
        jsonschema.validate(answer, SCHEMA)
        assert answer[path.rpartition("/")[2]]
    status, _, body = inbox.ask("GET", "/api/messages?limit=none")
    assert status == 400
    jsonschema.validate(json.loads(body), SCHEMA)


def test_a_key_is_not_given_away(inbox: Any) -> None:
    """PagerDuty's routing key is a credential: no answer and no file has it."""
    inbox.post(ENQUEUE, EVENT)
    (message,) = inbox.get("/api/messages")["messages"]
    assert message["raw"] == {**EVENT, "routing_key": "…cdef"}


@pytest.mark.parametrize(
    ("state", "expected"),
    [("", 2), ("open", 1), ("triggered", 1), ("acknowledged", 0), ("resolved", 1)],
)
def test_incidents_are_chosen_by_state(inbox: Any, state: str, expected: int) -> None:
    """`open` is triggered or acknowledged; nothing is all."""
    inbox.post(ENQUEUE, EVENT)
    inbox.post(ENQUEUE, {**EVENT, "event_action": "resolve"})
    inbox.post(ENQUEUE, {**EVENT, "dedup_key": "other"})
    assert len(inbox.get(f"/api/incidents?state={state}")["incidents"]) == expected


def test_an_incident_is_acknowledged_and_resolved_by_hand(inbox: Any) -> None:
    """A person's decision stays in spite of repetition; what is over can't be decided again."""
    inbox.post(ENQUEUE, EVENT)
    (incident,) = inbox.get("/api/incidents")["incidents"]
    path = f"/api/incidents/{incident['id']}"
    assert inbox.post(path, {"action": "acknowledge"})[0] == 200
    inbox.post(ENQUEUE, EVENT)
    (incident,) = inbox.get("/api/incidents")["incidents"]
    assert (incident["state"], incident["events"]) == ("acknowledged", 3)
    status, body = inbox.post(path, {"action": "resolve"})
    assert status == 200
    jsonschema.validate(json.loads(body), SCHEMA)
    assert [i["state"] for i in inbox.get("/api/incidents")["incidents"]] == ["resolved"]
    assert inbox.post(path, {"action": "resolve"})[0] == 404
    inbox.post(ENQUEUE, EVENT)
    assert [i["state"] for i in inbox.get("/api/incidents")["incidents"]] == [
        "triggered",
        "resolved",
    ]


def test_decisions_come_from_the_page_alone(inbox: Any) -> None:
    """What is no decision, or could be a form of a page elsewhere, changes nothing."""
    inbox.post(ENQUEUE, EVENT)
    (incident,) = inbox.get("/api/incidents")["incidents"]
    path = f"/api/incidents/{incident['id']}"
    assert inbox.post(path, {"action": "trigger"})[0] == 400
    assert inbox.post(path, [])[0] == 400
    form = {"Content-Type": "text/plain"}
    assert inbox.ask("POST", path, b'{"action": "resolve"}', form)[0] == 415
    assert [i["state"] for i in inbox.get("/api/incidents")["incidents"]] == ["triggered"]


def test_slack_messages_look_as_at_slack(inbox: Any) -> None:
    """The title is the link, and marks are bold, italic and code; elsewhere they are letters."""
    inbox.post(
        "/slack",
        {
            "attachments": [
                {
                    "title": "CPU",
                    "title_link": "https://a.example/r.md",
                    "text": "*loud* _soft_ `code` 2*3*4 snake_case_name",
                }
            ]
        },
    )
    inbox.mail(b"Subject: s\r\n\r\n*loud* https://b.example/x\r\n")
    page = inbox.ask("GET", "/")[2].decode()
    link = '<a href="https://{}" rel="noopener noreferrer" target="_blank">{}</a>'
    assert f"<h3>{link.format('a.example/r.md', 'CPU')}</h3>" in page
    assert "<p><b>loud</b> <i>soft</i> <code>code</code> 2*3*4 snake_case_name</p>" in page
    assert f"<p>*loud* {link.format('b.example/x', 'https://b.example/x')}</p>" in page


@pytest.mark.parametrize(
    "query",
    [
        "messages?limit=0",
        "messages?limit=501",
        "messages?limit=-1",
        "messages?limit=ten",
        "messages?limit=9999999999999999999999",
        "messages?before=x",
        "messages?before=%C2%B2",
        "messages?channel=fax",
        "incidents?state=gone",
    ],
)
def test_a_meaningless_query_is_a_bad_request(inbox: Any, query: str) -> None:
    """A parameter outside its range is named, and never a server error."""
    status, _, body = inbox.ask("GET", f"/api/{query}")
    assert status == 400
    assert query.partition("?")[2].partition("=")[0] in json.loads(body)["error"]


@pytest.mark.parametrize(
    ("host", "expected"),
    [
        ("127.0.0.1", 200),
        ("localhost:1", 200),
        ("[::1]:8004", 200),
        ("LOCALHOST", 200),
        ("evil.example", 421),
        ("evil.example:8004", 421),
        ("127.0.0.1.evil.example", 421),
        ("localhost@evil.example", 421),
        ("", 421),
    ],
)
def test_only_this_machines_names_are_answered(inbox: Any, host: str, expected: int) -> None:
    """A name that somebody else made lead here reads nothing."""
    assert inbox.ask("GET", "/api/messages", headers={"Host": host})[0] == expected


@pytest.mark.parametrize("path", [ENQUEUE, "/slack"])
def test_a_large_body_is_refused(inbox: Any, path: str) -> None:
    """512 KiB are taken as a body, one byte more is 413; both are refused and opened nothing."""
    limit, kind = 512 * 1024, {"Content-Type": "application/json"}
    assert inbox.ask("POST", path, b" " * limit, kind)[0] == 400
    assert inbox.ask("POST", path, b" " * (limit + 1), kind)[0] == 413
    assert [title.partition(":")[0] for title in inbox.titles()] == ["Refused", "Refused"]
    assert inbox.get("/api/incidents")["incidents"] == []


def test_a_large_mail_is_refused(inbox: Any) -> None:
    """A mail above 1 MiB is refused for good, whether its size is announced or not."""
    large = b"Subject: large\r\n\r\n" + b"line\r\n" * 200_000
    with pytest.raises(smtplib.SMTPResponseException) as caught:
        inbox.mail(large)
    assert caught.value.smtp_code == 552
    with smtplib.SMTP("127.0.0.1", inbox.smtp_port, timeout=20) as sender:
        sender.helo()
        sender.mail("a@whiteroom.example")
        sender.rcpt("b@whiteroom.example")
        assert sender.data(large)[0] == 552
    assert inbox.titles() == []


def test_mail_of_the_watcher_is_remembered_and_no_message(inbox: Any) -> None:
    """Mail for the pager path is seen there and shown to nobody; to anybody else, it is mail."""
    source = b"Subject: pager-path 1796124560.250\r\n\r\npager-path\r\n"
    inbox.mail(source, ADDRESS)
    assert inbox.get("/pager-path/messages") == {
        "messages": {"email": ["pager-path 1796124560.250"]}
    }
    assert inbox.titles() == []
    inbox.mail(source)
    assert inbox.titles() == ["pager-path 1796124560.250"]


def test_a_failed_store_is_the_senders_to_repeat(inbox: Any, tmp_path: Path) -> None:
    """While nothing can be stored, senders are told to try again, and health says so."""
    holder = sqlite3.connect(tmp_path / "inbox/inbox.sqlite", isolation_level=None)
    holder.execute("BEGIN IMMEDIATE")
    assert inbox.post(ENQUEUE, EVENT)[0] == 503
    assert inbox.post("/slack", {"text": "hello"})[0] == 503
    assert inbox.ask("GET", "/-/healthy")[0] == 503
    with pytest.raises(smtplib.SMTPDataError) as caught:
        inbox.mail(MAIL)
    assert caught.value.smtp_code == 451
    holder.close()
    assert inbox.titles() == []
    send_all(inbox)
    assert inbox.ask("GET", "/-/healthy")[0] == 200


def test_what_others_wrote_is_never_markup(inbox: Any) -> None:
    """Titles, texts and sources with tags are text, on a page that runs no foreign code."""
    evil = "<script>alert(1)</script>\"'><img src=x onerror=alert(1)>"
    payload = {**EVENT["payload"], "summary": evil}
    inbox.post(ENQUEUE, {**EVENT, "payload": payload})
    inbox.post("/slack", {"channel": evil, "text": f"{evil}\n<javascript:alert(1)|click>"})
    inbox.mail(f"Subject: {evil}\r\n\r\n{evil}\r\n".encode())
    _, headers, body = inbox.ask("GET", "/")
    page = body.decode()
    assert page.count("&lt;script&gt;alert(1)") >= 4
    assert "<script>" not in page
    assert "<img" not in page
    assert 'href="javascript' not in page
    policy = headers["content-security-policy"]
    assert "default-src 'none'" in policy
    assert "unsafe" not in policy
    assert headers["x-content-type-options"] == "nosniff"


def test_the_page_is_whole_without_script(inbox: Any) -> None:
    """The HTML itself has the open incidents and messages, and its parts are served."""
    send_all(inbox)
    page = inbox.ask("GET", "/")[2].decode()
    for shown in ("P1: engine down", "hello", "[FIRING:1] disk", "triggered"):
        assert shown in page
    parts = re.findall(r'(?:href|src)="(/assets/[^"]+)"', page)
    names = {part.rpartition("/")[2] for part in parts}
    assert {"inbox.css", "base.css", "inbox.js", "dom.js", "theme.js", "icon.svg"} <= names
    for part in parts:
        status, headers, _ = inbox.ask("GET", part)
        kind = {"css": "text/css", "js": "text/javascript", "svg": "image/svg+xml"}
        expected = (200, kind[part.rpartition(".")[2]])
        assert (status, headers["content-type"].partition(";")[0]) == expected


def test_notifications_and_rejections_are_counted(inbox: Any) -> None:
    """Each channel's counters grow by what it took and what it refused."""
    send_all(inbox)
    inbox.post(ENQUEUE, {})
    inbox.post("/slack", {})
    lines = inbox.ask("GET", "/metrics")[2].decode().splitlines()
    for channel, rejected in (("pagerduty", 1), ("slack", 1), ("email", 0)):
        assert f'inbox_notifications_total{{channel="{channel}"}} 1' in lines
        assert f'inbox_rejected_total{{channel="{channel}"}} {rejected}' in lines


def test_a_new_message_is_told_at_once(inbox: Any) -> None:
    """Whoever listens to the events receives each message as the API lists it."""
    connection = http.client.HTTPConnection("127.0.0.1", inbox.port, timeout=20)
    connection.request("GET", "/api/events")
    answer = connection.getresponse()
    assert answer.getheader("content-type", "").startswith("text/event-stream")
    answer.readline()
    inbox.post("/slack", {"text": "grüße"})
    lines = iter(answer.readline, b"")
    data = next(line for line in lines if line.startswith(b"data: "))
    told = json.loads(data.removeprefix(b"data: "))
    connection.close()
    jsonschema.validate(told, SCHEMA)
    assert told == inbox.get("/api/messages")["messages"][0]


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_a_signal_stops_it_in_time(inbox: Any, number: signal.Signals) -> None:
    """With readers and a mail under way it still ends within 2 s, with status 0."""
    listening = http.client.HTTPConnection("127.0.0.1", inbox.port, timeout=20)
    listening.request("GET", "/api/events")
    answer = listening.getresponse()
    answer.readline()
    mailing = smtplib.SMTP("127.0.0.1", inbox.smtp_port, timeout=20)
    mailing.ehlo()
    begun = time.monotonic()
    assert inbox.stop(number) == 0
    assert time.monotonic() - begun < STOP_S
    listening.close()
    mailing.close()


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGKILL])
def test_what_was_acknowledged_survives(start: Any, number: signal.Signals) -> None:
    """After a stop and after a kill, everything that was acknowledged is there again."""
    first = start()
    send_all(first)
    before = first.get("/api/messages"), first.get("/api/incidents")
    first.stop(number)
    second = start()
    assert (second.get("/api/messages"), second.get("/api/incidents")) == before


@pytest.mark.parametrize("option", ["--port", "--smtp-port"])
def test_a_taken_port_is_named(command: list[str], option: str) -> None:
    """A port that another program has ends it with status 1 and the port, without traceback."""
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = str(taken.getsockname()[1])
        command[command.index(option) + 1] = port
        done = subprocess.run(command, capture_output=True, text=True, timeout=30, check=False)
    assert (done.returncode, done.stdout) == (1, "")
    assert f"127.0.0.1:{port}" in done.stderr
    assert "Traceback" not in done.stderr


def test_a_spoiled_database_is_named(command: list[str], tmp_path: Path) -> None:
    """A file that is no database ends it with status 1, the path and what to do."""
    path = tmp_path / "inbox/inbox.sqlite"
    path.parent.mkdir()
    path.write_bytes(b"not a database" * 1000)
    done = subprocess.run(command, capture_output=True, text=True, timeout=30, check=False)
    assert (done.returncode, done.stdout) == (1, "")
    assert f"{path}: is no whole SQLite database" in done.stderr
    assert "move it away" in done.stderr
    assert "Traceback" not in done.stderr


def test_it_stays_small(inbox: Any) -> None:
    """Its resident memory, with all channels used, is 45 MB at most."""
    send_all(inbox)
    inbox.ask("GET", "/")
    status = Path(f"/proc/{inbox.process.pid}/status").read_text()
    resident = next(line for line in status.splitlines() if line.startswith("VmRSS"))
    assert int(resident.split()[1]) <= 45_000
