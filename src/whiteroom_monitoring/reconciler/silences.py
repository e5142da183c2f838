"""A journal of silences: one file each, on the disk before whoever asked for it is answered.

Alertmanager keeps silences in memory and writes them down at intervals. What it has forgotten when
it comes back, because it was killed in between, is made again from here; what was ended stays so.
"""

from __future__ import annotations

import datetime
import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from whiteroom_monitoring.datasources.alertmanager import AlertmanagerClient
from whiteroom_monitoring.reconciler.durable import sync_folder, write

_ENDED = ".ended"
_KEPT = ".json"
# Holds the id that a silence has since it was made again.
_RENAMED = ".renamed"
# Alertmanager has written its own end of a silence down long before.
_REMEMBERED = datetime.timedelta(minutes=10)


class Journal:
    """The silences in ``folder``, which its group may read where the process' umask says so.

    Use from one thread.
    """

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        folder.mkdir(mode=0o750, parents=True, exist_ok=True)

    def keep(self, identifier: str, silence: Mapping[str, Any]) -> None:
        """Write a silence down; it is on the disk when this returns. Raises OSError."""
        content = {key: value for key, value in silence.items() if key not in _OF_ALERTMANAGER}
        self._write(identifier + _KEPT, json.dumps(content))

    def end(self, identifier: str, now: datetime.datetime) -> None:
        """Write down that a silence was ended. Raises OSError."""
        self._write(identifier + _ENDED, now.isoformat())
        self._remove(identifier + _KEPT)

    def current(self, identifier: str) -> str:
        """Return the id that a silence has now: another one, if Alertmanager had forgotten it."""
        identifiers: set[str] = set()
        while identifier not in identifiers and (renamed := self._renamed(identifier)):
            identifiers.add(identifier)
            identifier = renamed
        return identifier

    def _renamed(self, identifier: str) -> str:
        try:
            return (self._folder / (identifier + _RENAMED)).read_text(encoding="utf-8")
        except FileNotFoundError:
            return ""

    def reconcile(self, alertmanager: AlertmanagerClient, now: datetime.datetime) -> list[str]:
        """Make Alertmanager's silences and the journal agree, and return what was made again.

        Raises SourceError when Alertmanager does not answer.
        """
        current_by_id = {str(silence["id"]): silence for silence in alertmanager.silences()}
        ended = self.ended(now)
        self._forget_ended(now)
        self._forget_renamed()
        for identifier, silence in current_by_id.items():
            is_over = silence["status"]["state"] == "expired"
            if is_over:
                self._remove(identifier + _KEPT)
            elif identifier in ended:
                alertmanager.expire_silence(identifier)
            else:
                self._keep_changed(identifier, silence)
        return [
            self._again(identifier, silence, alertmanager)
            for identifier, silence in self.silences().items()
            if identifier not in current_by_id and self._is_due(identifier, silence, now)
        ]

    def ended(self, now: datetime.datetime) -> dict[str, datetime.datetime]:
        """Return what was ended of late, and when."""
        moments = self._ended()
        return {name: at for name, at in moments.items() if now - at <= _REMEMBERED}

    def silences(self) -> dict[str, Mapping[str, Any]]:
        """Return what is written down, by id."""
        silences = {}
        for path in sorted(self._folder.glob(f"*{_KEPT}")):
            content: Mapping[str, Any] = json.loads(path.read_text(encoding="utf-8"))
            silences[path.name.removesuffix(_KEPT)] = content
        return silences

    def _forget_renamed(self) -> None:
        """Remove the former ids of silences that are over."""
        for path in self._folder.glob(f"*{_RENAMED}"):
            now = self.current(path.name.removesuffix(_RENAMED))
            if not (self._folder / (now + _KEPT)).exists():
                self._remove(path.name)

    def _is_due(self, name: str, silence: Mapping[str, Any], now: datetime.datetime) -> bool:
        if datetime.datetime.fromisoformat(silence["endsAt"]) > now:
            return True
        self._remove(name + _KEPT)
        return False

    def _again(
        self, identifier: str, silence: Mapping[str, Any], alertmanager: AlertmanagerClient
    ) -> str:
        new = alertmanager.create_silence(silence)
        self.keep(new, silence)
        self._write(identifier + _RENAMED, new)
        self._remove(identifier + _KEPT)
        return new

    def _keep_changed(self, identifier: str, silence: Mapping[str, Any]) -> None:
        """Write down what was asked of Alertmanager itself."""
        content = {key: value for key, value in silence.items() if key not in _OF_ALERTMANAGER}
        path = self._folder / (identifier + _KEPT)
        if not path.exists() or json.loads(path.read_text(encoding="utf-8")) != content:
            self.keep(identifier, silence)

    def _ended(self) -> dict[str, datetime.datetime]:
        return {
            path.name.removesuffix(_ENDED): datetime.datetime.fromisoformat(
                path.read_text(encoding="utf-8")
            )
            for path in self._folder.glob(f"*{_ENDED}")
        }

    def _forget_ended(self, now: datetime.datetime) -> None:
        for name in self._ended().keys() - self.ended(now).keys():
            self._remove(name + _ENDED)

    def _write(self, name: str, text: str) -> None:
        write(self._folder / name, text)

    def _remove(self, name: str) -> None:
        (self._folder / name).unlink(missing_ok=True)
        sync_folder(self._folder)


# What Alertmanager adds to a silence.
_OF_ALERTMANAGER = frozenset({"id", "status", "updatedAt"})
