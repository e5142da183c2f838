"""A journal of the groups that receivers are told of: what a killed Alertmanager forgets.

It writes its notification log down at intervals, so what it has told since the last one is lost
with it. Beside each notification it calls the reconciler's webhook, which writes the group down.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from whiteroom_monitoring.errors import MonitoringError
from whiteroom_monitoring.reconciler.durable import write

FILE_NAME = "notified.json"
# Where the reconciler takes the calls.
KEPT_PATH = "/notified"
# Alertmanager's --data.retention.
KEPT_S = 120 * 3600.0


class NotifiedError(MonitoringError):
    """The journal, or a call that should go into it, is not what it should be."""


@dataclass(frozen=True)
class Told:
    """What a receiver was told last of a group; ``at_s`` is of the clock of files."""

    firing: bool
    at_s: float


# By receiver and by the key of the group.
Entries = dict[tuple[str, str], Told]


class NotifiedGroups:
    """The journal in ``folder``. Use from one thread at a time."""

    def __init__(self, folder: Path) -> None:
        self._file = folder / FILE_NAME
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)

    def keep(self, payload: Any, now_s: float) -> None:
        """Write a call of the webhook down; it is on the disk when this returns.

        https://prometheus.io/docs/alerting/latest/configuration/#webhook_config. Raises
        NotifiedError when it is none, OSError when it can't be written.
        """
        try:
            key = str(payload["receiver"]), str(payload["groupKey"])
            firing = payload["status"] == "firing"
        except (TypeError, KeyError) as error:
            expected = "expected what Alertmanager's webhook sends: receiver, groupKey, status"
            raise NotifiedError(f"{expected}; {error}") from error
        entries = {k: t for k, t in self._entries().items() if now_s - t.at_s < KEPT_S}
        entries[key] = Told(firing, now_s)
        rows = [[*k, entry.firing, entry.at_s] for k, entry in entries.items()]
        write(self._file, json.dumps(rows))

    def entries(self) -> Entries:
        """Return what is written down. Raises NotifiedError."""
        try:
            rows = json.loads(self._file.read_text(encoding="utf-8"))
            return {(str(row[0]), str(row[1])): Told(bool(row[2]), float(row[3])) for row in rows}
        except FileNotFoundError:
            return {}
        except (OSError, ValueError, TypeError, IndexError) as error:
            raise NotifiedError(f"{self._file}: can't be used: {error}") from error

    def _entries(self) -> Entries:
        try:
            return self.entries()
        except NotifiedError as error:
            print(f"begun anew: {error}", flush=True)
            return {}
