"""Alertmanager's snapshot of silences: what it has when it starts.

Before it starts, what it was killed too early to write down is added from the journal, under the
same id, and what was ended is ended there. So it never pages what is silenced.
Source: https://github.com/prometheus/alertmanager/blob/main/silence/silencepb/silence.proto, each
entry with its length before it; Alertmanager 0.25 to 0.33.
"""

from __future__ import annotations

import datetime
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from whiteroom_monitoring.errors import MonitoringError
from whiteroom_monitoring.reconciler import protobuf
from whiteroom_monitoring.reconciler.durable import write
from whiteroom_monitoring.reconciler.notification_log import messages
from whiteroom_monitoring.reconciler.silences import Journal

FILE_NAME = "silences"
# Alertmanager's --data.retention.
_RETENTION = datetime.timedelta(hours=120)
_SILENCE, _EXPIRES = 1, 2
_ID, _MATCHER, _STARTS, _ENDS, _UPDATED, _BY, _COMMENT = 1, 2, 3, 4, 5, 8, 9


class SilenceSnapshotError(MonitoringError):
    """The snapshot is not what Alertmanager writes, or the journal not what the reconciler does."""


def restore_silences(snapshot: Path, journal: Journal, now: datetime.datetime) -> int:
    """Bring ``snapshot`` in order, and return how many entries are new or changed.

    Raises SilenceSnapshotError or OSError; the snapshot is then as it was.
    """
    try:
        content = snapshot.read_bytes() if snapshot.exists() else b""
        ended = journal.ended(now)
        there = dict(_entries(content))
        kept = [
            _ended(entry, now) if name in ended and _is_active(entry, now) else entry
            for name, entry in there.items()
        ]
        changed = sum(a != b for a, b in zip(kept, there.values(), strict=True))
        missing = [
            _entry(name, silence, now)
            for name, silence in journal.silences().items()
            if name not in there and _moment(silence["endsAt"]) > now
        ]
    except (IndexError, ValueError, KeyError, TypeError) as error:
        raise SilenceSnapshotError(f"{snapshot}: can't be brought in order: {error}") from error
    if changed or missing:
        write(snapshot, b"".join(map(protobuf.delimited, [*kept, *missing])))
    return changed + len(missing)


def _entries(content: bytes) -> Iterator[tuple[str, bytes]]:
    """Yield the entries of a snapshot by the ids of their silences."""
    for message in messages(content):
        silence = dict(protobuf.fields(_bytes(dict(protobuf.fields(message))[_SILENCE])))
        yield _bytes(silence[_ID]).decode(), message


def _is_active(entry: bytes, now: datetime.datetime) -> bool:
    silence = dict(protobuf.fields(_bytes(dict(protobuf.fields(entry))[_SILENCE])))
    ends = dict(protobuf.fields(_bytes(silence[_ENDS])))
    return int(ends.get(1, 0)) > now.timestamp()


def _ended(entry: bytes, now: datetime.datetime) -> bytes:
    """Return an entry whose silence ends now."""
    silence, _ = (value for _, value in protobuf.fields(entry))
    fields = [f for f in protobuf.fields(_bytes(silence)) if f[0] not in (_ENDS, _UPDATED)]
    fields += [(_ENDS, _timestamp(now)), (_UPDATED, _timestamp(now))]
    return _mesh(b"".join(protobuf.encoded(*field) for field in fields), now)


def _entry(identifier: str, silence: Mapping[str, Any], now: datetime.datetime) -> bytes:
    ends = _moment(silence["endsAt"])
    fields: list[tuple[int, bytes]] = [(_ID, identifier.encode())]
    fields += [(_MATCHER, _matcher(matcher)) for matcher in silence["matchers"]]
    fields += [
        (_STARTS, _timestamp(_moment(silence["startsAt"]))),
        (_ENDS, _timestamp(ends)),
        (_UPDATED, _timestamp(now)),
        (_BY, str(silence.get("createdBy", "")).encode()),
        (_COMMENT, str(silence.get("comment", "")).encode()),
    ]
    return _mesh(b"".join(protobuf.encoded(*field) for field in fields), ends)


def _mesh(silence: bytes, ends: datetime.datetime) -> bytes:
    expires = protobuf.encoded(_EXPIRES, _timestamp(ends + _RETENTION))
    return protobuf.encoded(_SILENCE, silence) + expires


def _matcher(matcher: Mapping[str, Any]) -> bytes:
    """EQUAL is 0, REGEXP 1, NOT_EQUAL 2, NOT_REGEXP 3."""
    kind = bool(matcher.get("isRegex")) + 2 * (not matcher.get("isEqual", True))
    named = protobuf.encoded(2, str(matcher["name"]).encode())
    return protobuf.encoded(1, kind) + named + protobuf.encoded(3, str(matcher["value"]).encode())


def _timestamp(moment: datetime.datetime) -> bytes:
    nanoseconds = protobuf.encoded(2, moment.microsecond * 1000)
    return protobuf.encoded(1, int(moment.timestamp())) + nanoseconds


def _moment(text: str) -> datetime.datetime:
    return datetime.datetime.fromisoformat(text)


def _bytes(value: bytes | int) -> bytes:
    if isinstance(value, int):
        raise ValueError("a number where bytes are expected")
    return value
