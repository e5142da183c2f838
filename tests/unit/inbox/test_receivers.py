"""The laws of the receivers: what senders mean is found, what is invalid is named."""

from __future__ import annotations

import json
from collections.abc import Callable
from email.message import EmailMessage
from typing import Any
from urllib.parse import urlencode

import pytest

from whiteroom_monitoring.inbox.message import MOST_ERRORS, InvalidMessageError
from whiteroom_monitoring.inbox.receiver import Delivery
from whiteroom_monitoring.inbox.receivers import email, pagerduty, slack

TRIGGER: dict[str, Any] = {
    "routing_key": "0123456789abcdef0123456789abcdef",
    "event_action": "trigger",
    "dedup_key": "k",
    "payload": {"summary": "engine down", "source": "Alertmanager", "severity": "critical"},
}


def changed(**fields: object) -> bytes:
    return json.dumps({**TRIGGER, **fields}).encode()


def payload(**fields: object) -> bytes:
    return changed(payload={**TRIGGER["payload"], **fields})


def test_a_pagerduty_event_is_understood() -> None:
    """Summary, severity, key, action, details and links of an event are kept."""
    links = [{"href": "https://runbook.example/", "text": "Runbook"}]
    details = {"firing": "XRUN on host a", "resolved": ""}
    payload = {**TRIGGER["payload"], "custom_details": details}
    message = pagerduty.parse(Delivery(changed(links=links, payload=payload)))
    assert (message.title, message.recipient, message.state) == (
        "engine down",
        "critical",
        "firing",
    )
    assert (message.dedup_key, message.action, message.colour) == ("k", "trigger", "danger")
    expected = "source: Alertmanager\nfiring: XRUN on host a\nRunbook: https://runbook.example/"
    assert message.text == expected


@pytest.mark.parametrize(
    ("action", "state"), [("trigger", "firing"), ("acknowledge", ""), ("resolve", "resolved")]
)
def test_a_pagerduty_action_is_a_state(action: str, state: str) -> None:
    """Triggering is firing, resolving is resolved, acknowledging is neither."""
    assert pagerduty.parse(Delivery(changed(event_action=action))).state == state


def test_only_a_trigger_needs_a_payload() -> None:
    """PagerDuty takes a resolution with nothing but its key."""
    message = pagerduty.parse(Delivery(changed(event_action="resolve", payload=None)))
    assert (message.dedup_key, message.title) == ("k", "")


def test_a_trigger_without_key_gets_its_own() -> None:
    """Two triggers without key are two incidents."""
    first, second = (pagerduty.parse(Delivery(changed(dedup_key=None))).dedup_key for _ in range(2))
    assert first
    assert second
    assert first != second


@pytest.mark.parametrize(
    ("body", "fault"),
    [
        (b"", "not JSON"),
        (b"\xff\xfe\x00", "not JSON"),
        (b"[]", "JSON list"),
        (b"null", "JSON NoneType"),
        (b'{"a": NaN}', "NaN"),
        (b'{"a": 1e999}', "Infinity"),
        (b'{"a":' * 100_000, "nested deeper than 32"),
        (b'{"a": ' + b"[" * 32 + b"]" * 32 + b"}", "nested deeper than 32"),
        (json.dumps({"a": "\u2200"}).encode("utf-16"), "not JSON"),
        (b'{"a": ' + b"9" * 5000 + b"}", "not JSON"),
        (changed(routing_key=""), "routing_key"),
        (changed(routing_key=7), "routing_key"),
        (changed(event_action="fire"), "'fire'"),
        (changed(event_action=["trigger"]), "event_action"),
        (changed(event_action={}), "event_action"),
        (changed(dedup_key="k" * 256), "255"),
        (changed(dedup_key=7), "dedup_key"),
        (changed(event_action="resolve", dedup_key=""), "dedup_key"),
        (changed(payload=None), "payload"),
        (changed(payload="text"), "payload"),
        (payload(summary=""), "payload.summary"),
        (payload(summary="s" * 1025), "1024"),
        (payload(source=None), "payload.source"),
        (payload(severity="P1"), "'P1'"),
        (payload(severity={}), "payload.severity"),
        (payload(source=7), "payload.source"),
        (payload(group=["a"]), "payload.group"),
        (payload(custom_details="text"), "payload.custom_details"),
        (payload(custom_details={"firing": "x" * 512_000}), "512000"),
        (changed(client=7), "'client'"),
        (changed(links={}), "'links'"),
        (changed(links=["http://a.example/"]), "links[0]"),
        (changed(links=[{"text": "Runbook"}]), "links[0].href"),
        (changed(links=[{"href": ""}]), "links[0].href"),
        (changed(links=[{"href": "http://a.example/", "text": 7}]), "links[0].text"),
        (changed(images=[{"href": "http://a.example/"}]), "images[0].src"),
    ],
)
def test_an_invalid_event_is_refused_by_name(body: bytes, fault: str) -> None:
    """What PagerDuty refuses is refused, and the answer says what was wrong."""
    with pytest.raises(InvalidMessageError) as caught:
        pagerduty.parse(Delivery(body))
    assert fault in str(caught.value)


def test_a_refused_body_is_kept_without_its_key() -> None:
    """What PagerDuty would have refused is shown, and nobody learns a key from it."""
    body = json.dumps({"routing_key": "0123456789abcdef", "payload": {}})
    assert pagerduty.masked(body) == '{"routing_key": "…cdef", "payload": {}}'


def test_what_is_as_long_as_pagerduty_allows_is_taken() -> None:
    """A key of 255 characters and a summary of 1024 are not too long."""
    longest = {**TRIGGER["payload"], "summary": "s" * 1024}
    event = pagerduty.parse(Delivery(changed(dedup_key="k" * 255, payload=longest)))
    assert (len(event.dedup_key), len(event.title)) == (255, 1024)


@pytest.mark.parametrize(("key", "shown"), [("12345678", "…"), ("123456789", "…6789")])
def test_of_a_short_key_nothing_is_kept(key: str, shown: str) -> None:
    """The end of a key tells which it is, unless that is half of it."""
    event = pagerduty.parse(Delivery(changed(routing_key=key)))
    assert json.loads(event.raw)["routing_key"] == shown


@pytest.mark.parametrize(("count", "more"), [(MOST_ERRORS, False), (MOST_ERRORS + 1, True)])
def test_of_many_faults_the_first_are_named(count: int, more: bool) -> None:
    """As many as are shown are all shown; beyond that the rest is counted."""
    errors = InvalidMessageError(*(str(number) for number in range(count))).errors
    assert errors[:MOST_ERRORS] == tuple(str(number) for number in range(MOST_ERRORS))
    assert errors[MOST_ERRORS:] == (("and 1 more",) if more else ())


def test_every_fault_of_an_event_is_named_at_once() -> None:
    """A sender mends an event in one go."""
    with pytest.raises(InvalidMessageError) as caught:
        pagerduty.parse(Delivery(b'{"event_action": "trigger", "payload": {}}'))
    assert len(caught.value.errors) == 4


def test_alertmanagers_slack_message_is_understood() -> None:
    """Channel, colour, title, address and text of the attachment are kept."""
    attachment = {
        "title": "[FIRING:1] EngineDown &amp; more",
        "title_link": "https://runbook.example/",
        "text": "since <https://graph.example/|the graph>",
        "fallback": "not shown",
        "color": "danger",
    }
    hook = {"channel": "#ops", "attachments": [attachment]}
    message = slack.parse(Delivery(json.dumps(hook).encode()))
    assert (message.title, message.recipient) == ("[FIRING:1] EngineDown & more", "#ops")
    assert (message.colour, message.state) == ("danger", "firing")
    assert message.text == "since the graph https://graph.example/\nhttps://runbook.example/"


@pytest.mark.parametrize(
    ("body", "kind", "title"),
    [
        (b'{"text": "hello"}', "application/json", "hello"),
        (urlencode({"payload": '{"text": "a form"}'}).encode(), slack.FORM, "a form"),
        (b'{"attachments": [{"fallback": "only this"}]}', "", "only this"),
        (b'{"blocks": [{"type": "section", "text": {"text": "a block"}}]}', "", "a block"),
        (b'{"text": "\\ud800 half"}', "", "? half"),
    ],
)
def test_slacks_forms_are_understood(body: bytes, kind: str, title: str) -> None:
    """Text, form, fallback and block each make a message."""
    assert slack.parse(Delivery(body, kind)).title == title


@pytest.mark.parametrize(
    ("body", "kind"),
    [
        (b"{}", ""),
        (b'{"text": "  "}', ""),
        (b'{"attachments": [7, null, {}]}', ""),
        (b'{"attachments": "text", "blocks": 7}', ""),
        (b"text=hello", slack.FORM),
        (b"payload=", slack.FORM),
        (b"&".join(b"a=b" for _ in range(200)), slack.FORM),
    ],
)
def test_a_slack_message_that_says_nothing_is_refused(body: bytes, kind: str) -> None:
    """Nothing to show is no message, whatever its form."""
    with pytest.raises(InvalidMessageError):
        slack.parse(Delivery(body, kind))


@pytest.mark.parametrize("field", ["title", "text", "fallback", "color", "pretext", "title_link"])
@pytest.mark.parametrize("value", [7, [], {}, None, "", "\n", " \n "])
def test_odd_values_never_break_the_slack_parser(field: str, value: object) -> None:
    """A field of another type or of blanks is left out, or the message is refused as invalid."""
    hook = {"text": "still here", "attachments": [{field: value}]}
    assert slack.parse(Delivery(json.dumps(hook).encode())).title


def mail(subject: str, text: str = "", page: str = "") -> bytes:
    made = EmailMessage()
    made["Subject"], made["From"], made["To"] = subject, "a@x.example", "b@x.example"
    if text:
        made.set_content(text)
    if page:
        (made.add_alternative if text else made.set_content)(page, subtype="html")
    return made.as_bytes()


def test_a_mail_is_understood() -> None:
    """Subject, addressee and text are kept, decoded."""
    message = email.parse(
        Delivery(mail("[RESOLVED] Tür", "größer\n"), recipients=["ops@x.example"])
    )
    assert (message.title, message.text) == ("[RESOLVED] Tür", "größer")
    assert (message.recipient, message.state) == ("ops@x.example", "resolved")


def test_text_is_preferred_and_html_becomes_text() -> None:
    """The reader sees words, never tags, style or script."""
    page = "<style>p{}</style><p>CPU <b>high</b></p><script>x()</script><a href='http://a/'>g</a>"
    assert email.parse(Delivery(mail("s", "plain", page))).text == "plain"
    assert email.parse(Delivery(mail("s", page=page))).text == "CPU high\ng http://a/"


def test_a_mail_without_envelope_names_its_addressee() -> None:
    """Without recipients of the envelope, the header counts."""
    assert email.parse(Delivery(mail("s", "t"))).recipient == "b@x.example"


@pytest.mark.parametrize(
    "source",
    [
        b"",
        b"\x00\xff\xfe",
        b"Subject: =?utf-9?q?x?=\r\n\r\nbody",
        b"Subject: \xff\xfe\r\n\r\n\xff",
        b"Content-Type: text/plain; charset=nonsense\r\n\r\nbody",
        b"Content-Type: multipart/mixed; boundary=x\r\n\r\nno boundary follows",
        b"Content-Transfer-Encoding: base64\r\n\r\n!!!",
        b"To: <<<>>>, ,;:\r\nSubject: \r\n\r\n",
        b"Content-Type: text/html\r\n\r\n<![if x]><!DOCTYPE <p",
    ],
)
def test_no_mail_is_refused(source: bytes) -> None:
    """However broken a mail is, it gets a title, and can be stored as UTF-8."""
    message = email.parse(Delivery(source))
    assert message.title
    assert (message.title + message.text + message.recipient + message.raw).encode()


@pytest.mark.parametrize("parse", [pagerduty.parse, slack.parse])
def test_deep_nesting_is_refused_not_fatal(parse: Callable[[Delivery], object]) -> None:
    """A body of brackets costs the sender an error, not the inbox its life."""
    with pytest.raises(InvalidMessageError):
        parse(Delivery(b'{"text":' + b"[" * 200_000))
