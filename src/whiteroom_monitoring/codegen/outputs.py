"""What is generated: from the catalogue, the objectives and the dashboards as they are declared."""

from __future__ import annotations

from collections.abc import Callable

from whiteroom_monitoring.catalogue.model import Catalogue
from whiteroom_monitoring.codegen import clients
from whiteroom_monitoring.dashboards import output
from whiteroom_monitoring.slo import burn_rate
from whiteroom_monitoring.slo.model import NONE, Objectives

# A generator returns the text of each file by its path below the repository's root.
GENERATORS: tuple[Callable[[Catalogue], dict[str, str]], ...] = (
    clients.generate,
    output.generate,
)


def generate(catalogue: Catalogue, objectives: Objectives = NONE) -> dict[str, str]:
    """Return every generated file, by path."""
    files: dict[str, str] = {}
    for generator in GENERATORS:
        files.update(generator(catalogue))
    files.update(burn_rate.generate(objectives))
    return dict(sorted(files.items()))
