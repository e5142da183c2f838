"""Before Alertmanager starts: gives its notification log back what a kill made it forget.

What it may have told since it wrote the log, and what it has told as firing, is marked as told of
something that is not there. So it says once more what fires, and that it is over when it is:
PagerDuty takes both for what it knows, Slack and mail get one repetition.
"""

from __future__ import annotations

import time
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path

import yaml

from whiteroom_monitoring import plain_yaml
from whiteroom_monitoring.errors import MonitoringError
from whiteroom_monitoring.reconciler import notification_log, protobuf
from whiteroom_monitoring.reconciler.durable import write
from whiteroom_monitoring.reconciler.notification_journal import KEPT_S, Entries
from whiteroom_monitoring.reconciler.notification_log import Notification

# Alertmanager takes a moment to write its log down, and so do the webhook and the journal.
MARGIN_S = 5.0
# The hash of an alert that there is not.
_NO_ALERT = protobuf.encoded(6, b"\x01")
_FIRING, _RESOLVED = 6, 7
_SUFFIX = "_configs"


class ConfigurationError(MonitoringError):
    """Alertmanager's configuration can't be read."""


def restore(log: Path, notified: Entries, alertmanager_yml: Path) -> int:
    """Bring the log at ``log`` in order, and return how many entries are marked.

    Raises NotificationLogError, ConfigurationError or OSError; the log is then as it was.
    """
    notification_log.read(log)
    content = log.read_bytes() if log.exists() else b""
    written_s = log.stat().st_mtime if content else time.time()
    doubtful = {k for k, t in notified.items() if t.firing or t.at_s >= written_s - MARGIN_S}
    messages = {m: notification_log.parsed(m) for m in notification_log.messages(content)}
    marked = {m for m, n in messages.items() if n.firing or (n.receiver, n.group_key) in doubtful}
    places = set(map(_place, messages.values()))
    missing = [n for n in _notifications(doubtful, alertmanager_yml) if _place(n) not in places]
    entries = [_marked(message) if message in marked else message for message in messages]
    entries += [_entry(notification, time.time()) for notification in missing]
    if marked or missing:
        write(log, b"".join(map(protobuf.delimited, entries)))
    return len(marked) + len(missing)


def _place(notification: Notification) -> tuple[str, str, str, int]:
    n = notification
    return n.group_key, n.receiver, n.integration, n.index


def _notifications(keys: set[tuple[str, str]], alertmanager_yml: Path) -> Iterator[Notification]:
    """Yield an entry for each integration of the receivers that were told."""
    integrations = _integrations(alertmanager_yml) if keys else {}
    for receiver, group_key in sorted(keys):
        for integration, index in integrations.get(receiver, ()):
            yield Notification(group_key, receiver, integration, index, firing=True)


def _integrations(alertmanager_yml: Path) -> Mapping[str, Sequence[tuple[str, int]]]:
    """Return the integrations of each receiver, as Alertmanager names and counts them."""
    try:
        content = plain_yaml.load(alertmanager_yml.read_text(encoding="utf-8"))
        return {
            receiver["name"]: [
                (name.removesuffix(_SUFFIX), index)
                for name, configured in receiver.items()
                if name.endswith(_SUFFIX)
                for index in range(len(configured))
            ]
            for receiver in content["receivers"]
        }
    except (OSError, yaml.YAMLError, KeyError, TypeError, AttributeError) as error:
        raise ConfigurationError(f"{alertmanager_yml}: can't be used: {error}") from error


def _marked(message: bytes) -> bytes:
    """Return an entry that says the same of no alert that there is."""
    mesh = list(protobuf.fields(message))
    return b"".join(
        protobuf.encoded(number, _marked_entry(value) if number == 1 else value)
        for number, value in mesh
    )


def _marked_entry(entry: bytes | int) -> bytes:
    assert isinstance(entry, bytes)
    other_fields = [f for f in protobuf.fields(entry) if f[0] not in (_FIRING, _RESOLVED)]
    return b"".join(protobuf.encoded(*field) for field in other_fields) + _NO_ALERT


def _entry(notification: Notification, now_s: float) -> bytes:
    receiver = protobuf.encoded(1, notification.receiver.encode())
    receiver += protobuf.encoded(2, notification.integration.encode())
    receiver += protobuf.encoded(3, notification.index)
    entry = protobuf.encoded(1, notification.group_key.encode()) + protobuf.encoded(2, receiver)
    entry += protobuf.encoded(5, protobuf.encoded(1, int(now_s))) + _NO_ALERT
    expires = protobuf.encoded(1, int(now_s + KEPT_S))
    return protobuf.encoded(1, entry) + protobuf.encoded(2, expires)
