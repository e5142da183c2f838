"""Which channels refuse what Alertmanager sends, as it says in its log while it goes on trying."""

from __future__ import annotations

import datetime
import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from pathlib import Path

# Longer than the longest group_interval, so that one that is tried once in a group is seen.
RECENT = datetime.timedelta(minutes=6)
# The end of a log that is looked at; a channel that refuses writes some lines a minute.
TAIL_BYTES = 256 * 1024
LONGEST_REASON = 160

_FIELD = re.compile(r'(\w+)=("(?:[^"\\]|\\.)*"|\S*)')
_FAILED = "Notify attempt failed"


@dataclass(frozen=True)
class DeliveryFailure:
    """A receiver whose ``integration`` refused, how often of late, and why the last time."""

    receiver: str
    integration: str
    attempts: int
    last: str
    reason: str

    def __str__(self) -> str:
        minutes = int(RECENT.total_seconds() // 60)
        return (
            f"{self.receiver} by {self.integration}: refused {self.attempts} times within "
            f"{minutes} min, and is tried again: {self.reason}"
        )


def recent_failures(log: Path, now: datetime.datetime) -> list[DeliveryFailure]:
    """Return who has refused lately, by Alertmanager's ``log``; nothing without a log."""
    failures: dict[tuple[str, str], DeliveryFailure] = {}
    for failure in _parsed(_last_lines(log), now - RECENT):
        key = (failure.receiver, failure.integration)
        before = failures.get(key)
        failures[key] = replace(failure, attempts=before.attempts + 1) if before else failure
    return [failures[key] for key in sorted(failures)]


def _last_lines(log: Path) -> list[str]:
    try:
        with log.open("rb") as file:
            size = file.seek(0, 2)
            file.seek(max(0, size - TAIL_BYTES))
            return file.read().decode("utf-8", "replace").splitlines()
    except OSError:
        return []


def _parsed(lines: Iterable[str], since: datetime.datetime) -> Iterator[DeliveryFailure]:
    for line in lines:
        if _FAILED not in line:
            continue
        fields = {name: _plain(value) for name, value in _FIELD.findall(line)}
        # `ts` up to Alertmanager 0.27, `time` from 0.28 on.
        time = fields.get("ts") or fields.get("time") or ""
        if _is_recent(time, since):
            integration = fields.get("integration", "").partition("[")[0]
            reason = fields.get("err", "no reason given")[:LONGEST_REASON]
            yield DeliveryFailure(fields.get("receiver", ""), integration, 1, time, reason)


def _plain(value: str) -> str:
    return re.sub(r"\\(.)", r"\1", value[1:-1]) if value.startswith('"') else value


def _is_recent(time: str, since: datetime.datetime) -> bool:
    try:
        return datetime.datetime.fromisoformat(time) >= since
    except (ValueError, TypeError):
        return False
