"""Alertmanager's notification log: whom it has told of what, as its snapshot says.

It is the only place that knows which incidents are open at every receiver, the real PagerDuty among
them. Source: https://github.com/prometheus/alertmanager/blob/main/nflog/nflogpb/nflog.proto, each
entry with its length before it; Alertmanager 0.25 to 0.33.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from whiteroom_monitoring.errors import MonitoringError
from whiteroom_monitoring.reconciler import protobuf

FILE_NAME = "nflog"
_TEXT = r'"(?:[^"\\]|\\.)*"'
_BRACES = rf'\{{(?:[^"{{}}]|{_TEXT})*\}}'
_KEY = re.compile(rf"(?P<route>{_BRACES}(?:/{_BRACES})*):(?P<labels>{_BRACES})", re.DOTALL)
_MATCHER = re.compile(rf"([a-zA-Z_]\w*)(=~|!~|!=|=)({_TEXT})", re.DOTALL)
_ESCAPE = re.compile(r"\\(.)", re.DOTALL)
_CONTROL = {"n": "\n", "t": "\t", "r": "\r"}


class NotificationLogError(MonitoringError):
    """The snapshot is not what Alertmanager writes."""


@dataclass(frozen=True)
class Notification:
    """The last notification about a group that a receiver has taken.

    ``index`` is which of the receiver's configurations of this ``integration`` it was.
    """

    group_key: str
    receiver: str
    integration: str
    index: int
    firing: bool

    @property
    def dedup_key(self) -> str:
        """The key by which PagerDuty knows the incident."""
        return hashlib.sha256(self.group_key.encode()).hexdigest()

    @property
    def group_labels(self) -> dict[str, str]:
        """The labels by which the alerts are grouped. Raises NotificationLogError."""
        return {name: value for name, _, value in _matchers(self._parts["labels"])}

    @property
    def example_labels(self) -> dict[str, str]:
        """Labels with which an alert takes this route into this group. Raises NotificationLogError.

        They are those that the group has, and those that the route asks for by name.
        """
        labels = {n: v for n, operator, v in _matchers(self._parts["route"]) if operator == "="}
        return labels | self.group_labels

    @property
    def _parts(self) -> re.Match[str]:
        parts = _KEY.fullmatch(self.group_key)
        if parts is None:
            raise NotificationLogError(f"the key of a group {self.group_key!r} can't be read")
        return parts


def read(path: Path) -> list[Notification]:
    """Return what the snapshot at ``path`` holds; nothing where there is none yet.

    Raises NotificationLogError when it is no snapshot.
    """
    try:
        content = path.read_bytes()
    except FileNotFoundError:
        return []
    except OSError as error:
        raise NotificationLogError(f"{path}: can't be read: {error.strerror}") from error
    try:
        return [parsed(message) for message in messages(content)]
    except (IndexError, ValueError, KeyError) as error:
        raise NotificationLogError(f"{path}: not what Alertmanager writes: {error}") from error


def messages(content: bytes) -> Iterator[bytes]:
    """Yield the entries of a snapshot. Raises IndexError or ValueError when it is none."""
    position = 0
    while position < len(content):
        length, position = protobuf.varint(content, position)
        if position + length > len(content):
            raise ValueError("the file ends within an entry")
        yield content[position : position + length]
        position += length


def parsed(message: bytes) -> Notification:
    """Return what an entry says. Raises KeyError or ValueError when it is none."""
    fields = list(protobuf.fields(_bytes(dict(protobuf.fields(message))[1])))
    entry = dict(fields)
    receiver = dict(protobuf.fields(_bytes(entry[2])))
    return Notification(
        _bytes(entry[1]).decode(),
        _bytes(receiver.get(1, b"")).decode(),
        _bytes(receiver.get(2, b"")).decode(),
        int(receiver.get(3, 0)),
        firing=any(number == 6 and value not in (b"", None) for number, value in fields),
    )


def _bytes(value: bytes | int) -> bytes:
    if isinstance(value, int):
        raise ValueError("a number where bytes are expected")
    return value


def _matchers(text: str) -> Iterator[tuple[str, str, str]]:
    for name, operator, quoted in _MATCHER.findall(text):
        yield name, operator, _ESCAPE.sub(lambda e: _CONTROL.get(e[1], e[1]), quoted[1:-1])
