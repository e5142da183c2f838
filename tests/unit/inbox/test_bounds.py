"""Whatever a stranger sends to the inbox costs a moment and some kilobytes, and hides nothing."""

from __future__ import annotations

import json
import sqlite3
from pathlib import Path
from typing import Any

import pytest

from tests.support.work import calls_of
from whiteroom_monitoring.client.exposition.bounded_http import is_nested_deeper
from whiteroom_monitoring.inbox import page
from whiteroom_monitoring.inbox.message import LONGEST_TITLE, InvalidMessageError, Message
from whiteroom_monitoring.inbox.receiver import Delivery
from whiteroom_monitoring.inbox.receivers import email, load_receivers, slack
from whiteroom_monitoring.inbox.store import FILE_NAME, Store
from whiteroom_monitoring.web.server import LIMITS

MIB = 2**20
HTML = b"Subject: s\r\nContent-Type: text/html\r\n\r\n"
NESTED = b"".join(
    b"Content-Type: multipart/mixed; boundary=b%d\n\n--b%d\n" % (n, n) for n in range(1300)
)
# What made the standard library's parsers slow, or raise.
MAILS = {
    "tags": HTML + b"<" * MIB,
    "attributes": HTML + b"<a " * (MIB // 3),
    "comments": HTML + b"<!--" * (MIB // 4),
    "declarations": HTML + b"<![a" * (MIB // 4),
    "scripts": HTML + b"<script>" * (MIB // 8),
    "references": HTML + b"&#" + b"1" * MIB,
    "encoded words": b"Subject: " + b"=?utf-8?q?a?= " * (MIB // 15) + b"\n\nx",
    "comments in headers": b"Subject: " + b"(" * MIB + b"\n\nx",
    "many headers": b"A: b\n" * (MIB // 5) + b"\nx",
    "folded header": b"Subject: a\n" + b" a\n" * (MIB // 3) + b"\nx",
    "parts in parts": NESTED + b"\n" * (MIB - len(NESTED)),
    "many parts": b"Content-Type: multipart/mixed; boundary=a\n\n" + b"--a\n" * (MIB // 4),
    "parameters": b"Content-Type: text/plain; " + b";" * MIB + b"\n\nx",
    "odd charset": b"Content-Type: text/plain; charset=no-such\n\nx",
    "long number": b"Content-Type: text/plain; charset*" + b"9" * 5000 + b"=a\n\nx",
    "no mail": bytes(range(256)) * (MIB // 256),
}


@pytest.mark.parametrize("source", MAILS.values(), ids=MAILS)
def test_a_mail_costs_what_its_beginning_costs(source: bytes) -> None:
    """No mail is refused, and none takes more steps than a plain one of its size may take."""
    message, calls = calls_of(lambda: email.parse(Delivery(source[:MIB])))
    assert message.raw.startswith(source[:20].decode("utf-8", "replace"))
    assert calls < 8 * LIMITS.parsed_bytes
    assert len(message.text) <= 2 * LIMITS.parsed_bytes


def test_of_a_long_mail_the_rest_is_in_its_source() -> None:
    """A mail that is longer than what is parsed says so, and is kept as it is."""
    source = b"Subject: s\n\n" + b"a line\n" * 20_000
    message = email.parse(Delivery(source))
    assert message.text.endswith("(the mail is longer; see the source)")
    assert (message.title, message.raw) == ("s", source.decode())


@pytest.mark.parametrize(
    ("body", "levels", "deeper"),
    [
        (b"{}", 1, False),
        (b"[[]]", 1, True),
        (b'{"a": [{}, {}], "b": "[[[["}', 3, False),
        (b'{"a": [{}, {"c": []}]}', 3, True),
        (b'{"\\"[": 1}', 1, False),
        (b"[" * 100_000, 32, True),
    ],
)
def test_nesting_is_counted_without_parsing(body: bytes, levels: int, deeper: bool) -> None:
    """Arrays and objects count, brackets within texts do not, siblings do not add up."""
    assert is_nested_deeper(body, levels) is deeper


def _shown(**changes: Any) -> page.Shown:
    row = dict.fromkeys(("recipient", "colour", "state", "dedup_key"), "")
    row |= {"channel": "slack", "title": "t", "text": "x", "received": "2026-01-02T03:04:05.678Z"}
    return page.shown({"id": 1, "raw": {}, **row, **changes}, load_receivers())


def test_a_small_message_is_no_large_page() -> None:
    """What is nested as deep as allowed, with all it may hold, is shown by its beginning."""
    levels = LIMITS.nesting - 2
    deep = b'{"text": "a", "x": ' + b"[" * levels + b"1," * 200_000 + b"1" + b"]" * levels + b"}"
    message = slack.parse(Delivery(deep, "application/json"))
    shown = _shown(raw=json.loads(message.raw), text=message.text, title=message.title)
    assert len(shown.source) < 2 * page.SOURCE_CHARACTERS
    assert shown.source.endswith("(/api/messages has the whole)")
    with pytest.raises(InvalidMessageError, match="nested deeper than 32 levels"):
        slack.parse(Delivery(deep.replace(b"[", b"[[[").replace(b"]", b"]]]"), "application/json"))


def test_a_text_is_shown_by_its_beginning() -> None:
    """Texts and sources of a megabyte take kilobytes of a page, and a title takes a line."""
    shown = _shown(text="<" * MIB, raw="&" * MIB)
    assert len(shown.text) < 8 * page.TEXT_CHARACTERS
    assert len(shown.source) < 2 * page.SOURCE_CHARACTERS
    assert len(Message("slack", "t" * MIB, "", "{}").shortened().title) == LONGEST_TITLE


@pytest.mark.parametrize("raw", [None, 7, [], "no JSON", {"attachments": {"title_link": 3}}])
def test_what_can_not_be_rendered_is_shown_as_its_source(raw: Any) -> None:
    """A message with a wrong source is shown, and hides no other."""
    assert _shown(raw=raw).source == page.source(raw)
    assert _shown(text=7).title == "(this message can't be shown; see the source)"


def test_a_bad_row_hides_no_other(tmp_path: Path) -> None:
    """Whatever somebody has written into the file is listed as text, beside the other messages."""
    store = Store(tmp_path)
    for title in ("first", "second", "third"):
        store.add(Message("slack", title, "text", "{}"))
    with sqlite3.connect(tmp_path / FILE_NAME) as connection:
        connection.execute("UPDATE messages SET raw = '{broken', text = 7 WHERE title = 'first'")
        connection.execute(
            "UPDATE messages SET raw = x'ff', title = x'fe', channel = 'g' WHERE title = 'second'"
        )
    rows = [(row["title"], row["raw"], row["text"]) for row in store.messages()]
    assert rows == [("third", {}, "text"), ("\ufffd", "\ufffd", "text"), ("first", "{broken", "7")]
    json.dumps(store.messages())
    view = page.View(store.incidents(), store.messages(), page.MessageQuery())
    assert "{broken" in page.render(view, load_receivers())
    store.close()
