"""Finds the project: named, or upwards from where one works, else the one that is bundled."""

from __future__ import annotations

import os
import tomllib
from dataclasses import dataclass
from pathlib import Path

from whiteroom_monitoring.errors import UsageError
from whiteroom_monitoring.project.model import Project
from whiteroom_monitoring.resources import share

FILE = "whiteroom.toml"
VARIABLE = "WHITEROOM_PROJECT"


@dataclass(frozen=True)
class Place:
    """What a project says of where its stack lives: ``data`` is None for the default."""

    name: str
    data: Path | None
    port_offset: int


def find(start: Path | None = None) -> Path | None:
    """Return the `whiteroom.toml` of the folder ``start`` or of the nearest one above it."""
    folder = (start or Path.cwd()).absolute()
    return next((f / FILE for f in (folder, *folder.parents) if (f / FILE).is_file()), None)


def file_of(named: Path | None = None) -> Path:
    """Return the file of the project ``named``, by its file or folder, or of the one that is found.

    In this order: ``named``, $WHITEROOM_PROJECT, upwards from the current folder, the bundled one.
    Raises UsageError for a name without a project.
    """
    variable = os.environ.get(VARIABLE)
    if named is not None:
        return _named(named, "--project")
    if variable:
        return _named(Path(variable), f"${VARIABLE}")
    return find() or share(FILE)


def load(named: Path | None = None) -> Project:
    """Return the project ``named``, or the one that is found, as `file_of`.

    Raises UsageError, and DiagnosticsError for a file that can't be used.
    """
    # Here, because a schema's validator takes a fifth of a second, more than `status` has.
    from whiteroom_monitoring.project.settings import read  # noqa: PLC0415

    return read(file_of(named))


def place(named: Path | None = None) -> Place:
    """Return where the stack of a project lives, at once; raises as `load`."""
    file = file_of(named)
    try:
        raw = tomllib.loads(file.read_text(encoding="utf-8"))
        stack = raw.get("stack", {})
        data = file.parent / Path(stack["data"]).expanduser() if "data" in stack else None
        return Place(str(raw["name"]), data, int(stack.get("port_offset", 0)))
    except (OSError, ValueError, TypeError, KeyError, AttributeError):
        # What is wrong with it, the schema says.
        project = load(file)
        return Place(project.name, project.stack.data, project.stack.port_offset)


def _named(path: Path, source: str) -> Path:
    file = path / FILE if path.is_dir() else path
    if not file.is_file():
        raise UsageError(f"{source} {path}: there is no {FILE}; make one by `whiteroom init NAME`")
    return file.absolute()
