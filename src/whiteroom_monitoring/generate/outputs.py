"""What is generated: from the catalogue, the objectives and the dashboards as they are declared."""

from __future__ import annotations

from collections.abc import Callable

from whiteroom_monitoring.catalogue.model import Catalogue
from whiteroom_monitoring.generate import c, cpp, dashboards, objectives, python, reference, swift
from whiteroom_monitoring.objectives.model import NONE, Objectives

# A generator returns the text of each file by its path below the repository's root.
GENERATORS: tuple[Callable[[Catalogue], dict[str, str]], ...] = (
    c.generate,
    cpp.generate,
    python.generate,
    reference.generate,
    dashboards.generate,
    swift.generate,
)


def generate(catalogue: Catalogue, promised: Objectives = NONE) -> dict[str, str]:
    """Return every generated file, by path."""
    files: dict[str, str] = {}
    for generator in GENERATORS:
        files.update(generator(catalogue))
    files.update(objectives.generate(promised))
    return dict(sorted(files.items()))
