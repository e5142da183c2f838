"""The dashboards of a folder: Grafana's JSON, one file each. No file can hurt another."""

from __future__ import annotations

import contextlib
import threading
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path

from whiteroom_monitoring.diagnostics import Diagnostic, DiagnosticsError, FilePlace
from whiteroom_monitoring.grafana.evaluation.errors import NotFoundError
from whiteroom_monitoring.grafana.model.dashboard import Dashboard, ParseError, parse

_State = list[tuple[str, int, int]]


@dataclass(frozen=True)
class _Content:
    """What the files of a folder hold, and what is wrong with those that hold no dashboard."""

    dashboards: Mapping[str, Dashboard] = field(default_factory=dict)
    diagnostics: tuple[Diagnostic, ...] = ()

    @property
    def invalid(self) -> set[str]:
        """The names of files that hold no dashboard."""
        return {diagnostic.path.stem for diagnostic in self.diagnostics if diagnostic.path}


class Library:
    """The dashboards of a folder, by uid, as its files are now. Safe for many threads.

    A file that can't be read, such as while it is written, keeps its last good version;
    ``diagnostics`` say what is wrong with it.
    """

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._lock = threading.Lock()
        self._state: _State | None = None
        self._content = _Content()
        self._current()

    def __iter__(self) -> Iterator[Dashboard]:
        return iter(self._current().dashboards.values())

    def get(self, name: str) -> Dashboard:
        """Return the dashboard with a uid, else the one with that slug. Raises NotFoundError."""
        dashboards = self._current().dashboards
        if name in dashboards:
            return dashboards[name]
        for dashboard in dashboards.values():
            if dashboard.slug == name:
                return dashboard
        raise NotFoundError(f"There is no dashboard {name!r}.")

    @property
    def diagnostics(self) -> tuple[Diagnostic, ...]:
        """What is wrong with files that hold no dashboard."""
        return self._current().diagnostics

    def _current(self) -> _Content:
        with self._lock:
            state = _state(self._folder)
            if state != self._state:
                self._state = state
                self._content = self._read()
            return self._content

    def _read(self) -> _Content:
        content = _read_all(self._folder)
        invalid = content.invalid
        last_valid = {u: old for u, old in self._content.dashboards.items() if old.slug in invalid}
        for diagnostic in content.diagnostics:
            print(f"dashboards: {diagnostic}", flush=True)
        return _Content({**last_valid, **content.dashboards}, content.diagnostics)


def _state(folder: Path) -> _State:
    """Return what tells whether a file of the folder was changed, added or removed."""
    state: _State = []
    for path in sorted(folder.glob("*.json")):
        # It may be gone by now: editors put a new file in the place of an old one.
        with contextlib.suppress(OSError):
            stat = path.stat()
            state.append((path.name, stat.st_mtime_ns, stat.st_size))
    return state


def _read_all(folder: Path) -> _Content:
    dashboards: dict[str, Dashboard] = {}
    diagnostics: list[Diagnostic] = []
    for path in sorted(folder.glob("*.json")):
        try:
            dashboard = read(path)
        except DiagnosticsError as error:
            diagnostics += error.diagnostics
            continue
        if dashboard.uid in dashboards:
            other = dashboards[dashboard.uid].slug
            problem = f"its uid {dashboard.uid} is that of {other}.json"
            diagnostics.append(Diagnostic(FilePlace(path), problem))
        else:
            dashboards[dashboard.uid] = dashboard
    return _Content(dashboards, tuple(diagnostics))


def read(path: Path) -> Dashboard:
    """Return the dashboard in a file. Raises DiagnosticsError."""
    try:
        return parse(path.read_bytes(), path.stem)
    except (OSError, ParseError) as error:
        reason = getattr(error, "strerror", None) or str(error)
        raise DiagnosticsError([Diagnostic(FilePlace(path), reason)]) from error
