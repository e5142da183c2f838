"""The catalogues of a project: its own metrics, and all that its rules and dashboards may name."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from whiteroom_monitoring.catalogue.load import load_files, paths_in
from whiteroom_monitoring.catalogue.model import Catalogue
from whiteroom_monitoring.project.model import Project
from whiteroom_monitoring.resources import share

# What every stack exposes: the core of each program, and the services of the stack.
OF_THE_STACK = ("self", "inbox", "console")


def own(project: Project) -> Catalogue:
    """Return the project's own metrics. Raises DiagnosticsError."""
    paths = frozenset(_own_paths(project))
    return Catalogue(tuple(d for d in known(project).domains if d.path in paths))


def known(project: Project) -> Catalogue:
    """Return the project's own metrics and the bundled ones that it may name.

    Raises DiagnosticsError with every diagnostic of every file.
    """
    paths = [*_own_paths(project)]
    names = {path.stem for path in paths}
    bundled = dict.fromkeys((*OF_THE_STACK, *project.bundled))
    added = [share("catalogue") / f"{name}.yaml" for name in bundled if name not in names]
    return load_files([*paths, *added])


def _own_paths(project: Project) -> Iterator[Path]:
    for folder in project.catalogues:
        yield from paths_in(folder)
