"""The dashboards that this console has: Grafana's JSON, one file each."""

from __future__ import annotations

import contextlib
import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from whiteroom_monitoring.diagnostics import Diagnostic, DiagnosticsError, FilePlace
from whiteroom_monitoring.grafana.errors import NotFoundError

Panel = Mapping[str, Any]


@dataclass(frozen=True)
class Dashboard:
    """One dashboard. ``slug`` is the name of its file, which links carry for people to read."""

    uid: str
    slug: str
    title: str
    content: Mapping[str, Any]

    @property
    def variables(self) -> Sequence[Mapping[str, Any]]:
        """The definitions of its variables."""
        return list((self.content.get("templating") or {}).get("list") or [])

    @property
    def annotations(self) -> Sequence[Mapping[str, Any]]:
        """The definitions of its annotations."""
        return list((self.content.get("annotations") or {}).get("list") or [])

    def panels(self) -> Iterator[Panel]:
        """Yield every panel but rows, those in collapsed rows as well."""
        for panel in self.content.get("panels") or []:
            if panel["type"] == "row":
                yield from panel.get("panels") or []
            else:
                yield panel

    def panel(self, number: int) -> Panel:
        """Return the panel with an id. Raises NotFoundError."""
        for panel in self.panels():
            if panel.get("id") == number:
                return panel
        raise NotFoundError(f"dashboard {self.title!r} has no panel {number}")


class Library:
    """The dashboards of a folder, by uid, as its files are now. Safe for many threads.

    Raises DiagnosticsError with every diagnostic when it is made. Later, such as while a file is
    being written, its last good version stays, and ``problem`` says what is wrong.
    """

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._state = _state(folder)
        self._dashboards, diagnostics = _read_all(folder)
        self._problem = ""
        if diagnostics:
            raise DiagnosticsError(diagnostics)

    def __iter__(self) -> Iterator[Dashboard]:
        return iter(self._current().values())

    def get(self, uid: str) -> Dashboard:
        """Return the dashboard with a uid. Raises NotFoundError."""
        found = self._current()
        if uid not in found:
            raise NotFoundError(f"there is no dashboard {uid!r}")
        return found[uid]

    @property
    def problem(self) -> str:
        """What is wrong with files that were changed, in words; nothing when all are good."""
        self._current()
        return self._problem

    def _current(self) -> Mapping[str, Dashboard]:
        state = _state(self._folder)
        if state != self._state:
            self._state = state
            found, diagnostics = _read_all(self._folder)
            invalid = {diagnostic.path.stem for diagnostic in diagnostics if diagnostic.path}
            kept = {uid: old for uid, old in self._dashboards.items() if old.slug in invalid}
            self._dashboards = kept | found
            self._problem = "; ".join(
                f"{diagnostic.path.name}: {diagnostic.problem}"
                for diagnostic in diagnostics
                if diagnostic.path
            )
            if diagnostics:
                print(f"dashboards stay as they were: {self._problem}", flush=True)
        return self._dashboards


def _state(folder: Path) -> list[tuple[str, int, int]]:
    """Return what tells whether a file of the folder was changed, added or removed."""
    found = []
    for path in sorted(folder.glob("*.json")):
        # It may be gone by now: editors put a new file in the place of an old one.
        with contextlib.suppress(FileNotFoundError):
            stat = path.stat()
            found.append((path.name, stat.st_mtime_ns, stat.st_size))
    return found


def _read_all(folder: Path) -> tuple[dict[str, Dashboard], list[Diagnostic]]:
    dashboards: dict[str, Dashboard] = {}
    diagnostics: list[Diagnostic] = []
    for path in sorted(folder.glob("*.json")):
        try:
            found = read(path)
        except DiagnosticsError as error:
            diagnostics += error.diagnostics
            continue
        if found.uid in dashboards:
            other = dashboards[found.uid].slug
            diagnostics.append(
                Diagnostic(FilePlace(path), f"its uid {found.uid} is that of {other}.json")
            )
        else:
            dashboards[found.uid] = found
    return dashboards, diagnostics


def read(path: Path) -> Dashboard:
    """Return the dashboard in a file. Raises DiagnosticsError."""
    try:
        content = json.loads(path.read_text(encoding="utf-8"))
        return Dashboard(content["uid"], path.stem, content["title"], content)
    except (OSError, ValueError, KeyError, TypeError) as error:
        expected = "expected a dashboard of Grafana with uid and title"
        problem = f"found {type(error).__name__}: {error}; {expected}"
        raise DiagnosticsError([Diagnostic(FilePlace(path), problem)]) from error
