"""What Alertmanager has told and forgotten: the journal, and the log that is mended from it."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from whiteroom_monitoring.reconciler import notification_log, protobuf
from whiteroom_monitoring.reconciler.notification_journal import (
    FILE_NAME,
    KEPT_S,
    NotifiedError,
    NotifiedGroups,
    Told,
)
from whiteroom_monitoring.reconciler.notification_log import Notification, NotificationLogError
from whiteroom_monitoring.reconciler.restore import MARGIN_S, ConfigurationError, restore

KEY = '{}/{priority="P0"}:{alertname="ServiceDown", service="engine"}'
OTHER = '{}/{priority="P0"}:{alertname="DiskSpaceLow", service="machine"}'
WRITTEN_S = 1000.0
EARLIER = Told(False, WRITTEN_S - MARGIN_S - 1)


@pytest.fixture
def log(tmp_path: Path) -> Path:
    (tmp_path / "alertmanager.yml").write_text(
        "receivers:\n"
        "  - name: pager\n"
        "    pagerduty_configs: [{}, {}]\n"
        "    slack_configs: [{}]\n"
        "    webhook_configs: [{}]\n"
        "  - {name: nobody}\n"
    )
    return tmp_path / "nflog"


def _entry(key: str, hashes: bytes) -> bytes:
    """Return an entry as Alertmanager writes it, with a field that only a later one knows."""
    receiver = protobuf.encoded(1, b"pager") + protobuf.encoded(2, b"pagerduty")
    entry = protobuf.encoded(1, key.encode()) + protobuf.encoded(2, receiver)
    entry += protobuf.encoded(5, protobuf.encoded(1, 7)) + protobuf.encoded(9, b"later")
    entry += protobuf.encoded(6, hashes) if hashes else protobuf.encoded(7, b"\x63")
    return protobuf.delimited(protobuf.encoded(1, entry) + protobuf.encoded(2, b""))


def _write(log: Path, *entries: bytes) -> None:
    log.write_bytes(b"".join(entries))
    os.utime(log, (WRITTEN_S, WRITTEN_S))


def _restore(log: Path, told: dict[tuple[str, str], Told]) -> int:
    return restore(log, told, log.with_name("alertmanager.yml"))


def _hashes(log: Path) -> list[tuple[bytes, bytes]]:
    """Return which alerts the entries say that they told as firing and as over."""
    told = []
    for message in notification_log.messages(log.read_bytes()):
        entry = dict(protobuf.fields(dict(protobuf.fields(message))[1]))  # type: ignore[arg-type]
        told.append((entry.get(6, b""), entry.get(7, b"")))
    return told  # type: ignore[return-value]


def test_what_it_never_wrote_down_is_told_to_every_integration(log: Path) -> None:
    """A page sent after the last snapshot gets an entry for each way by which it was sent."""
    assert _restore(log, {("pager", KEY): Told(True, WRITTEN_S)}) == 4
    assert notification_log.read(log) == [
        Notification(KEY, "pager", "pagerduty", 0, firing=True),
        Notification(KEY, "pager", "pagerduty", 1, firing=True),
        Notification(KEY, "pager", "slack", 0, firing=True),
        Notification(KEY, "pager", "webhook", 0, firing=True),
    ]


def test_what_fires_is_told_once_more(log: Path) -> None:
    """An entry that says firing is no longer about the alerts that fire; the rest of it stays."""
    _write(log, _entry(KEY, b"\x07\x08"))
    assert _restore(log, {}) == 1
    assert _hashes(log) == [(b"\x01", b"")]
    assert b"later" in log.read_bytes()


@pytest.mark.parametrize(
    ("told", "marked"), [(Told(False, WRITTEN_S), 1), (Told(True, WRITTEN_S), 1), (EARLIER, 0)]
)
def test_what_is_over_is_told_once_more_if_it_may_be_old(
    log: Path, told: Told, marked: int
) -> None:
    """An entry that says over is marked if something was told since, and left alone otherwise."""
    _write(log, _entry(KEY, b""), _entry(OTHER, b""))
    before = log.read_bytes()
    known = {("pager", KEY): told}
    # The other integrations have no entry, and get one.
    assert _restore(log, known) == (4 if marked else 0)
    hashes = _hashes(log)
    assert hashes[:2] == [(b"\x01", b"") if marked else (b"", b"\x63"), (b"", b"\x63")]
    assert (log.read_bytes() == before) == (not marked)


def test_a_receiver_that_is_no_more_is_told_nothing(log: Path) -> None:
    """What was told to a receiver without integrations, or that is gone, makes no entry."""
    told = {(name, KEY): Told(True, WRITTEN_S) for name in ("nobody", "gone")}
    assert _restore(log, told) == 0
    assert not log.exists()


def test_what_can_not_be_read_stays_as_it_is(log: Path) -> None:
    """A log that is none, or a configuration that is none, changes nothing."""
    _write(log, b"\x05none")
    with pytest.raises(NotificationLogError):
        _restore(log, {})
    assert log.read_bytes() == b"\x05none"
    log.unlink()
    log.with_name("alertmanager.yml").write_text("receivers: 7")
    with pytest.raises(ConfigurationError, match=r"alertmanager\.yml: can't be used"):
        _restore(log, {("pager", KEY): Told(True, WRITTEN_S)})


def _call(status: str, key: str = KEY) -> dict[str, str]:
    return {"receiver": "pager", "groupKey": key, "status": status}


def test_the_journal_keeps_the_last_of_each_group(tmp_path: Path) -> None:
    """A group's last call counts, a new process knows it, and what is old is dropped."""
    NotifiedGroups(tmp_path).keep(_call("firing"), 1.0)
    NotifiedGroups(tmp_path).keep(_call("firing", OTHER), 2.0)
    journal = NotifiedGroups(tmp_path)
    journal.keep(_call("resolved"), 3.0)
    expected = {("pager", KEY): Told(False, 3.0), ("pager", OTHER): Told(True, 2.0)}
    assert journal.entries() == expected
    assert (tmp_path / FILE_NAME).stat().st_mode & 0o737 == 0o600
    journal.keep(_call("firing"), KEPT_S + 2.5)
    assert journal.entries() == {("pager", KEY): Told(True, KEPT_S + 2.5)}


@pytest.mark.parametrize("payload", [7, [], {}, {"receiver": "a", "status": "firing"}])
def test_what_is_no_call_is_refused(tmp_path: Path, payload: object) -> None:
    """A call without receiver, group and status is named, and keeps nothing."""
    with pytest.raises(NotifiedError, match="expected what Alertmanager's webhook sends"):
        NotifiedGroups(tmp_path).keep(payload, 1.0)
    assert NotifiedGroups(tmp_path).entries() == {}


def test_a_broken_journal_is_named_and_begun_anew(tmp_path: Path) -> None:
    """Who reads it hears what is wrong; what is told next is kept all the same."""
    (tmp_path / FILE_NAME).write_text("{")
    journal = NotifiedGroups(tmp_path)
    with pytest.raises(NotifiedError, match=r"notified\.json: can't be used"):
        journal.entries()
    journal.keep(_call("firing"), 1.0)
    assert journal.entries() == {("pager", KEY): Told(True, 1.0)}
