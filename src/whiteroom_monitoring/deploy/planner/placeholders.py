"""Fills in the placeholders of descriptions with the places of a stack on this machine.

| placeholder | stands for |
|---|---|
| ``{listen}`` | the address to listen on |
| ``{port[NAME]}``, ``{url[NAME]}`` | the port of that name, and the address of its server |
| ``{data}``, ``{run}``, ``{log}``, ``{config}`` | folders of the stack |
| ``{secrets}``, ``{segments}`` | the component's credentials, and the folder of its segments |
| ``{audit_report}`` | the audit report that CI writes |
| ``{stack}``, ``{uid}`` | the stack's name on this machine, the user's number |
| ``{root}`` | the clone that the package runs from |
| ``{project}``, ``{folder}`` | the file whiteroom.toml, and its folder |
| ``{retention_time}``, ``{retention_size}`` | how long and how much Prometheus keeps |
| ``{python}``, ``{version}``, ``{home}`` | the interpreter, our version, the program's own folder |
"""

from __future__ import annotations

import os
import sys
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from pathlib import Path

from whiteroom_monitoring import __version__
from whiteroom_monitoring.deploy.paths import LOOPBACK, StackPaths
from whiteroom_monitoring.errors import MonitoringError
from whiteroom_monitoring.project.model import Project


class PlaceholderError(MonitoringError):
    """A description holds a placeholder that has no value here."""


def interpreter() -> str:
    """Return the path of this Python, by whichever of its names it was started.

    Else the same environment's `python` and `python3` would each start components anew.
    """
    usual = Path(sys.executable).with_name("python3")
    return str(usual) if usual.exists() and usual.samefile(sys.executable) else sys.executable


@dataclass(frozen=True)
class Placeholders:
    """The values for one stack. ``root`` is None outside of a clone.

    ``separate`` is whether components get accounts of their own. ``component`` is the one that the
    values are for, if any, and ``is_apart`` whether it has an account that it shares with no other.
    ``python`` is another interpreter than this one.
    """

    paths: StackPaths
    root: Path | None
    project: Project | None = None
    separate: bool = False
    component: str = ""
    is_apart: bool = False
    python: str = ""

    def of(self, component: str, is_apart: bool) -> Placeholders:
        """Return the values for a component: its credentials, and if it is apart its segments."""
        return replace(self, component=component, is_apart=is_apart)

    def fill(self, text: str, home: str = "") -> str:
        """Return ``text`` with its placeholders filled in. Raises PlaceholderError."""
        if "{" not in text:
            return text
        try:
            return text.format_map({**self._values(), "home": home})
        except (KeyError, ValueError, IndexError) as error:
            raise PlaceholderError(f"{text!r}: no value for {error} here") from error

    def fill_all(self, texts: Iterable[str], home: str = "") -> tuple[str, ...]:
        """Return the texts with their placeholders filled in."""
        return tuple(self.fill(text, home) for text in texts)

    def fill_values(self, texts: Mapping[str, str], home: str = "") -> dict[str, str]:
        """Return the mapping with the placeholders of its values filled in."""
        return {name: self.fill(text, home) for name, text in texts.items()}

    def _values(self) -> dict[str, object]:
        paths = self.paths
        values: dict[str, object] = {
            "listen": LOOPBACK,
            "port": {name: str(paths.port(name)) for name in paths.ports},
            "url": {name: paths.url(name) for name in paths.ports},
            "audit_report": paths.audit_report,
            "stack": paths.name,
            "uid": os.getuid(),
            "python": self.python or interpreter(),
            "version": __version__,
        }
        folders = ("data", "run", "log", "config", "secrets", "segments")
        values |= {name: getattr(paths, name) for name in folders}
        if self.component:
            values["secrets"] = paths.credentials_of(self.component)
        if self.is_apart:
            values["segments"] = paths.segments_of(self.component)
        if self.project is not None:
            stack = self.project.stack
            values |= {
                "project": self.project.file,
                "folder": self.project.root,
                "retention_time": stack.retention_time,
                "retention_size": stack.retention_size,
            }
        return values if self.root is None else {**values, "root": self.root}
