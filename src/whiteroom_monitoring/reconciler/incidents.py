"""Ends incidents that are over and that Alertmanager will never end.

It drops the resolution of what is silenced, inhibited or muted at its end
(https://github.com/prometheus/alertmanager/issues/226), and of what ends while it is dead. The
incident stays open, and the next alert joins it, so that nobody wakes.
"""

from __future__ import annotations

import datetime
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field

from whiteroom_monitoring.datasources.errors import SourceError
from whiteroom_monitoring.reconciler.notification_log import Notification
from whiteroom_monitoring.reconciler.pagerduty import Service, ServiceError

# Longer than what Alertmanager needs to hear of all alerts after a start: a resend delay of 1 min,
# and what Prometheus takes.
INACTIVE_S = 180.0
# What Alertmanager has to send what its group_interval has made due, as a share of the above.
SENDING = 1 / 6
# Alertmanager may be unable to say that it is over for as long as a silence lasts.
AGAIN_S = 300.0

Labels = Mapping[str, str]
# A receiver and the labels of a group.
Group = tuple[str, frozenset[tuple[str, str]]]


def group(receiver: str, labels: Labels) -> Group:
    """Return what identifies a group of alerts at a receiver."""
    return receiver, frozenset(labels.items())


@dataclass
class OpenIncidents:
    """Which groups were told as firing and have no alert any more, since when.

    ``post_ended`` gives Alertmanager an alert that has ended; whether anything is done is up to its
    own log. ``intervals_s`` returns how long Alertmanager itself may wait with a resolution, by
    receiver. Moments are seconds of one clock that never jumps.
    """

    post_ended: Callable[[Labels], None]
    services: Callable[[], Mapping[str, Sequence[Service]]]
    inactive_s: float = INACTIVE_S
    intervals_s: Callable[[], Mapping[str, float]] = dict
    _since: dict[Notification, float] = field(default_factory=dict)
    _acted: dict[Notification, float] = field(default_factory=dict)

    def forget(self) -> None:
        """Begin to count anew: a server was not well."""
        self._since.clear()

    def reconcile(
        self, notifications: Iterable[Notification], active: Collection[Group], now_s: float
    ) -> list[str]:
        """End what has been inactive for long enough, and return sentences about it."""
        idle = {
            notification
            for notification in notifications
            if notification.firing
            and group(notification.receiver, notification.group_labels) not in active
        }
        self._since = {n: self._since.get(n, now_s) for n in idle}
        self._acted = {n: at for n, at in self._acted.items() if n in idle}
        late = [
            n
            for n in idle
            if now_s - self._since[n] >= self.inactive_s
            and now_s - self._acted.get(n, -AGAIN_S) >= AGAIN_S
        ]
        intervals_s = self.intervals_s() if late else {}
        sending_s = SENDING * self.inactive_s
        due = [
            n
            for n in late
            if now_s - self._since[n] >= intervals_s.get(n.receiver, 0.0) + sending_s
        ]
        return [self._end(notification, now_s) for notification in sorted(due, key=str)]

    def _end(self, notification: Notification, now_s: float) -> str:
        """End an incident: at PagerDuty by Alertmanager's key, elsewhere by Alertmanager itself."""
        subject = f"{notification.receiver} by {notification.integration}: {notification.group_key}"
        try:
            if notification.integration == "pagerduty":
                service = self.services()[notification.receiver][notification.index]
                service.send("resolve", notification.dedup_key)
            self.post_ended(notification.example_labels)
        except (SourceError, ServiceError, LookupError) as error:
            return f"could not be ended, and is tried again: {subject}: {error}"
        self._acted[notification] = now_s
        idle_s = now_s - self._since[notification]
        return f"ended, because no alert of it has been active for {idle_s:.0f} s: {subject}"


def active_groups(groups: Iterable[Mapping[str, object]]) -> set[Group]:
    """Return the groups with an alert, silenced ones too, of Alertmanager's answer."""
    active = set()
    for entry in groups:
        labels, receiver = entry["labels"], entry["receiver"]
        assert isinstance(labels, dict)
        assert isinstance(receiver, dict)
        if entry["alerts"]:
            active.add(group(receiver["name"], labels))
    return active


def ended_alert(labels: Labels, now: datetime.datetime) -> dict[str, object]:
    """Return an alert that has just ended, as Alertmanager's API takes it."""
    name = labels.get("alertname") or labels.get("incident") or "an alert without a name"
    start = now - datetime.timedelta(hours=1)
    return {
        "labels": dict(labels),
        "annotations": {"summary": f"{name}: over, as the reconciler found"},
        "startsAt": start.isoformat(),
        "endsAt": now.isoformat(),
    }
